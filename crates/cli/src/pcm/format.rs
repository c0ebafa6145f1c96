//! Sample formats.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most channels a file may have.
pub const MAX_CHANNELS: u16 = 8;

/// How one sample is stored. All are little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SampleFormat {
    /// 8-bit unsigned integer, 128 is silence.
    U8,
    /// 16-bit signed integer.
    I16,
    /// 24-bit signed integer in 3 bytes.
    I24,
    /// 32-bit signed integer.
    I32,
    /// 32-bit float, full scale ±1.
    F32,
}

impl SampleFormat {
    /// Bytes of one sample.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
        }
    }

    /// The step between neighbouring values once decoded, full scale being 1; none for floats. Samples
    /// of 32 bits are decoded to the 24 bits of an `f32`.
    #[must_use]
    pub(crate) const fn step(self) -> Option<f32> {
        match self {
            Self::U8 => Some(1.0 / 128.0),
            Self::I16 => Some(1.0 / 32_768.0),
            Self::I24 => Some(1.0 / 8_388_608.0),
            Self::I32 => Some(1.0 / 16_777_216.0),
            Self::F32 => None,
        }
    }
}

impl fmt::Display for SampleFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U8 => "8-bit integer",
            Self::I16 => "16-bit integer",
            Self::I24 => "24-bit integer",
            Self::I32 => "32-bit integer",
            Self::F32 => "32-bit float",
        })
    }
}
