//! Why recordings cannot be used.

use std::path::PathBuf;

use super::Label;
use crate::signal::resample::ResampleError;

/// Why there is no data. One line each: what, where, what to do.
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
    /// No WAV file in it.
    #[error("{}: holds no WAV file; give the folder that holds the recordings", .0.display())]
    Empty(PathBuf),
    /// Neither layout.
    #[error(
        "{}: neither in a folder named after its class nor called {{label}}_{{speaker}}_{{index}}.wav; \
         move or rename it", .0.display()
    )]
    Name(PathBuf),
    /// In a folder of its class, but without a speaker.
    #[error(
        "{}: tells no speaker; call it {{speaker}}_{{index}}.wav, or use --label digit", .0.display()
    )]
    NoSpeaker(PathBuf),
    /// Nothing to tell apart.
    #[error(
        "{}: all recordings have the same {label}, {only:?}; there is nothing to tell apart", folder.display()
    )]
    OneClass {
        /// The folder.
        folder: PathBuf,
        /// What was to be the class.
        label: Label,
        /// The only class.
        only: String,
    },
    /// A class without clips on one side of the split.
    #[error(
        "class {class:?} has no clip for {what}; indices 0 to 4 are for testing, the rest for training"
    )]
    LacksClips {
        /// The class.
        class: String,
        /// Training or testing.
        what: &'static str,
    },
    /// A file cannot be read or written, or is no WAV of a kind that can be used.
    #[error("{}: {why}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A rate could not be changed.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}
