//! `cargo xtask bench window`: what the windows cost without a graphics card.

use crate::packages::install_packages;
use crate::python;
use crate::run::{cargo, run};

/// Measures the plug-in's window in a host, and the standalone with sound from a JACK server.
pub(crate) fn window() -> Result<(), String> {
    install_packages()?;
    let args = ["test", "--release", "--package", "patchveil-tests", "--test", "window_cost", "--"];
    // One after the other: each would slow the other down.
    run(cargo(&args)
        .args(["--ignored", "--nocapture", "--test-threads", "1"])
        .env(python::VARIABLE, python::python()?))
}
