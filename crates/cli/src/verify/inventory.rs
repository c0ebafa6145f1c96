//! Which files there are to check, and against which manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::inputs::{InputError, Note, Selection, find};
use crate::manifest::{Manifest, ManifestError, NAME};
use crate::paths::folder_of;

/// What there is to check.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The manifests, by folder.
    manifests: BTreeMap<PathBuf, Option<Manifest>>,
    /// The files, including those that are only on record; in order, none twice.
    pub files: BTreeSet<PathBuf>,
    /// What was left out on purpose.
    pub notes: Vec<Note>,
    /// Inputs that cannot be checked because they cannot be read.
    pub failures: Vec<InputError>,
}

impl Inventory {
    /// Finds the files to check: those named, and of folders all recordings in them and below, and all
    /// that their manifests name.
    ///
    /// # Errors
    /// The first manifest that cannot be read: without it, nothing can be said about its folder.
    pub fn new(inputs: &[PathBuf]) -> Result<Self, ManifestError> {
        Self::of(&inputs.into())
    }

    /// The same for a selection. In which part of the files one is follows from its path as it is found,
    /// because one that is missing has no other.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn of(selection: &Selection) -> Result<Self, ManifestError> {
        let inputs: Vec<PathBuf> = selection.inputs().cloned().collect();
        let found = find(&inputs, |_| None);
        let mut inventory = Self { notes: found.notes, ..Self::default() };
        let unreadable: BTreeSet<PathBuf> =
            found.failures.iter().map(|failure| failure.path().to_owned()).collect();
        for folder in found.folders.iter().filter(|folder| !unreadable.contains(*folder)) {
            inventory.load(folder)?;
            let recorded = inventory.manifests.get(folder).and_then(Option::as_ref);
            let recorded = recorded.into_iter().flat_map(Manifest::records);
            inventory.files.extend(recorded.map(|record| folder.join(record.name())));
        }
        for recording in found.recordings {
            inventory.load(folder_of(&recording.path))?;
            inventory.files.insert(recording.path);
        }
        for failure in found.failures {
            inventory.add_failure(failure)?;
        }
        inventory.files.retain(|file| selection.takes(file));
        Ok(inventory)
    }

    /// The manifest for `file`.
    #[must_use]
    pub fn manifest(&self, file: &Path) -> Option<&Manifest> {
        self.manifests.get(folder_of(file))?.as_ref()
    }

    fn add_failure(&mut self, failure: InputError) -> Result<(), ManifestError> {
        match failure {
            // All of its files may be missing; and nothing at all to check is noticed later.
            InputError::NoRecording(_) => {}
            // A file on record is checked: it is missing, or unreadable.
            InputError::Unreadable { ref path, .. } => {
                match self.load(folder_of(path)) {
                    // Where the folder is unreadable, so is its manifest.
                    Ok(()) | Err(ManifestError::Unreadable { .. }) => {}
                    Err(error) => return Err(error),
                }
                let name = path.file_name().unwrap_or_default();
                if self.manifest(path).is_some_and(|manifest| manifest.get(name).is_some()) {
                    self.files.insert(path.clone());
                } else {
                    self.failures.push(failure);
                }
            }
            InputError::NotAFile(_) => self.failures.push(failure),
        }
        Ok(())
    }

    fn load(&mut self, folder: &Path) -> Result<(), ManifestError> {
        if !self.manifests.contains_key(folder) {
            self.manifests.insert(folder.to_owned(), Manifest::load(&folder.join(NAME))?);
        }
        Ok(())
    }
}
