//! The workspaces of the repository, and which of their packages changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::run::{cargo, output, root};

/// The manifest of the product's workspace.
pub(crate) const PRODUCT: &str = "Cargo.toml";
/// The manifest of the laboratory: a workspace of its own, because only it needs what trains models.
pub(crate) const LAB: &str = "crates/lab/Cargo.toml";
/// The manifest of the Python package: a workspace of its own, because it needs a Python interpreter.
pub(crate) const PYTHON: &str = "crates/python/Cargo.toml";
/// The manifest of the fuzz targets, which want a compiler of their own.
pub(crate) const FUZZ: &str = "fuzz/Cargo.toml";

/// What `cargo metadata` says of a workspace's own packages.
pub(crate) fn metadata(manifest: &str) -> Result<Value, String> {
    let mut command = cargo(&["metadata", "--format-version=1", "--no-deps"]);
    command.args(["--manifest-path", manifest]);
    serde_json::from_str(&output(&mut command)?).map_err(|error| error.to_string())
}

/// The folders of one workspace's packages, relative to the root, by name.
pub(crate) fn packages(manifest: &str) -> Result<BTreeMap<String, PathBuf>, String> {
    let metadata = metadata(manifest)?;
    let mut packages = BTreeMap::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default().to_owned();
        let folder = Path::new(package["manifest_path"].as_str().unwrap_or_default()).parent();
        let folder = folder.and_then(|folder| folder.strip_prefix(root()).ok());
        packages.insert(name, folder.unwrap_or(Path::new("")).to_owned());
    }
    Ok(packages)
}

/// The packages that own any of `files`. A file of the root's that is in no other package's folder
/// belongs to the root's package, if it is source; a manifest of the root's means all packages of
/// the root's workspace.
pub(crate) fn owners(packages: &BTreeMap<String, PathBuf>, files: &[String]) -> BTreeSet<String> {
    let mut owners = BTreeSet::new();
    let roots = packages.values().any(|folder| folder.as_os_str().is_empty());
    for file in files {
        let for_all = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "clippy.toml"];
        if roots && for_all.contains(&&**file) {
            return packages.keys().cloned().collect();
        }
        let of = packages.iter().filter(|(_, folder)| Path::new(file).starts_with(folder));
        let owner = of.max_by_key(|(_, folder)| folder.components().count());
        let Some((name, folder)) = owner else { continue };
        if !folder.as_os_str().is_empty() || file.starts_with("src/") {
            owners.insert(name.clone());
        }
    }
    owners
}

/// Files that differ from `since`, or from where this branch left the main one, or else from the
/// last commit; relative to the root.
pub(crate) fn changed_files(since: Option<&str>) -> Result<Vec<String>, String> {
    let git = |args: &[&str]| output(Command::new("git").args(args).current_dir(root()));
    let base = match since {
        Some(revision) => revision.to_owned(),
        None => ["origin/main", "main"]
            .iter()
            .find_map(|main| git(&["merge-base", "HEAD", main]).ok())
            .map_or_else(|| "HEAD".to_owned(), |base| base.trim().to_owned()),
    };
    let changed = git(&["diff", "--name-only", &base])?;
    let new = git(&["ls-files", "--others", "--exclude-standard"])?;
    Ok(changed.lines().chain(new.lines()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> BTreeMap<String, PathBuf> {
        [("plugin", ""), ("veil", "crates/veil"), ("cli", "crates/cli"), ("xtask", "xtask")]
            .map(|(name, folder)| (name.to_owned(), PathBuf::from(folder)))
            .into()
    }

    fn owned(files: &[&str]) -> Vec<String> {
        let files: Vec<String> = files.iter().map(|&file| file.to_owned()).collect();
        owners(&ours(), &files).into_iter().collect()
    }

    #[test]
    fn a_file_belongs_to_the_package_with_the_nearest_manifest() {
        assert_eq!(owned(&["crates/veil/src/key.rs"]), ["veil"]);
        assert_eq!(owned(&["src/plugin.rs", "xtask/src/run.rs"]), ["plugin", "xtask"]);
    }

    #[test]
    fn a_page_of_the_root_belongs_to_no_package() {
        assert!(owned(&["README.md", "docs/restore.md"]).is_empty());
    }

    /// A manifest or lock file.
    fn toml(file: &str) -> toml::Table {
        std::fs::read_to_string(root().join(file)).unwrap().parse().unwrap()
    }

    /// How a workspace builds each package that it says something special of, without what it says of its own: the
    /// rest of cargo's settings are the same for all packages.
    fn optimised(manifest: &toml::Table) -> BTreeMap<String, toml::Value> {
        let packages = manifest["profile"]["dev"]["package"].as_table().unwrap();
        let level = |(name, profile): (&String, &toml::Value)| {
            Some((name.clone(), profile.get("opt-level")?.clone()))
        };
        packages.iter().filter_map(level).collect()
    }

    #[test]
    fn all_workspaces_build_what_they_share_alike_so_that_it_is_compiled_once() {
        let product = toml(PRODUCT);
        let wanted = optimised(&product);
        for manifest in [LAB, PYTHON] {
            let theirs = toml(manifest);
            assert_eq!(theirs["profile"]["release"], product["profile"]["release"], "{manifest}");
            let lock = toml(&manifest.replace("Cargo.toml", "Cargo.lock"));
            let locked = lock["package"].as_array().unwrap();
            let named =
                |name: &str| locked.iter().any(|package| package["name"].as_str() == Some(name));
            let theirs = optimised(&theirs);
            for (package, level) in wanted.iter().filter(|(package, _)| named(package)) {
                assert_eq!(theirs.get(package), Some(level), "{package} in {manifest}");
            }
        }
    }

    #[test]
    fn the_lock_file_concerns_all_packages() {
        assert_eq!(owned(&["Cargo.lock"]).len(), ours().len());
    }
}
