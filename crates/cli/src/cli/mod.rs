//! The command line: arguments in, exit code out. Everything but the dialogue is in the library.

mod args;
mod batch;
mod case;
mod demo;
mod detect;
mod drop_folder;
mod dry_run;
mod exit;
mod format_args;
mod inspect;
mod job_args;
mod key_map;
mod keys;
mod many_args;
mod mark_level;
mod passphrase;
mod pipe_args;
mod probe;
mod progress;
mod protect;
mod recipe;
mod recipe_args;
mod restore;
mod resume;
mod shell;
mod stop;
mod table;
mod terminal;
mod trace;
mod verify;

use std::ffi::OsString;
use std::io::{self, Write as _};

use clap::Parser;
use patchveil_keyring::{holds_key, without_keys};

use args::{Cli, Command};
use exit::USAGE;
pub use passphrase::passphrase_in;
use recipe_args::RecipeArgs;
use terminal::complain;

/// Runs the command with these arguments, the first of which is its own name; gives its exit code. It reads and writes
/// the process's standard streams, and answers `--help` and wrong usage by ending the process.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let said = error.render().to_string();
            // It repeats what was typed, which may be a key in the wrong place.
            if !holds_key(&said) {
                error.exit();
            }
            let _ = write!(io::stderr().lock(), "{}", without_keys(&said));
            return USAGE;
        }
    };
    stop::survive_size_limits();
    if let Some(note) = cli.command.recipe_args().and_then(RecipeArgs::note) {
        complain(&note);
    }
    let result = match &cli.command {
        Command::Key(command) => keys::run(&cli, command),
        Command::Protect(args) => protect::run(&cli, args),
        Command::Restore(args) => restore::run(&cli, args),
        Command::Verify(args) => verify::run(&cli, args),
        Command::Detect(args) => detect::run(&cli, args),
        Command::Trace(args) => trace::run(&cli, args),
        Command::Probe(command) => probe::run(&cli, command),
        Command::Inspect(args) => inspect::run(&cli, args),
        Command::Case(command) => case::run(&cli, command),
        Command::Recipe(args) => recipe::run(args),
        Command::Completions(args) => shell::completions(args),
        Command::Man(args) => shell::man(args),
        Command::Demo(args) => demo::run(args),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            complain(&failure.message);
            failure.code
        }
    }
}
