//! The command line: arguments in, exit code out. Everything that is not talk is in the library.

mod args;
mod instruments;
mod progress;
mod quality;
mod run;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use lab::data::DataError;
use lab::protect::ProtectError;
use lab::report::ReportError;
use lab::run::RunError;

use args::{Cli, Command};

/// All was done.
const DONE: u8 = 0;
/// Something failed; what was finished stays.
const FAILED: u8 = 1;
/// Nothing was begun: the arguments or the data do not allow it.
const USAGE: u8 = 2;
/// The user stopped it: what shells expect after Ctrl-C.
const STOPPED: u8 = 130;

/// A line for the user, and the exit code that goes with it.
#[derive(Debug)]
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Nothing was begun.
    fn usage(message: impl ToString) -> Self {
        Self { code: USAGE, message: message.to_string() }
    }

    /// Something was begun and failed.
    fn failed(message: impl ToString) -> Self {
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
        let begun = !matches!(
            error,
            RunError::Log(_) | RunError::Taken(_) | RunError::Differs { .. } | RunError::Twice(_)
        );
        Self { code: if begun { FAILED } else { USAGE }, message: error.to_string() }
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        Self::failed(error)
    }
}

/// Runs the command of this process.
pub(crate) fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Report { folder } => run::report(&folder),
        Command::Quality(args) => quality::run(&args),
        Command::MakeInstruments(args) => instruments::run(&args),
    };
    let code = match result {
        Ok(code) => code,
        Err(failure) => {
            complain(&failure.message);
            failure.code
        }
    };
    ExitCode::from(code)
}

/// One line on standard error. If nobody reads that, there is nobody left to tell; `eprintln!` would
/// panic.
fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "lab: {message}");
}

/// Prints to standard output. A reader that has gone (`… | head`) is no error and no panic.
fn say(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
