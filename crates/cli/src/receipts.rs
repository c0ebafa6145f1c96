//! What the plug-in noted of its renders, for files that no manifest records.
//!
//! A receipt does not know the file that a host wrote, so it only says what is worth looking for. What
//! is claimed of a file is measured in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use patchveil_receipts::{NAME, Receipt, Receipts, Settings};
use patchveil_veil::{Fingerprint, Recipe};

use crate::open;
use crate::paths::folder_of;

/// Recipes of one key that are looked for in one file, at most: automation leaves many.
const RECIPES_MAX: usize = 8;
/// How far from the start of a project a render may be, in samples: anybody may have written a receipt.
const POSITION_MAX: u64 = 1 << 48;
/// Renders that one file may be of, at most.
const RENDERS_MAX: usize = 64;

/// The receipts of many folders, each read once.
#[derive(Debug, Default)]
pub struct ReceiptsCache {
    folders: Mutex<BTreeMap<PathBuf, Arc<[Receipt]>>>,
    /// The folder that the user named for the plug-in.
    named: OnceLock<Option<PathBuf>>,
}

impl ReceiptsCache {
    /// The receipts at the sample rate of `file`, in its folder and in the one that the user named for the
    /// plug-in; those whose length comes closest first. Folders that cannot be read have none.
    pub(crate) fn of_file(&self, file: &Path, sample_rate: u32, frames: u64) -> Vec<Receipt> {
        let mut receipts: Vec<Receipt> = Vec::new();
        for folder in self.folders_for(file) {
            let read = self.read(folder);
            let fitting = read.iter().filter(|receipt| receipt.sample_rate_hz == sample_rate);
            receipts.extend(fitting.cloned());
        }
        // Of those as long as each other, the newest.
        receipts.reverse();
        receipts.sort_by_key(|receipt| receipt.frames.abs_diff(frames));
        receipts
    }

    /// The file of receipts that has `receipt`, of those read for `file`.
    pub(crate) fn path_of(&self, file: &Path, receipt: &Receipt) -> PathBuf {
        let has_it = |folder: &&Path| self.read(folder).contains(receipt);
        self.folders_for(file).find(has_it).unwrap_or(folder_of(file)).join(NAME)
    }

    /// The folder of `file` and the one that the user named for the plug-in, if that is another.
    fn folders_for<'a>(&'a self, file: &'a Path) -> impl Iterator<Item = &'a Path> {
        let beside = folder_of(file);
        let named = self
            .named
            .get_or_init(|| Settings::of_user().and_then(|settings| settings.receipts_folder()));
        let is_other =
            move |named: &&Path| !same_file::is_same_file(named, beside).unwrap_or(false);
        [Some(beside), named.as_deref().filter(is_other)].into_iter().flatten()
    }

    fn read(&self, folder: &Path) -> Arc<[Receipt]> {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(receipts) = folders.get(folder) {
            return receipts.clone();
        }
        let read = open::regular(&folder.join(NAME)).and_then(Receipts::read);
        let receipts: Arc<[Receipt]> = read.unwrap_or_default().receipts.into();
        folders.insert(folder.to_owned(), receipts.clone());
        receipts
    }
}

/// Those of this key that can be taken off, of which the newest [`RENDERS_MAX`] of the lengths that come closest.
pub(crate) fn of_key(receipts: Vec<Receipt>, key: Fingerprint) -> Vec<Receipt> {
    let is_own =
        |one: &Receipt| can_be_taken_off(one, key) && one.position.unsigned_abs() <= POSITION_MAX;
    receipts.into_iter().filter(is_own).take(RENDERS_MAX).collect()
}

fn can_be_taken_off(receipt: &Receipt, key: Fingerprint) -> bool {
    receipt.fingerprint == key && receipt.recipe.is_restorable()
}

/// The different recipes of `receipts` that can be taken off, of this key.
pub(crate) fn recipes(receipts: &[Receipt], key: Fingerprint) -> Vec<Recipe> {
    let own = receipts.iter().filter(|receipt| can_be_taken_off(receipt, key));
    different(own.map(|receipt| &receipt.recipe))
}

/// The different ones of the recipes that are noted for one key, the first [`RECIPES_MAX`].
pub(crate) fn different<'a>(noted: impl Iterator<Item = &'a Recipe>) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    for recipe in noted {
        if recipes.len() == RECIPES_MAX {
            break;
        }
        if !recipes.contains(recipe) {
            recipes.push(recipe.clone());
        }
    }
    recipes
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_pipe_by_the_name_of_the_receipts_is_not_waited_for_and_a_folder_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let (file, noted) = (folder.path().join("a.wav"), folder.path().join(NAME));
        assert!(Command::new("mkfifo").arg(&noted).status().unwrap().success());
        assert!(ReceiptsCache::default().of_file(&file, 48_000, 1).is_empty());

        std::fs::remove_file(&noted).unwrap();
        let receipt = Receipt {
            version: patchveil_receipts::RECEIPT_VERSION,
            fingerprint: "mfrg-gzdf-mztw-q2lk".parse().unwrap(),
            recipe: patchveil_veil::Preset::Mark.recipe(),
            position: 0,
            position_s: 0.0,
            frames: 1,
            sample_rate_hz: 48_000,
            channels: 1,
            gain: Some(1.0),
            time: patchveil_receipts::now(),
            tool: "Patchveil test".to_owned(),
        };
        receipt.append(folder.path()).unwrap();
        let cache = ReceiptsCache::default();
        assert_eq!(cache.of_file(&file, 48_000, 1), [receipt]);
        std::fs::remove_file(&noted).unwrap();
        assert_eq!(cache.of_file(&folder.path().join("b.wav"), 48_000, 1).len(), 1);
        assert!(cache.of_file(&file, 44_100, 1).is_empty());
    }
}
