//! Searches one file for all keys that are asked for.

use std::path::{Path, PathBuf};

use patchveil_veil::{ClassKey, Detector, Fingerprint, Recipe};
use serde::Serialize;

use super::decoder::{SampleSink, decode};
use super::error::DetectFileError;
use super::reference::{AlignedExcerpt, Reference};
use crate::detector::{MultiRecipeDetector, MultiRecipeEvidence};
use crate::paths::json;
use crate::watch::Watch;

/// A key counts as found up to this p-value.
pub const SIGNIFICANT: f64 = 0.001;

/// A class that may be in a file.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its name.
    pub class: String,
    /// Its key.
    pub key: ClassKey,
}

/// What to look for.
pub struct Request {
    /// The classes.
    pub candidates: Vec<Candidate>,
    /// Recipes that may have been used, with their names.
    pub recipes: Vec<(String, Recipe)>,
    /// Decoys to rank each score among, at least [`DECOYS_MIN`](super::DECOYS_MIN).
    pub decoys: u32,
    /// What the decoys are drawn from: see [`Decoys::random_seed`](patchveil_veil::Decoys::random_seed).
    pub seed: u64,
    /// The original, if it is available: then a second or two may be enough.
    pub reference: Option<PathBuf>,
}

/// The result for one class in one file.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The class.
    pub class: String,
    /// The public name of its key.
    pub fingerprint: Fingerprint,
    /// Whether the p-value is [`SIGNIFICANT`] or less.
    pub found: bool,
    /// Recipes with the pattern that fits best. Those that differ in depth alone have the same one.
    pub recipes: Vec<String>,
    /// Timeline position of the file's first sample, in samples at its rate, from 0 up to a
    /// period.
    pub offset_samples: f64,
    /// The same in seconds.
    pub offset_s: f64,
    /// Stretches that carry the pattern, from start to end in seconds; empty unless found.
    pub covered: Vec<(f64, f64)>,
    /// Their total length in seconds.
    pub covered_s: f64,
    /// The score: see [`Score::value`](patchveil_veil::Score::value).
    pub score: f64,
    /// The score in standard deviations of the decoys above their mean.
    pub sigmas: f64,
    /// Probability that a key which is not in the file scores as high.
    pub p_value: f64,
    /// The highest score of a decoy.
    pub highest_decoy: f64,
    /// Length of the period in samples: offsets are known up to whole periods.
    pub period_samples: f64,
    /// Scores at all offsets.
    #[serde(skip)]
    pub over_offset: Vec<f32>,
    /// Depth of the pattern in each part of the file, as a share of the recipe's, and the length of a
    /// part in seconds.
    #[serde(skip)]
    pub depths: (Vec<f32>, f64),
}

/// The result for one file.
#[derive(Debug, Clone, Serialize)]
pub struct Search {
    /// The file.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// Its sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Its channels.
    pub channels: usize,
    /// Its length in seconds.
    pub seconds: f64,
    /// Where it is in its original, if that was given.
    #[serde(flatten)]
    pub reference: Option<Reference>,
    /// Decoys that every score was ranked among.
    pub decoys: u32,
    /// One for each class, in the order asked.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// Looks for everything in `request` in the file at `path`, which is read once whatever its length and
/// the number of classes.
///
/// # Errors
/// Any [`DetectFileError`].
pub fn search(
    path: &Path,
    request: &Request,
    watch: &Watch<'_>,
) -> Result<Search, DetectFileError> {
    let Detected { detector, sample_rate_hz, channels, reference } = match &request.reference {
        None => feed_file(path, &request.recipes, watch)?,
        Some(reference) => feed_excerpt(path, reference, &request.recipes, watch)?,
    };
    let evidence = detector.finish(request.decoys, request.seed);
    if !evidence.is_audible() {
        return Err(DetectFileError::Inaudible(path.to_owned()));
    }
    let find = |candidate| find(candidate, &evidence, sample_rate_hz);
    Ok(Search {
        input: path.to_owned(),
        sample_rate_hz,
        channels,
        seconds: evidence.seconds(),
        reference,
        decoys: request.decoys,
        findings: request.candidates.iter().filter_map(find).collect(),
    })
}

/// A detector that was fed a file, and what the file is. Recipes are known by their names.
struct Detected {
    detector: MultiRecipeDetector<String>,
    sample_rate_hz: u32,
    channels: usize,
    reference: Option<Reference>,
}

fn feed_file(
    path: &Path,
    recipes: &[(String, Recipe)],
    watch: &Watch<'_>,
) -> Result<Detected, DetectFileError> {
    let mut feeder = Feeder { path, recipes, started: None };
    decode(path, &mut feeder, watch)?;
    feeder.started.ok_or_else(|| DetectFileError::Inaudible(path.to_owned()))
}

fn feed_excerpt(
    path: &Path,
    reference: &Path,
    recipes: &[(String, Recipe)],
    watch: &Watch<'_>,
) -> Result<Detected, DetectFileError> {
    let excerpt = AlignedExcerpt::read(path, reference, watch)?;
    let detector =
        MultiRecipeDetector::new(recipes.iter().cloned(), |recipe| excerpt.detector(recipe))
            .map_err(|source| DetectFileError::Search { path: path.to_owned(), source })?;
    let (sample_rate_hz, channels) = (excerpt.sample_rate, excerpt.channels());
    Ok(Detected { detector, sample_rate_hz, channels, reference: Some(excerpt.found) })
}

fn find(
    candidate: &Candidate,
    evidence: &MultiRecipeEvidence<String>,
    sample_rate_hz: u32,
) -> Option<Finding> {
    let decoys = evidence.decoys()?;
    let best = evidence.best(&candidate.key)?;
    let score = best.score;
    let p_value = decoys.p_value(score.value);
    let found = p_value <= SIGNIFICANT;
    let coverage = best.evidence.coverage(&candidate.key, score.offset);
    Some(Finding {
        class: candidate.class.clone(),
        fingerprint: candidate.key.fingerprint(),
        found,
        recipes: best.recipes.to_vec(),
        offset_samples: score.offset,
        offset_s: score.offset / f64::from(sample_rate_hz),
        covered_s: if found { coverage.seconds() } else { 0.0 },
        covered: if found { coverage.intervals } else { Vec::new() },
        score: score.value,
        sigmas: decoys.sigmas(score.value),
        p_value,
        highest_decoy: decoys.highest(),
        period_samples: best.evidence.period_samples(),
        over_offset: score.over_offset,
        depths: (coverage.depths, coverage.block_seconds),
    })
}

/// Feeds a detector with a file.
struct Feeder<'a> {
    path: &'a Path,
    recipes: &'a [(String, Recipe)],
    started: Option<Detected>,
}

impl SampleSink for Feeder<'_> {
    fn begin(&mut self, sample_rate_hz: u32, channels: usize) -> Result<(), DetectFileError> {
        let recipes = self.recipes.iter().cloned();
        let detector = MultiRecipeDetector::new(recipes, |recipe| {
            Detector::new(sample_rate_hz, channels, recipe)
        })
        .map_err(|source| DetectFileError::Search { path: self.path.to_owned(), source })?;
        self.started = Some(Detected { detector, sample_rate_hz, channels, reference: None });
        Ok(())
    }

    fn take(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError> {
        if let Some(Detected { detector, .. }) = &mut self.started {
            detector.feed(block);
        }
        Ok(true)
    }
}
