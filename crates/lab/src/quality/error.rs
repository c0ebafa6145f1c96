//! Why recordings cannot be compared.

use std::path::PathBuf;

use crate::data::DataError;
use crate::signal::resample::ResampleError;

/// Why recordings cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// Rates or lengths differ.
    #[error("{0} and {1} cannot be compared: different sample rates or lengths")]
    Unlike(String, String),
    /// One is a file, the other a folder.
    #[error("{0} and {1}: name two files or two folders")]
    FileAndFolder(PathBuf, PathBuf),
    /// A folder cannot be read.
    #[error("{0}: {1}")]
    Folder(PathBuf, std::io::Error),
    /// A file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The folder holds no WAV file.
    #[error("{0} holds no WAV file")]
    NoWav(PathBuf),
    /// The treated version of a file is missing.
    #[error("{0} has no counterpart: {1} does not exist")]
    NoCounterpart(PathBuf, PathBuf),
    /// A sample rate cannot be changed to that of a measure.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}
