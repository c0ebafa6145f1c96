//! Which Python exception an error becomes. Every message is one line.

use std::fmt::Display;

use patchveil_keyring::KeyringError;
use pyo3::PyErr;
use pyo3::exceptions::{PyLookupError, PyOSError, PyPermissionError, PyValueError};

/// An argument cannot be used.
pub(crate) fn value_error(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A keyring or an exported key cannot be used.
pub(crate) fn keyring_error(error: KeyringError) -> PyErr {
    let message = error.to_string();
    match error {
        KeyringError::UnknownName { .. } => PyLookupError::new_err(message),
        KeyringError::TooOpen { .. } => PyPermissionError::new_err(message),
        KeyringError::Io { .. }
        | KeyringError::ReadOnly { .. }
        | KeyringError::Busy { .. }
        | KeyringError::NoDataDir { .. }
        | KeyringError::Key(_) => PyOSError::new_err(message),
        _ => PyValueError::new_err(message),
    }
}
