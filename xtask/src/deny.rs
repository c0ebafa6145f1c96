//! `cargo xtask deny`: licences and sources of what we depend on, and known holes in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use spdx::{Expression, ParseMode};

use crate::run::{cargo, install, installed, output, root, run};
use crate::workspaces::{LAB, PRODUCT, PYTHON};

/// What checks more than we do ourselves.
const CARGO_DENY: &str = "0.20.2";

/// Checks licences and sources; with `advisories` also known holes, which needs the net and
/// cargo-deny, and builds that where it is missing.
pub(crate) fn deny(advisories: bool) -> Result<(), String> {
    licences()?;
    let program =
        if advisories { Some(install("cargo-deny", CARGO_DENY)?) } else { installed("cargo-deny") };
    let Some(program) = program else { return Ok(()) };
    for manifest in [PRODUCT, LAB, PYTHON] {
        let mut command = std::process::Command::new(&program);
        command.current_dir(root()).args(["--manifest-path", manifest]);
        if !advisories {
            command.arg("--offline");
        }
        command.args(["check", "--config"]).arg(root().join("deny.toml"));
        command.args(["licenses", "bans", "sources"]);
        run(command.args(advisories.then_some("advisories")))?;
    }
    Ok(())
}

/// Holds the licence of every dependency against the list in `deny.toml`, and its source against
/// crates.io. It needs no tool, so it never passes unseen.
pub(crate) fn licences() -> Result<(), String> {
    let allowed = allowed(&root().join("deny.toml"))?;
    let mut packages = BTreeSet::new();
    for manifest in [PRODUCT, LAB, PYTHON] {
        let mut tree = cargo(&["tree", "--workspace", "--all-features", "--target", "all"]);
        tree.args(["--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}|{l}"]);
        let tree = output(tree.args(["--manifest-path", manifest]))?;
        // A package that was listed before has a mark behind its line.
        packages.extend(tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned()));
    }
    let refused: Vec<String> = packages
        .iter()
        .filter_map(|line| {
            let (package, licence) = line.split_once('|')?;
            Some(format!("{package}: {}", refusal(package, licence, &allowed)?))
        })
        .collect();
    if refused.is_empty() {
        eprintln!("licences and sources of {} packages are as deny.toml allows", packages.len());
        return Ok(());
    }
    Err(format!("not allowed by deny.toml:\n{}", refused.join("\n")))
}

/// Why a package may not be used. `package` is as cargo writes it: name, version, and in brackets
/// where it comes from, unless that is crates.io.
fn refusal(package: &str, licence: &str, allowed: &BTreeSet<String>) -> Option<String> {
    let source = package.trim_end_matches(" (proc-macro)").split_once(" (");
    if let Some((_, source)) = source {
        // What lies on this disk is ours.
        let ours = Path::new(source.trim_end_matches(')')).starts_with(root());
        return (!ours).then(|| "it does not come from crates.io".to_owned());
    }
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) => {
            let ok = expression.evaluate(|term| allowed.contains(&term.to_string()));
            (!ok).then(|| format!("its licence is {licence}"))
        }
        Err(_) => Some(format!("its licence is not an SPDX expression: “{licence}”")),
    }
}

/// The licences that `deny.toml` allows.
fn allowed(file: &Path) -> Result<BTreeSet<String>, String> {
    let failed = |error: String| format!("{}: {error}", file.display());
    let config = fs::read_to_string(file).map_err(|e| failed(e.to_string()))?;
    let config: toml::Table = config.parse().map_err(|e: toml::de::Error| failed(e.to_string()))?;
    let list = config.get("licenses").and_then(|licences| licences.get("allow"));
    let list = list.and_then(toml::Value::as_array).ok_or_else(|| failed("no list".into()))?;
    Ok(list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(licence: &str) -> bool {
        let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
        refusal("package v1.0.0", licence, &allowed).is_some()
    }

    #[test]
    fn one_allowed_licence_is_enough_where_there_is_a_choice() {
        assert!(!refused("GPL-3.0 OR MIT"));
        assert!(!refused("GPL-3.0/MIT"));
        assert!(refused("GPL-3.0 AND MIT"));
    }

    #[test]
    fn an_exception_is_part_of_the_licence() {
        assert!(!refused("Apache-2.0 WITH LLVM-exception"));
        assert!(refused("Apache-2.0"));
    }

    #[test]
    fn a_licence_that_cannot_be_read_or_is_missing_is_refused() {
        assert!(refused("do what you like"));
        assert!(refused(""));
    }

    #[test]
    fn packages_come_from_crates_io_or_from_here() {
        let allowed = ["MIT".to_owned()].into();
        let refused = |package: &str| refusal(package, "MIT", &allowed).is_some();
        assert!(!refused("package v1.0.0 (proc-macro)"));
        assert!(!refused(&format!("package v1.0.0 ({})", root().join("crates/veil").display())));
        assert!(refused("package v1.0.0 (https://localhost/repository#0123456)"));
        assert!(refused("package v1.0.0 (/somewhere/else)"));
    }
}
