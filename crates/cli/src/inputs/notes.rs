//! What users are told about their inputs.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::paths::shown;
use crate::wav::read_hint;

/// Something left out on purpose, worth a line to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A file in a folder is named like an output of an earlier run.
    AlreadyVeiled(PathBuf),
    /// A file in a folder is named like an output of an earlier `restore`.
    AlreadyRestored(PathBuf),
    /// A file in a folder has its protected version beside it, so that it is the original itself.
    Original(PathBuf),
    /// A file was reached a second time.
    SameFile {
        /// The path left out.
        path: PathBuf,
        /// The path by which it is done.
        first: PathBuf,
    },
    /// A link leads back to a folder it is in.
    LinkLoop(PathBuf),
    /// The output folder lies in an input folder.
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
                write!(f, "{}: skipped, its protected version lies beside it", shown(path))
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

/// Why one input cannot be done. Each message is one line and names the input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// It cannot be looked at.
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
    /// A folder with nothing to do in it.
    #[error("{}: has no .wav file in it or below; give another folder", shown(.0))]
    NoAudio(PathBuf),
}

impl InputError {
    /// The input it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. } | Self::NotAFile(path) | Self::NoAudio(path) => path,
        }
    }
}

/// Why nothing can be done: the arguments contradict each other. Each message is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Two inputs would become one file.
    #[error(
        "{} and {} would both be written to {}; run them apart, with an output folder each",
        shown(first),
        shown(second),
        shown(output)
    )]
    SameOutput {
        /// The input that comes first.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// The output of both.
        output: PathBuf,
    },
    /// An output would replace an input, its own or another's.
    #[error(
        "{} would be written over the input {}; use another output folder",
        shown(output),
        shown(input)
    )]
    OutputIsInput {
        /// The input that would be lost.
        input: PathBuf,
        /// The output.
        output: PathBuf,
    },
    /// Several outputs, but `-o` names a file.
    #[error(
        "{}: is a file, but the outputs need a folder there; use another name", shown(.0)
    )]
    OutputNotAFolder(PathBuf),
}
