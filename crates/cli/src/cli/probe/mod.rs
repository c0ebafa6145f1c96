//! `patchveil probe …`

mod args;
mod judge;
mod make;

pub(super) use args::ProbeCommand;

use super::args::Cli;
use super::exit::Failure;

/// Runs a `probe` command.
pub(super) fn run(cli: &Cli, command: &ProbeCommand) -> Result<u8, Failure> {
    match command {
        ProbeCommand::Make(args) => make::run(cli, args),
        ProbeCommand::Judge(args) => judge::run(cli, args),
        ProbeCommand::Open(args) => judge::open(cli, args),
    }
}
