//! The command line: arguments in, exit code out. Everything that is not talk is in the library.

mod args;
mod batch;
mod demo;
mod detect;
mod inspect;
mod keys;
mod passphrase;
mod protect;
mod recipe;
mod restore;
mod stop;
mod table;
mod verify;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use patchveil::inspect::InspectError;
use patchveil::output::OutputError;
use patchveil::protect::ProtectError;
use patchveil_keyring::KeyringError;

use args::{Cli, Command};

/// All was done.
const DONE: u8 = 0;
/// Something failed; what could be done was done.
const FAILED: u8 = 1;
/// Nothing was begun: the arguments or the keyring do not allow it.
const USAGE: u8 = 2;
/// All was read, but not every key that was asked for was found.
const NOT_FOUND: u8 = 3;
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

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        Self::failed(error)
    }
}

/// Runs the command of this process.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    stop::survive_size_limits();
    let result = match &cli.command {
        Command::Key(command) => keys::run(&cli, command),
        Command::Protect(args) => protect::run(&cli, args),
        Command::Restore(args) => restore::run(&cli, args),
        Command::Verify(args) => verify::run(&cli, args),
        Command::Detect(args) => detect::run(&cli, args),
        Command::Inspect(args) => inspect::run(args),
        Command::Recipe(args) => recipe::run(args),
        Command::Demo(args) => demo::run(args),
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
    let _ = writeln!(io::stderr().lock(), "patchveil: {message}");
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

/// Prints one JSON object on one line.
fn say_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(Failure::failed)?;
    say(&text)
}

/// A progress bar in bytes of audio, which clears itself away when it is dropped; nothing where standard error is no terminal.
fn progress_bar(total: u64) -> indicatif::ProgressBar {
    if !io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let style = "{bar:32} {percent:>3} %  {binary_bytes_per_sec}  {eta} left  {msg}";
    let bar = indicatif::ProgressBar::new(total);
    match indicatif::ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
