//! Python environments under `target/`, made when they are first needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{run, target};

/// The variable by which tests learn where the interpreter with the hosts is.
pub(crate) const VARIABLE: &str = "PATCHVEIL_PYTHON";

/// Packages of the environment with the audio hosts, pinned.
const HOSTS: &str = include_str!("../requirements/hosts.txt");
/// Packages of the environment with what checks texts, pinned.
const TOOLS: &str = include_str!("../requirements/tools.txt");
/// Packages of the environment that builds the Python package, pinned.
const PACKAGE: &str = include_str!("../requirements/package.txt");
/// Packages of the environment with what measures quality, pinned.
const QUALITY: &str = include_str!("../requirements/quality.txt");

/// The interpreter that has pedalboard, dawdreamer, numpy and soundfile.
pub(crate) fn python() -> Result<PathBuf, String> {
    let environment = environment("hosts", HOSTS)?;
    Ok(program(&environment, "python"))
}

/// The interpreter that has pesq.
pub(crate) fn quality() -> Result<PathBuf, String> {
    let environment = environment("quality", QUALITY)?;
    Ok(program(&environment, "python"))
}

/// `maturin`, which builds the Python package.
pub(crate) fn maturin() -> Result<PathBuf, String> {
    Ok(program(&environment("package", PACKAGE)?, "maturin"))
}

/// `typos`, `lychee` or `zizmor`, ready to run.
pub(crate) fn tool(name: &str) -> Result<Command, String> {
    let environment = environment("tools", TOOLS)?;
    Ok(Command::new(program(&environment, name)))
}

/// Makes `target/python/NAME` with the packages of `requirements`, unless it holds these already.
fn environment(name: &str, requirements: &str) -> Result<PathBuf, String> {
    let folder = target().join("python").join(name);
    // Written last, so that an environment that was left half made is made anew.
    let stamp = folder.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == requirements) {
        return Ok(folder);
    }
    eprintln!("making the Python environment {}", folder.display());
    let python = fresh(&folder)?;
    let wanted = folder.join("wanted.txt");
    let failed = |at: &Path, error| format!("{}: {error}", at.display());
    fs::write(&wanted, requirements).map_err(|e| failed(&wanted, e))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    // Prebuilt packages only, but for those that the requirements except: building one may fetch
    // things of its own.
    run(Command::new(python)
        .args(pip)
        .args(["--only-binary", ":all:", "--requirement"])
        .arg(&wanted))?;
    fs::rename(&wanted, &stamp).map_err(|e| failed(&stamp, e))?;
    Ok(folder)
}

/// The interpreter of a new environment in `folder` without packages; an old one is removed.
pub(crate) fn fresh(folder: &Path) -> Result<PathBuf, String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    run(Command::new(system).args(["-m", "venv"]).arg(folder))
        .map_err(|error| format!("{error}; on Debian it needs the package python3-venv"))?;
    Ok(program(folder, "python"))
}

/// Where an environment keeps a program.
fn program(environment: &Path, name: &str) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" }).join(executable(name))
}

/// A program's file name on this system.
pub(crate) fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}
