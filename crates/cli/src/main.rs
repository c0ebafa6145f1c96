//! The `patchveil` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(patchveil::cli::run(std::env::args_os()))
}
