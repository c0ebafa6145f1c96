//! Which files there are to check, and against which manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::inputs::{InputError, is_recording};
use crate::manifest::{Manifest, ManifestError, NAME};
use crate::paths::folder_of;

/// What there is to check.
#[derive(Debug, Default)]
pub struct Survey {
    /// The manifests, by folder.
    manifests: BTreeMap<PathBuf, Option<Manifest>>,
    /// The files, those that are only on record included; in order, none twice.
    pub files: BTreeSet<PathBuf>,
}

/// Why an input cannot be checked. Each message is one line and names the input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// It cannot be looked at.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A manifest in it cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl Survey {
    /// The manifest that has, or would have, the record of `file`.
    #[must_use]
    pub fn manifest(&self, file: &Path) -> Option<&Manifest> {
        self.manifests.get(folder_of(file))?.as_ref()
    }

    fn load(&mut self, folder: &Path) -> Result<(), SurveyError> {
        if !self.manifests.contains_key(folder) {
            self.manifests.insert(folder.to_owned(), Manifest::load(&folder.join(NAME))?);
        }
        Ok(())
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), SurveyError> {
        for entry in WalkDir::new(folder).follow_links(true) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.loop_ancestor().is_some() => continue,
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    let source =
                        error.into_io_error().unwrap_or_else(|| std::io::ErrorKind::Other.into());
                    return Err(InputError::Unreadable { path, source }.into());
                }
            };
            if entry.file_type().is_dir() {
                let below = entry.path();
                self.load(below)?;
                let recorded = self.manifests.get(below).and_then(Option::as_ref);
                let recorded = recorded.into_iter().flat_map(Manifest::records);
                self.files.extend(recorded.map(|record| below.join(record.name())));
            } else if is_recording(&entry) {
                self.files.insert(entry.into_path());
            }
        }
        Ok(())
    }
}

/// Finds the files to check: those named, and of folders all recordings in them and below, and all
/// that their manifests name.
///
/// # Errors
/// The first input that cannot be looked at, or the first manifest that is damaged: a check that
/// leaves something out proves nothing.
pub fn survey(inputs: &[PathBuf]) -> Result<Survey, SurveyError> {
    let mut survey = Survey::default();
    for input in inputs {
        if fs::metadata(input).is_ok_and(|meta| meta.is_dir()) {
            survey.add_folder(input)?;
            continue;
        }
        survey.load(folder_of(input))?;
        let name = input.file_name().unwrap_or_default();
        let is_recorded = survey.manifest(input).is_some_and(|all| all.get(name).is_some());
        if let Err(source) = fs::metadata(input)
            && !is_recorded
        {
            return Err(InputError::Unreadable { path: input.clone(), source }.into());
        }
        survey.files.insert(input.clone());
    }
    Ok(survey)
}
