//! `cargo xtask release`: the files that are published.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::bundle;
use crate::packages::install_packages;
use crate::python::executable;
use crate::run::{cargo, install, installed, root, run, target, tools_required};
use crate::workspaces::{PRODUCT, packages};

/// What writes the list of all that is in a release.
const CYCLONEDX: (&str, &str) = ("cargo-cyclonedx", "0.5.9");
/// Both processors of a Mac.
const MACS: [&str; 2] = ["aarch64-apple-darwin", "x86_64-apple-darwin"];

/// Builds plug-in, standalone and command, packs them with licences and changelog into
/// `target/dist/patchveil-VERSION-SYSTEM.tar.gz` (on Windows `.zip`), and writes bills of materials and
/// checksums next to it.
pub(crate) fn release(tag: Option<&str>) -> Result<(), String> {
    tag.map_or(Ok(()), check_tag)?;
    if cfg!(target_os = "linux") {
        install_packages()?;
    }
    if cfg!(target_os = "macos") {
        run(Command::new("rustup").args(["target", "add"]).args(MACS))?;
    }
    let dist = target().join("dist");
    let name = format!("patchveil-{}-{}", env!("CARGO_PKG_VERSION"), system());
    let folder = dist.join(&name);
    for old in [&dist, &folder] {
        bundle::remove(old)?;
        fs::create_dir_all(old).map_err(|e| failed(old, &e))?;
    }
    plug_in(&folder)?;
    command(&folder)?;
    for text in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        bundle::copy(&root().join(text), &folder.join(text))?;
    }
    let ending = if cfg!(windows) { "zip" } else { "tar.gz" };
    // The tar of Windows writes zip files too; `-a` goes by the ending.
    let archive = format!("{name}.{ending}");
    run(Command::new("tar").args(["-a", "-cf", &archive, &name]).current_dir(&dist))?;
    bundle::remove(&folder)?;
    bills_of_materials(&dist, &name)?;
    checksums(&dist, &dist.join(format!("{name}.sha256")))?;
    println!("{}", dist.display());
    Ok(())
}

/// Checks that the tag `name` is that of this version.
fn check_tag(name: &str) -> Result<(), String> {
    let expected = concat!("v", env!("CARGO_PKG_VERSION"));
    if name != expected {
        return Err(format!("the tag is {name}, but the version in Cargo.toml wants {expected}"));
    }
    let changes = root().join("CHANGELOG.md");
    let text = fs::read_to_string(&changes).map_err(|e| failed(&changes, &e))?;
    let heading = concat!("## [", env!("CARGO_PKG_VERSION"), "]");
    text.contains(heading).then_some(()).ok_or(format!("CHANGELOG.md has no heading {heading}"))
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

/// What the files run on.
fn system() -> String {
    let processor = if cfg!(target_os = "macos") { "universal" } else { std::env::consts::ARCH };
    format!("{}-{processor}", std::env::consts::OS)
}

fn plug_in(folder: &Path) -> Result<(), String> {
    bundle::bundle_for_release()?;
    let bundled = target().join("bundled");
    for entry in fs::read_dir(&bundled).map_err(|e| failed(&bundled, &e))? {
        let entry = entry.map_err(|e| failed(&bundled, &e))?;
        bundle::copy(&entry.path(), &folder.join(entry.file_name()))?;
    }
    Ok(())
}

/// The `patchveil` command, on a Mac for both processors.
fn command(folder: &Path) -> Result<(), String> {
    let name = executable("patchveil");
    let build = ["build", "--release", "--locked", "--package", "patchveil"];
    if !cfg!(target_os = "macos") {
        run(&mut cargo(&build))?;
        return bundle::copy(&target().join("release").join(&name), &folder.join(&name));
    }
    let mut parts: Vec<PathBuf> = Vec::new();
    for mac in MACS {
        run(cargo(&build).args(["--target", mac]))?;
        parts.push(target().join(mac).join("release").join(&name));
    }
    run(Command::new("lipo").args(["-create", "-output"]).arg(folder.join(&name)).args(parts))
}

/// All packages that are linked into plug-in and command, with versions and licences, as CycloneDX:
/// `PREFIX-plugin.cdx.json` and `PREFIX-command.cdx.json` in `dist`.
fn bills_of_materials(dist: &Path, prefix: &str) -> Result<(), String> {
    let (tool, version) = CYCLONEDX;
    let program = if tools_required() { Some(install(tool, version)?) } else { installed(tool) };
    let Some(program) = program else {
        eprintln!("no bill of materials: {tool} is missing");
        return Ok(());
    };
    let name = "patchveil-bill-of-materials";
    let format = ["cyclonedx", "--quiet", "--format", "json", "--override-filename", name];
    run(Command::new(program).args(format).current_dir(root()))?;
    let file = format!("{name}.json");
    for (part, folder) in [("plugin", ""), ("command", "crates/cli")] {
        let to = dist.join(format!("{prefix}-{part}.cdx.json"));
        bundle::copy(&root().join(folder).join(&file), &to)?;
    }
    // It writes one next to every manifest.
    for folder in packages(PRODUCT)?.values() {
        bundle::remove(&root().join(folder).join(&file))?;
    }
    Ok(())
}

/// SHA-256 of all files in `folder`, as `sha256sum --check` reads them.
fn checksums(folder: &Path, to: &Path) -> Result<(), String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let entry = entry.map_err(|e| failed(folder, &e))?;
        let bytes = fs::read(entry.path()).map_err(|e| failed(&entry.path(), &e))?;
        let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        lines.push(format!("{sum}  {}\n", entry.file_name().display()));
    }
    lines.sort();
    fs::write(to, lines.concat()).map_err(|e| failed(to, &e))
}
