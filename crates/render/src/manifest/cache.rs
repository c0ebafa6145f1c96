//! Manifests of many folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Manifest, ManifestError, Record, beside};

/// Manifests, each read when first asked for: reading a long one takes longer than restoring a short
/// file.
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

    /// The record of `file`, if the manifest beside it can be read and has one.
    pub(crate) fn record(&self, file: &Path) -> Option<Record> {
        let manifest = self.get(&beside(file)).ok()??;
        manifest.get(file.file_name()?).cloned()
    }
}
