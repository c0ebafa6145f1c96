//! A command that runs beside the steps of a test run.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};

use crate::run::target;

/// A running command. What it prints goes to a file, so that it does not mix with what the steps print.
/// Dropping it ends the command, and on Unix what it has started.
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
        // Cargo's compilers would go on without it, so all of them are a group that can be ended.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.stdout(file).stderr(both).spawn().map_err(failed)?;
        Ok(Self { child, printed })
    }

    /// An error if it has ended with one; so that a run need not go on to its end before it says so.
    pub(super) fn check(&mut self) -> Result<(), String> {
        match self.child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => self.ended(status),
            None => Ok(()),
        }
    }

    /// Waits for its end; prints what it said if it failed.
    pub(super) fn finish(mut self) -> Result<(), String> {
        let status = self.child.wait().map_err(|error| error.to_string())?;
        self.ended(status)
    }

    fn ended(&self, status: ExitStatus) -> Result<(), String> {
        if status.success() {
            return Ok(());
        }
        eprintln!("{}", fs::read_to_string(&self.printed).unwrap_or_default());
        Err(format!("what ran beside the steps: {status} (also in {})", self.printed.display()))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        #[cfg(unix)]
        let _ =
            Command::new("kill").args(["-TERM", "--", &format!("-{}", self.child.id())]).status();
        #[cfg(not(unix))]
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_failure_beside_the_steps_is_a_failure_of_the_run() {
        let start = |name, script| Beside::start(name, Command::new("sh").args(["-c", script]));
        assert!(start("beside-well", "echo well").unwrap().finish().is_ok());
        assert!(start("beside-failed", "exit 3").unwrap().finish().is_err());
    }

    #[test]
    fn what_is_dropped_runs_no_longer_nor_does_what_it_started() {
        let script = "sleep 60 & echo $!; wait";
        let mut command = Command::new("sh");
        let beside = Beside::start("beside-dropped", command.args(["-c", script])).unwrap();
        let started = || fs::read_to_string(&beside.printed).unwrap().trim().to_owned();
        while started().is_empty() {
            std::thread::yield_now();
        }
        let started = PathBuf::from("/proc").join(started());
        assert!(started.exists());
        drop(beside);
        let waited = std::time::Instant::now();
        while started.exists() {
            assert!(waited.elapsed().as_secs() < 10);
            std::thread::yield_now();
        }
    }
}
