//! What was left out on purpose.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::paths::shown;

/// Something left out on purpose, worth a line to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A file in a folder is named like an output of an earlier run.
    AlreadyProtected(PathBuf),
    /// A file in a folder is named like an output of an earlier run, of which the manifest knows nothing.
    NamedProtected(PathBuf),
    /// A file in a folder is named like an output of an earlier `restore`.
    AlreadyRestored(PathBuf),
    /// A file in a folder is the original of a protected file next to it.
    Original(PathBuf),
    /// A file in a folder holds audio, and its name is not that of what the command works on.
    OtherAudio {
        /// The file.
        path: PathBuf,
        /// The kind of audio, such as `FLAC`.
        kind: &'static str,
    },
    /// A file was found a second time.
    SameFile {
        /// The path that is left out.
        path: PathBuf,
        /// The path that is used.
        first: PathBuf,
    },
    /// Something in a folder is named like a recording and is a pipe, a socket or a device.
    NotAFile(PathBuf),
    /// A link leads back to a folder it is in.
    LinkLoop(PathBuf),
    /// The output folder is inside an input folder.
    OutputFolder(PathBuf),
}

impl Note {
    /// What was left out.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::AlreadyProtected(path)
            | Self::NamedProtected(path)
            | Self::AlreadyRestored(path)
            | Self::Original(path)
            | Self::OtherAudio { path, .. }
            | Self::SameFile { path, .. }
            | Self::NotAFile(path)
            | Self::LinkLoop(path)
            | Self::OutputFolder(path) => path,
        }
    }

    /// Whether a recording was left out, or what may be one; else it is a folder, or a file that is done
    /// under another path or on record.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        !matches!(
            self,
            Self::AlreadyProtected(_)
                | Self::SameFile { .. }
                | Self::LinkLoop(_)
                | Self::OutputFolder(_)
        )
    }

    /// Why, without the path.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::AlreadyProtected(_) => "skipped, its name says it is protected already".to_owned(),
            Self::NamedProtected(_) => "NOT PROTECTED as far as is known: skipped, because its name says it is, \
                                     but the manifest next to it has no record of it; find out with \
                                     patchveil detect, or give it another name"
                .to_owned(),
            Self::AlreadyRestored(_) => "skipped, its name says it is restored already".to_owned(),
            Self::Original(_) => "skipped, its protected version is next to it".to_owned(),
            Self::OtherAudio { kind, .. } => format!(
                "LEFT OUT: it looks like {kind}, and files of this name are not searched for; name it \
                 itself, or convert it first"
            ),
            Self::SameFile { first, .. } => {
                format!("skipped, it is the same file as {}", shown(first))
            }
            Self::NotAFile(_) => "LEFT OUT: it is a pipe or a device, not a file".to_owned(),
            Self::LinkLoop(_) => "skipped, the link leads back to itself".to_owned(),
            Self::OutputFolder(_) => "skipped, it is the output folder".to_owned(),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", shown(self.path()), self.reason())
    }
}
