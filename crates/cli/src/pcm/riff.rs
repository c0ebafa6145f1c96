//! WAV: `RIFF`, and `RF64` or `BW64` with sizes of 64 bits in a `ds64` chunk.

use std::io::{Read, Seek, SeekFrom};

use super::derived::{self, Derived};
use super::error::PcmError;
use super::fmt::Fmt;
use super::info::{
    Chunk, Container, PcmInfo, Replacement, Span, bytes_at, keep_first, read_up_to, shown_id, walk,
};
use super::streamed::{has_chunks_behind, is_left_open};

/// Size field that points to `ds64`; in plain RIFF, one of those left open.
const OPEN: u64 = u32::MAX as u64;
/// Many writers are off by their own 8-byte header or a pad byte in the RIFF size; every player
/// ignores that.
const RIFF_SLACK: u64 = 9;
/// Where in a `bext` chunk the `TimeReference` is, behind the texts (EBU Tech 3285, section 2.3).
const TIME_REFERENCE_AT: u64 = 338;

/// Reads the headers of a WAV file.
pub(super) fn read(source: &mut (impl Read + Seek), file_len: u64) -> Result<PcmInfo, PcmError> {
    source.seek(SeekFrom::Start(0))?;
    let mut riff = RiffHeader::read(source, file_len)?;
    let chunks = Chunks::walk(source, &mut riff, file_len)?;
    let fmt = chunks.fmt.as_ref().ok_or(PcmError::NoFmt("fmt"))?;
    let Data { mut span, is_open } = chunks.data.ok_or(PcmError::NoData("data"))?;
    if !is_open {
        let (form, offset, promised) = ("RIFF", 4, riff.end);
        if riff.end > file_len + RIFF_SLACK {
            return Err(PcmError::RiffTooLong { form, offset, promised, file_len });
        }
        if riff.end.saturating_add(RIFF_SLACK) < span.end() {
            return Err(PcmError::RiffTooShort { form, offset, promised, data_end: span.end() });
        }
    }
    let shape = fmt.shape();
    if is_open {
        // Of a recording that broke off, the last frame may be incomplete.
        let frame_bytes = u64::from(shape.channels) * shape.format.bytes() as u64;
        span.len -= span.len % frame_bytes;
    }
    let container = if riff.is_wide { Container::Rf64 } else { Container::Wav };
    let mut info = PcmInfo::new(shape, span, file_len, container).check()?;
    info.is_streamed = is_open || riff.is_open;
    if info.is_streamed {
        info.lengths = lengths(&info, &riff, &chunks);
    }
    info.time_reference = chunks.time_reference;
    info.derived = chunks.derived;
    info.chunks = chunks.all;
    info.channel_mask = fmt.channel_mask();
    Ok(info)
}

/// The first twelve bytes.
struct RiffHeader {
    /// Sizes of 64 bits come from a `ds64` chunk.
    is_wide: bool,
    /// Where the file ends according to its header.
    end: u64,
    /// Whether the header leaves that open.
    is_open: bool,
}

impl RiffHeader {
    fn read(source: &mut impl Read, file_len: u64) -> Result<Self, PcmError> {
        let mut head = [0_u8; 12];
        let got = read_up_to(source, &mut head)?;
        let [a, b, c, d, size @ .., w, x, y, z] = head;
        let is_wide = &[a, b, c, d] != b"RIFF";
        if got < head.len() {
            return Err(PcmError::CutHeader { part: "RIFF header", file_len });
        }
        if &[w, x, y, z] != b"WAVE" {
            return Err(PcmError::NotWav {
                found: "is a RIFF file of another kind (AVI, WebP, ...)",
                advice: "convert its sound to WAV first",
            });
        }
        let mut header = Self { is_wide, end: 0, is_open: false };
        if !is_wide {
            header.set_size(u64::from(u32::from_le_bytes(size)), file_len);
        }
        Ok(header)
    }

    fn set_size(&mut self, size: u64, file_len: u64) {
        let end = size.saturating_add(8);
        self.is_open = size == 0 || (end > file_len && is_left_open(size));
        self.end = if self.is_open { file_len } else { end };
    }
}

/// 64-bit sizes of an RF64 file.
struct Ds64 {
    /// Where they are.
    body: u64,
    riff: u64,
    data: u64,
    /// Sizes of other chunks too long for 32 bits.
    table: Vec<([u8; 4], u64)>,
}

impl Ds64 {
    /// Reads the body at the position of `source`: three 64-bit numbers (RIFF size, data size, number of
    /// samples), then a counted table.
    fn read(source: &mut impl Read, chunk: &ChunkHeader) -> Result<Self, PcmError> {
        let fits = (24..=1 << 16).contains(&chunk.size) && chunk.size <= chunk.available;
        if &chunk.id != b"ds64" || !fits {
            return Err(PcmError::NoDs64);
        }
        let mut fixed = [0_u8; 24];
        source.read_exact(&mut fixed)?;
        let [riff, data, _samples] = *fixed.as_chunks::<8>().0 else {
            return Err(PcmError::NoDs64);
        };
        let mut rest = vec![0_u8; chunk.size as usize - fixed.len()];
        source.read_exact(&mut rest)?;
        let table = match rest.split_first_chunk::<4>() {
            None => Vec::new(),
            Some((count, entries)) => entries
                .as_chunks::<12>()
                .0
                .iter()
                .take(u32::from_le_bytes(*count) as usize)
                .map(|&[a, b, c, d, ref size @ ..]| ([a, b, c, d], u64::from_le_bytes(*size)))
                .collect(),
        };
        let (riff, data) = (u64::from_le_bytes(riff), u64::from_le_bytes(data));
        Ok(Self { body: chunk.body(), riff, data, table })
    }

    fn size_of(&self, id: [u8; 4]) -> Option<u64> {
        match &id {
            b"data" => Some(self.data),
            _ => self.table.iter().find(|e| e.0 == id).map(|e| e.1),
        }
    }
}

/// The samples' chunk.
#[derive(Clone, Copy)]
struct Data {
    span: Span,
    /// Whether its length was left open, so that it reaches to the end of the file.
    is_open: bool,
}

/// The chunks that matter, found by walking over all of them.
#[derive(Default)]
struct Chunks {
    fmt: Option<Fmt>,
    data: Option<Data>,
    /// The sizes of 64 bits, of RF64.
    wide: Option<Ds64>,
    /// The body of a `fact` chunk, which repeats the number of frames.
    fact: Option<u64>,
    time_reference: Option<u64>,
    derived: Vec<Derived>,
    all: Vec<Chunk>,
}

impl Chunks {
    /// Walks from chunk to chunk to the end. `riff.end` is corrected where `ds64` gives it.
    fn walk(
        source: &mut (impl Read + Seek),
        riff: &mut RiffHeader,
        file_len: u64,
    ) -> Result<Self, PcmError> {
        let mut found = Self::default();
        walk(12, |at| {
            // What follows the RIFF chunk (an ID3 tag, padding of a disk image) is not a chunk.
            if file_len < at + 8 || (found.data.is_some() && at >= riff.end) {
                if riff.is_wide && found.wide.is_none() {
                    return Err(PcmError::NoDs64);
                }
                return Ok(None);
            }
            let mut chunk = ChunkHeader::read(source, at, file_len)?;
            if riff.is_wide {
                // The specification puts `ds64` first, so that sizes are known when they are needed.
                let Some(sizes) = &found.wide else {
                    let sizes = Ds64::read(source, &chunk)?;
                    riff.set_size(sizes.riff, file_len);
                    found.wide = Some(sizes);
                    return Ok(Some(chunk.next()));
                };
                chunk.widen(sizes);
            }
            found.take(source, &chunk).map(Some)
        })?;
        Ok(found)
    }

    /// Takes what matters of a chunk; gives the position of the next.
    fn take(
        &mut self,
        source: &mut (impl Read + Seek),
        chunk: &ChunkHeader,
    ) -> Result<u64, PcmError> {
        if &chunk.id == b"data" {
            let data = chunk.data(source)?;
            let next = data.span.end() + data.span.len % 2;
            keep_first(&mut self.data, data, &chunk.id, chunk.offset)?;
            return Ok(next);
        }
        if chunk.size > chunk.available {
            return Err(PcmError::ChunkTooLong {
                id: shown_id(&chunk.id),
                offset: chunk.offset,
                promised: chunk.size,
                available: chunk.available,
            });
        }
        let span = Span { body: chunk.body(), len: chunk.size };
        match &chunk.id {
            b"fmt " => {
                let fmt = Fmt::read(source, chunk.offset, chunk.size)?;
                keep_first(&mut self.fmt, fmt, &chunk.id, chunk.offset)?;
            }
            b"bext" if self.time_reference.is_none() => {
                self.time_reference = time_reference(source, span)?;
            }
            b"fact" if chunk.size >= 4 => self.fact = Some(chunk.body()),
            _ => {}
        }
        self.all.push(Chunk { id: chunk.id, span });
        self.derived.extend(derived::in_riff(source, &chunk.id, span)?);
        Ok(chunk.next())
    }
}

/// The `TimeReference` in a `bext` chunk; none if it is too short for one.
pub(super) fn time_reference(
    source: &mut (impl Read + Seek),
    bext: Span,
) -> Result<Option<u64>, PcmError> {
    if bext.len < TIME_REFERENCE_AT + 8 {
        return Ok(None);
    }
    let bytes = bytes_at::<8>(source, bext.body + TIME_REFERENCE_AT)?;
    Ok(Some(u64::from_le_bytes(bytes)))
}

/// The eight bytes before a chunk's body, and how much of the file follows them.
struct ChunkHeader {
    id: [u8; 4],
    offset: u64,
    size: u64,
    available: u64,
}

impl ChunkHeader {
    /// Reads at `offset`, where at least eight bytes must be left; leaves the source at the body.
    fn read(source: &mut (impl Read + Seek), offset: u64, file_len: u64) -> Result<Self, PcmError> {
        let [a, b, c, d, size @ ..] = bytes_at::<8>(source, offset)?;
        Ok(Self {
            id: [a, b, c, d],
            offset,
            size: u64::from(u32::from_le_bytes(size)),
            available: file_len - offset - 8,
        })
    }

    fn body(&self) -> u64 {
        self.offset + 8
    }

    /// Where the next header is, including a pad byte after odd bodies. Only for chunks that fit in the
    /// file.
    fn next(&self) -> u64 {
        self.body() + self.size + self.size % 2
    }

    fn widen(&mut self, sizes: &Ds64) {
        if self.size == OPEN
            && let Some(size) = sizes.size_of(self.id)
        {
            self.size = size;
        }
    }

    /// Where the samples of this data chunk are, if its size is plausible.
    fn data(&self, source: &mut (impl Read + Seek)) -> Result<Data, PcmError> {
        let (id, offset, size, available) = ("data", self.offset, self.size, self.available);
        let is_open = match size {
            0 => available > 0 && !self.is_followed_by_chunk(source)?,
            _ => size > available && is_left_open(size),
        };
        if is_open {
            let file_len = self.body() + available;
            if has_chunks_behind(source, self.body(), file_len, u32::from_le_bytes)? {
                return Err(PcmError::OpenSize { id, offset, size });
            }
        } else if size > available {
            return Err(PcmError::TruncatedData { id, offset, promised: size, available });
        }
        let len = if is_open { available } else { size };
        Ok(Data { span: Span { body: self.body(), len }, is_open })
    }

    /// Whether an empty body is followed by another chunk rather than by samples.
    fn is_followed_by_chunk(&self, source: &mut (impl Read + Seek)) -> Result<bool, PcmError> {
        if self.available < 8 {
            return Ok(false);
        }
        let next = Self::read(source, self.body(), self.body() + self.available)?;
        let is_name = next.id.iter().all(|b| (b' '..=b'~').contains(b));
        Ok(is_name && next.size <= next.available)
    }
}

/// The lengths that belong in the header of a streamed file; none if they do not fit there.
fn lengths(info: &PcmInfo, riff: &RiffHeader, chunks: &Chunks) -> Vec<Replacement> {
    let data_end = info.data_offset + info.data_len;
    let left_over = info.file_len - data_end;
    // Left-over bytes of an incomplete frame are not a chunk: they go behind the RIFF chunk.
    let is_cut = chunks.data.is_some_and(|data| data.is_open) && left_over > 0;
    let end = if is_cut { data_end + info.data_len % 2 } else { info.file_len };
    let riff_len = end.max(data_end) - 8;
    let mut lengths = Vec::new();
    let size_at = info.data_offset - 4;
    match (&chunks.wide, u32::try_from(riff_len)) {
        (Some(wide), _) if riff.is_wide => {
            lengths.push(Replacement::new(wide.body, riff_len.to_le_bytes()));
            lengths.push(Replacement::new(wide.body + 8, info.data_len.to_le_bytes()));
            lengths.push(Replacement::new(wide.body + 16, info.frames().to_le_bytes()));
            lengths.push(Replacement::new(size_at, u32::MAX.to_le_bytes()));
        }
        (_, Ok(riff_len)) if riff_len < u32::MAX - 1024 => {
            lengths.push(Replacement::new(4, riff_len.to_le_bytes()));
            lengths.push(Replacement::new(size_at, (info.data_len as u32).to_le_bytes()));
        }
        _ => return Vec::new(),
    }
    if let (Some(fact), Ok(frames)) = (chunks.fact, u32::try_from(info.frames())) {
        lengths.push(Replacement::new(fact, frames.to_le_bytes()));
    }
    lengths
}
