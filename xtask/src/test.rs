//! `cargo xtask test`

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::python;
use crate::run::{cargo, run};

/// Debian packages without which something here does not build or is not tested.
const PACKAGES: [&str; 13] = [
    "age",
    "expect",
    "ffmpeg",
    "fluidsynth",
    "libasound2-dev",
    "libjack-jackd2-dev",
    "libxkbcommon-x11-0",
    "mesa-vulkan-drivers",
    "pkg-config",
    "python3-venv",
    "timgm6mb-soundfont",
    "xdotool",
    "xvfb",
];

/// The steps, in the order in which they are likely to fail.
const STEPS: [(&str, &[&str]); 5] = [
    ("format", &["fmt", "--all", "--check"]),
    ("lints", &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
    // Without the tests in hosts: they come next, once.
    ("tests", &["test", "--workspace", "--exclude", "patchveil-tests"]),
    // The counting allocators prove nothing about a build that nobody ships.
    (
        "tests of the audio thread and of the plug-in in hosts, as released",
        &["test", "--release", "--package", "patchveil-veil", "--package", "patchveil-tests"],
    ),
    ("documentation", &["doc", "--workspace", "--no-deps"]),
];

/// Runs everything that has to hold.
pub(crate) fn test() -> Result<(), String> {
    install_packages()?;
    let begun = Instant::now();
    let python = python::python()?;
    for (name, args) in STEPS {
        eprintln!("\n── {name} ──");
        let step = Instant::now();
        // Tests that need a tool fail without it instead of passing unseen. What incremental builds
        // keep is of no use on a clean clone and takes gigabytes.
        run(cargo(args)
            .env("PATCHVEIL_REQUIRE_TOOLS", "1")
            .env(python::VARIABLE, &python)
            .env("RUSTDOCFLAGS", "-D warnings")
            .env("CARGO_INCREMENTAL", "0"))?;
        eprintln!("── {name}: {} s", step.elapsed().as_secs());
    }
    licences()?;
    eprintln!("\nall well, in {} s", begun.elapsed().as_secs());
    Ok(())
}

/// Installs what is missing where that is allowed, else says how.
pub(crate) fn install_packages() -> Result<(), String> {
    if !is_there("dpkg-query") {
        eprintln!("not a Debian: make sure that these are there: {}", PACKAGES.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> =
        PACKAGES.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("sudo apt-get install --yes {}", missing.join(" "));
    if !is_root() {
        return Err(format!(
            "the tests need packages that are missing; type this first:\n  {line}"
        ));
    }
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        command
    };
    run(&mut apt(&["update"]))?;
    run(apt(&["install", "--yes", "--no-install-recommends"]).args(&missing))
        .map_err(|error| format!("{error}; by hand: {line}"))
}

fn is_installed(package: &str) -> bool {
    let query = Command::new("dpkg-query").args(["-W", "-f=${Status}", package]).output();
    query.is_ok_and(|output| output.stdout.ends_with(b" installed"))
}

fn is_there(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Licences and sources of all dependencies, where cargo-deny is installed.
fn licences() -> Result<(), String> {
    if !is_there("cargo-deny") {
        eprintln!("\n── licences: not checked, cargo-deny is not installed ──");
        return Ok(());
    }
    eprintln!("\n── licences ──");
    run(&mut cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"]))
}
