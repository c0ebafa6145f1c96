//! `cargo xtask test`: everything that has to hold, or what a change can break in a few minutes.

mod beside;
mod full;
mod quick;

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

pub(crate) use full::{full, portable};
pub(crate) use quick::quick;

use crate::python;
use crate::run::{cargo, target};
use crate::workspaces::{FUZZ, LAB, PYTHON};

/// Runs steps, and says at the end how long each took.
struct Steps {
    begun: Instant,
    taken: Vec<(String, u64)>,
}

impl Steps {
    fn new() -> Self {
        Self { begun: Instant::now(), taken: Vec::new() }
    }

    fn step(
        &mut self,
        name: &str,
        step: impl FnOnce() -> Result<(), String>,
    ) -> Result<(), String> {
        eprintln!("\n── {name} ──");
        let begun = Instant::now();
        step()?;
        self.taken.push((name.to_owned(), begun.elapsed().as_secs()));
        Ok(())
    }

    fn finish(self) {
        eprintln!("\n── all well, in {} s ──", self.begun.elapsed().as_secs());
        for (name, seconds) in self.taken {
            eprintln!("{seconds:5} s  {name}");
        }
    }
}

/// What every build of a test run has in common.
struct Builds {
    /// The interpreter for tests that need one.
    python: Option<PathBuf>,
}

impl Builds {
    /// `cargo ARGS` in the product's workspace.
    fn product(&self, args: &[&str]) -> Command {
        let mut command = cargo(args);
        // What incremental builds keep is of no use on a clean clone and takes gigabytes.
        command.env("CARGO_INCREMENTAL", "0").env("RUSTDOCFLAGS", "-D warnings");
        // A run that has to pass tries the same cases each time; `cargo test` tries others each time.
        command.env("PROPTEST_RNG_SEED", "1");
        if let Some(python) = &self.python {
            // Tests that need a tool fail without it instead of passing unseen.
            command.env("PATCHVEIL_REQUIRE_TOOLS", "1").env(python::VARIABLE, python);
        }
        command
    }

    /// `cargo ARGS` in the laboratory's workspace.
    fn lab(&self, args: &[&str]) -> Command {
        self.of(LAB, args)
    }

    /// `cargo ARGS` in the workspace of the Python package.
    fn python_package(&self, args: &[&str]) -> Command {
        self.of(PYTHON, args)
    }

    /// `cargo ARGS` in the workspace of the fuzz targets, with the product's amount of debug information: what they
    /// share is then compiled once.
    fn fuzz(&self, args: &[&str]) -> Command {
        let mut command = self.of(FUZZ, args);
        command.env("CARGO_PROFILE_DEV_DEBUG", "false");
        command
    }

    /// `cargo ARGS` in another workspace. It builds where the product does: most of what they depend on is
    /// the same.
    fn of(&self, manifest: &str, args: &[&str]) -> Command {
        let (subcommand, rest) = args.split_at(1);
        let mut command = self.product(subcommand);
        command.args(["--manifest-path", manifest]).args(rest).env("CARGO_TARGET_DIR", target());
        command
    }
}
