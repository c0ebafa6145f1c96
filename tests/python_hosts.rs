//! The VST3 plug-in in real hosts that render faster than real time, most of them without saying so:
//! what they render is bit for bit what the command makes with the parameters in force.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use patchveil_tests::build::{library, program, root};

/// A VST3 bundle around the built library, in a folder of its own.
fn bundle(folder: &Path) -> PathBuf {
    let bundle = folder.join("Patchveil.vst3");
    let contents = bundle.join("Contents").join(format!("{}-linux", std::env::consts::ARCH));
    fs::create_dir_all(&contents).unwrap();
    fs::copy(library(), contents.join("Patchveil.so")).unwrap();
    bundle
}

/// Runs the cases of a script under `tests/python` in the interpreter that has the hosts.
fn run(script: &str) {
    let Some(python) = std::env::var_os("PATCHVEIL_PYTHON") else {
        let required = std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_some();
        assert!(!required, "PATCHVEIL_PYTHON names no interpreter; `cargo xtask test` sets it");
        eprintln!("skipped: PATCHVEIL_PYTHON names no interpreter with {script}'s host");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(python)
        .arg(root().join("tests/python").join(script))
        .env("PATCHVEIL_VST3", bundle(folder.path()))
        .env("PATCHVEIL_COMMAND", program())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    println!("{out}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the bundle is laid out for Linux")]
fn pedalboard_renders_the_commands_samples() {
    run("pedalboard_host.py");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the bundle is laid out for Linux")]
fn dawdreamer_renders_the_commands_samples() {
    run("dawdreamer_host.py");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "Ardour is installed from Debian's packages")]
fn ardour_exports_what_the_command_makes() {
    run("ardour_host.py");
}
