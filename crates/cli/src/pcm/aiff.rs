//! AIFF, and AIFC with plain samples: big-endian chunks (Apple, *Audio Interchange File Format*, 1.3 and AIFF-C).

use std::io::{Read, Seek};

use super::derived::{self, Derived};
use super::error::PcmError;
use super::format::SampleFormat;
use super::info::{
    Chunk, Container, PcmInfo, Replacement, Shape, Span, bytes_at, check_layout, keep_first,
    shown_id, walk,
};
use super::streamed::{has_chunks_behind, is_left_open};

/// Many writers are off by their own 8-byte header or a pad byte in the FORM size.
const FORM_SLACK: u64 = 9;
/// Bytes of `SSND` before the samples: offset and block size.
const SSND_HEADER: u64 = 8;

/// Reads the headers of an AIFF or AIFC file.
pub(super) fn read(source: &mut (impl Read + Seek), file_len: u64) -> Result<PcmInfo, PcmError> {
    let [_, _, _, _, size @ .., _, _, _, kind] = bytes_at::<12>(source, 0)?;
    let size = u64::from(u32::from_be_bytes(size));
    let form_is_open = size == 0 || (size + 8 > file_len && is_left_open(size));
    let promised = if form_is_open { file_len } else { size + 8 };
    let form = Form { end: promised, is_open: form_is_open, is_aifc: kind == b'C' };
    let chunks = Chunks::walk(source, &form, file_len)?;
    let comm = chunks.comm.ok_or(PcmError::NoFmt("COMM"))?;
    let ssnd = chunks.ssnd.ok_or(PcmError::NoData("SSND"))?;
    let frame_bytes = u64::from(comm.channels) * comm.format.bytes() as u64;
    let given = u64::from(comm.frames) * frame_bytes;
    let data = ssnd.span;
    let is_open = ssnd.is_open || (comm.frames == 0 && form_is_open);
    let len = match is_open {
        true => data.len - data.len % frame_bytes,
        // What follows the frames that are promised is no audio.
        false if given <= data.len => given,
        false => {
            let (id, offset) = ("SSND", ssnd.offset);
            return Err(PcmError::TruncatedData {
                id,
                offset,
                promised: given,
                available: data.len,
            });
        }
    };
    let (form, offset) = ("FORM", 4);
    if !is_open && promised > file_len + FORM_SLACK {
        return Err(PcmError::RiffTooLong { form, offset, promised, file_len });
    }
    let data_end = data.body + len;
    if !is_open && promised + FORM_SLACK < data_end {
        return Err(PcmError::RiffTooShort { form, offset, promised, data_end });
    }
    let Comm { sample_rate, channels, format, .. } = comm;
    let shape = Shape { sample_rate, channels, format };
    let span = Span { body: data.body, len };
    let mut info = PcmInfo::new(shape, span, file_len, Container::Aiff).check()?;
    info.is_streamed = is_open || form_is_open;
    if info.is_streamed {
        info.lengths = lengths(&info, &comm, &ssnd, is_open);
    }
    info.derived = chunks.derived;
    info.chunks = chunks.all;
    Ok(info)
}

/// The lengths that belong in the header of a streamed file; none if they do not fit there.
fn lengths(info: &PcmInfo, comm: &Comm, ssnd: &Ssnd, is_open: bool) -> Vec<Replacement> {
    let data_end = info.data_offset + info.data_len;
    let is_cut = ssnd.is_open && data_end < info.file_len;
    let whole = if is_cut { data_end + info.data_len % 2 } else { info.file_len };
    let form = u32::try_from(whole.max(data_end) - 8);
    let (Ok(form), Ok(frames)) = (form, u32::try_from(info.frames())) else { return Vec::new() };
    let mut lengths = vec![Replacement::new(4, form.to_be_bytes())];
    if is_open {
        let size = (data_end - ssnd.offset - 8) as u32;
        lengths.push(Replacement::new(comm.frames_at, frames.to_be_bytes()));
        lengths.push(Replacement::new(ssnd.offset + 4, size.to_be_bytes()));
    }
    lengths
}

/// The common chunk.
struct Comm {
    sample_rate: u32,
    channels: u16,
    format: SampleFormat,
    frames: u32,
    /// Where the number of frames is.
    frames_at: u64,
}

impl Comm {
    fn read(source: &mut (impl Read + Seek), span: Span, is_aifc: bool) -> Result<Self, PcmError> {
        let needed = if is_aifc { 22 } else { 18 };
        if span.len < needed {
            let (id, offset, size) = ("COMM", span.body - 8, span.len);
            return Err(PcmError::BadFmtSize { id, offset, size, needed });
        }
        let [c0, c1, frames @ .., b0, b1, _, _, _, _, _, _, _, _, _, _] =
            bytes_at::<18>(source, span.body)?;
        let rate = extended(bytes_at(source, span.body + 8)?);
        let kind = if is_aifc { bytes_at(source, span.body + 18)? } else { *b"NONE" };
        let channels = u32::from(u16::from_be_bytes([c0, c1]));
        let (channels, sample_rate) = check_layout("COMM", channels, rate)?;
        let format = sample_format(kind, u16::from_be_bytes([b0, b1]))?;
        let frames = u32::from_be_bytes(frames);
        Ok(Self { sample_rate, channels, format, frames, frames_at: span.body + 2 })
    }
}

/// The format of samples under a compression type, whose name says their size unless it is plain.
fn sample_format(kind: [u8; 4], bits: u16) -> Result<SampleFormat, PcmError> {
    let unsupported = |name: String| PcmError::UnsupportedFormat { name };
    let plain = || {
        let whole = SampleFormat::integer(usize::from(bits.div_ceil(8)));
        let format = whole.and_then(|whole| whole.with_bits(bits));
        format.ok_or_else(|| unsupported(format!("{bits}-bit integer")))
    };
    Ok(match &kind {
        b"NONE" | b"none" | b"twos" => plain()?.big_endian(),
        b"sowt" => plain()?,
        b"raw " if bits == 8 => SampleFormat::U8,
        b"in24" => SampleFormat::I24.big_endian(),
        b"in32" => SampleFormat::I32.big_endian(),
        b"42ni" => SampleFormat::I24,
        b"23ni" => SampleFormat::I32,
        b"fl32" | b"FL32" => SampleFormat::F32.big_endian(),
        b"fl64" | b"FL64" => SampleFormat::F64.big_endian(),
        b"alaw" | b"ALAW" => SampleFormat::A_LAW,
        b"ulaw" | b"ULAW" => SampleFormat::MU_LAW,
        _ => return Err(unsupported(format!("of the AIFC type \"{}\"", shown_id(&kind)))),
    })
}

/// A number in 80 bits: sign and exponent, then a mantissa with its leading bit. What is no positive number is 0.
fn extended([e0, e1, mantissa @ ..]: [u8; 10]) -> f64 {
    let exponent = i32::from(u16::from_be_bytes([e0, e1]));
    if exponent >= 0x7fff {
        // Negative, infinite or no number.
        return if exponent == 0x7fff { f64::INFINITY } else { 0.0 };
    }
    u64::from_be_bytes(mantissa) as f64 * 2.0_f64.powi(exponent - 16_383 - 63)
}

/// The chunk of the samples.
struct Ssnd {
    /// Where its header starts.
    offset: u64,
    span: Span,
    /// Whether its length was left open, so that it reaches to the end of the file.
    is_open: bool,
}

impl Ssnd {
    /// Reads the chunk of `size` bytes whose header is at `offset`.
    fn read(
        source: &mut (impl Read + Seek),
        offset: u64,
        size: u64,
        file_len: u64,
        form_is_open: bool,
    ) -> Result<Self, PcmError> {
        let id = "SSND";
        let available = file_len - offset - 8;
        let is_open = match size {
            // It includes its own header of eight bytes, so nothing that small was ever filled in.
            0..SSND_HEADER => form_is_open,
            _ => size > available && is_left_open(size),
        };
        if available < SSND_HEADER || (size < SSND_HEADER && !is_open) {
            return Err(PcmError::BadFmtSize { id, offset, size, needed: SSND_HEADER });
        }
        let head = bytes_at::<4>(source, offset + 8)?;
        let skipped = SSND_HEADER + u64::from(u32::from_be_bytes(head));
        let len = if is_open { available } else { size };
        if len > available || skipped > len {
            let promised = len.max(skipped);
            return Err(PcmError::TruncatedData { id, offset, promised, available });
        }
        let body = offset + 8 + skipped;
        if is_open && has_chunks_behind(source, body, file_len, u32::from_be_bytes)? {
            return Err(PcmError::OpenSize { id, offset, size });
        }
        Ok(Self { offset, span: Span { body, len: len - skipped }, is_open })
    }
}

/// What the first twelve bytes say.
struct Form {
    /// Where the file ends.
    end: u64,
    /// Whether that was left open.
    is_open: bool,
    is_aifc: bool,
}

#[derive(Default)]
struct Chunks {
    comm: Option<Comm>,
    ssnd: Option<Ssnd>,
    derived: Vec<Derived>,
    all: Vec<Chunk>,
}

impl Chunks {
    fn walk(source: &mut (impl Read + Seek), form: &Form, file_len: u64) -> Result<Self, PcmError> {
        let mut found = Self::default();
        walk(12, |at| {
            if at + 8 > file_len || (found.ssnd.is_some() && at >= form.end) {
                return Ok(None);
            }
            let [a, b, c, d, size @ ..] = bytes_at::<8>(source, at)?;
            let (id, size) = ([a, b, c, d], u64::from(u32::from_be_bytes(size)));
            let available = file_len - at - 8;
            if &id == b"SSND" {
                let ssnd = Ssnd::read(source, at, size, file_len, form.is_open)?;
                let next = ssnd.span.end();
                keep_first(&mut found.ssnd, ssnd, &id, at)?;
                return Ok(Some(next + next % 2));
            }
            if size > available {
                let (id, offset) = (shown_id(&id), at);
                return Err(PcmError::ChunkTooLong { id, offset, promised: size, available });
            }
            let span = Span { body: at + 8, len: size };
            if &id == b"COMM" {
                let comm = Comm::read(source, span, form.is_aifc)?;
                keep_first(&mut found.comm, comm, &id, at)?;
            }
            found.all.push(Chunk { id, span });
            found.derived.extend(derived::in_aiff(source, &id, span)?);
            Ok(Some(span.end() + size % 2))
        })?;
        Ok(found)
    }
}
