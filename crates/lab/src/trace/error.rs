//! Why a plan cannot be run.

use super::corpus::CorpusError;
use crate::attack::AttackError;
use crate::protect::ProtectError;
use crate::run::{Failure, LogError, RunError};
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
    /// The results in the folder cannot be continued.
    #[error(transparent)]
    Results(#[from] RunError),
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

impl Failure for TraceError {
    fn is_of_the_results(&self) -> bool {
        matches!(self, Self::Log(_))
    }
}
