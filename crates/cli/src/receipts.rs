//! What the plug-in noted of its renders, for files that no manifest records.
//!
//! A receipt does not know the file that a host wrote, so it only says what is worth looking for. What
//! is claimed of a file is measured in it.

use std::path::{Path, PathBuf};

use patchveil_receipts::{Receipt, Receipts, Settings};
use patchveil_veil::{Fingerprint, Recipe};

/// Recipes that are looked for in one file, at most: automation leaves many.
const RECIPES_MAX: usize = 8;

/// The receipts at the sample rate of `file`, in its folder and in the one that the user named for the
/// plug-in; those whose length comes closest first. Folders that cannot be read have none.
pub(crate) fn of_file(file: &Path, sample_rate: u32, frames: u64) -> Vec<Receipt> {
    let beside = match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let named = Settings::of_user().and_then(|settings| settings.receipts_folder());
    let is_other = |named: &PathBuf| !same_file::is_same_file(named, &beside).unwrap_or(false);
    let folders = [Some(beside.clone()), named.filter(is_other)];
    let read = |folder: PathBuf| Receipts::read(&folder).unwrap_or_default().receipts;
    let mut receipts: Vec<Receipt> = folders.into_iter().flatten().flat_map(read).collect();
    receipts.retain(|receipt| receipt.sample_rate_hz == sample_rate);
    // Of those as long as each other, the newest.
    receipts.reverse();
    receipts.sort_by_key(|receipt| receipt.frames.abs_diff(frames));
    receipts
}

/// The different recipes of `receipts` that can be taken off, of this key.
pub(crate) fn recipes(receipts: &[Receipt], key: Fingerprint) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    for receipt in receipts.iter().filter(|receipt| receipt.fingerprint == key) {
        if recipes.len() == RECIPES_MAX {
            break;
        }
        if receipt.recipe.is_restorable() && !recipes.contains(&receipt.recipe) {
            recipes.push(receipt.recipe.clone());
        }
    }
    recipes
}
