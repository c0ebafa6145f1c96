//! Exit codes, and errors that end a command.

use crate::inspect::InspectError;
use crate::output::OutputError;
use crate::probe::ProbeError;
use crate::protect::ProtectError;
use patchveil_keyring::KeyringError;

/// Everything was done.
pub(super) const DONE: u8 = 0;
/// Something failed; the rest was done.
pub(super) const FAILED: u8 = 1;
/// Nothing was begun: the arguments or the keyring do not allow it.
pub(super) const USAGE: u8 = 2;
/// Everything was read, but a key that was asked for was not found.
pub(super) const NOT_FOUND: u8 = 3;
/// The user stopped it: what shells expect after Ctrl-C.
pub(super) const STOPPED: u8 = 130;

/// A line for the user, and the exit code that goes with it.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) message: String,
}

impl Failure {
    /// Nothing was begun.
    pub(super) fn usage(message: impl ToString) -> Self {
        Self { code: USAGE, message: message.to_string() }
    }

    /// Something was begun and failed.
    pub(super) fn failed(message: impl ToString) -> Self {
        Self { code: FAILED, message: message.to_string() }
    }
}

impl From<KeyringError> for Failure {
    fn from(error: KeyringError) -> Self {
        Self::usage(error)
    }
}

impl From<ProtectError> for Failure {
    fn from(error: ProtectError) -> Self {
        let code = if matches!(error, ProtectError::Stopped(_)) { STOPPED } else { FAILED };
        Self { code, message: error.to_string() }
    }
}

impl From<InspectError> for Failure {
    fn from(error: InspectError) -> Self {
        let code = if matches!(error, InspectError::Stopped) { STOPPED } else { FAILED };
        Self { code, message: error.to_string() }
    }
}

impl From<ProbeError> for Failure {
    fn from(error: ProbeError) -> Self {
        let code = match error {
            ProbeError::Stopped => STOPPED,
            ProbeError::NotEmpty(_) | ProbeError::NoName(_) | ProbeError::TooMany { .. } => USAGE,
            _ => FAILED,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        Self::failed(error)
    }
}
