//! Why a plan cannot be run.

use std::path::PathBuf;

use super::log::LogError;
use crate::attack::AttackError;
use crate::protect::ProtectError;
use crate::quality::QualityError;

/// Why a plan cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The results file cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The folder holds results, and resuming was not requested.
    #[error("{}: already holds results; continue with --resume or choose another -o", .0.display())]
    HasResults(PathBuf),
    /// The results in the folder cannot be compared with the plan.
    #[error("{}: holds results that cannot be compared: {what} differs; choose another -o", folder.display())]
    Differs {
        /// The folder.
        folder: PathBuf,
        /// What differs.
        what: String,
    },
    /// Two different recipes have the same name.
    #[error("two different recipes are called {0:?}; rename a file")]
    DuplicateName(String),
    /// Protection failed.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// An attack failed.
    #[error(transparent)]
    Attack(#[from] AttackError),
    /// A comparison failed.
    #[error(transparent)]
    Quality(#[from] QualityError),
    /// A cut leaves a class without clips.
    #[error(
        "{veil}, cut {cut}: no clip of class {class:?} is left; this data cannot be cut this way"
    )]
    NoClips {
        /// Name of the veil.
        veil: String,
        /// Name of the cut.
        cut: String,
        /// Name of the class.
        class: String,
    },
}
