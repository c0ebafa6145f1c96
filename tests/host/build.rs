//! Builds and finds the plug-in and the command.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Where cargo puts what it builds in the profile of this test.
fn directory() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join(if cfg!(debug_assertions) { "debug" } else { "release" })
}

/// Builds plug-in, standalone and command once, in the profile of this test. Where `PATCHVEIL_BUILT` is set
/// they are built already: `cargo xtask test` builds them together with the tests, so that their
/// dependencies are not compiled twice.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if std::env::var_os("PATCHVEIL_BUILT").is_some() {
            return directory();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(root()).args([
            "build",
            "--quiet",
            "--package",
            "patchveil-plugin",
            "--package",
            "patchveil-standalone",
            "--package",
            "patchveil",
        ]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        assert!(command.status().unwrap().success(), "the plug-in and the command do not build");
        directory()
    })
}

/// The library that is both the CLAP and the VST3 plug-in; `PATCHVEIL_PLUGIN` names another one to
/// test.
#[must_use]
pub fn library() -> PathBuf {
    if let Some(named) = std::env::var_os("PATCHVEIL_PLUGIN") {
        return named.into();
    }
    let name =
        format!("{}patchveil_plugin{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    built().join(name)
}

/// The standalone.
#[must_use]
pub fn standalone() -> PathBuf {
    built().join(format!("patchveil_plugin{}", std::env::consts::EXE_SUFFIX))
}

/// The `patchveil` command.
#[must_use]
pub fn program() -> PathBuf {
    built().join(format!("patchveil{}", std::env::consts::EXE_SUFFIX))
}
