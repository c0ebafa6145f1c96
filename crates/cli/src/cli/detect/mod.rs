//! `patchveil detect`

mod marks;
mod veils;

use std::path::{Path, PathBuf};

use crate::detect::{Candidate, DetectFileError};
use crate::inputs::{Found, Recording};
use crate::paths::shown;
use patchveil_keyring::{KeyEntry, Keyring};
use patchveil_veil::{MarkSettings, Preset, Recipe};

use super::args::{Cli, DetectArgs};
use super::batch::NoResult;
use super::exit::{DONE, Failure, NOT_FOUND};
use super::keys;
use super::terminal::say;

/// Looks for classes in what the arguments name: for their marks, unless a recipe without a mark is given
/// or an original.
pub(super) fn run(cli: &Cli, args: &DetectArgs) -> Result<u8, Failure> {
    let recipe = args.recipe.chosen()?;
    match mark(args, recipe.as_ref()) {
        Some(settings) => marks::run(cli, args, settings),
        None => veils::run(cli, args, recipe),
    }
}

/// The mark to look for, or nothing where veils are to be compared. All presets have the same mark.
fn mark(args: &DetectArgs, chosen: Option<&Recipe>) -> Option<MarkSettings> {
    let recipe = chosen.cloned().unwrap_or_else(|| Preset::DEFAULT.recipe());
    recipe.mark.filter(|_| args.reference.is_none())
}

/// The recordings that the arguments name, each once, and what was found besides.
fn recordings(args: &DetectArgs) -> Result<(Vec<PathBuf>, Found), Failure> {
    let selection = args.list.selection(&args.inputs)?;
    args.pipe
        .prepare(selection.inputs().map(PathBuf::as_path), args.reference.as_deref().into_iter())?;
    let mut found = selection.find(|_| None);
    let recordings = std::mem::take(&mut found.recordings);
    Ok((recordings.into_iter().map(|Recording { path, .. }| path).collect(), found))
}

/// Why a file has no result.
fn no_result(error: DetectFileError) -> NoResult {
    NoResult::new(&error, matches!(error, DetectFileError::Stopped(_)))
}

/// Whether every class asked for was found; of `--all-keys`, any.
fn is_satisfied(args: &DetectArgs, mut found: impl Iterator<Item = bool>) -> bool {
    if args.all_keys { found.any(|found| found) } else { found.all(|found| found) }
}

/// The exit code of a run that ended with `code`.
fn exit_code(code: u8, satisfied: bool) -> u8 {
    if code == DONE && !satisfied { NOT_FOUND } else { code }
}

/// Names the picture that was written.
fn say_picture(args: &DetectArgs, png: &Path) -> Result<(), Failure> {
    if args.json { Ok(()) } else { say(&format!("picture  {}", shown(png))) }
}

fn candidates(keyring: &Keyring, args: &DetectArgs) -> Result<Vec<Candidate>, Failure> {
    let candidate =
        |entry: &KeyEntry| Candidate { class: entry.name().to_owned(), key: entry.key().clone() };
    if args.all_keys {
        if keyring.entries().is_empty() {
            return Err(Failure::usage(keys::EMPTY));
        }
        return Ok(keyring.entries().iter().map(candidate).collect());
    }
    if args.keys.is_empty() {
        let which = "which class? name it with --key, or look for all with --all-keys";
        let entry = keyring.default_entry().ok_or_else(|| keys::no_default(keyring, which))?;
        return Ok(vec![candidate(entry)]);
    }
    args.keys.iter().map(|name| Ok(candidate(keys::named(keyring, name)?))).collect()
}
