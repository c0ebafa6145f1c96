//! `cargo xtask bundle`, `install` and `uninstall`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::plist;
use crate::run::{root, target};

/// The package that is bundled: its library, and the program of the same name beside it.
const PACKAGE: &str = "patchveil-plugin";
/// What is built for it. The program comes from the second one.
const PACKAGES: [&str; 2] = [PACKAGE, "patchveil-standalone"];
/// The processors of a Mac.
const MACS: [&str; 2] = ["x86_64-apple-darwin", "aarch64-apple-darwin"];
/// The formats, by the ending of their bundles.
const FORMATS: [&str; 2] = ["clap", "vst3"];

/// Builds CLAP, VST3 and standalone into `target/bundled`. `args` go to `cargo build`; without
/// any it is a release build.
pub(crate) fn bundle(args: &[String]) -> Result<(), String> {
    bundle_with(&[], args)
}

/// As [`bundle`], and builds the packages `also` with it: by themselves most of what they depend on would be built
/// again, for another choice of features.
pub(crate) fn bundle_with(also: &[&str], args: &[String]) -> Result<(), String> {
    let release = ["--release".to_owned()];
    let args = if args.is_empty() { &release[..] } else { args };
    build(also, args)?;
    bundle_built(args, false)
}

/// The preset files for VST3 hosts.
pub(crate) fn presets() -> PathBuf {
    root().join("assets").join("presets")
}

/// Makes bundles of what was built with `args`, for both processors of a Mac if `universal`, and puts the
/// preset files for VST3 hosts beside them.
fn bundle_built(args: &[String], universal: bool) -> Result<(), String> {
    nice_plug_xtask::bundle(&target(), PACKAGE, args, universal)
        .map_err(|error| format!("{error:#}"))?;
    plist::add_microphone()?;
    copy(&presets(), &target().join("bundled").join("VST3 Presets"))
}

/// As [`bundle`], for both processors of a Mac at once.
pub(crate) fn bundle_for_release() -> Result<(), String> {
    if !cfg!(target_os = "macos") {
        return bundle(&[]);
    }
    let release = "--release".to_owned();
    for mac in MACS {
        build(&[], &[release.clone(), format!("--target={mac}")])?;
    }
    bundle_built(&[release], true)
}

/// Builds library and program, and the packages `also`. The bundler looks for both under relative paths.
fn build(also: &[&str], args: &[String]) -> Result<(), String> {
    let root = root();
    std::env::set_current_dir(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    let packages: Vec<String> = PACKAGES.iter().chain(also).map(ToString::to_string).collect();
    nice_plug_xtask::build(&packages, args).map_err(|error| format!("{error:#}"))
}

/// Bundles, and puts CLAP and VST3 where this user's hosts look.
pub(crate) fn install() -> Result<(), String> {
    bundle(&[])?;
    for format in FORMATS {
        let name = format!("Patchveil.{format}");
        let folder = folder(format)?;
        let failed = |at: &Path| format!("{}: ", at.display());
        fs::create_dir_all(&folder).map_err(|e| failed(&folder) + &e.to_string())?;
        // A running host has the old one mapped, so it must not be written to: the new one is
        // written next to it and then takes its name.
        let (new, to) = (folder.join(format!(".{name}.new")), folder.join(&name));
        remove(&new)?;
        copy(&target().join("bundled").join(&name), &new)?;
        remove(&to)?;
        fs::rename(&new, &to).map_err(|e| failed(&to) + &e.to_string())?;
        println!("installed {}", to.display());
    }
    let presets_to = presets_folder()?;
    copy(&presets(), &presets_to)?;
    println!("installed {}", presets_to.display());
    Ok(())
}

/// Takes away what [`install`] put there.
pub(crate) fn uninstall() -> Result<(), String> {
    for format in FORMATS {
        let at = folder(format)?.join(format!("Patchveil.{format}"));
        match at.symlink_metadata() {
            Ok(_) => {
                remove(&at)?;
                println!("removed {}", at.display());
            }
            Err(_) => println!("not there: {}", at.display()),
        }
    }
    remove_presets()
}

/// Removes the preset files that [`install`] put there, and no others.
fn remove_presets() -> Result<(), String> {
    let folder = presets_folder()?;
    let ours = fs::read_dir(presets()).map_err(|error| error.to_string())?;
    for file in ours {
        let file = file.map_err(|error| error.to_string())?;
        remove(&folder.join(file.file_name()))?;
    }
    // What the user saved there stays.
    if fs::remove_dir(&folder).is_ok() {
        println!("removed {}", folder.display());
    }
    Ok(())
}

/// Where VST3 hosts look for presets that come with a plug-in, for this user.
fn presets_folder() -> Result<PathBuf, String> {
    let presets = if cfg!(windows) {
        home("APPDATA")?.join("VST3 Presets")
    } else if cfg!(target_os = "macos") {
        home("HOME")?.join("Library/Audio/Presets")
    } else {
        home("HOME")?.join(".vst3/presets")
    };
    Ok(presets.join("Patchveil").join("Patchveil"))
}

/// The folder that an environment variable names.
fn home(variable: &str) -> Result<PathBuf, String> {
    std::env::var_os(variable)
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
        .ok_or_else(|| format!("{variable} is not set, so there is no folder to install to"))
}

/// Where hosts look for this user's plug-ins.
fn folder(format: &str) -> Result<PathBuf, String> {
    let variable = if cfg!(windows) { "LOCALAPPDATA" } else { "HOME" };
    let home = home(variable)?;
    let upper = format.to_uppercase();
    Ok(if cfg!(windows) {
        home.join("Programs").join("Common").join(upper)
    } else if cfg!(target_os = "macos") {
        home.join("Library/Audio/Plug-Ins").join(upper)
    } else {
        home.join(format!(".{format}"))
    })
}

/// Removes a file or a folder, if it is there. A link goes, not what it leads to.
pub(crate) fn remove(at: &Path) -> Result<(), String> {
    let removed = match at.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(at),
        Ok(_) => fs::remove_file(at),
    };
    removed.map_err(|error| format!("{}: {error}", at.display()))
}

/// Copies a file, or a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.map_err(|error| error.to_string())?;
        let rest = entry.path().strip_prefix(from).unwrap_or(entry.path());
        let to = if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) };
        let copied = if entry.file_type().is_dir() {
            fs::create_dir_all(&to)
        } else {
            fs::copy(entry.path(), &to).map(drop)
        };
        copied.map_err(|error| format!("{}: {error}", to.display()))?;
    }
    Ok(())
}
