//! Where the samples are and what they are, whatever the container.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use patchveil_veil::RATE_MAX;

use super::derived::Derived;
use super::error::PcmError;
use super::format::{MAX_CHANNELS, SampleFormat};
use super::{aiff, caf, riff, w64};

/// Limits the walk over a hostile file; real ones have a handful of chunks.
const MAX_CHUNKS: u32 = 4096;

/// A kind of file that holds plain samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Container {
    /// RIFF/WAVE.
    #[default]
    Wav,
    /// RIFF/WAVE with sizes of 64 bits: `RF64` (EBU Tech 3306) or `BW64` (ITU-R BS.2088).
    Rf64,
    /// Sony Wave64.
    W64,
    /// AIFF, or AIFC with plain samples.
    Aiff,
    /// Core Audio Format with plain samples.
    Caf,
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wav => "WAV",
            Self::Rf64 => "RF64",
            Self::W64 => "Wave64",
            Self::Aiff => "AIFF",
            Self::Caf => "CAF",
        })
    }
}

/// What a file of plain samples holds and where, checked against the real length of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PcmInfo {
    /// What kind of file it is.
    pub container: Container,
    /// Sample rate in Hz, at least 1; the nearest whole number where the file has a fraction.
    pub sample_rate: u32,
    /// Channels, 1 to [`MAX_CHANNELS`].
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
    /// Whether its header leaves the length open, as that of a streamed recording does: the samples reach to the
    /// end of the file.
    pub is_streamed: bool,
    /// What its header has to say for the length to be right; none where it is, or where its fields are too narrow.
    pub(crate) lengths: Vec<Replacement>,
    /// What in it follows from the samples, and goes stale when they change.
    pub(crate) derived: Vec<Derived>,
    /// Which loudspeakers the channels are for, where WAV or Wave64 says so.
    pub(crate) channel_mask: Option<u32>,
    /// All chunks but that of the samples, in order.
    pub(crate) chunks: Vec<Chunk>,
}

/// A chunk of a file: its name, and its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) id: [u8; 4],
    pub(crate) span: Span,
}

/// Bytes to be put in place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// From the start of the file.
    pub(crate) at: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Replacement {
    pub(super) fn new(at: u64, bytes: impl Into<Vec<u8>>) -> Self {
        Self { at, bytes: bytes.into() }
    }
}

impl PcmInfo {
    /// Reads the headers of `source`, from its start; its first bytes say what it is, not its name. The position
    /// afterwards is unspecified.
    ///
    /// # Errors
    /// Any [`PcmError`] but `NonFinite` and `Shape`: the samples themselves are not looked at.
    pub fn read(source: &mut (impl Read + Seek)) -> Result<Self, PcmError> {
        let file_len = source.seek(SeekFrom::End(0))?;
        if file_len == 0 {
            return Err(PcmError::Empty);
        }
        source.seek(SeekFrom::Start(0))?;
        let mut head = [0_u8; 16];
        let got = read_up_to(source, &mut head)?;
        match head {
            [b'R', b'I', b'F', b'F', ..]
            | [b'R', b'F', b'6', b'4', ..]
            | [b'B', b'W', b'6', b'4', ..] => riff::read(source, file_len),
            _ if head == w64::RIFF => w64::read(source, file_len),
            [b'F', b'O', b'R', b'M', _, _, _, _, b'A', b'I', b'F', b'F' | b'C', ..] => {
                aiff::read(source, file_len)
            }
            [b'c', b'a', b'f', b'f', ..] => caf::read(source, file_len),
            _ => Err(not_plain(&head[..got])),
        }
    }

    /// A file without anything but these samples.
    pub(crate) fn new(shape: Shape, data: Span, file_len: u64, container: Container) -> Self {
        Self {
            container,
            sample_rate: shape.sample_rate,
            channels: shape.channels,
            format: shape.format,
            data_offset: data.body,
            data_len: data.len,
            file_len,
            time_reference: None,
            is_streamed: false,
            lengths: Vec::new(),
            derived: Vec::new(),
            channel_mask: None,
            chunks: Vec::new(),
        }
    }

    /// Checks that there is a whole number of frames, and one at least.
    pub(super) fn check(self) -> Result<Self, PcmError> {
        if self.data_len == 0 {
            return Err(PcmError::NoAudio);
        }
        if !self.data_len.is_multiple_of(self.frame_bytes() as u64) {
            let frame_bytes = self.frame_bytes() as u16;
            return Err(PcmError::PartialFrame { data_len: self.data_len, frame_bytes });
        }
        Ok(self)
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

    /// Names of the chunks that only a copy of the file keeps, each once.
    pub(crate) fn others(&self) -> Vec<String> {
        let mut others = Vec::new();
        for chunk in self.chunks.iter().filter(|chunk| !NOT_MISSED.contains(&&chunk.id)) {
            let name = shown_id(&chunk.id).trim().to_owned();
            if !others.contains(&name) {
                others.push(name);
            }
        }
        others
    }

    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.sample_rate)
    }
}

/// What a file is that holds no plain samples, as far as its first bytes show.
fn not_plain(head: &[u8]) -> PcmError {
    let convert = "convert it to WAV first (lossless 24-bit files with ffmpeg -c:a pcm_s24le, else it \
                   makes 16 bits)";
    let is_text = |b: &u8| matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    let (found, advice) = match head {
        [b'f', b'L', b'a', b'C', ..] => ("is FLAC", convert),
        [b'O', b'g', b'g', b'S', ..] => ("is Ogg (Vorbis or Opus)", convert),
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => ("is MP3 or AAC", convert),
        [b'w', b'v', b'p', b'k', ..] => ("is WavPack", convert),
        [b'R', b'I', b'F', b'X', ..] => ("is big-endian RIFX", convert),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => ("is MP4 or M4A", convert),
        [b'F', b'O', b'R', b'M', ..] => ("is an IFF file of another kind", convert),
        [b'P', b'K', 3, 4, ..] => ("is a ZIP archive", "unpack it first"),
        _ if head.iter().all(is_text) => ("is text", "give a recording"),
        _ => ("does not start with RIFF", "export or copy it again"),
    };
    PcmError::NotWav { found, advice }
}

/// What the samples are.
pub(crate) struct Shape {
    pub(crate) sample_rate: u32,
    pub(crate) channels: u16,
    pub(crate) format: SampleFormat,
}

/// Checks what the chunk `id` says of channels and sample rate, in Hz.
pub(super) fn check_layout(
    id: &'static str,
    channels: u32,
    rate: f64,
) -> Result<(u16, u32), PcmError> {
    if channels == 0 {
        return Err(PcmError::NoChannels(id));
    }
    let too_many = PcmError::TooManyChannels { channels };
    let channels = u16::try_from(channels).ok().filter(|channels| *channels <= MAX_CHANNELS);
    let channels = channels.ok_or(too_many)?;
    if rate.is_nan() || rate < 0.5 {
        return Err(PcmError::ZeroRate(id));
    }
    // Readers size their buffers by the rate.
    if rate.round() > f64::from(RATE_MAX) {
        return Err(PcmError::RateTooHigh { id, rate });
    }
    Ok((channels, rate.round() as u32))
}

/// A chunk's body: position and length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) body: u64,
    pub(crate) len: u64,
}

impl Span {
    pub(super) fn end(self) -> u64 {
        self.body.saturating_add(self.len)
    }
}

/// Chunks that are not missed in another container: the samples and what describes them or follows from them, texts
/// that are carried over as tags, and padding.
const NOT_MISSED: [&[u8; 4]; 26] = [
    b"fmt ", b"fact", b"data", b"ds64", b"COMM", b"SSND", b"FVER", b"desc", b"PEAK", b"peak",
    b"MD5 ", b"levl", b"LIST", b"id3 ", b"ID3 ", b"NAME", b"AUTH", b"(c) ", b"ANNO", b"COMT",
    b"info", b"JUNK", b"junk", b"PAD ", b"FLLR", b"free",
];

/// Walks from chunk to chunk, from position `at` on. `take` takes the chunk at a position and gives that of the next;
/// none at the end.
///
/// # Errors
/// Those of `take`, and [`PcmError::TooManyChunks`].
pub(super) fn walk(
    mut at: u64,
    mut take: impl FnMut(u64) -> Result<Option<u64>, PcmError>,
) -> Result<(), PcmError> {
    for _ in 0..MAX_CHUNKS {
        match take(at)? {
            Some(next) => at = next,
            None => return Ok(()),
        }
    }
    Err(PcmError::TooManyChunks { limit: MAX_CHUNKS })
}

/// A chunk's name as an error shows it.
pub(super) fn shown_id(id: &[u8]) -> String {
    id.escape_ascii().to_string()
}

/// Puts `value` into a slot that has to be empty.
pub(super) fn keep_first<T>(
    slot: &mut Option<T>,
    value: T,
    id: &[u8],
    offset: u64,
) -> Result<(), PcmError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(PcmError::DuplicateChunk { id: shown_id(id), offset }),
    }
}

/// The `N` bytes at position `at`.
pub(super) fn bytes_at<const N: usize>(
    source: &mut (impl Read + Seek),
    at: u64,
) -> io::Result<[u8; N]> {
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Fills `buffer` as far as the source goes; gives the bytes read.
pub(crate) fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
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
