//! Running other programs from the root of the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python::executable;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// `cargo ARGS`, with the cargo that runs this.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// Runs a command to its end, its output being ours.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let shown = shown(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// Runs a command to its end; what it printed to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let shown = shown(command);
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{shown}: {}\n{said}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{shown}: {error}"))
}

fn shown(command: &Command) -> String {
    format!("{command:?}").replace('"', "")
}

/// Whether missing tools are errors: on CI, and where `PATCHVEIL_REQUIRE_TOOLS` says so.
pub(crate) fn tools_required() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    set("CI") || set("PATCHVEIL_REQUIRE_TOOLS")
}

/// A program of PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(executable(program)))
        .find(|p| p.is_file())
}

/// The program that the package `name` of crates.io installs: of PATH, or of `target/tools`.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    find(name).or_else(|| Some(tools(name)).filter(|path| path.is_file()))
}

/// As [`installed`]; builds the given version into `target/tools` where it is missing, which takes
/// minutes.
pub(crate) fn install(name: &str, version: &str) -> Result<PathBuf, String> {
    if let Some(path) = installed(name) {
        return Ok(path);
    }
    eprintln!("building {name} {version}: this takes some minutes, once");
    run(cargo(&["install", "--locked", "--version", version, "--root"])
        .arg(target().join("tools"))
        .arg(name))?;
    Ok(tools(name))
}

fn tools(name: &str) -> PathBuf {
    target().join("tools").join("bin").join(executable(name))
}
