//! Runs the cases of a script under `tests/python`.

use std::path::Path;
use std::process::Command;

use crate::build::{program, root};

/// Runs `script` with the interpreter that `cargo xtask test` makes, which has the hosts and the browser's
/// driver. `variables` name paths for it, besides that of the command.
pub fn run(script: &str, variables: &[(&str, &Path)]) {
    let Some(python) = std::env::var_os("PATCHVEIL_PYTHON") else {
        let required = std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_some();
        assert!(!required, "PATCHVEIL_PYTHON names no interpreter; `cargo xtask test` sets it");
        eprintln!("skipped: PATCHVEIL_PYTHON names no interpreter with what {script} needs");
        return;
    };
    let output = Command::new(python)
        .arg(root().join("tests/python").join(script))
        .env("PATCHVEIL_COMMAND", program())
        .envs(variables.iter().copied())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    println!("{out}");
}
