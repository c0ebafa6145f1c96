//! The command line: arguments in, exit code out.

mod args;
mod failure;
mod instruments;
mod print;
mod privacy;
mod progress;
mod quality;
mod recheck;
mod run;
mod trace;
mod voices;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use failure::Failure;
use print::print_error;

/// Runs the command of this process.
pub(crate) fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Recheck(args) => recheck::run(&args),
        Command::Report { folder } => report(&folder),
        Command::Quality(args) => quality::run(&args),
        Command::Privacy(args) => privacy::run(&args),
        Command::MakeInstruments(args) => instruments::run(&args),
        Command::MakeVoices(args) => voices::run(&args),
    };
    let code = result.unwrap_or_else(|failure| {
        print_error(&failure.message);
        failure.code
    });
    ExitCode::from(code)
}

/// Rewrites the report of an earlier run of any kind.
fn report(folder: &Path) -> Result<u8, Failure> {
    for other in [trace::report, recheck::report, privacy::report] {
        if let Some(code) = other(folder)? {
            return Ok(code);
        }
    }
    run::report(folder)
}
