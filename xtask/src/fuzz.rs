//! `cargo xtask fuzz`

use std::fs;
use std::process::Command;

use crate::run::{cargo, install, output, root, run, target};

/// What drives libFuzzer.
const CARGO_FUZZ: &str = "0.13.2";

/// Fuzzes one target, or all, for some minutes each. What is found lies in `fuzz/artifacts`; new
/// inputs go to `target/fuzz-corpus`, so that the committed corpus stays as it is.
pub(crate) fn fuzz(only: Option<&str>, minutes: u32) -> Result<(), String> {
    let cargo_fuzz = install("cargo-fuzz", CARGO_FUZZ)?;
    let list = output(Command::new(&cargo_fuzz).args(["fuzz", "list"]).current_dir(root()))?;
    let targets: Vec<&str> =
        list.lines().filter(|&name| only.is_none_or(|it| it == name)).collect();
    if targets.is_empty() {
        return Err(format!("no such target; there are:\n{list}"));
    }
    for name in targets {
        let found = target().join("fuzz-corpus").join(name);
        fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
        let mut command = Command::new(&cargo_fuzz);
        command.args(["fuzz", "run", name]).arg(&found).current_dir(root());
        let committed = root().join("fuzz/corpus").join(name);
        command.args(committed.is_dir().then_some(committed));
        // Its flags are for nightly compilers alone; this makes ours take them.
        command.env("RUSTC_BOOTSTRAP", "1");
        let time = format!("-max_total_time={}", minutes * 60);
        run(command.args(["--", &time, "-print_final_stats=1"]))?;
    }
    Ok(())
}

/// Checks the format of the targets, which are a workspace of their own.
pub(crate) fn format() -> Result<(), String> {
    let manifest = crate::workspaces::FUZZ;
    if !root().join(manifest).is_file() {
        return Ok(());
    }
    run(&mut cargo(&["fmt", "--manifest-path", manifest, "--check"]))
}
