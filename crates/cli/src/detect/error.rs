//! What can go wrong with one file.

use std::io;
use std::path::{Path, PathBuf};

use patchveil_veil::DetectError;

use crate::output::OutputError;
use crate::paths::shown;
use crate::wav::{WavError, read_hint};

/// Why a file was not searched. Each message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DetectFileError {
    /// It cannot be read.
    #[error("{}: cannot be read: {source}{}", shown(path), read_hint(source))]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Neither file nor folder.
    #[error("{}: is a device or a pipe; give a file or a folder", shown(.0))]
    NotAFile(PathBuf),
    /// A folder with nothing to search in it.
    #[error("{}: has no recording in it or below; give another folder", shown(.0))]
    NoAudio(PathBuf),
    /// A WAV file that cannot be read.
    #[error("{}: {source}", shown(path))]
    Wav {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: WavError,
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
    /// It has no whole frame with sound.
    #[error("{}: is silent or too short for anything to be heard in it", shown(.0))]
    Inaudible(PathBuf),
    /// It is too long to be held beside its original.
    #[error(
        "{}: is longer than 5 minutes; --reference is for excerpts, so cut one, or go without it",
        shown(.0)
    )]
    LongExcerpt(PathBuf),
    /// It was given as its own original.
    #[error("{}: is the reference itself; give the recording from before it was protected", shown(.0))]
    OwnReference(PathBuf),
    /// The original has no sound.
    #[error("{}: the reference is silent, so nothing can be compared with it", shown(.0))]
    SilentReference(PathBuf),
    /// It is not from this original.
    #[error(
        "{}: does not lie in {}: where they are most alike it is by {likeness:.2} of 1, and elsewhere \
         by {elsewhere:.2}; give the original of this very recording, or go without --reference",
        shown(path),
        shown(reference)
    )]
    Unlike {
        /// The file.
        path: PathBuf,
        /// What was given as its original.
        reference: PathBuf,
        /// How alike they are at most: `Place::likeness`.
        likeness: f64,
        /// And at any other place.
        elsewhere: f64,
    },
    /// The picture cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The picture cannot be made; a fault of this program.
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

impl DetectFileError {
    /// The file it is about, if it is about one that was to be read.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Unreadable { path, .. }
            | Self::NotAFile(path)
            | Self::NoAudio(path)
            | Self::Wav { path, .. }
            | Self::Undecodable { path, .. }
            | Self::Search { path, .. }
            | Self::Inaudible(path)
            | Self::LongExcerpt(path)
            | Self::OwnReference(path)
            | Self::SilentReference(path)
            | Self::Unlike { path, .. }
            | Self::Stopped(path) => Some(path),
            Self::Output(_) | Self::Picture { .. } => None,
        }
    }
}
