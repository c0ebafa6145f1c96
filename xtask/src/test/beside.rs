//! A command that runs beside the steps of a test run.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command};

use crate::run::target;

/// A running command. What it prints goes to a file, so that it does not mix with what the steps print.
/// Dropping it ends the command.
pub(super) struct Beside {
    child: Child,
    printed: PathBuf,
}

impl Beside {
    /// Starts the command; `name` names its file in `target`.
    pub(super) fn start(name: &str, command: &mut Command) -> Result<Self, String> {
        let printed = target().join(format!("{name}.log"));
        let failed = |error| format!("{name}: {error}");
        fs::create_dir_all(target()).map_err(failed)?;
        let file = File::create(&printed).map_err(failed)?;
        let both = file.try_clone().map_err(failed)?;
        let child = command.stdout(file).stderr(both).spawn().map_err(failed)?;
        Ok(Self { child, printed })
    }

    /// Waits for its end; prints what it said if it failed.
    pub(super) fn finish(mut self) -> Result<(), String> {
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() {
            return Ok(());
        }
        eprintln!("{}", fs::read_to_string(&self.printed).unwrap_or_default());
        Err(format!("what ran beside the steps: {status} (also in {})", self.printed.display()))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_failure_beside_the_steps_is_a_failure_of_the_run() {
        let start = |name, script| Beside::start(name, Command::new("sh").args(["-c", script]));
        assert!(start("beside-well", "echo well").unwrap().finish().is_ok());
        assert!(start("beside-failed", "exit 3").unwrap().finish().is_err());
    }

    #[test]
    fn what_is_dropped_runs_no_longer() {
        let beside = Beside::start("beside-dropped", Command::new("sleep").arg("60")).unwrap();
        let id = beside.child.id();
        drop(beside);
        assert!(!PathBuf::from(format!("/proc/{id}")).exists());
    }
}
