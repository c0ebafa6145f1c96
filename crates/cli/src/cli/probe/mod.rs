//! `patchveil probe …`

mod args;
mod judge;
mod make;

pub(super) use args::ProbeCommand;

use patchveil_keyring::{KeyEntry, Keyring};

use super::args::Cli;
use super::exit::Failure;
use super::keys;

/// Runs a `probe` command.
pub(super) fn run(cli: &Cli, command: &ProbeCommand) -> Result<u8, Failure> {
    match command {
        ProbeCommand::Make(args) => make::run(cli, args),
        ProbeCommand::Judge(args) => judge::run(cli, args),
        ProbeCommand::Open(args) => judge::open(cli, args),
    }
}

/// The class that is named, or the default.
fn class<'a>(keyring: &'a Keyring, name: Option<&str>) -> Result<&'a KeyEntry, Failure> {
    match name {
        Some(name) => Ok(keyring.get(name)?),
        None => keyring.default_entry().ok_or_else(|| Failure::usage(keys::WHICH_CLASS)),
    }
}
