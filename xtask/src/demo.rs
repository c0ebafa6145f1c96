//! `cargo xtask demo`

use std::fs;

use crate::run::{cargo, run, target};

/// Builds the command and lets it protect its bundled recording.
pub(crate) fn demo() -> Result<(), String> {
    run(&mut cargo(&["build", "--release", "--package", "patchveil"]))?;
    let out = target().join("demo");
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let out = out.display().to_string();
    let args = ["run", "--release", "--quiet", "--package", "patchveil", "--", "demo", "--preset"];
    // With a veil, so that there is something to hear and to see.
    run(cargo(&args).args(["balanced", "--force", "--output", &out]))
}
