//! Exit codes and error messages.

use lab::data::DataError;
use lab::protect::ProtectError;
use lab::report::ReportError;
use lab::run::RunError;

/// Success.
pub(super) const DONE: u8 = 0;
/// Something failed; what is finished stays.
const FAILED: u8 = 1;
/// Nothing was started: the arguments or the data are wrong.
const USAGE: u8 = 2;
/// The user stopped it: what shells expect after Ctrl-C.
pub(super) const STOPPED: u8 = 130;

/// A message for the user and its exit code.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) message: String,
}

impl Failure {
    /// Nothing was started.
    pub(super) fn usage(message: impl ToString) -> Self {
        Self { code: USAGE, message: message.to_string() }
    }

    /// Something was started and failed.
    pub(super) fn failed(message: impl ToString) -> Self {
        Self { code: FAILED, message: message.to_string() }
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::usage(error)
    }
}

impl From<ProtectError> for Failure {
    fn from(error: ProtectError) -> Self {
        Self::usage(error)
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let started = !matches!(
            error,
            RunError::Log(_)
                | RunError::HasResults(_)
                | RunError::Differs { .. }
                | RunError::DuplicateName(_)
        );
        Self { code: if started { FAILED } else { USAGE }, message: error.to_string() }
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        Self::failed(error)
    }
}
