//! Manifests of many folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use patchveil_veil::Fingerprint;

use super::error::ManifestError;
use super::record::{Digest, Record};
use super::store::{Manifest, path_for};

/// Manifests, each read once: reading a long one takes longer than restoring a short file.
#[derive(Debug, Default)]
pub struct ManifestCache(Mutex<BTreeMap<PathBuf, Option<Arc<Manifest>>>>);

impl ManifestCache {
    /// The manifest at `path`; none if there is no such file.
    ///
    /// # Errors
    /// Those of [`Manifest::load`].
    pub fn get(&self, path: &Path) -> Result<Option<Arc<Manifest>>, ManifestError> {
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(manifest) = read.get(path) {
            return Ok(manifest.clone());
        }
        let manifest = Manifest::load(path)?.map(Arc::new);
        read.insert(path.to_owned(), manifest.clone());
        Ok(manifest)
    }

    /// The key that a file with these samples was protected with, according to the manifest next to it,
    /// whatever the file is called now.
    pub(crate) fn protected_by(&self, file: &Path, audio: Digest) -> Option<Fingerprint> {
        let manifest = self.get(&path_for(file)).ok()??;
        let is_it = |record: &&Record| record.audio_after == audio && record.audio_before != audio;
        manifest.records().find(is_it).map(|record| record.fingerprint)
    }

    /// The record of `file`, if the manifest next to it can be read and has one.
    pub(crate) fn record(&self, file: &Path) -> Option<Record> {
        let manifest = self.get(&path_for(file)).ok()??;
        manifest.get(file.file_name()?).cloned()
    }
}
