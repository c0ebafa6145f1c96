//! Sample formats.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Most channels a file may have.
pub const MAX_CHANNELS: u16 = 64;

/// How one sample is stored: its encoding, its byte order, and how many of its bits are in use.
///
/// The constants are little-endian and use all their bits. Fewer bits than the bytes could hold are the upper
/// ones (left-aligned), as WAV, AIFF and CAF all have it; the others are 0.
///
/// In manifests and JSON it is a short name: `i16`, `i24be` (big-endian), `i20in24` (the upper 20 of 24 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SampleFormat {
    encoding: Encoding,
    big_endian: bool,
    /// Bits in use.
    bits: u8,
}

/// How a number is stored, byte order apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    U8,
    I8,
    I16,
    I24,
    I32,
    F32,
    F64,
    ALaw,
    MuLaw,
}

impl Encoding {
    const ALL: [Self; 9] = [
        Self::U8,
        Self::I8,
        Self::I16,
        Self::I24,
        Self::I32,
        Self::F32,
        Self::F64,
        Self::ALaw,
        Self::MuLaw,
    ];

    const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 | Self::ALaw | Self::MuLaw => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I24 => "i24",
            Self::I32 => "i32",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::ALaw => "alaw",
            Self::MuLaw => "mulaw",
        }
    }

    const fn is_integer(self) -> bool {
        matches!(self, Self::U8 | Self::I8 | Self::I16 | Self::I24 | Self::I32)
    }
}

impl SampleFormat {
    /// 8-bit unsigned integer, 128 is silence.
    pub const U8: Self = Self::whole(Encoding::U8);
    /// 8-bit signed integer.
    pub const I8: Self = Self::whole(Encoding::I8);
    /// 16-bit signed integer.
    pub const I16: Self = Self::whole(Encoding::I16);
    /// 24-bit signed integer in 3 bytes.
    pub const I24: Self = Self::whole(Encoding::I24);
    /// 32-bit signed integer.
    pub const I32: Self = Self::whole(Encoding::I32);
    /// 32-bit float, full scale ±1.
    pub const F32: Self = Self::whole(Encoding::F32);
    /// 64-bit float, full scale ±1.
    pub const F64: Self = Self::whole(Encoding::F64);
    /// 8-bit logarithmic, A-law (ITU-T G.711).
    pub const A_LAW: Self = Self::whole(Encoding::ALaw);
    /// 8-bit logarithmic, µ-law (ITU-T G.711).
    pub const MU_LAW: Self = Self::whole(Encoding::MuLaw);

    const fn whole(encoding: Encoding) -> Self {
        Self { encoding, big_endian: false, bits: 8 * encoding.bytes() as u8 }
    }

    /// Signed integers of `bytes` bytes; none if that is not 1 to 4.
    #[must_use]
    pub const fn integer(bytes: usize) -> Option<Self> {
        match bytes {
            1 => Some(Self::I8),
            2 => Some(Self::I16),
            3 => Some(Self::I24),
            4 => Some(Self::I32),
            _ => None,
        }
    }

    /// The same with the most significant byte first. Samples of one byte have no order.
    #[must_use]
    pub const fn big_endian(mut self) -> Self {
        self.big_endian = self.encoding.bytes() > 1;
        self
    }

    /// The same with only the upper `bits` bits in use; none if there are not that many, fewer than 2, or if they
    /// are no integers.
    #[must_use]
    pub const fn with_bits(mut self, bits: u16) -> Option<Self> {
        if bits < 2 || bits > 8 * self.encoding.bytes() as u16 {
            return None;
        }
        if !self.encoding.is_integer() && bits != self.bits as u16 {
            return None;
        }
        self.bits = bits as u8;
        Some(self)
    }

    /// Bytes of one sample.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.encoding.bytes()
    }

    /// Bits in use, of those in [`bytes`](Self::bytes).
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.bits as u32
    }

    /// Whether samples are floats, of either size.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self.encoding, Encoding::F32 | Encoding::F64)
    }

    /// Whether samples are integers.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        self.encoding.is_integer()
    }

    /// Whether the most significant byte comes first.
    #[must_use]
    pub const fn is_big_endian(self) -> bool {
        self.big_endian
    }

    pub(super) const fn encoding(self) -> Encoding {
        self.encoding
    }

    /// Bits not in use.
    pub(super) const fn unused(self) -> u32 {
        8 * self.encoding.bytes() as u32 - self.bits as u32
    }

    /// The step between neighbouring values once decoded, full scale being 1; none for floats and for A-law and
    /// µ-law, where it depends on the value. Samples of 32 bits are decoded to the 24 bits of an `f32`.
    #[must_use]
    pub(crate) const fn step(self) -> Option<f32> {
        if !self.encoding.is_integer() {
            return None;
        }
        let exponent = if self.bits < 25 { self.bits as u32 } else { 25 } - 1;
        Some(1.0 / (1_u32 << exponent) as f32)
    }

    /// The width of what is rounded to the same value near `sample`, full scale being 1. For floats it is a few
    /// roundings to 24 bits, on the way there and back.
    #[must_use]
    pub(crate) fn step_at(self, sample: f32) -> f32 {
        match self.encoding {
            Encoding::ALaw => super::law::A_LAW.step_at(sample),
            Encoding::MuLaw => super::law::MU_LAW.step_at(sample),
            _ => self.step().unwrap_or(2.0 * sample.abs() * f32::EPSILON),
        }
    }
}

impl From<SampleFormat> for String {
    fn from(format: SampleFormat) -> Self {
        let order = if format.big_endian { "be" } else { "" };
        match format.unused() {
            0 => format!("{}{order}", format.encoding.name()),
            _ => format!("i{}in{}{order}", format.bits, 8 * format.bytes()),
        }
    }
}

/// A text names no sample format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no sample format that this Patchveil knows")]
pub struct NoFormat(String);

impl TryFrom<String> for SampleFormat {
    type Error = NoFormat;

    fn try_from(name: String) -> Result<Self, NoFormat> {
        name.parse()
    }
}

impl FromStr for SampleFormat {
    type Err = NoFormat;

    fn from_str(name: &str) -> Result<Self, NoFormat> {
        let parse = || {
            let (little, big_endian) = match name.strip_suffix("be") {
                Some(little) => (little, true),
                None => (name, false),
            };
            let format = match little.strip_prefix('i').and_then(|rest| rest.split_once("in")) {
                Some((bits, container)) => {
                    let container: usize = container.parse().ok()?;
                    let whole =
                        Self::integer(container / 8).filter(|_| container.is_multiple_of(8))?;
                    let bits = bits.parse().ok()?;
                    whole.with_bits(bits).filter(|format| format.unused() > 0)?
                }
                None => Self::whole(*Encoding::ALL.iter().find(|e| e.name() == little)?),
            };
            let format = if big_endian { format.big_endian() } else { format };
            (format.big_endian == big_endian).then_some(format)
        };
        parse().ok_or_else(|| NoFormat(name.to_owned()))
    }
}

impl fmt::Display for SampleFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.encoding {
            Encoding::ALaw => f.write_str("A-law"),
            Encoding::MuLaw => f.write_str("µ-law"),
            Encoding::F32 | Encoding::F64 => write!(f, "{}-bit float", self.bits),
            _ => write!(f, "{}-bit integer", self.bits),
        }?;
        if self.unused() > 0 {
            write!(f, " in {} bits", 8 * self.bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_the_same_once_written_as_a_name_and_read() {
        for encoding in Encoding::ALL {
            let whole = SampleFormat::whole(encoding);
            for format in (1..=64).filter_map(|bits| whole.with_bits(bits)) {
                // Of 8-bit samples with unused bits, only AIFF has any, and there they are signed.
                if encoding == Encoding::U8 && format.unused() > 0 {
                    continue;
                }
                for format in [format, format.big_endian()] {
                    let name = String::from(format);
                    assert_eq!(name.parse(), Ok(format), "{name}");
                    assert_eq!(name, name.to_lowercase());
                }
            }
        }
        for name in
            ["", "be", "i8be", "i16in16", "i25in24", "i1in8", "i12in20", "u16", "f32in64", "I16"]
        {
            assert!(name.parse::<SampleFormat>().is_err(), "{name}");
        }
    }

    #[test]
    fn the_step_is_that_of_the_bits_in_use() {
        for (format, step) in [
            (SampleFormat::U8, 1.0 / 128.0),
            (SampleFormat::I16, 1.0 / 32_768.0),
            (SampleFormat::I24, 1.0 / 8_388_608.0),
            (SampleFormat::I32, 1.0 / 16_777_216.0),
        ] {
            assert_eq!(format.step(), Some(step));
        }
        assert_eq!(SampleFormat::I32.with_bits(24).unwrap().step(), SampleFormat::I24.step());
        assert_eq!(SampleFormat::F64.step(), None);
    }
}
