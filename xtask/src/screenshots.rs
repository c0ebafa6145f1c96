//! `cargo xtask screenshots`

use crate::packages::install_packages;
use crate::run::{cargo, root, run};

/// Pictures the real editor, in a real window with the demo recording running through it, for the
/// README.
pub(crate) fn screenshots() -> Result<(), String> {
    install_packages()?;
    let folder = root().join("docs/images").display().to_string();
    let args = ["run", "--release", "--package", "patchveil-tests", "--bin", "screenshots", "--"];
    run(cargo(&args).arg(folder))
}
