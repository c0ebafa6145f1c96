//! The command line: arguments in, exit code out.

mod args;
mod failure;
mod instruments;
mod print;
mod privacy;
mod progress;
mod quality;
mod run;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use print::print_error;

/// Runs the command of this process.
pub(crate) fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Report { folder } => run::report(&folder),
        Command::Quality(args) => quality::run(&args),
        Command::Privacy(args) => privacy::run(&args),
        Command::MakeInstruments(args) => instruments::run(&args),
    };
    let code = result.unwrap_or_else(|failure| {
        print_error(&failure.message);
        failure.code
    });
    ExitCode::from(code)
}
