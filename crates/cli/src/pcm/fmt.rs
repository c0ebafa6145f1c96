//! The `fmt ` chunk: what the samples are.

use std::io::{Read, Seek, SeekFrom};

use super::error::PcmError;
use super::format::SampleFormat;
use super::info::{Shape, check_layout};

const TAG_PCM: u16 = 1;
const TAG_FLOAT: u16 = 3;
const TAG_A_LAW: u16 = 6;
const TAG_MU_LAW: u16 = 7;
const TAG_EXTENSIBLE: u16 = 0xfffe;
/// The last 14 bytes of the sub-format GUIDs whose first two are a plain format tag.
const GUID_TAIL: [u8; 14] =
    [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/// A valid `fmt ` chunk.
pub(super) struct Fmt {
    sample_rate: u32,
    channels: u16,
    format: SampleFormat,
    channel_mask: Option<u32>,
}

impl Fmt {
    /// Reads `size` bytes from the position of `source`; `offset` is where the chunk's header starts.
    pub(super) fn read(
        source: &mut (impl Read + Seek),
        offset: u64,
        size: u64,
    ) -> Result<Self, PcmError> {
        let too_short = |needed| PcmError::BadFmtSize { id: "fmt", offset, size, needed };
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

    /// The same of the chunk whose body begins at `body`.
    pub(super) fn read_at(
        source: &mut (impl Read + Seek),
        body: u64,
        offset: u64,
        size: u64,
    ) -> Result<Self, PcmError> {
        source.seek(SeekFrom::Start(body))?;
        Self::read(source, offset, size)
    }

    /// Which loudspeakers the channels are for, where the chunk says so.
    pub(super) fn channel_mask(&self) -> Option<u32> {
        self.channel_mask
    }

    pub(super) fn shape(&self) -> Shape {
        let Self { sample_rate, channels, format, .. } = *self;
        Shape { sample_rate, channels, format }
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
    channel_mask: u32,
    /// Extensible only.
    sub_format: [u8; 16],
}

impl RawFmt {
    /// Skips the byte rate (bytes 8 to 11), which is often wrong and not needed.
    fn parse(body: &[u8; 40]) -> Self {
        let [t0, t1, c0, c1, r0, r1, r2, r3, _, _, _, _, a0, a1, b0, b1, ext @ ..] = *body;
        let [_, _, v0, v1, m0, m1, m2, m3, sub_format @ ..] = ext;
        Self {
            tag: u16::from_le_bytes([t0, t1]),
            channels: u16::from_le_bytes([c0, c1]),
            sample_rate: u32::from_le_bytes([r0, r1, r2, r3]),
            block_align: u16::from_le_bytes([a0, a1]),
            bits: u16::from_le_bytes([b0, b1]),
            valid_bits: u16::from_le_bytes([v0, v1]),
            channel_mask: u32::from_le_bytes([m0, m1, m2, m3]),
            sub_format,
        }
    }

    fn check(&self) -> Result<Fmt, PcmError> {
        let rate = f64::from(self.sample_rate);
        let (channels, sample_rate) = check_layout("fmt", u32::from(self.channels), rate)?;
        let format = self.sample_format()?;
        let expected = u32::from(channels) * format.bytes() as u32;
        if u32::from(self.block_align) != expected {
            return Err(PcmError::BlockAlign {
                id: "fmt",
                block_align: u32::from(self.block_align),
                channels,
                bits: self.bits,
                expected,
            });
        }
        // One that names more or fewer loudspeakers than there are channels says nothing.
        let mask = self.channel_mask;
        let is_right = self.tag == TAG_EXTENSIBLE && mask.count_ones() == u32::from(channels);
        let channel_mask = Some(mask).filter(|_| is_right);
        Ok(Fmt { sample_rate, channels, format, channel_mask })
    }

    fn sample_format(&self) -> Result<SampleFormat, PcmError> {
        let unsupported = |name: String| PcmError::UnsupportedFormat { name };
        let tag = match (self.tag, &self.sub_format) {
            (TAG_EXTENSIBLE, [t0, t1, tail @ ..]) if *tail == GUID_TAIL => {
                u16::from_le_bytes([*t0, *t1])
            }
            (TAG_EXTENSIBLE, _) => {
                return Err(unsupported("of an unknown extensible kind".to_owned()));
            }
            (tag, _) => tag,
        };
        match (tag, self.bits) {
            (TAG_PCM, 8) => Ok(SampleFormat::U8),
            (TAG_PCM, 9..=32) => self.integer().map_err(unsupported),
            (TAG_FLOAT, 32) => Ok(SampleFormat::F32),
            (TAG_FLOAT, 64) => Ok(SampleFormat::F64),
            (TAG_A_LAW, 8) => Ok(SampleFormat::A_LAW),
            (TAG_MU_LAW, 8) => Ok(SampleFormat::MU_LAW),
            (TAG_PCM, bits) => Err(unsupported(format!("{bits}-bit integer"))),
            (TAG_FLOAT, bits) => Err(unsupported(format!("{bits}-bit float"))),
            (tag, bits) => Err(unsupported(tag_name(tag, bits))),
        }
    }

    /// Integers of more than eight bits. Fewer bits than whole bytes are the upper ones; of the extensible form,
    /// so are fewer valid bits than the container has.
    fn integer(&self) -> Result<SampleFormat, String> {
        let bytes = self.bits.div_ceil(8);
        // In the plain form it is not said which of the container's bytes they are, and programs differ.
        if let given @ 1..=4 = self.block_align / self.channels
            && given > bytes
            && self.block_align.is_multiple_of(self.channels)
        {
            return Err(format!("{}-bit samples in {}-bit containers", self.bits, given * 8));
        }
        let used = match (self.tag, self.valid_bits) {
            (TAG_EXTENSIBLE, 1..) => self.valid_bits.min(self.bits),
            _ => self.bits,
        };
        let whole = SampleFormat::integer(usize::from(bytes));
        let format = whole.and_then(|whole| whole.with_bits(used));
        format.ok_or_else(|| format!("{used}-bit samples in {}-bit containers", bytes * 8))
    }
}

/// The name of a compressed format, of those found in practice.
fn tag_name(tag: u16, bits: u16) -> String {
    let name = match tag {
        0x0002 => "Microsoft ADPCM",
        TAG_A_LAW => return format!("A-law of {bits} bits"),
        TAG_MU_LAW => return format!("\u{b5}-law of {bits} bits"),
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
