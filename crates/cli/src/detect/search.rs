//! One file, and all keys that are asked for.

use std::path::{Path, PathBuf};

use patchveil_veil::{ClassKey, Decoys, Detector, Evidence, Fingerprint, Recipe, Score};
use serde::Serialize;

use super::DetectFileError;
use super::listen::{Listener, listen};
use super::reference::{Beside, Reference};
use crate::hear::{codes, decoys, slices};
use crate::paths::json;
use crate::protect::Watch;

/// A key counts as found up to this p-value.
pub const SIGNIFICANT: f64 = 0.001;
/// With fewer decoys no p-value is as small.
pub const LEAST_DECOYS: u32 = 999;

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
    /// Decoys to hold each score against, at least [`LEAST_DECOYS`].
    pub decoys: u32,
    /// Where the decoys come from: [`Decoys::random_seed`].
    pub seed: u64,
    /// The original, if it is at hand: then a second or two may be enough.
    pub reference: Option<PathBuf>,
}

/// What came of one class in one file.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The class.
    pub class: String,
    /// The public name of its key.
    pub fingerprint: Fingerprint,
    /// Whether the p-value is [`SIGNIFICANT`] or less.
    pub found: bool,
    /// Recipes with the code that fits best. Those that differ in depth alone lay the same one.
    pub recipes: Vec<String>,
    /// Timeline position of the file's first sample, in samples at its rate: 0 up to a frame.
    pub offset_samples: f64,
    /// The same in seconds.
    pub offset_s: f64,
    /// Stretches that carry the code, from their start to their end in seconds; empty unless found.
    pub covered: Vec<(f64, f64)>,
    /// Their seconds together.
    pub covered_s: f64,
    /// The score: see [`Score::value`].
    pub score: f64,
    /// The score in standard deviations of the decoys above their mean.
    pub sigmas: f64,
    /// How often a key that is not in the file would score as high.
    pub p_value: f64,
    /// The highest score of a decoy.
    pub highest_decoy: f64,
    /// Length of a frame in samples: offsets are known up to it.
    pub period_samples: f64,
    /// Scores at all offsets.
    #[serde(skip)]
    pub over_offset: Vec<f32>,
    /// Depth of the code in each part of the file, as a share of the recipe's, and the length of
    /// a part in seconds.
    #[serde(skip)]
    pub depths: (Vec<f32>, f64),
}

/// What came of one file.
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
    /// Where it lies in its original, if that was given.
    #[serde(flatten)]
    pub reference: Option<Reference>,
    /// Decoys that every score was held against.
    pub decoys: u32,
    /// One for each class, in the order asked.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// Looks for all of `request` in the file at `path`, which is read once, whatever its length and
/// the number of classes.
///
/// # Errors
/// Any [`DetectFileError`].
pub fn search(
    path: &Path,
    request: &Request,
    watch: &Watch<'_>,
) -> Result<Search, DetectFileError> {
    let recipes = codes(request.recipes.iter().cloned());
    let Heard { detectors, sample_rate_hz, channels, reference } = match &request.reference {
        None => hear(path, &recipes, watch)?,
        Some(reference) => hear_beside(path, reference, &recipes, watch)?,
    };
    let evidence: Vec<Evidence> = detectors.into_iter().map(Detector::finish).collect();
    let names: Vec<Vec<String>> = recipes.into_iter().map(|(_, names)| names).collect();
    if !evidence.iter().any(Evidence::has_signal) {
        return Err(DetectFileError::Inaudible(path.to_owned()));
    }
    let decoys = decoys(evidence.iter(), request.decoys, request.seed);
    let seconds = evidence.first().map_or(0.0, Evidence::seconds);
    let findings = request
        .candidates
        .iter()
        .filter_map(|candidate| find(candidate, &evidence, &names, decoys.as_ref()?))
        .map(|mut finding| {
            finding.offset_s = finding.offset_samples / f64::from(sample_rate_hz);
            finding
        })
        .collect();
    let decoys = request.decoys;
    let input = path.to_owned();
    Ok(Search { input, sample_rate_hz, channels, seconds, reference, decoys, findings })
}

/// A file that was listened to, with a detector for every code.
struct Heard {
    detectors: Vec<Detector>,
    sample_rate_hz: u32,
    channels: usize,
    reference: Option<Reference>,
}

fn hear(
    path: &Path,
    recipes: &[(Recipe, Vec<String>)],
    watch: &Watch<'_>,
) -> Result<Heard, DetectFileError> {
    let mut ears = Ears { path, recipes, detectors: Vec::new(), heard: (0, 0) };
    listen(path, &mut ears, watch)?;
    let (sample_rate_hz, channels) = ears.heard;
    Ok(Heard { detectors: ears.detectors, sample_rate_hz, channels, reference: None })
}

fn hear_beside(
    path: &Path,
    reference: &Path,
    recipes: &[(Recipe, Vec<String>)],
    watch: &Watch<'_>,
) -> Result<Heard, DetectFileError> {
    let beside = Beside::read(path, reference, watch)?;
    let detectors = recipes
        .iter()
        .map(|(recipe, _)| beside.hear(recipe))
        .collect::<Result<_, _>>()
        .map_err(|source| DetectFileError::Search { path: path.to_owned(), source })?;
    let (sample_rate_hz, channels) = (beside.sample_rate, beside.channels());
    Ok(Heard { detectors, sample_rate_hz, channels, reference: Some(beside.found) })
}

fn find(
    candidate: &Candidate,
    evidence: &[Evidence],
    names: &[Vec<String>],
    decoys: &Decoys,
) -> Option<Finding> {
    let scores = evidence.iter().map(|evidence| evidence.test(&candidate.key));
    let (at, score): (usize, Score) =
        scores.enumerate().max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let p_value = decoys.p_value(score.value);
    let found = p_value <= SIGNIFICANT;
    let coverage = evidence[at].coverage(&candidate.key, score.offset);
    Some(Finding {
        class: candidate.class.clone(),
        fingerprint: candidate.key.fingerprint(),
        found,
        recipes: names[at].clone(),
        offset_samples: score.offset,
        offset_s: 0.0,
        covered_s: if found { coverage.seconds() } else { 0.0 },
        covered: if found { coverage.intervals } else { Vec::new() },
        score: score.value,
        sigmas: decoys.sigmas(score.value),
        p_value,
        highest_decoy: decoys.highest(),
        period_samples: evidence[at].period_samples(),
        over_offset: score.over_offset,
        depths: (coverage.depths, coverage.block_seconds),
    })
}

/// A detector for every code.
struct Ears<'a> {
    path: &'a Path,
    recipes: &'a [(Recipe, Vec<String>)],
    detectors: Vec<Detector>,
    /// Sample rate in Hz, and channels.
    heard: (u32, usize),
}

impl Listener for Ears<'_> {
    fn begin(&mut self, sample_rate: u32, channels: usize) -> Result<(), DetectFileError> {
        self.heard = (sample_rate, channels);
        self.detectors = self
            .recipes
            .iter()
            .map(|(recipe, _)| Detector::new(sample_rate, channels, recipe))
            .collect::<Result<_, _>>()
            .map_err(|source| DetectFileError::Search { path: self.path.to_owned(), source })?;
        Ok(())
    }

    fn hear(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError> {
        let block = slices(block);
        self.detectors.iter_mut().for_each(|detector| detector.feed(&block));
        Ok(true)
    }
}
