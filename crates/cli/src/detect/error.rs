//! Why a file cannot be searched.

use std::io;
use std::path::PathBuf;

use patchveil_veil::{DetectError, MarkError};

use crate::output::OutputError;
use crate::paths::shown;
use crate::pcm::{PcmError, read_hint};

/// Why a file was not searched. Every message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DetectFileError {
    /// It cannot be read.
    #[error("{}: cannot be read: {source}{}", shown(path), read_hint(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A WAV file that cannot be read.
    #[error("{}: {source}", shown(path))]
    Pcm {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: PcmError,
    },
    /// Another kind of file that cannot be decoded.
    #[error("{}: {what}; convert it to WAV first, for example with ffmpeg", shown(path))]
    Undecodable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Nothing can be searched for in it.
    #[error("{}: {source}", shown(path))]
    Search {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: DetectError,
    },
    /// No mark can be searched for in it.
    #[error("{}: {source}", shown(path))]
    Mark {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: MarkError,
    },
    /// It has no whole period with sound.
    #[error("{}: is silent or too short to detect a key in it", shown(.0))]
    Inaudible(PathBuf),
    /// It is too long to be compared with its original.
    #[error(
        "{}: is longer than 5 minutes; --reference is for excerpts: cut one, or leave it out",
        shown(.0)
    )]
    LongExcerpt(PathBuf),
    /// It was given as its own original.
    #[error("{}: is the reference itself; give the recording from before it was protected", shown(.0))]
    OwnReference(PathBuf),
    /// The original is silent.
    #[error("{}: the reference is silent, so nothing can be compared with it", shown(.0))]
    SilentReference(PathBuf),
    /// It is not from this original.
    #[error(
        "{}: is not part of {}: their correlation is at most {correlation:.2}, and elsewhere \
         {runner_up:.2}; give the original of this very recording, or leave --reference out",
        shown(path),
        shown(reference)
    )]
    Unlike {
        /// The file.
        path: PathBuf,
        /// What was given as its original.
        reference: PathBuf,
        /// The highest correlation: see [`patchveil_veil::ExcerptMatch::correlation`].
        correlation: f64,
        /// And at any other position.
        runner_up: f64,
    },
    /// The picture cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The picture cannot be made; a bug.
    #[error("{}: the picture cannot be drawn: {what}", shown(path))]
    Picture {
        /// The picture.
        path: PathBuf,
        /// What failed.
        what: String,
    },
    /// The user asked to stop.
    #[error("{}: stopped before it was searched", shown(.0))]
    Stopped(PathBuf),
}
