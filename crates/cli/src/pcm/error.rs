//! What can be wrong with a file of plain samples.

use std::io;

use super::format::MAX_CHANNELS;
use super::info::Container;

/// What to do about a file that the system does not let us read; follows the system's message.
pub(crate) fn read_hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "; check the spelling",
        io::ErrorKind::PermissionDenied => "; you need permission to read it",
        io::ErrorKind::IsADirectory => "; give a file",
        _ => "",
    }
}

/// Why a file cannot be read or rewritten in place.
///
/// Every message is one line that says what is wrong, where (byte positions count from the start of the
/// file) and what to do. None names the file: the caller puts its name first.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PcmError {
    /// The system could not read.
    #[error("cannot be read: {}{}", .0, read_hint(.0))]
    Io(#[from] io::Error),
    /// It changed since it was opened.
    #[error("it changed while it was read; wait until nothing writes to it and try again")]
    Changed,
    /// Zero bytes.
    #[error("the file is empty (0 bytes); export or copy it again")]
    Empty,
    /// Some other kind of file.
    #[error("not a WAV file: it {found}; {advice}")]
    NotWav {
        /// What the first bytes show, to follow "it".
        found: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The file ends inside its own headers.
    #[error(
        "the file ends inside its {part} ({file_len} bytes in all); it was cut off, copy it again"
    )]
    CutHeader {
        /// The part that is incomplete.
        part: &'static str,
        /// Length of the file in bytes.
        file_len: u64,
    },
    /// The size of the whole contradicts the file.
    #[error(
        "the {form} size at byte {offset} promises {promised} bytes but the file has {file_len}; \
         it was cut off or its header is wrong, copy or export it again"
    )]
    RiffTooLong {
        /// What the container calls the whole: `RIFF`, `FORM`.
        form: &'static str,
        /// Where its size is.
        offset: u64,
        /// Bytes in the file according to its RIFF header.
        promised: u64,
        /// Bytes there are.
        file_len: u64,
    },
    /// The size of the whole ends before the samples do.
    #[error(
        "the {form} size at byte {offset} ends the file at byte {promised} but its samples end at byte \
         {data_end}; programs would disagree on what is audio, export it again"
    )]
    RiffTooShort {
        /// What the container calls the whole: `RIFF`, `FORM`.
        form: &'static str,
        /// Where its size is.
        offset: u64,
        /// Bytes in the file according to its RIFF header.
        promised: u64,
        /// Where the data chunk ends.
        data_end: u64,
    },
    /// A chunk other than `data` reaches beyond the file.
    #[error(
        "the chunk \"{id}\" at byte {offset} promises {promised} bytes but only {available} follow; \
         the file was cut off or its header is wrong, copy or export it again"
    )]
    ChunkTooLong {
        /// The chunk's four letters.
        id: String,
        /// Where its header starts.
        offset: u64,
        /// Bytes it says it has.
        promised: u64,
        /// Bytes left in the file.
        available: u64,
    },
    /// The samples reach beyond the file.
    #[error(
        "the {id} chunk at byte {offset} promises {promised} bytes of samples but only {available} \
         follow; the file was cut off, copy or export it again"
    )]
    TruncatedData {
        /// The chunk of the samples.
        id: &'static str,
        /// Where its header starts.
        offset: u64,
        /// Bytes it says it has.
        promised: u64,
        /// Bytes left in the file.
        available: u64,
    },
    /// A streaming writer did not fill the sizes in, and where the samples end is not clear.
    #[error(
        "the {id} chunk at byte {offset} has the size {size:#x}: the program that wrote it never \
         filled the size in (a recording that was streamed or broke off), and more than samples may \
         follow; repair it, for example \
         with `ffmpeg -i IN.wav -c copy OUT.wav`, which keeps the samples but no markers"
    )]
    OpenSize {
        /// The chunk of the samples.
        id: &'static str,
        /// Where its header starts.
        offset: u64,
        /// The size found: 0, `0xffff_ffff` or another of those that such writers leave.
        size: u64,
    },
    /// More chunks than any real recording has.
    #[error("more than {limit} chunks; this is no sound recording, export it again")]
    TooManyChunks {
        /// The limit.
        limit: u32,
    },
    /// A chunk that describes the samples is longer than any can be.
    #[error("the chunk \"{id}\" has {size} bytes, at most {limit} are read; export the file again")]
    ChunkOverLimit {
        /// The chunk's four letters.
        id: String,
        /// Bytes it has.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// More samples than sizes of 32 bits can say.
    #[error("is longer than {0} can say (4 GB); use --format wav")]
    TooLong(Container),
    /// `fmt ` or `data` occurs twice.
    #[error(
        "a second chunk \"{id}\" at byte {offset}; which one counts is undefined, export the file again"
    )]
    DuplicateChunk {
        /// The chunk's four letters.
        id: String,
        /// Where its header starts.
        offset: u64,
    },
    /// No chunk that describes the samples.
    #[error("no {0} chunk, so nothing says what its samples are; export it again")]
    NoFmt(&'static str),
    /// No chunk of samples.
    #[error("no {0} chunk, so there are no samples in it; export it again")]
    NoData(&'static str),
    /// 64-bit sizes were announced but not given.
    #[error(
        "the file says RF64 but has no valid ds64 chunk with its 64-bit sizes; export it again"
    )]
    NoDs64,
    /// A describing chunk of an impossible size.
    #[error(
        "the {id} chunk at byte {offset} has {size} bytes, needed are {needed}; export it again"
    )]
    BadFmtSize {
        /// The chunk.
        id: &'static str,
        /// Where its header starts.
        offset: u64,
        /// Bytes it has.
        size: u64,
        /// Bytes its format asks for.
        needed: u64,
    },
    /// An unsupported sample format.
    #[error(
        "its samples are {name}; supported are integers of up to 32 bits, floats of 32 and 64 bits, A-law and \
         \u{b5}-law; convert it first"
    )]
    UnsupportedFormat {
        /// The format in words.
        name: String,
    },
    /// Zero channels.
    #[error("the {0} chunk says 0 channels; its header is damaged, export it again")]
    NoChannels(&'static str),
    /// More channels than supported.
    #[error("it has {channels} channels, at most {MAX_CHANNELS} are supported; split it first")]
    TooManyChannels {
        /// Channels in the file.
        channels: u32,
    },
    /// A sample rate of zero.
    #[error("the {0} chunk says 0 Hz; its header is damaged, export it again")]
    ZeroRate(&'static str),
    /// An impossible sample rate.
    #[error(
        "the {id} chunk says {rate} Hz, which is impossible; its header is damaged, export it again"
    )]
    RateTooHigh {
        /// The chunk.
        id: &'static str,
        /// What it says.
        rate: f64,
    },
    /// Frame size and sample format disagree.
    #[error(
        "the {id} chunk says {block_align} bytes a frame but {channels} channels of {bits} bits make \
         {expected}; its header is damaged, export it again"
    )]
    BlockAlign {
        /// The chunk.
        id: &'static str,
        /// Bytes a frame according to the header.
        block_align: u32,
        /// Channels.
        channels: u16,
        /// Bits a sample.
        bits: u16,
        /// Bytes a frame that follow from these.
        expected: u32,
    },
    /// The last frame is incomplete.
    #[error(
        "its {data_len} bytes of samples are not a whole number of {frame_bytes}-byte frames ({} \
         over); it was cut off, copy or export it again",
        data_len % u64::from(*frame_bytes)
    )]
    PartialFrame {
        /// Bytes in the data chunk.
        data_len: u64,
        /// Bytes a frame.
        frame_bytes: u16,
    },
    /// A valid file of zero frames.
    #[error("it has no audio (0 frames), so there is nothing to protect; leave it out")]
    NoAudio,
    /// A float sample that is NaN or infinite.
    #[error(
        "sample {frame} of channel {channel} ({seconds:.6} s) is {value}, an invalid sample; repair or \
         export it again"
    )]
    NonFinite {
        /// Frame index, from 0.
        frame: u64,
        /// The same in seconds.
        seconds: f64,
        /// Channel, from 1.
        channel: usize,
        /// The value: NaN, inf or -inf.
        value: f32,
    },
    /// The file would be too long with wider samples.
    #[error(
        "as 32-bit float it would be longer than a WAV file can say (4 GB); leave --float out, or \
         split it first"
    )]
    NoFloat,
    /// Only RIFF can be written as float.
    #[error("is {0}, which --float cannot write; leave --float out")]
    NoFloatContainer(Container),
    /// The format follows the samples.
    #[error("has its fmt chunk after the samples, which --float cannot change; leave --float out")]
    NoFloatOrder,
    /// Buffers that do not fit the format; a bug in the caller.
    #[error(
        "{bytes} bytes do not hold the same frames as the given {channels} channels of samples"
    )]
    Shape {
        /// Bytes of interleaved samples given.
        bytes: usize,
        /// Channels of planar samples given.
        channels: usize,
    },
}
