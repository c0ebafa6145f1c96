//! Sony Wave64: WAV's chunks under GUIDs, with sizes of 64 bits that count their headers, at multiples of eight.

use std::io::{Read, Seek};

use super::derived::{self, Derived};
use super::error::PcmError;
use super::fmt::Fmt;
use super::info::{
    Chunk, Container, PcmInfo, Replacement, Span, bytes_at, keep_first, shown_id, walk,
};
use super::riff::time_reference;
use super::streamed::is_left_open;

/// The GUID that a file begins with.
pub(super) const RIFF: [u8; 16] = *b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";
/// Behind the four letters of every other chunk's GUID.
const TAIL: [u8; 12] = *b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
/// Bytes of a chunk's header, which its size includes.
const HEADER: u64 = 24;
/// Bytes of the header of the file: a chunk's, and the GUID of `wave`.
pub(super) const FIRST: u64 = 40;
/// Some writers leave padding out of the size of the file.
const SLACK: u64 = 15;

/// Reads the headers of a Wave64 file.
pub(super) fn read(source: &mut (impl Read + Seek), file_len: u64) -> Result<PcmInfo, PcmError> {
    if file_len < FIRST {
        return Err(PcmError::CutHeader { part: "Wave64 header", file_len });
    }
    let promised = u64::from_le_bytes(bytes_at(source, 16)?);
    if name(bytes_at(source, HEADER)?) != Some(*b"wave") {
        return Err(PcmError::NotWav {
            found: "is a Wave64 file of another kind",
            advice: "convert its sound to WAV first",
        });
    }
    let is_open = promised == 0 || (promised > file_len && is_left_open(promised));
    let end = if is_open { file_len } else { promised };
    let chunks = Chunks::walk(source, end, file_len)?;
    let (mut data, data_is_open) = chunks.data.ok_or(PcmError::NoData("data"))?;
    let shape = chunks.fmt.as_ref().ok_or(PcmError::NoFmt("fmt"))?.shape();
    let (form, offset) = ("riff", 16);
    if !data_is_open && end > file_len + SLACK {
        return Err(PcmError::RiffTooLong { form, offset, promised, file_len });
    }
    if !data_is_open && end.saturating_add(SLACK) < data.end() {
        return Err(PcmError::RiffTooShort { form, offset, promised, data_end: data.end() });
    }
    if data_is_open {
        data.len -= data.len % (u64::from(shape.channels) * shape.format.bytes() as u64);
    }
    let mut info = PcmInfo::new(shape, data, file_len, Container::W64).check()?;
    info.is_streamed = is_open || data_is_open;
    if info.is_streamed {
        let is_cut = data_is_open && data.end() < file_len;
        let whole = if is_cut { data.end() } else { file_len };
        info.lengths = vec![
            Replacement::new(16, whole.to_le_bytes()),
            Replacement::new(data.body - 8, (data.len + HEADER).to_le_bytes()),
        ];
    }
    info.time_reference = chunks.time_reference;
    info.derived = chunks.derived;
    info.chunks = chunks.all;
    info.channel_mask = chunks.fmt.as_ref().and_then(Fmt::channel_mask);
    Ok(info)
}

/// The header of a chunk with a body of `len` bytes.
pub(super) fn chunk_head(id: &[u8; 4], len: u64) -> [u8; HEADER as usize] {
    let mut head = [0; HEADER as usize];
    head[..4].copy_from_slice(id);
    head[4..16].copy_from_slice(&TAIL);
    head[16..].copy_from_slice(&(HEADER + len).to_le_bytes());
    head
}

/// The four letters in a chunk's GUID; none if it is another kind of GUID.
fn name(guid: [u8; 16]) -> Option<[u8; 4]> {
    let [a, b, c, d, tail @ ..] = guid;
    (tail == TAIL).then_some([a, b, c, d])
}

#[derive(Default)]
struct Chunks {
    fmt: Option<Fmt>,
    /// And whether its length was left open.
    data: Option<(Span, bool)>,
    time_reference: Option<u64>,
    derived: Vec<Derived>,
    all: Vec<Chunk>,
}

impl Chunks {
    fn walk(source: &mut (impl Read + Seek), end: u64, file_len: u64) -> Result<Self, PcmError> {
        let mut found = Self::default();
        walk(FIRST, |at| {
            let is_over =
                at.saturating_add(HEADER) > file_len || (found.data.is_some() && at >= end);
            if is_over { Ok(None) } else { found.take(source, at, file_len).map(Some) }
        })?;
        Ok(found)
    }

    /// Takes what matters of the chunk at `offset`; gives the position of the next.
    fn take(
        &mut self,
        source: &mut (impl Read + Seek),
        offset: u64,
        file_len: u64,
    ) -> Result<u64, PcmError> {
        let guid: [u8; 16] = bytes_at(source, offset)?;
        let size = u64::from_le_bytes(bytes_at(source, offset + 16)?);
        let body = offset + HEADER;
        let available = file_len - body;
        let id = name(guid).unwrap_or_default();
        if &id == b"data" {
            let (data, is_open) = data(size, Span { body, len: available })?;
            keep_first(&mut self.data, (data, is_open), &id, offset)?;
            return Ok(if is_open { file_len } else { aligned(data.end()) });
        }
        let Some(len) = size.checked_sub(HEADER).filter(|len| *len <= available) else {
            return Err(PcmError::ChunkTooLong {
                id: shown_id(&guid[..4]),
                offset,
                promised: size,
                available,
            });
        };
        let span = Span { body, len };
        match &id {
            b"fmt " => {
                let fmt = Fmt::read_at(source, body, offset, len)?;
                keep_first(&mut self.fmt, fmt, &id, offset)?;
            }
            b"bext" if self.time_reference.is_none() => {
                self.time_reference = time_reference(source, span)?;
            }
            _ => {}
        }
        if id != [0; 4] {
            self.all.push(Chunk { id, span });
        }
        self.derived.extend(derived::in_riff(source, &id, span)?);
        Ok(aligned(span.end()))
    }
}

/// The samples of a data chunk whose size is `size`, of the `rest` of the file; and whether that was left open.
fn data(size: u64, rest: Span) -> Result<(Span, bool), PcmError> {
    let (id, offset, available) = ("data", rest.body - HEADER, rest.len);
    // Headers are of 24 bytes, so nothing that small was ever filled in.
    let len = size.checked_sub(HEADER);
    let is_open = len.is_none() || (size > available + HEADER && is_left_open(size));
    match len {
        _ if is_open => Ok((rest, true)),
        Some(len) if len <= available => Ok((Span { len, ..rest }, false)),
        _ => Err(PcmError::TruncatedData { id, offset, promised: size, available }),
    }
}

fn aligned(at: u64) -> u64 {
    at.checked_next_multiple_of(8).unwrap_or(u64::MAX)
}
