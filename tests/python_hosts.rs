//! The VST3 plug-in in real hosts that render faster than real time, most of them without saying so:
//! what they render is bit for bit what the command makes with the parameters in force.

use std::fs;
use std::path::{Path, PathBuf};

use patchveil_tests::build::{library, root};
use patchveil_tests::python;

/// A VST3 bundle around the built library, in a folder of its own.
fn bundle(folder: &Path) -> PathBuf {
    let bundle = folder.join("Patchveil.vst3");
    let contents = bundle.join("Contents").join(format!("{}-linux", std::env::consts::ARCH));
    fs::create_dir_all(&contents).unwrap();
    fs::copy(library(), contents.join("Patchveil.so")).unwrap();
    bundle
}

/// Runs the cases of a script with a bundle in a folder of its own.
fn run(script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let bundle = bundle(folder.path());
    let presets = root().join("assets/presets");
    let variables = [("PATCHVEIL_VST3", bundle.as_path()), ("PATCHVEIL_PRESETS", &presets)];
    python::run(script, &variables);
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
