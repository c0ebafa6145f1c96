//! Why two files cannot be compared.

use std::path::{Path, PathBuf};

use crate::output::OutputError;
use crate::paths::shown;
use crate::recording::RecordingError;

/// Why two files cannot be compared or drawn. Every message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// One of the files cannot be read.
    #[error("{}: {source}", shown(path))]
    Pcm {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: RecordingError,
    },
    /// They are not two versions of one recording.
    #[error(
        "{} has {after} but {} has {before}; give a recording and its own protected version",
        shown(after_path),
        shown(before_path)
    )]
    Mismatch {
        /// The first file.
        before_path: PathBuf,
        /// The second.
        after_path: PathBuf,
        /// What the first has, in words.
        before: String,
        /// What the second has.
        after: String,
    },
    /// The excerpt to play would start behind the end.
    #[error("{}: is {seconds:.2} s long; an excerpt cannot start at {from_s:.2} s", shown(path))]
    Behind {
        /// The recording.
        path: PathBuf,
        /// Where the excerpt would start, in seconds.
        from_s: f64,
        /// Length of the recording in seconds.
        seconds: f64,
    },
    /// The picture or the page cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The user asked to stop.
    #[error("stopped before the files were compared; nothing was written")]
    Stopped,
    /// The picture cannot be made; a bug.
    #[error("{}: the picture cannot be drawn: {what}", shown(path))]
    Picture {
        /// The picture.
        path: PathBuf,
        /// What failed.
        what: String,
    },
}

impl InspectError {
    /// The file at `path` cannot be read, unless the user asked to stop.
    pub(super) fn unreadable(path: &Path, source: impl Into<RecordingError>) -> Self {
        match source.into() {
            RecordingError::Stopped => Self::Stopped,
            source => Self::Pcm { path: path.to_owned(), source },
        }
    }
}
