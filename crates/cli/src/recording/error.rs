//! Why a recording cannot be opened.

use std::io;

use crate::codec::CodecError;
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
    /// The user asked to stop.
    #[error("stopped")]
    Stopped,
}

impl From<io::Error> for RecordingError {
    fn from(error: io::Error) -> Self {
        Self::Pcm(error.into())
    }
}
