//! One file, and all keys that are asked for.

use std::path::{Path, PathBuf};

use patchveil_veil::{ClassKey, Decoys, Detector, Evidence, Fingerprint, Recipe, Score};
use serde::Serialize;

use super::DetectFileError;
use super::listen::{Listener, listen};
use crate::hear::codes;
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
    pub frame_samples: f64,
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
    let mut ears = Ears {
        path,
        recipes: codes(request.recipes.iter().cloned()),
        detectors: Vec::new(),
        heard: None,
    };
    listen(path, &mut ears, watch)?;
    let evidence: Vec<Evidence> = ears.detectors.into_iter().map(Detector::finish).collect();
    let (sample_rate_hz, channels) = ears.heard.unwrap_or_default();
    let names: Vec<Vec<String>> = ears.recipes.into_iter().map(|(_, names)| names).collect();
    if !evidence.iter().any(Evidence::is_audible) {
        return Err(DetectFileError::Inaudible(path.to_owned()));
    }
    let decoys = evidence
        .iter()
        .map(|evidence| evidence.decoys(request.decoys, request.seed))
        .reduce(|all, more| all.or(&more));
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
    Ok(Search { input: path.to_owned(), sample_rate_hz, channels, seconds, decoys, findings })
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
        covered: if found { coverage.stretches } else { Vec::new() },
        score: score.value,
        sigmas: decoys.sigmas(score.value),
        p_value,
        highest_decoy: decoys.highest(),
        frame_samples: evidence[at].frame_samples(),
        over_offset: score.over_offset,
        depths: (coverage.depths, coverage.block_seconds),
    })
}

/// A detector for every code.
struct Ears<'a> {
    path: &'a Path,
    recipes: Vec<(Recipe, Vec<String>)>,
    detectors: Vec<Detector>,
    heard: Option<(u32, usize)>,
}

impl Listener for Ears<'_> {
    fn begin(&mut self, sample_rate: u32, channels: usize) -> Result<(), DetectFileError> {
        self.heard = Some((sample_rate, channels));
        self.detectors = self
            .recipes
            .iter()
            .map(|(recipe, _)| Detector::new(sample_rate, channels, recipe))
            .collect::<Result<_, _>>()
            .map_err(|source| DetectFileError::Search { path: self.path.to_owned(), source })?;
        Ok(())
    }

    fn hear(&mut self, block: &[Vec<f32>]) {
        let block: Vec<&[f32]> = block.iter().map(Vec::as_slice).collect();
        self.detectors.iter_mut().for_each(|detector| detector.feed(&block));
    }
}
