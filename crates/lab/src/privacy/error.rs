//! Why a privacy plan cannot be run.

use crate::attack::AttackError;
use crate::protect::ProtectError;
use crate::run::{LogError, RunError};

/// Why a privacy plan cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// The results file cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The results in the folder cannot be continued.
    #[error(transparent)]
    Results(#[from] RunError),
    /// Protection failed.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// Clean clips could not be mixed in.
    #[error(transparent)]
    Attack(#[from] AttackError),
    /// There is only one speaker.
    #[error(
        "all recordings have the same speaker; to remove one, two are needed: choose other --parts"
    )]
    OneSpeaker,
    /// ε cannot be accounted for.
    #[error("{0}")]
    Accounting(String),
}
