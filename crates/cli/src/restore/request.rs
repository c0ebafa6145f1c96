//! What is known beforehand, and wanted.

use patchveil_veil::{ClassKey, Fingerprint, Recipe};

use super::error::RestoreError;
use super::source::Source;
use crate::inputs::Job;
use crate::manifest::{ManifestCache, Record};
use crate::protect::Timeline;
use crate::receipts::ReceiptsCache;
use crate::veil_cache::VeilCache;

/// What is known beforehand, and wanted, for all files of a run.
pub struct Request<'a> {
    /// Gives the key for a file whose record has this fingerprint, or which has no record; or says
    /// in a line why there is none.
    pub key: &'a (dyn Fn(Option<Fingerprint>) -> Result<ClassKey, String> + Sync),
    /// The veils designed so far.
    pub veils: VeilCache,
    /// The manifests read so far.
    pub manifests: ManifestCache,
    /// The plug-in's receipts read so far.
    pub receipts: ReceiptsCache,
    /// The recipe, if it is known; else it is taken from the manifest or detected.
    pub recipe: Option<Recipe>,
    /// What says where on the timeline each file begins, if it is known.
    pub timeline: Option<Timeline>,
    /// Write 32-bit float, whatever the input's format.
    pub float: bool,
    /// Restore without any evidence; and, where there is some, replace an existing output.
    pub force: bool,
}

impl Request<'_> {
    /// Whether the recipe asked for, if one was, is this one.
    pub(super) fn agrees_with(&self, recorded: &Recipe) -> bool {
        self.recipe.as_ref().is_none_or(|recipe| recipe == recorded)
    }

    /// Timeline position of the file's first sample, in samples, if it is known.
    ///
    /// # Errors
    /// [`RestoreError::NoTimeReference`] if the file should say and does not.
    pub(super) fn offset_in(&self, source: &Source) -> Result<Option<i64>, RestoreError> {
        let Some(timeline) = self.timeline else { return Ok(None) };
        let offset = timeline.offset(source.info());
        let missing = || RestoreError::NoTimeReference(source.path().to_owned());
        offset.ok_or_else(missing).map(Some)
    }

    /// The key for the file of `job`.
    pub(super) fn key_for(
        &self,
        job: &Job,
        record: Option<&Record>,
    ) -> Result<ClassKey, RestoreError> {
        (self.key)(record.map(|record| record.fingerprint))
            .map_err(|reason| RestoreError::NoKey { path: job.input.clone(), reason })
    }
}
