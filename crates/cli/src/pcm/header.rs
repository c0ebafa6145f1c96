//! Chunks and headers: where the samples are and what they are.

use std::io::{self, Read, Seek, SeekFrom};

use super::error::PcmError;
use super::fmt::Fmt;
use super::format::SampleFormat;

/// Limits the walk over a hostile file; real ones have a handful.
const MAX_CHUNKS: u32 = 4096;
/// Size field of a writer that did not know the size, or of RF64 pointing to `ds64`.
const OPEN: u64 = u32::MAX as u64;
/// Many writers are off by their own 8-byte header or a pad byte in the RIFF size; every player
/// ignores that.
const RIFF_SLACK: u64 = 9;
/// Where in a `bext` chunk the `TimeReference` is, behind the texts (EBU Tech 3285, section 2.3).
const TIME_REFERENCE_AT: u64 = 338;

/// What a WAV file holds and where, checked against the real length of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PcmInfo {
    /// Sample rate in Hz, at least 1.
    pub sample_rate: u32,
    /// Channels, 1 to [`MAX_CHANNELS`](super::MAX_CHANNELS).
    pub channels: u16,
    /// How a sample is stored.
    pub format: SampleFormat,
    /// Position of the first sample byte, from the start of the file.
    pub data_offset: u64,
    /// Bytes of samples: a whole number of frames, at least one.
    pub data_len: u64,
    /// Length of the file in bytes.
    pub file_len: u64,
    /// The `TimeReference` of a `bext` chunk: samples from the timeline's start, mostly midnight, to the first
    /// sample (EBU Tech 3285, section 2.3).
    pub time_reference: Option<u64>,
}

impl PcmInfo {
    /// Reads the headers of `source`, from its start. The position afterwards is unspecified.
    ///
    /// # Errors
    /// Any [`PcmError`] but `NonFinite` and `Shape`: the samples themselves are not looked at.
    pub fn read(source: &mut (impl Read + Seek)) -> Result<Self, PcmError> {
        let file_len = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let mut riff = RiffHeader::read(source, file_len)?;
        let chunks = Chunks::walk(source, &mut riff, file_len)?;
        let fmt = chunks.fmt.ok_or(PcmError::NoFmt)?;
        let data = chunks.data.ok_or(PcmError::NoData)?;

        let data_end = data.body + data.len;
        if riff.end > file_len + RIFF_SLACK {
            return Err(PcmError::RiffTooLong { promised: riff.end, file_len });
        }
        if riff.end.saturating_add(RIFF_SLACK) < data_end {
            return Err(PcmError::RiffTooShort { promised: riff.end, data_end });
        }
        if data.len == 0 {
            return Err(PcmError::NoAudio);
        }
        let info = Self {
            sample_rate: fmt.sample_rate,
            channels: fmt.channels,
            format: fmt.format,
            data_offset: data.body,
            data_len: data.len,
            file_len,
            time_reference: chunks.time_reference,
        };
        if data.len % info.frame_bytes() as u64 != 0 {
            return Err(PcmError::PartialFrame {
                data_len: data.len,
                frame_bytes: fmt.channels * fmt.format.bytes() as u16,
            });
        }
        Ok(info)
    }

    /// Bytes of one frame, that is one sample of every channel.
    #[must_use]
    pub fn frame_bytes(&self) -> usize {
        usize::from(self.channels) * self.format.bytes()
    }

    /// Frames in the file, at least one.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.data_len / self.frame_bytes() as u64
    }

    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.sample_rate)
    }
}

/// The first twelve bytes.
struct RiffHeader {
    /// Sizes of 64 bits come from a `ds64` chunk.
    wide: bool,
    /// Where the file ends according to its header.
    end: u64,
}

impl RiffHeader {
    fn read(source: &mut impl Read, file_len: u64) -> Result<Self, PcmError> {
        if file_len == 0 {
            return Err(PcmError::Empty);
        }
        let mut head = [0_u8; 12];
        let got = read_up_to(source, &mut head)?;
        let [a, b, c, d, size @ .., w, x, y, z] = head;
        let wide = match &[a, b, c, d] {
            b"RIFF" => false,
            b"RF64" | b"BW64" => true,
            _ => return Err(not_wav(&head[..got])),
        };
        if got < head.len() {
            return Err(PcmError::CutHeader { part: "RIFF header", file_len });
        }
        if &[w, x, y, z] != b"WAVE" {
            return Err(PcmError::NotWav {
                found: "is a RIFF file of another kind (AVI, WebP, ...)",
                advice: "convert its sound to WAV first",
            });
        }
        Ok(Self { wide, end: u64::from(u32::from_le_bytes(size)) + 8 })
    }
}

/// What a file without a RIFF header is, as far as its first bytes show.
fn not_wav(head: &[u8]) -> PcmError {
    let convert = "convert it to WAV first (lossless 24-bit files with ffmpeg -c:a pcm_s24le, else it \
                   makes 16 bits)";
    let is_text = |b: &u8| matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    let (found, advice) = match head {
        [b'f', b'L', b'a', b'C', ..] => ("is FLAC", convert),
        [b'O', b'g', b'g', b'S', ..] => ("is Ogg (Vorbis or Opus)", convert),
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => ("is MP3 or AAC", convert),
        [b'F', b'O', b'R', b'M', ..] => ("is AIFF", convert),
        [b'c', b'a', b'f', b'f', ..] => ("is Core Audio (CAF)", convert),
        [b'r', b'i', b'f', b'f', ..] => ("is Sony Wave64", convert),
        [b'R', b'I', b'F', b'X', ..] => ("is big-endian RIFX", convert),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => ("is MP4 or M4A", convert),
        [b'P', b'K', 3, 4, ..] => ("is a ZIP archive", "unpack it first"),
        _ if head.iter().all(is_text) => ("is text", "give a recording"),
        _ => ("does not start with RIFF", "export or copy it again"),
    };
    PcmError::NotWav { found, advice }
}

/// A chunk's body: position and length in bytes.
#[derive(Clone, Copy)]
struct Span {
    body: u64,
    len: u64,
}

/// 64-bit sizes of an RF64 file.
struct Ds64 {
    riff: u64,
    data: u64,
    /// Sizes of other chunks too long for 32 bits.
    table: Vec<([u8; 4], u64)>,
}

impl Ds64 {
    /// Reads the body at the position of `source`: three 64-bit numbers (RIFF size, data size, number of
    /// samples), then a counted table.
    fn read(source: &mut impl Read, chunk: &ChunkHeader) -> Result<Self, PcmError> {
        let fits = (24..=4096).contains(&chunk.size) && chunk.size <= chunk.available;
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
        Ok(Self { riff: u64::from_le_bytes(riff), data: u64::from_le_bytes(data), table })
    }

    fn size_of(&self, id: [u8; 4]) -> Option<u64> {
        match &id {
            b"data" => Some(self.data),
            _ => self.table.iter().find(|e| e.0 == id).map(|e| e.1),
        }
    }
}

/// The chunks that matter, found by walking over all of them.
#[derive(Default)]
struct Chunks {
    fmt: Option<Fmt>,
    data: Option<Span>,
    time_reference: Option<u64>,
}

impl Chunks {
    /// Walks from chunk to chunk to the end. `riff.end` is corrected where `ds64` gives it.
    fn walk(
        source: &mut (impl Read + Seek),
        riff: &mut RiffHeader,
        file_len: u64,
    ) -> Result<Self, PcmError> {
        let mut found = Self::default();
        let mut wide_sizes = None;
        let mut at = 12;
        for _ in 0..MAX_CHUNKS {
            // What follows the RIFF chunk (an ID3 tag, padding of a disk image) is not a chunk.
            if file_len < at + 8 || (found.data.is_some() && at >= riff.end) {
                if riff.wide && wide_sizes.is_none() {
                    return Err(PcmError::NoDs64);
                }
                return Ok(found);
            }
            let mut chunk = ChunkHeader::read(source, at, file_len)?;
            if riff.wide {
                // The specification puts `ds64` first, so that sizes are known when they are needed.
                let Some(sizes) = &wide_sizes else {
                    let sizes = Ds64::read(source, &chunk)?;
                    riff.end = sizes.riff.saturating_add(8);
                    wide_sizes = Some(sizes);
                    at = chunk.next();
                    continue;
                };
                chunk.widen(sizes);
            }
            if &chunk.id == b"data" {
                chunk.check_data(source, riff)?;
                let span = Span { body: chunk.body(), len: chunk.size };
                chunk.keep_first(&mut found.data, span)?;
            } else if chunk.size > chunk.available {
                return Err(PcmError::ChunkTooLong {
                    id: chunk.name(),
                    offset: chunk.offset,
                    promised: chunk.size,
                    available: chunk.available,
                });
            } else if &chunk.id == b"fmt " {
                let fmt = Fmt::read(source, chunk.offset, chunk.size)?;
                chunk.keep_first(&mut found.fmt, fmt)?;
            } else if &chunk.id == b"bext" && found.time_reference.is_none() {
                found.time_reference = chunk.time_reference(source)?;
            }
            at = chunk.next();
        }
        Err(PcmError::TooManyChunks { limit: MAX_CHUNKS })
    }
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
        source.seek(SeekFrom::Start(offset))?;
        let mut head = [0_u8; 8];
        source.read_exact(&mut head)?;
        let [a, b, c, d, size @ ..] = head;
        Ok(Self {
            id: [a, b, c, d],
            offset,
            size: u64::from(u32::from_le_bytes(size)),
            available: file_len - offset - 8,
        })
    }

    fn name(&self) -> String {
        self.id.escape_ascii().to_string()
    }

    fn body(&self) -> u64 {
        self.offset + 8
    }

    /// Where the next header is, including a pad byte after odd bodies. Only for chunks that fit in the
    /// file.
    fn next(&self) -> u64 {
        self.body() + self.size + self.size % 2
    }

    /// The `TimeReference` in this `bext` chunk; none if it is too short for one.
    fn time_reference(&self, source: &mut (impl Read + Seek)) -> Result<Option<u64>, PcmError> {
        if self.size < TIME_REFERENCE_AT + 8 {
            return Ok(None);
        }
        source.seek(SeekFrom::Start(self.body() + TIME_REFERENCE_AT))?;
        let mut bytes = [0_u8; 8];
        source.read_exact(&mut bytes)?;
        Ok(Some(u64::from_le_bytes(bytes)))
    }

    fn widen(&mut self, sizes: &Ds64) {
        if self.size == OPEN
            && let Some(size) = sizes.size_of(self.id)
        {
            self.size = size;
        }
    }

    fn keep_first<T>(&self, slot: &mut Option<T>, value: T) -> Result<(), PcmError> {
        match slot.replace(value) {
            None => Ok(()),
            Some(_) => Err(PcmError::DuplicateChunk { id: self.name(), offset: self.offset }),
        }
    }

    /// Checks that the size of this data chunk is plausible.
    fn check_data(
        &self,
        source: &mut (impl Read + Seek),
        riff: &RiffHeader,
    ) -> Result<(), PcmError> {
        let (offset, available) = (self.offset, self.available);
        let open = match self.size {
            0 => available > 0 && (riff.end == 8 || !self.is_followed_by_chunk(source)?),
            OPEN => available < OPEN,
            _ => false,
        };
        if open {
            let size = self.size;
            return Err(PcmError::OpenSize { offset, size });
        }
        if self.size > available {
            return Err(PcmError::TruncatedData { offset, promised: self.size, available });
        }
        Ok(())
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

/// Fills `buffer` as far as the source goes; gives the bytes read.
fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match source.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}
