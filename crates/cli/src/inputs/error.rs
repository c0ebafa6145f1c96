//! What is wrong with the inputs.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::paths::shown;
use crate::pcm::read_hint;

/// Why one input failed. Every message is one line and names the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputError {
    /// It cannot be read, or is a link to nothing.
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is neither a file nor a folder.
    NotAFile(PathBuf),
    /// It is a folder without recordings.
    NoRecording(PathBuf),
}

impl InputError {
    /// The input.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. } | Self::NotAFile(path) | Self::NoRecording(path) => path,
        }
    }

    /// What is wrong, without the path.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Unreadable { source, .. } => {
                format!("cannot be read: {source}{}", read_hint(source))
            }
            Self::NotAFile(_) => "is a device or a pipe; give a file or a folder".to_owned(),
            Self::NoRecording(_) => {
                "has no recording in it or below; give another folder".to_owned()
            }
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", shown(self.path()), self.reason())
    }
}

impl Error for InputError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::NotAFile(_) | Self::NoRecording { .. } => None,
        }
    }
}

/// Why nothing can be done: the arguments contradict each other. Every message is one line.
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
    /// Several inputs or a folder, and `-o` names one recording.
    #[error(
        "{}: names one file, and there is more than one input or a folder; give a folder, with a / at its \
         end if it should have this name",
        shown(.0)
    )]
    OneOutput(PathBuf),
    /// Several outputs, but `-o` names a file.
    #[error(
        "{}: is a file, but the outputs need a folder there; use another name", shown(.0)
    )]
    OutputNotAFolder(PathBuf),
    /// `-o` and `--format` contradict each other.
    #[error("{}: is not how a {format} file is called; change the name or --format", shown(output))]
    Disagree {
        /// The output.
        output: PathBuf,
        /// The format asked for.
        format: &'static str,
    },
    /// A container that is not made anew.
    #[error(
        "{}: such files are written only from others of the same kind; use .wav or .flac", shown(.0)
    )]
    OnlyCopied(PathBuf),
    /// Nothing is written under such names.
    #[error(
        "{}: its ending is none that is written; use .wav, .flac, .mp3, .opus, .ogg or .m4a", shown(.0)
    )]
    UnknownEnding(PathBuf),
}
