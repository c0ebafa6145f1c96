//! `patchveil detect`

mod marks;
mod veils;

use patchveil::detect::Candidate;
use patchveil_keyring::{KeyEntry, Keyring};
use patchveil_veil::{MarkSettings, Preset};

use super::args::{Cli, DetectArgs};
use super::exit::Failure;

/// Looks for classes in what the arguments name: for their marks, unless a recipe without a mark is given
/// or an original.
pub(super) fn run(cli: &Cli, args: &DetectArgs) -> Result<u8, Failure> {
    match mark(args)? {
        Some(settings) => marks::run(cli, args, settings),
        None => veils::run(cli, args),
    }
}

/// The mark to look for, or nothing where veils are to be compared. All presets have the same mark.
fn mark(args: &DetectArgs) -> Result<Option<MarkSettings>, Failure> {
    if args.reference.is_some() {
        return Ok(None);
    }
    let recipe = args.recipe.chosen()?.unwrap_or_else(|| Preset::DEFAULT.recipe());
    Ok(recipe.mark)
}

fn candidates(keyring: &Keyring, args: &DetectArgs) -> Result<Vec<Candidate>, Failure> {
    let candidate =
        |entry: &KeyEntry| Candidate { class: entry.name().to_owned(), key: entry.key().clone() };
    if args.all_keys {
        if keyring.entries().is_empty() {
            return Err(Failure::usage(
                "the keyring is empty; make a class first: patchveil key new NAME",
            ));
        }
        return Ok(keyring.entries().iter().map(candidate).collect());
    }
    if args.keys.is_empty() {
        let entry = keyring.default_entry().ok_or_else(|| {
            Failure::usage("which class? name it with --key, or look for all with --all-keys")
        })?;
        return Ok(vec![candidate(entry)]);
    }
    args.keys.iter().map(|name| Ok(candidate(keyring.get(name)?))).collect()
}
