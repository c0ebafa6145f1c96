//! Why an attack cannot be run.

use crate::signal::resample::ResampleError;

/// Why an attack cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// There is no attack of that name.
    #[error("unknown attack {name:?}; choose from: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// All names.
        known: String,
    },
    /// ffmpeg is missing.
    #[error(
        "ffmpeg does not start ({0}); install it (Debian: apt install ffmpeg) or leave out the attacks mp3, aac and opus"
    )]
    NoFfmpeg(std::io::Error),
    /// ffmpeg failed at a task, with a reason.
    #[error("ffmpeg cannot {0}: {1}")]
    Ffmpeg(String, String),
    /// A temporary file for ffmpeg cannot be used.
    #[error("temporary file for ffmpeg: {0}")]
    File(String),
    /// A sample rate cannot be changed.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// A class has no unprotected version of any of its clips.
    #[error("class {0} has no clip that is known unprotected")]
    NoPair(usize),
    /// A class has no untouched clip to mix in.
    #[error("class {0} has no untouched clip to mix in")]
    NoClean(usize),
}
