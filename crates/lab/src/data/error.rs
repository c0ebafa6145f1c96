//! Why recordings cannot be used.

use std::path::PathBuf;

use super::label::Label;
use crate::signal::resample::ResampleError;

/// Why recordings cannot be used. Each message is one line: where, what, what to do.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The folder cannot be read.
    #[error("{}: cannot be read: {why}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The folder holds no WAV file.
    #[error("{}: no WAV file found; name the folder that holds the recordings", .0.display())]
    Empty(PathBuf),
    /// The file follows neither layout.
    #[error(
        "{}: neither in a folder named after its class nor named {{label}}_{{speaker}}_{{index}}.wav; \
         move or rename it", .0.display()
    )]
    Name(PathBuf),
    /// The file lies in the folder of its class, but its name has no speaker.
    #[error(
        "{}: no speaker in the name; rename it to {{speaker}}_{{index}}.wav, or use --label digit", .0.display()
    )]
    NoSpeaker(PathBuf),
    /// There is only one class.
    #[error(
        "{}: all recordings have the same {label}, {only:?}; two classes are needed", folder.display()
    )]
    OneClass {
        /// The folder.
        folder: PathBuf,
        /// What the class is.
        label: Label,
        /// The only class.
        only: String,
    },
    /// A class has no clips on one side of the split.
    #[error(
        "class {class:?} has no clip for {purpose}; indices 0 to 4 are for testing, the rest for training"
    )]
    LacksClips {
        /// The class.
        class: String,
        /// Training or testing.
        purpose: &'static str,
    },
    /// A file cannot be read or written, or is not a supported WAV file.
    #[error("{}: {why}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A sample rate cannot be changed.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}
