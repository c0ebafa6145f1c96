//! Core Audio Format with plain samples (Apple, *Core Audio Format Specification* 1.0): big-endian chunks with sizes of
//! 64 bits, of which that of the samples may be left open.

use std::io::{Read, Seek};

use super::derived::{self, Derived};
use super::error::PcmError;
use super::format::SampleFormat;
use super::info::{
    Chunk, Container, PcmInfo, Shape, Span, bytes_at, check_layout, keep_first, shown_id, walk,
};

/// Bytes of a chunk's header.
const HEADER: u64 = 12;
/// The size of samples that reach to the end of the file.
const TO_THE_END: i64 = -1;
/// Bytes of the description's body.
const DESC: u64 = 32;
/// Bytes before the samples in their chunk: a count of edits, which other chunks refer to.
const EDIT_COUNT: u64 = 4;

/// Reads the headers of a CAF file.
pub(super) fn read(source: &mut (impl Read + Seek), file_len: u64) -> Result<PcmInfo, PcmError> {
    let mut found = Chunks::default();
    walk(8, |at| match at + HEADER <= file_len {
        true => found.take(source, at, file_len).map(Some),
        false => Ok(None),
    })?;
    if file_len < 8 + HEADER {
        return Err(PcmError::CutHeader { part: "CAF header", file_len });
    }
    let shape = found.desc.ok_or(PcmError::NoFmt("desc"))?;
    let (mut data, is_open) = found.data.ok_or(PcmError::NoData("data"))?;
    if is_open {
        // Of a recording that broke off, the last frame may be incomplete.
        data.len -= data.len % (u64::from(shape.channels) * shape.format.bytes() as u64);
    }
    let mut info = PcmInfo::new(shape, data, file_len, Container::Caf).check()?;
    info.derived = found.derived;
    info.chunks = found.all;
    Ok(info)
}

#[derive(Default)]
struct Chunks {
    desc: Option<Shape>,
    /// And whether it reaches to the end of the file.
    data: Option<(Span, bool)>,
    derived: Vec<Derived>,
    all: Vec<Chunk>,
}

impl Chunks {
    /// Takes what matters of the chunk at `offset`; gives the position of the next.
    fn take(
        &mut self,
        source: &mut (impl Read + Seek),
        offset: u64,
        file_len: u64,
    ) -> Result<u64, PcmError> {
        let [a, b, c, d, size @ ..] = bytes_at::<12>(source, offset)?;
        let (id, size) = ([a, b, c, d], i64::from_be_bytes(size));
        let (body, available) = (offset + HEADER, file_len - offset - HEADER);
        if &id == b"data" && size == TO_THE_END {
            let len = available.saturating_sub(EDIT_COUNT);
            let span = Span { body: body + EDIT_COUNT.min(available), len };
            keep_first(&mut self.data, (span, true), &id, offset)?;
            return Ok(file_len);
        }
        let len = u64::try_from(size).unwrap_or(u64::MAX);
        let span = Span { body, len };
        if &id == b"data" {
            if len > available {
                let id = "data";
                return Err(PcmError::TruncatedData { id, offset, promised: len, available });
            }
            let (body, len) = (body + EDIT_COUNT.min(len), len.saturating_sub(EDIT_COUNT));
            keep_first(&mut self.data, (Span { body, len }, false), &id, offset)?;
        } else if len > available {
            let id = shown_id(&id);
            return Err(PcmError::ChunkTooLong { id, offset, promised: len, available });
        } else if &id == b"desc" {
            let desc = describe(source, span)?;
            keep_first(&mut self.desc, desc, &id, offset)?;
        }
        self.all.push(Chunk { id, span });
        self.derived.extend(derived::in_caf(source, &id, span)?);
        Ok(span.end())
    }
}

/// Reads the description of the samples.
fn describe(source: &mut (impl Read + Seek), span: Span) -> Result<Shape, PcmError> {
    let id = "desc";
    if span.len < DESC {
        let (offset, size) = (span.body - HEADER, span.len);
        return Err(PcmError::BadFmtSize { id, offset, size, needed: DESC });
    }
    let rate = f64::from_be_bytes(bytes_at(source, span.body)?);
    let kind: [u8; 4] = bytes_at(source, span.body + 8)?;
    let mut number = |at| bytes_at(source, span.body + at).map(u32::from_be_bytes);
    let (flags, packet_bytes, packet_frames) = (number(12)?, number(16)?, number(20)?);
    let (channels, bits) = (number(24)?, number(28)?);
    let (channels, sample_rate) = check_layout(id, channels, rate)?;
    let unsupported = |name: String| PcmError::UnsupportedFormat { name };
    let bits_of_16 = u16::try_from(bits).unwrap_or(u16::MAX);
    let bytes = packet_bytes / u32::from(channels);
    let is_float = flags & 1 != 0;
    let format = match (&kind, is_float, bits, bytes) {
        (b"alaw", ..) => SampleFormat::A_LAW,
        (b"ulaw", ..) => SampleFormat::MU_LAW,
        (b"lpcm", true, 32, _) => SampleFormat::F32,
        (b"lpcm", true, 64, _) => SampleFormat::F64,
        (b"lpcm", true, ..) => return Err(unsupported(format!("{bits}-bit float"))),
        (b"lpcm", false, 2..=32, 1..=4) => {
            let whole = SampleFormat::integer(bytes as usize);
            let format = whole.and_then(|whole| whole.with_bits(bits_of_16));
            let name = || format!("{bits}-bit samples in {}-bit containers", 8 * bytes);
            format.ok_or_else(|| unsupported(name()))?
        }
        (b"lpcm", ..) => return Err(unsupported(format!("{bits}-bit integer"))),
        _ => return Err(unsupported(format!("compressed (\"{}\")", shown_id(&kind)))),
    };
    let expected = u32::from(channels) * format.bytes() as u32;
    if packet_bytes != expected || packet_frames != 1 {
        let (block_align, bits) = (packet_bytes, bits_of_16);
        return Err(PcmError::BlockAlign { id, block_align, channels, bits, expected });
    }
    // Bit 1 of the flags: little-endian.
    let format = if flags & 2 == 0 { format.big_endian() } else { format };
    Ok(Shape { sample_rate, channels, format })
}
