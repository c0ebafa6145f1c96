//! What a change can break, in a few minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::{Builds, Steps};
use crate::docs;
use crate::run::run;
use crate::workspaces::{LAB, PRODUCT, Package, changed_files, owners, packages, with_dependents};

/// Checks the format of everything, lints what changed and what depends on it, and runs the unit
/// tests of what changed. Integration tests, hosts and releases are for the full run.
pub(crate) fn quick(since: Option<&str>) -> Result<(), String> {
    let files = changed_files(since)?;
    let builds = Builds { python: None };
    let mut steps = Steps::new();
    steps.step("format", || {
        run(&mut builds.product(&["fmt", "--all", "--check"]))?;
        run(&mut builds.lab(&["fmt", "--check"]))
    })?;
    if files.iter().any(|file| file.ends_with(".md")) {
        steps.step("texts", docs::texts)?;
        steps.step("commands in the docs", || {
            run(&mut builds.product(&["test", "--package", "patchveil", "--test", "docs"]))
        })?;
    }
    let product = packages(PRODUCT)?;
    check(&mut steps, &product, &files, |args| builds.product(args))?;
    let lab: BTreeMap<String, Package> =
        packages(LAB)?.into_iter().filter(|(name, _)| !product.contains_key(name)).collect();
    check(&mut steps, &lab, &files, |args| builds.lab(args))?;
    steps.finish();
    Ok(())
}

/// Lints and unit tests of one workspace.
fn check(
    steps: &mut Steps,
    packages: &BTreeMap<String, Package>,
    files: &[String],
    cargo: impl Fn(&[&str]) -> Command,
) -> Result<(), String> {
    let changed = owners(packages, files);
    if changed.is_empty() {
        return Ok(());
    }
    let affected = with_dependents(packages, &changed);
    let names = |set: &BTreeSet<String>| Vec::from_iter(set.iter().cloned()).join(", ");
    let choose = |set: &BTreeSet<String>| -> Vec<String> {
        set.iter().flat_map(|name| ["--package".to_owned(), name.clone()]).collect()
    };
    steps.step(&format!("lints of {}", names(&affected)), || {
        let mut clippy = cargo(&["clippy", "--all-targets"]);
        run(clippy.args(choose(&affected)).args(["--", "--deny", "warnings"]))
    })?;
    steps.step(&format!("unit tests of {}", names(&changed)), || {
        run(cargo(&["test", "--lib", "--bins"]).args(choose(&changed)))
    })
}
