//! The command line: arguments in, exit code out.

mod args;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// Nothing was begun: the arguments do not allow it.
const USAGE: u8 = 2;

/// Runs the command of this process.
pub(crate) fn run() -> ExitCode {
    let result: Result<(), String> = match Cli::parse().command {
        Command::Run(_) => Err("run is not there yet".to_owned()),
        Command::Quality(_) => Err("quality is not there yet".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // If nobody reads that, there is nobody left to tell; `eprintln!` would panic.
            let _ = writeln!(io::stderr().lock(), "audit: {message}");
            ExitCode::from(USAGE)
        }
    }
}
