//! Why a compressed file cannot be decoded.

use std::io;

use crate::pcm::read_hint;

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
