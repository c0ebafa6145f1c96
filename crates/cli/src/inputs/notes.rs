//! What was left out on purpose.

use std::fmt;
use std::path::PathBuf;

use crate::paths::shown;

/// Something left out on purpose, worth a line to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A file in a folder is named like an output of an earlier run.
    AlreadyVeiled(PathBuf),
    /// A file in a folder is named like an output of an earlier `restore`.
    AlreadyRestored(PathBuf),
    /// A file in a folder is the original of a protected file next to it.
    Original(PathBuf),
    /// A file was found a second time.
    SameFile {
        /// The path that is left out.
        path: PathBuf,
        /// The path that is used.
        first: PathBuf,
    },
    /// A link leads back to a folder it is in.
    LinkLoop(PathBuf),
    /// The output folder is inside an input folder.
    OutputFolder(PathBuf),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyVeiled(path) => {
                write!(f, "{}: skipped, its name says it is protected already", shown(path))
            }
            Self::AlreadyRestored(path) => {
                write!(f, "{}: skipped, its name says it is restored already", shown(path))
            }
            Self::Original(path) => {
                write!(f, "{}: skipped, its protected version is next to it", shown(path))
            }
            Self::SameFile { path, first } => {
                write!(f, "{}: skipped, it is the same file as {}", shown(path), shown(first))
            }
            Self::LinkLoop(path) => {
                write!(f, "{}: skipped, the link leads back to itself", shown(path))
            }
            Self::OutputFolder(path) => {
                write!(f, "{}: skipped, it is the output folder", shown(path))
            }
        }
    }
}
