//! What a change can break, in a few minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::full::{CLIPPY, DENY, TESTS};
use super::{Builds, Steps};
use crate::run::{output, root, run};
use crate::workspaces::{LAB, PRODUCT, PYTHON, changed_files, owners, packages};
use crate::{docs, fuzz};

/// Checks the format of everything, lints what changed and what depends on it, and runs the unit
/// tests of what changed. Integration tests, hosts and releases are for the full run.
///
/// Cargo is always given the same packages as in the full run: with fewer it would build much of
/// what they depend on again, for another choice of features.
pub(crate) fn quick(since: Option<&str>) -> Result<(), String> {
    let files = changed_files(since)?;
    let builds = Builds { python: None };
    let mut steps = Steps::new();
    steps.step("format", || {
        run(&mut builds.product(&["fmt", "--all", "--check"]))?;
        run(&mut builds.lab(&["fmt", "--check"]))?;
        run(&mut builds.python_package(&["fmt", "--check"]))?;
        fuzz::format()
    })?;
    if files.iter().any(|file| file.ends_with(".md")) {
        steps.step("texts", docs::texts)?;
        steps.step("commands in the docs", || {
            run(builds.product(&TESTS).args(["--test", "docs"]))
        })?;
    }
    let product = packages(PRODUCT)?;
    let changed = owners(&product, &files);
    if !changed.is_empty() {
        steps.step("lints", || run(builds.product(&CLIPPY).args(DENY)))?;
        unit_tests(&mut steps, &product, &changed, builds.product(&TESTS))?;
    }
    let lab = packages(LAB)?;
    let changed = owners(&lab, &files);
    if !changed.is_empty() {
        let clippy = ["clippy", "--all-targets", "--"];
        steps.step("lints of the laboratory", || run(builds.lab(&clippy).args(DENY)))?;
        unit_tests(&mut steps, &lab, &changed, builds.lab(&["test"]))?;
    }
    if !owners(&packages(PYTHON)?, &files).is_empty() {
        steps.step("lints of the Python package", || {
            run(builds.python_package(&["clippy", "--all-targets", "--"]).args(DENY))
        })?;
    }
    steps.finish();
    Ok(())
}

/// Builds the unit tests of all packages that `build` names, and runs those of `changed`.
fn unit_tests(
    steps: &mut Steps,
    folders: &BTreeMap<String, PathBuf>,
    changed: &BTreeSet<String>,
    mut build: Command,
) -> Result<(), String> {
    let mut programs = Vec::new();
    steps.step("building unit tests", || {
        build.args(["--lib", "--bins", "--no-run", "--message-format=json-render-diagnostics"]);
        let messages = output(build.stderr(Stdio::inherit()))?;
        programs.extend(messages.lines().filter_map(test_program));
        Ok(())
    })?;
    for (manifest, program) in programs {
        let folder = manifest.parent().map(PathBuf::from).unwrap_or_default();
        let owner = folders.iter().find(|(_, its)| root().join(its) == folder);
        let Some((name, _)) = owner.filter(|(name, _)| changed.contains(*name)) else { continue };
        steps.step(&format!("unit tests of {name}"), || {
            run(Command::new(program).current_dir(folder))
        })?;
    }
    Ok(())
}

/// From a message of cargo's: the manifest of a package and a test program of it.
fn test_program(message: &str) -> Option<(PathBuf, PathBuf)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let program = message["executable"].as_str()?;
    message["profile"]["test"].as_bool()?.then_some(())?;
    Some((message["manifest_path"].as_str()?.into(), program.into()))
}
