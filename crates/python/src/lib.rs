//! The Python package `patchveil`: arrays in, arrays out, with the same bits as the command.
//!
//! | module | concern |
//! |---|---|
//! | `arrays` | which axis of an array is which, and its samples piece by piece |
//! | `call` | what `protect` and `restore` begin with |
//! | `key` | `ClassKey` |
//! | `recipe` | `Recipe` |
//! | `protect` | `protect` and `Protector` |
//! | `restore` | `restore` |
//! | `detect` | `detect` and `Detection` |
//! | `trace` | `trace` and `Trace` |
//! | `files` | files, for `patchveil.ray` |
//! | `errors` | which Python exception an error becomes |
//!
//! Work is done with the interpreter's lock released.

mod arrays;
mod call;
mod detect;
mod errors;
mod files;
mod key;
mod protect;
mod recipe;
mod restore;
mod trace;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Patchveil: marks recordings inaudibly with a secret key.
#[pymodule]
mod _patchveil {
    #[pymodule_export]
    use super::detect::{Detection, detect};
    #[pymodule_export]
    use super::files::{FileProtector, is_unfinished, merge_manifests, plan_files};
    #[pymodule_export]
    use super::key::ClassKey;
    #[pymodule_export]
    use super::protect::{Protector, protect};
    #[pymodule_export]
    use super::recipe::Recipe;
    #[pymodule_export]
    use super::restore::restore;
    #[pymodule_export]
    use super::run_command;
    #[pymodule_export]
    use super::trace::{Trace, trace};

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

/// Runs the `patchveil` command with these arguments, the first of which is its own name.
///
/// Gives its exit code. `--help` and wrong usage end the process.
#[pyfunction]
fn run_command(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| patchveil::cli::run(args))
}
