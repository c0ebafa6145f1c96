//! What running a command costs.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Cost {
    /// Time of the processor in seconds, user and system.
    pub(super) cpu_s: f64,
    /// Most memory that was resident, in MiB.
    pub(super) memory_mib: f64,
}

/// Exit code of `patchveil detect` where a key was not found, which costs as much.
const NOT_FOUND: i32 = 3;

/// Runs a command by GNU time, which writes the file `scratch`.
pub(super) fn cost(command: &Command, scratch: &Path) -> Result<Cost, String> {
    let mut timed = Command::new("time");
    timed.args(["--quiet", "--format", "%U %S %M", "--output"]).arg(scratch).arg("--");
    timed.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        timed.env(name, value.unwrap_or_default());
    }
    let done = timed.output().map_err(|e| format!("{timed:?}: {e}"))?;
    if !done.status.success() && done.status.code() != Some(NOT_FOUND) {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(format!("{timed:?}: {}\n{said}", done.status));
    }
    let figures = fs::read_to_string(scratch).map_err(|e| format!("{}: {e}", scratch.display()))?;
    let figures: Vec<f64> = figures.split_whitespace().filter_map(|f| f.parse().ok()).collect();
    match figures[..] {
        [user, system, kib] => Ok(Cost { cpu_s: user + system, memory_mib: kib / 1_024.0 }),
        _ => Err(format!("{}: not the figures of GNU time", scratch.display())),
    }
}
