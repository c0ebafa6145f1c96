//! Restoring files: the veil taken off again, streamed.
//!
//! The recipe and the timeline offset come from the file's record in the manifest, which is proven
//! by the hash of its samples; or else from the audio itself, by detection and alignment. A file of
//! which neither shows that it carries this key is not restored: with another key, or at another
//! place, the result would be one more filter over the recording.

mod error;
mod place;
mod run;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use patchveil_veil::{ClassKey, Fingerprint, Recipe, RecipeError, Veil};
use serde::Serialize;

use crate::inputs::{Job, is_named_as_original};
use crate::manifest::{ManifestCache, Record, beside, hash_audio};
use crate::paths::json;
use crate::protect::Watch;
use crate::wav::{SampleFormat, WavReader};

pub use error::RestoreError;
use place::Place;
pub(crate) use place::released;
use run::{Plan, Source};

/// What is known beforehand, and wanted.
pub struct Request<'a> {
    /// Gives the key for a file whose record has this fingerprint, or which has no record; or says
    /// in a line why there is none.
    pub key: &'a (dyn Fn(Option<Fingerprint>) -> Result<ClassKey, String> + Sync),
    /// The veils made so far.
    pub veils: VeilCache,
    /// The manifests read so far.
    pub manifests: ManifestCache,
    /// The recipe, if it is known; else it is taken from the manifest or found out.
    pub recipe: Option<Recipe>,
    /// Timeline position of the file's first sample, in samples, if it is known.
    pub offset: Option<i64>,
    /// Write 32-bit float, whatever the input's format.
    pub float: bool,
    /// Restore without any evidence; and replace what has the output's name, if there is some.
    pub force: bool,
}

/// Veils of any keys and recipes, designed when first asked for: that takes longer than restoring a
/// short file.
#[derive(Debug, Default)]
pub struct VeilCache(Mutex<Vec<Arc<Veil>>>);

impl VeilCache {
    /// The veil of `key` and `recipe` at `sample_rate` Hz.
    ///
    /// # Errors
    /// Those of [`Veil::new`].
    pub fn get(
        &self,
        key: &ClassKey,
        recipe: &Recipe,
        sample_rate: u32,
    ) -> Result<Arc<Veil>, RecipeError> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fingerprint = key.fingerprint();
        let is_it = |veil: &&Arc<Veil>| {
            (veil.fingerprint(), veil.sample_rate()) == (fingerprint, sample_rate)
                && veil.recipe() == recipe
        };
        if let Some(veil) = made.iter().find(is_it) {
            return Ok(veil.clone());
        }
        let veil = Arc::new(Veil::new(key, recipe, sample_rate)?);
        made.push(veil.clone());
        Ok(veil)
    }
}

/// What shows that the file carries this key, with this recipe, at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Its samples are those that the manifest recorded.
    Manifest,
    /// The key was detected in the audio.
    Detection,
    /// The key was detected in the audio; that the recipe or the place is the likeliest one was forced.
    Guess,
    /// Nothing: it was forced.
    None,
}

impl Evidence {
    /// Whether nothing about it was forced.
    #[must_use]
    pub fn is_proof(self) -> bool {
        matches!(self, Self::Manifest | Self::Detection)
    }
}

/// What became of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The protected file.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// The restored file.
    #[serde(flatten, serialize_with = "json::output")]
    pub output: PathBuf,
    /// Public name of the key.
    pub fingerprint: Fingerprint,
    /// What shows that it is this key's.
    pub evidence: Evidence,
    /// The recipe undone.
    pub recipe: Recipe,
    /// Timeline position of the file's first sample, in samples.
    pub offset: i64,
    /// Length in seconds.
    pub seconds: f64,
    /// How the restored samples are stored.
    pub format: SampleFormat,
    /// Whether the restored samples are the original's, bit for bit, by the hash in the manifest;
    /// none if there is no record of the original.
    pub is_original: Option<bool>,
    /// Power of the recording over that of the rounding errors that restoring spreads, in dB, as
    /// estimated from the file's bit depth; none for silence, and where samples at full scale may have
    /// been cut off, for how much was lost there is not known.
    pub expected_snr_db: Option<f64>,
    /// Where samples are at full scale, what the SNR is at most, in dB: what it is if none of them was
    /// cut off.
    pub snr_at_most_db: Option<f64>,
    /// Samples at full scale in the protected file. If they were cut off there, the recording was
    /// lost around them.
    pub full_scale_samples: u64,
    /// Seconds it took.
    pub took_s: f64,
}

/// Restores the protected file of `job`. Memory does not grow with the file.
///
/// # Errors
/// Any [`RestoreError`]; nothing is left behind then, and what had the output's name is still
/// there.
pub fn restore(
    job: &Job,
    request: &Request<'_>,
    watch: &Watch<'_>,
) -> Result<Outcome, RestoreError> {
    let source = Source::open(&job.input)?;
    let record = record_of(job, &source, request, watch)?;
    let key = (request.key)(record.as_ref().map(|record| record.fingerprint))
        .map_err(|reason| RestoreError::NoKey { path: job.input.clone(), reason })?;
    crate::output::check(&job.output, &[&job.input], request.force)?;
    if is_original(job, record.as_ref(), watch)? {
        return Err(RestoreError::Original(job.output.clone()));
    }

    if let Some(record) = record.as_ref().filter(|record| agrees(record, request)) {
        let is_ours = record.fingerprint == key.fingerprint();
        let plan = Plan::new(&key, &record.recipe, record.offset, Evidence::Manifest);
        // Where the samples turn out not to be the recorded ones, nothing has been written yet.
        if !is_ours {
            if source.hash_audio(watch)? == record.audio_after && !request.force {
                let recorded = record.fingerprint;
                return Err(RestoreError::OtherKey { path: job.input.clone(), recorded });
            }
        } else if let Some(done) = run::run(job, &source, &plan, Some(record), request, watch)? {
            return Ok(done);
        }
    }
    let recipes = place::recipes(request, record.as_ref());
    let found = place::find(&source, &key, &recipes, request, watch);
    let place = match found {
        Ok(place) => place,
        Err(error) if request.force && error.is_about_evidence() => Place {
            recipe: recipes.into_iter().next().unwrap_or_else(place::default_recipe),
            offset: request.offset.or(record.map(|record| record.offset)).unwrap_or(0),
            evidence: Evidence::None,
        },
        Err(error) => return Err(error),
    };
    // Who insists has likely done so before, with what is in the file now.
    if !place.evidence.is_proof() && job.output.symlink_metadata().is_ok() {
        return Err(RestoreError::Unproven(job.output.clone()));
    }
    let plan = Plan::new(&key, &place.recipe, place.offset, place.evidence);
    run::run(job, &source, &plan, None, request, watch)?
        .ok_or_else(|| RestoreError::changed(&job.input))
}

/// Whether the output is there and is the recording that was protected, by its samples or by its
/// name: nobody gets it back from what would replace it.
fn is_original(
    job: &Job,
    record: Option<&Record>,
    watch: &Watch<'_>,
) -> Result<bool, RestoreError> {
    if !job.output.is_file() {
        return Ok(false);
    }
    if is_named_as_original(&job.output, &job.input) {
        return Ok(true);
    }
    let Some(record) = record else { return Ok(false) };
    let reader = WavReader::open(&job.output);
    match reader.and_then(|mut reader| hash_audio(&mut reader, &watch.quietly())) {
        Ok(Some(audio)) => Ok(audio == record.audio_before),
        Ok(None) => Err(RestoreError::Stopped(job.input.clone())),
        // What is no recording is no original.
        Err(_) => Ok(false),
    }
}

/// The record of a file that may be as it was when it was protected, under this name or another.
fn record_of(
    job: &Job,
    source: &Source,
    request: &Request<'_>,
    watch: &Watch<'_>,
) -> Result<Option<Record>, RestoreError> {
    let manifest = match request.manifests.get(&beside(&job.input)) {
        Ok(manifest) => manifest,
        // Who says everything there is to know need not have a manifest in order.
        Err(_) if request.force => None,
        Err(error) => return Err(error.into()),
    };
    let Some(manifest) = manifest else { return Ok(None) };
    let alike = |record: &&Record| source.has_shape_of(record);
    if let Some(record) = manifest.get(job.input.file_name().unwrap_or_default()).filter(alike) {
        return Ok(Some(record.clone()));
    }
    // It may have been renamed since.
    if !manifest.records().any(|record| alike(&record)) {
        return Ok(None);
    }
    let audio = source.hash_audio(watch)?;
    Ok(manifest.records().find(|record| record.audio_after == audio).cloned())
}

/// Whether what was asked for is what is on record.
fn agrees(record: &Record, request: &Request<'_>) -> bool {
    request.recipe.as_ref().is_none_or(|recipe| *recipe == record.recipe)
        && request.offset.is_none_or(|offset| offset == record.offset)
}
