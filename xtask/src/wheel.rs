//! The Python package: builds its wheel, and tests it as users install it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::python::{self, executable};
use crate::run::{cargo, root, run, target};

/// Packages that the tests use.
const TESTS: &str = include_str!("../requirements/package-tests.txt");

/// What to do with the package.
#[derive(Args)]
pub(crate) struct PythonPackageArgs {
    /// Only build it
    #[arg(long)]
    no_test: bool,
    /// Test it with Ray too, on a cluster of several nodes on this machine; takes minutes
    #[arg(long, conflicts_with = "no_test")]
    ray: bool,
    /// Measure its speed beside that of the library, and what a core does
    #[arg(long, conflicts_with = "no_test")]
    speed: bool,
}

/// Builds the wheel and tests it in an environment of its own.
pub(crate) fn python_package(args: &PythonPackageArgs) -> Result<(), String> {
    let wheel = wheel()?;
    println!("{}", wheel.display());
    if args.no_test {
        return Ok(());
    }
    let python = installed(&wheel, args.ray)?;
    let mut tests = Command::new(&python);
    tests.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=5"]);
    tests.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(folder().join("tests"));
    run(tests.args(if args.ray { &[][..] } else { &["--ignore=test_ray.py"][..] }))?;
    if args.speed {
        let example = ["--package", "patchveil-veil", "--example", "protect_speed"];
        run(cargo(&["build", "--release"]).args(example))?;
        let native = target().join("release").join("examples").join(executable("protect_speed"));
        run(Command::new(&python).arg("speed.py").arg(native).current_dir(folder().join("tests")))?;
    }
    Ok(())
}

/// Builds the wheel as released.
pub(crate) fn wheel() -> Result<PathBuf, String> {
    let out = target().join("wheels");
    if out.exists() {
        fs::remove_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    let mut maturin = Command::new(python::maturin()?);
    maturin.args(["build", "--release", "--locked", "--quiet", "--out"]).arg(&out);
    // It builds where the product does: most of what they depend on is the same.
    maturin.env("CARGO_TARGET_DIR", target()).env("CARGO_INCREMENTAL", "0");
    run(maturin.current_dir(folder()))?;
    let made = fs::read_dir(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let mut wheels = made.filter_map(|entry| Some(entry.ok()?.path()));
    wheels.find(|path| path.extension().is_some_and(|ending| ending == "whl")).ok_or_else(|| {
        format!("maturin left no wheel in {}; build it by hand to see why", out.display())
    })
}

/// The interpreter of a new environment with the wheel, as `pip install` makes it.
fn installed(wheel: &Path, with_ray: bool) -> Result<PathBuf, String> {
    let environment = target().join("python").join("package-installed");
    let python = python::fresh(&environment)?;
    let wanted = environment.join("tests.txt");
    fs::write(&wanted, TESTS).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let mut package = wheel.as_os_str().to_owned();
    if with_ray {
        package.push("[ray]");
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(&python).args(pip).args(["--only-binary", ":all:"]).arg(package))?;
    run(Command::new(&python).args(pip).args(["--only-binary", ":all:", "-r"]).arg(&wanted))?;
    Ok(python)
}

fn folder() -> PathBuf {
    root().join("crates").join("python")
}
