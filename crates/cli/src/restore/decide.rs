//! Decides what to undo in one file.

use std::time::Instant;

use patchveil_veil::{ClassKey, Preset, Recipe};

use super::better::{Better, snr_between};
use super::error::RestoreError;
use super::excerpt::Excerpt;
use super::locate::{Located, find, nearest};
use super::outcome::{Evidence, Outcome};
use super::request::Request;
use super::run::{Plan, run};
use super::sought::Sought;
use super::source::Source;
use super::stretches::whole;
use crate::inputs::{Job, is_named_as_original};
use crate::manifest::{Record, path_for};
use crate::output;
use crate::pcm::PcmError;
use crate::recording::hashes;
use crate::watch::Watch;

/// Seconds in which what was asked for is compared with what is on record.
const COMPARED_S: u64 = 30;

/// Restores the protected file of `job`. Memory use does not grow with the file.
///
/// # Errors
/// Any [`RestoreError`]; nothing is left behind then, and an old file of the output's name is still
/// there.
pub fn restore(
    job: &Job,
    request: &Request<'_>,
    watch: &Watch<'_>,
) -> Result<Outcome, RestoreError> {
    let begun = Instant::now();
    let source = Source::open(job, watch)?;
    let record = record_of(job, &source, request, watch)?;
    let key = request.key_for(job, record.as_ref())?;
    output::check(&job.output, &[&job.input], request.force)?;
    if is_original(job, record.as_ref(), watch)? {
        return Err(RestoreError::Original(job.output.clone()));
    }
    let offset = request.offset_in(&source)?;
    let file = File { job, source: &source, key: &key, offset, request, watch, begun };
    let agrees = |record: &&Record| {
        request.agrees_with(&record.recipe) && offset.is_none_or(|o| o == source.offset_on(record))
    };
    if let Some(record) = record.as_ref().filter(agrees)
        && let Some(done) = file.by_record(record)?
    {
        return Ok(done);
    }
    file.by_detection(record.as_ref())
}

/// A file to restore with a key.
struct File<'a> {
    job: &'a Job,
    source: &'a Source,
    key: &'a ClassKey,
    /// The position asked for, if one was.
    offset: Option<i64>,
    request: &'a Request<'a>,
    watch: &'a Watch<'a>,
    begun: Instant,
}

impl File<'_> {
    /// Restores the file if its samples are those on record.
    ///
    /// # Errors
    /// [`RestoreError::OtherKey`] if they are, but with another key, and it is not forced.
    fn by_record(&self, record: &Record) -> Result<Option<Outcome>, RestoreError> {
        if record.fingerprint == self.key.fingerprint() {
            // What a lossy file decodes to is not on record, the file is.
            if self.source.is_lossy() && self.source.hash_audio(self.watch)? != record.audio_after {
                return Ok(None);
            }
            let plan = Plan {
                key: self.key,
                recipe: &record.recipe,
                offset: self.source.offset_on(record),
                evidence: Evidence::Manifest,
                receipt: None,
                stretches: vec![whole(self.source)],
                better: None,
                is_changed: false,
                begun: self.begun,
            };
            return run(self.job, self.source, &plan, Some(record), self.request, self.watch);
        }
        if self.source.hash_audio(self.watch)? == record.audio_after && !self.request.force {
            let (path, recorded) = (self.job.input.clone(), record.fingerprint);
            return Err(RestoreError::OtherKey { path, recorded });
        }
        Ok(None)
    }

    /// Restores the file by the recipe and position that its audio shows, or that are forced.
    fn by_detection(&self, record: Option<&Record>) -> Result<Outcome, RestoreError> {
        let (request, watch) = (self.request, self.watch);
        let sought = Sought::of(request, record, self.source, self.key);
        let is_recorded = match record {
            Some(record) => Some(self.source.hash_audio(watch)? == record.audio_after),
            None => None,
        };
        // What was asked for may differ from what is on record for this very file.
        let on_record = record.filter(|_| is_recorded == Some(true));
        let offset = self.offset.or(on_record.map(|record| self.source.offset_on(record)));
        let mut located = match find(self.source, self.key, &sought, offset, request, watch) {
            Err(error) if request.force && error.is_about_evidence() => Located {
                recipe: sought
                    .recipes
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| Preset::Balanced.recipe()),
                offset: self
                    .offset
                    .or(record.map(|record| self.source.offset_on(record)))
                    .unwrap_or(0),
                evidence: Evidence::None,
                stretches: vec![whole(self.source)],
                better: None,
                receipt: None,
            },
            located => located?,
        };
        // Who forces it has likely done so before, and what is in the file now may be right.
        if !located.evidence.is_proof() && self.job.output.symlink_metadata().is_ok() {
            return Err(RestoreError::Unproven(self.job.output.clone()));
        }
        if let Some(record) = on_record {
            located.better = self.recorded(record, &located)?;
        }
        let plan = Plan {
            key: self.key,
            recipe: &located.recipe,
            offset: located.offset,
            evidence: located.evidence,
            receipt: located.receipt,
            stretches: located.stretches,
            better: located.better,
            is_changed: is_recorded == Some(false),
            begun: self.begun,
        };
        run(self.job, self.source, &plan, None, request, watch)?
            .ok_or_else(|| self.source.unreadable(PcmError::Changed))
    }

    /// What is on record for this very file, if that is not what is going to be undone.
    fn recorded(&self, record: &Record, located: &Located) -> Result<Option<Better>, RestoreError> {
        let rate = self.source.info().sample_rate;
        let veil_of = |recipe: &Recipe| {
            let veil = self.request.veils.get(self.key, recipe, rate);
            veil.map_err(|error| self.source.unusable(error))
        };
        let (asked, right) = (veil_of(&located.recipe)?, veil_of(&record.recipe)?);
        let on_record = self.source.offset_on(record);
        let is_same = nearest(&right, on_record, located.offset) == located.offset;
        if record.fingerprint != self.key.fingerprint()
            || (is_same && record.recipe == located.recipe)
        {
            return Ok(None);
        }
        let seconds = COMPARED_S * u64::from(rate);
        let excerpt = Excerpt::of(self.source, 0..seconds, self.watch)?;
        let asked = (&asked, located.offset);
        let snr_db = snr_between(&excerpt, asked, (&right, on_record))
            .map_err(|error| self.source.unusable(error))?;
        Ok(Some(Better { recipe: record.recipe.clone(), offset: on_record, snr_db }))
    }
}

/// Whether the output exists and is the recording that was protected, by its samples or by its name:
/// what would replace it only comes close.
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
    match hashes(&job.output, &watch.without_progress()) {
        Ok(Some((audio, _))) => Ok(audio == record.audio_before),
        Ok(None) => Err(RestoreError::Stopped(job.input.clone())),
        // What is not a recording is not the original.
        Err(_) => Ok(false),
    }
}

/// The record of the file, under this name or, if it was renamed since, another. Whether its samples are
/// those on record is not checked if the name is the same.
fn record_of(
    job: &Job,
    source: &Source,
    request: &Request<'_>,
    watch: &Watch<'_>,
) -> Result<Option<Record>, RestoreError> {
    let manifest = match request.manifests.get(&path_for(&job.input)) {
        Ok(manifest) => manifest,
        // Who states recipe and offset does not need a manifest.
        Err(_) if request.force => None,
        Err(error) => return Err(error.into()),
    };
    let Some(manifest) = manifest else { return Ok(None) };
    let alike = |record: &&Record| source.has_shape_of(record);
    if let Some(record) = manifest.get(job.input.file_name().unwrap_or_default()).filter(alike) {
        return Ok(Some(record.clone()));
    }
    if !manifest.records().any(|record| alike(&record)) {
        return Ok(None);
    }
    let audio = source.hash_audio(watch)?;
    Ok(manifest.records().find(|record| record.audio_after == audio).cloned())
}
