//! Why a file is not protected.

use std::path::{Path, PathBuf};

use patchveil_veil::{Fingerprint, RecipeError};

use crate::output::OutputError;
use crate::paths::shown;
use crate::recording::RecordingError;

/// Why a file was not protected. Every message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectError {
    /// The recording cannot be read.
    #[error("{}: {source}", shown(path))]
    Pcm {
        /// The recording.
        path: PathBuf,
        /// What is wrong with it.
        source: RecordingError,
    },
    /// The recipe does not fit the recording's sample rate.
    #[error("{}: {source}; convert the recording first", shown(path))]
    Recipe {
        /// The recording.
        path: PathBuf,
        /// What does not fit.
        source: RecipeError,
    },
    /// It should say where on the timeline it begins, and does not.
    #[error(
        "{}: has no bext chunk with a TimeReference, so where it begins is unknown; give --offset instead of \
         --timeline bext",
        shown(.0)
    )]
    NoTimeReference(PathBuf),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The recording is a protected file.
    #[error(
        "{}: is protected already, with the key {fingerprint}, according to the manifest next to it; to \
         protect it again use --force",
        shown(path)
    )]
    Protected {
        /// The input.
        path: PathBuf,
        /// The key that it was protected with.
        fingerprint: Fingerprint,
    },
    /// There is nothing to do: the output is what would be written.
    #[error("{}: skipped, {} is its protected version", shown(input), shown(output))]
    Done {
        /// The recording.
        input: PathBuf,
        /// The protected file, with the same key and recipe.
        output: PathBuf,
    },
    /// The user asked to stop.
    #[error("{}: stopped before it was done; nothing was written", shown(.0))]
    Stopped(PathBuf),
}

impl ProtectError {
    /// The recording at `path` cannot be read, unless the user asked to stop.
    pub(super) fn unreadable(path: &Path, source: impl Into<RecordingError>) -> Self {
        match source.into() {
            RecordingError::Stopped => Self::Stopped(path.to_owned()),
            source => Self::Pcm { path: path.to_owned(), source },
        }
    }
}
