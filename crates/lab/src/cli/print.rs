//! Standard output and standard error.

use std::io::{self, Write};

use super::failure::Failure;

/// Prints a line to standard error. Failure is ignored, where `eprintln!` would panic.
pub(super) fn print_error(message: &str) {
    let _ = writeln!(io::stderr().lock(), "lab: {message}");
}

/// Prints to standard output. A closed pipe (`… | head`) is not an error.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
