//! What is written to standard output and standard error.

use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use patchveil_keyring::without_keys;

use crate::standard_io;

use super::exit::Failure;

/// Writes one line to standard error, without any key that somebody gave for something else. If nobody reads that, nobody
/// is left to tell; `eprintln!` would panic.
pub(super) fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "patchveil: {}", without_keys(message));
}

/// Prints to standard output, or to standard error where standard output is for audio. A reader that has gone (`… | head`) is neither an error nor a panic.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    let written = match standard_io::is_output_claimed() {
        true => writeln!(io::stderr().lock(), "{text}"),
        false => writeln!(io::stdout().lock(), "{text}"),
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a JSON object on one line.
pub(super) fn say_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(Failure::failed)?;
    say(&text)
}

/// A progress bar over `total` bytes or frames of audio that disappears when dropped; hidden where standard
/// error is not a terminal.
pub(super) fn progress_bar(total: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = "{bar:24} {percent:>3} %  {msg}  {eta} left";
    let bar = ProgressBar::new(total);
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
