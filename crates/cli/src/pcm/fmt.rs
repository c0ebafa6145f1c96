//! The `fmt ` chunk: what the samples are.

use std::io::Read;

use patchveil_veil::RATE_MAX;

use super::error::PcmError;
use super::format::{MAX_CHANNELS, SampleFormat};

const TAG_PCM: u16 = 1;
const TAG_FLOAT: u16 = 3;
const TAG_EXTENSIBLE: u16 = 0xfffe;
/// The last 14 bytes of the sub-format GUIDs whose first two are a plain format tag.
const GUID_TAIL: [u8; 14] =
    [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/// A valid `fmt ` chunk.
pub(super) struct Fmt {
    pub(super) sample_rate: u32,
    pub(super) channels: u16,
    pub(super) format: SampleFormat,
}

impl Fmt {
    /// Reads `size` bytes from the position of `source`; `offset` is where the chunk's header starts.
    pub(super) fn read(source: &mut impl Read, offset: u64, size: u64) -> Result<Self, PcmError> {
        let too_short = |needed| PcmError::BadFmtSize { offset, size, needed };
        // No known program writes anything of meaning beyond the 40 bytes of the extensible form.
        let mut body = [0_u8; 40];
        let len = size.min(body.len() as u64) as usize;
        source.read_exact(&mut body[..len])?;
        let raw = RawFmt::parse(&body);
        if len < 16 {
            return Err(too_short(16));
        }
        if raw.tag == TAG_EXTENSIBLE && len < body.len() {
            return Err(too_short(40));
        }
        raw.check()
    }
}

/// The fields of a `fmt ` chunk as they are stored.
struct RawFmt {
    tag: u16,
    channels: u16,
    sample_rate: u32,
    block_align: u16,
    /// Bits of a sample's container.
    bits: u16,
    /// Bits in use, 0 if not stated. Extensible only.
    valid_bits: u16,
    /// Extensible only.
    sub_format: [u8; 16],
}

impl RawFmt {
    /// Skips the byte rate (bytes 8 to 11), which is often wrong and not needed.
    fn parse(body: &[u8; 40]) -> Self {
        let [t0, t1, c0, c1, r0, r1, r2, r3, _, _, _, _, a0, a1, b0, b1, ext @ ..] = *body;
        let [_, _, v0, v1, _, _, _, _, sub_format @ ..] = ext;
        Self {
            tag: u16::from_le_bytes([t0, t1]),
            channels: u16::from_le_bytes([c0, c1]),
            sample_rate: u32::from_le_bytes([r0, r1, r2, r3]),
            block_align: u16::from_le_bytes([a0, a1]),
            bits: u16::from_le_bytes([b0, b1]),
            valid_bits: u16::from_le_bytes([v0, v1]),
            sub_format,
        }
    }

    fn check(&self) -> Result<Fmt, PcmError> {
        if self.channels == 0 {
            return Err(PcmError::NoChannels);
        }
        if self.channels > MAX_CHANNELS {
            return Err(PcmError::TooManyChannels { channels: self.channels });
        }
        if self.sample_rate == 0 {
            return Err(PcmError::ZeroRate);
        }
        // Readers size their buffers by the rate.
        if self.sample_rate > RATE_MAX {
            return Err(PcmError::RateTooHigh(self.sample_rate));
        }
        let format = self.sample_format()?;
        let expected = self.channels * format.bytes() as u16;
        if self.block_align != expected {
            return Err(PcmError::BlockAlign {
                block_align: self.block_align,
                channels: self.channels,
                bits: self.bits,
                expected,
            });
        }
        Ok(Fmt { sample_rate: self.sample_rate, channels: self.channels, format })
    }

    fn sample_format(&self) -> Result<SampleFormat, PcmError> {
        let unsupported = |name: String| Err(PcmError::UnsupportedFormat { name });
        let tag = match (self.tag, &self.sub_format) {
            (TAG_EXTENSIBLE, [t0, t1, tail @ ..]) if *tail == GUID_TAIL => {
                u16::from_le_bytes([*t0, *t1])
            }
            (TAG_EXTENSIBLE, _) => return unsupported("of an unknown extensible kind".to_owned()),
            (tag, _) => tag,
        };
        if matches!(tag, TAG_PCM | TAG_FLOAT) {
            // Samples that use only part of their bytes would have to be rewritten with the rest empty.
            let container = match self.block_align / self.channels {
                bytes @ ..=8 => (bytes * 8).max(self.bits),
                _ => self.bits,
            };
            let used = match (self.tag, self.valid_bits) {
                (TAG_EXTENSIBLE, 1..) => self.valid_bits.min(self.bits),
                _ => self.bits,
            };
            if used < container && self.bits >= 8 {
                return unsupported(format!("{used}-bit samples in {container}-bit containers"));
            }
        }
        match (tag, self.bits) {
            (TAG_PCM, 8) => Ok(SampleFormat::U8),
            (TAG_PCM, 16) => Ok(SampleFormat::I16),
            (TAG_PCM, 24) => Ok(SampleFormat::I24),
            (TAG_PCM, 32) => Ok(SampleFormat::I32),
            (TAG_FLOAT, 32) => Ok(SampleFormat::F32),
            (TAG_PCM, bits) => unsupported(format!("{bits}-bit integer")),
            (TAG_FLOAT, bits) => unsupported(format!("{bits}-bit float")),
            (tag, _) => unsupported(tag_name(tag)),
        }
    }
}

/// The name of a compressed format, of those found in practice.
fn tag_name(tag: u16) -> String {
    let name = match tag {
        0x0002 => "Microsoft ADPCM",
        0x0006 => "A-law",
        0x0007 => "mu-law",
        0x0011 => "IMA ADPCM",
        0x0031 => "GSM 6.10",
        0x0040 | 0x0045 | 0x0064 => "G.72x ADPCM",
        0x0050 => "MPEG audio",
        0x0055 => "MP3",
        0x00ff | 0x1600..=0x1610 => "AAC",
        0x0160..=0x0163 => "Windows Media Audio",
        0x2000 => "AC-3",
        0xf1ac => "FLAC",
        _ => return format!("of the unknown format {tag:#06x}"),
    };
    format!("compressed ({name})")
}
