//! Why a plan cannot be run.

use std::path::PathBuf;

use super::corpus::CorpusError;
use crate::attack::AttackError;
use crate::protect::ProtectError;
use crate::run::LogError;
use crate::signal::resample::ResampleError;

/// Why a plan cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The recordings cannot be used.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// Two folders of recordings have the same name.
    #[error("two folders are called {0:?}; rename one")]
    DuplicateName(String),
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
        what: &'static str,
    },
    /// Marking or tracing failed.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// What happens before training failed.
    #[error(transparent)]
    Attack(#[from] AttackError),
    /// A sample rate cannot be changed.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}
