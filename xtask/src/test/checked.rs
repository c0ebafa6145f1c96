//! How the full run builds: dependencies as released, so that they are compiled once for the checks, for the
//! tests and for what is tested as released; our own packages for tests as `cargo test` builds them.
//!
//! Cargo keeps each profile in a folder of its own, and shares nothing between them. So the run uses the profile
//! `release` alone, and changes it for our own packages where they are not tested as released.

use std::fmt::Write;
use std::fs;
use std::io;
use std::process::Command;

use super::Builds;
use crate::run::{root, target};
use crate::workspaces::{LAB, PRODUCT, packages};

/// What `cargo test` does for a package and a release does not.
const AS_TESTED: &str = "debug-assertions = true
overflow-checks = true
debug = \"line-tables-only\"
strip = \"none\"
codegen-units = 256
";
/// A package of ours that is as released everywhere: it compiles the whole library of transforms, which takes a minute.
const AS_RELEASED: &str = "patchveil-spectral";
/// Large dependencies that only tests have, by workspace: nothing released shares them, and optimising them would take longer
/// than the tests gain.
const ONLY_IN_TESTS: [(&str, &[&str]); 2] = [
    (PRODUCT, &["naga", "wgpu", "wgpu-core", "wgpu-hal", "wgpu-types"]),
    (
        LAB,
        &[
            "burn-autodiff",
            "burn-backend",
            "burn-core",
            "burn-dispatch",
            "burn-linalg",
            "burn-nn",
            "burn-optim",
            "burn-std",
            "burn-tensor",
            "gemm-c32",
            "gemm-c64",
            "gemm-f16",
            "gemm-f64",
        ],
    ),
];

impl Builds {
    /// `cargo ARGS` in the workspace of `manifest`, with dependencies as released and our own packages as tested.
    pub(super) fn checked(&self, manifest: &str, args: &[&str]) -> Result<Command, String> {
        let workspace = manifest.replace('/', "-");
        let file = target().join(format!("checked-{workspace}"));
        let written =
            fs::create_dir_all(target()).and_then(|()| fs::write(&file, settings(manifest)?));
        written.map_err(|error| format!("{}: {error}", file.display()))?;
        let (subcommand, rest) = args.split_at(1);
        let mut command = self.of(manifest, subcommand);
        command.args(["--release", "--config"]).arg(file).args(rest);
        Ok(command)
    }
}

/// Cargo's settings for all packages of a workspace that are not built as released.
fn settings(manifest: &str) -> io::Result<String> {
    let ours = packages(manifest).map_err(io::Error::other)?.into_keys();
    let ours: Vec<String> = ours.filter(|package| package != AS_RELEASED).collect();
    let only = ONLY_IN_TESTS.iter().filter(|(of, _)| *of == manifest);
    let only = only.flat_map(|(_, packages)| packages.iter().map(|&package| package.to_owned()));
    let mut settings = String::new();
    for package in ours.iter().cloned().chain(only) {
        let level = test_level(manifest, &package)?;
        let _ = writeln!(settings, "[profile.release.package.{package}]\nopt-level = {level}");
        if ours.contains(&package) {
            settings.push_str(AS_TESTED);
        }
    }
    Ok(settings)
}

/// How much `cargo test` optimises a package.
fn test_level(manifest: &str, package: &str) -> io::Result<i64> {
    let table: toml::Table =
        fs::read_to_string(root().join(manifest))?.parse().map_err(io::Error::other)?;
    let level = table
        .get("profile")
        .and_then(|profile| profile.get("dev")?.get("package")?.get(package)?.get("opt-level"));
    Ok(level.and_then(toml::Value::as_integer).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(manifest: &str, package: &str) -> Option<toml::Value> {
        let settings: toml::Table = settings(manifest).unwrap().parse().unwrap();
        settings["profile"]["release"]["package"].get(package).cloned()
    }

    #[test]
    fn our_own_packages_are_tested_with_assertions_and_as_much_optimised_as_by_cargo_test() {
        for (package, level) in [("patchveil", 0), ("patchveil-veil", 3)] {
            let settings = of(PRODUCT, package).unwrap();
            assert_eq!(settings["opt-level"].as_integer(), Some(level), "{package}");
            assert_eq!(settings["debug-assertions"].as_bool(), Some(true), "{package}");
        }
    }

    #[test]
    fn dependencies_are_as_released() {
        assert_eq!(of(LAB, "burn-flex"), None);
        assert_eq!(of(LAB, "patchveil-veil"), None);
        assert_eq!(of(PRODUCT, "egui"), None);
        assert_eq!(of(PRODUCT, AS_RELEASED), None);
    }
}
