//! Why a compressed file cannot be decoded.

use std::io;

use crate::pcm::{SampleFormat, read_hint};

/// Why a compressed file cannot be decoded.
///
/// Every message is one line that says what is wrong and what to do. None names the file: the caller puts
/// its name first.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The system could not read.
    #[error("cannot be read: {}{}", .0, read_hint(.0))]
    Io(#[from] io::Error),
    /// Only ffmpeg decodes it.
    #[error(
        "needs ffmpeg to be decoded, which is not installed (or not on the PATH); install it, or convert the \
         file to WAV or FLAC first"
    )]
    NoTool,
    /// symphonia does not decode it rightly, and ffmpeg is missing or does not decode all of it.
    #[error(
        "is Ogg Vorbis in a rare form, of several channels that are not coupled, which cannot be decoded to the last \
         sample here; convert it to FLAC first, for example with ffmpeg"
    )]
    OddVorbis,
    /// Half of a file.
    #[error(
        "is the lossy half of a hybrid WavPack file, and the .wvc file beside it, which makes it whole, is not read \
         here; unpack both with wvunpack first"
    )]
    Corrections,
    /// No decoder knows it.
    #[error("is not a WAV, FLAC, MP3, AAC or Ogg Vorbis file")]
    Unknown,
    /// A container without a sound track.
    #[error("has no audio")]
    NoTrack,
    /// A container with a sound track that nobody here can decode.
    #[error("is in a format that cannot be decoded here, such as Opus")]
    Undecodable,
    /// It decodes to nothing.
    #[error("has no audio that can be decoded")]
    NoAudio,
    /// The decoder gave up.
    #[error("cannot be decoded: {0}")]
    Failed(String),
    /// The container is damaged.
    #[error("cannot be read further: {0}")]
    Unreadable(String),
    /// A part of it is damaged.
    #[error("is damaged at {at_s:.3} s: {reason}; copy or export it again")]
    Damaged {
        /// Where, in seconds.
        at_s: f64,
        /// What the decoder says.
        reason: String,
    },
    /// It ends too early.
    #[error(
        "ends after {found} of the {promised} samples that its header promises; it was cut off, copy or \
         export it again"
    )]
    Cut {
        /// Samples a channel there are.
        found: u64,
        /// Samples a channel there should be.
        promised: u64,
    },
    /// It does not decode to what its writer encoded.
    #[error(
        "does not decode to the samples that its MD5 was made from; it is damaged, copy it again"
    )]
    Checksum,
    /// Several recordings one after the other.
    #[error("is several streams one after the other; split it first")]
    Chained,
    /// The rate or the channels change.
    #[error("changes its sample rate or channels in the middle")]
    Changes,
    /// An impossible sample rate.
    #[error("has an impossible sample rate")]
    Rate,
}

impl CodecError {
    /// Whether another decoder may know the file.
    pub(super) fn is_about_format(&self) -> bool {
        matches!(self, Self::Unknown | Self::NoTrack | Self::Undecodable | Self::NoAudio)
    }
}

/// Why samples cannot be encoded. Every message is one line; none names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// FLAC has limits.
    #[error(
        "has {channels} channels of {format} at {rate} Hz; FLAC holds at most 8 channels of integers up to \
         1,048,575 Hz, use --format wav"
    )]
    NotInFlac {
        /// Channels.
        channels: u16,
        /// Sample rate in Hz.
        rate: u32,
        /// How samples are stored.
        format: SampleFormat,
    },
    /// Only ffmpeg encodes it.
    #[error(
        "{0} needs ffmpeg to be encoded, which is not installed (or not on the PATH); install it, or use \
         --format flac"
    )]
    NoTool(&'static str),
    /// The format has limits.
    #[error("{0} cannot hold these channels, rate or bit depth; use --format flac or wav")]
    DoesNotFit(&'static str),
    /// ffmpeg gave up.
    #[error("cannot be encoded: {0}")]
    Failed(String),
    /// The samples cannot be read back.
    #[error("cannot be read back: {0}")]
    Read(io::Error),
    /// The system refused to write.
    #[error("cannot be written: {0}")]
    Write(io::Error),
    /// The user asked to stop.
    #[error("stopped")]
    Stopped,
}
