//! Why a recording cannot be opened.

use std::io;

use crate::codec::{CodecError, EncodeError};
use crate::pcm::PcmError;

/// Why a recording cannot be read. Every message is one line that says what is wrong and what to do; none
/// names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// As plain samples.
    #[error(transparent)]
    Pcm(#[from] PcmError),
    /// As a compressed file.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// Its samples have to be kept in a temporary file, and that failed.
    #[error(
        "has to be unpacked into a temporary file, which cannot be written: {0}; free some space"
    )]
    Scratch(io::Error),
    /// A sample that is no number.
    #[error("has invalid samples (NaN or infinite); repair or export it again")]
    NotFinite,
    /// Compressed formats hold integers, as they are written here.
    #[error("becomes a compressed file, which --float cannot write; use --format wav with it")]
    NoFloats,
    /// The output cannot be a copy of the file.
    #[error("cannot be written as the same kind of file; use --format wav or flac")]
    NotACopy,
    /// The output cannot be encoded.
    #[error(transparent)]
    Encode(EncodeError),
    /// There is nothing to be completed.
    #[error("holds nothing that Patchveil was recording when it was cut off")]
    NotCutOff,
    /// The user asked to stop.
    #[error("stopped")]
    Stopped,
}

impl From<io::Error> for RecordingError {
    fn from(error: io::Error) -> Self {
        Self::Pcm(error.into())
    }
}

impl From<EncodeError> for RecordingError {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::Stopped => Self::Stopped,
            error => Self::Encode(error),
        }
    }
}
