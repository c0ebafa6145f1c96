//! `cargo xtask newcomer`

use crate::packages::install_packages;
use crate::python;
use crate::run::{cargo, run, target};

/// Runs the test that a full run leaves out because it takes as long as the sound does.
pub(crate) fn newcomer() -> Result<(), String> {
    install_packages()?;
    let args = ["test", "--release", "--package", "patchveil-tests", "--test", "newcomer", "--"];
    run(cargo(&args)
        .args(["--ignored", "--nocapture"])
        .env(python::VARIABLE, python::python()?)
        .env("PATCHVEIL_PICTURES", target().join("newcomer")))
}
