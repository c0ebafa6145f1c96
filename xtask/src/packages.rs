//! Debian packages that builds and tests need.

use std::process::{Command, Stdio};

use crate::run::{find, output, run};

/// Without these, something here does not build or is not tested.
const PACKAGES: [&str; 28] = [
    "age",
    "ardour",
    "at-spi2-core",
    "chromium",
    "chromium-driver",
    "cmake",
    "dbus-daemon",
    "espeak-ng",
    "expect",
    "ffmpeg",
    "flac",
    "fluidsynth",
    "g++",
    "jackd2",
    "libasound2-dev",
    "libjack-jackd2-dev",
    "libxkbcommon-x11-0",
    "mesa-vulkan-drivers",
    "openssl",
    "pkg-config",
    "poppler-utils",
    "python3-venv",
    "sox",
    "timgm6mb-soundfont",
    "wavpack",
    "x11-xkb-utils",
    "xdotool",
    "xvfb",
];

/// Installs what builds and tests need.
pub(crate) fn install_packages() -> Result<(), String> {
    install(&PACKAGES)
}

/// Installs those of the packages that are missing where that is allowed, else says how.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    if find("dpkg-query").is_none() {
        eprintln!("not a Debian: make sure that these are there: {}", packages.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> =
        packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get install --yes --no-install-recommends {}", missing.join(" "));
    if !is_root() && !is_root_without_password() {
        return Err(format!("packages are missing; type this first:\n  sudo {line}"));
    }
    run(apt(&["update"]).stdout(Stdio::null()))?;
    run(apt(&["install", "--yes", "--no-install-recommends"]).args(&missing).stdout(Stdio::null()))
        .map_err(|error| format!("{error}; by hand: sudo {line}"))
}

fn apt(args: &[&str]) -> Command {
    let mut command = Command::new(if is_root() { "apt-get" } else { "sudo" });
    if !is_root() {
        command.args(["--non-interactive", "--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
    }
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_installed(package: &str) -> bool {
    let query = output(Command::new("dpkg-query").args(["-W", "-f=${Status}", package]));
    query.is_ok_and(|status| status.ends_with(" installed"))
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// As on hosted CI machines. Elsewhere nobody's password is asked for in passing.
fn is_root_without_password() -> bool {
    std::env::var_os("CI").is_some()
        && output(Command::new("sudo").args(["--non-interactive", "true"])).is_ok()
}
