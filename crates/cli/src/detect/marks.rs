//! Searches one file for the marks of all keys that are asked for.

use std::path::{Path, PathBuf};
use std::time::Instant;

use patchveil_veil::{
    ClassKey, Fingerprint, MarkDecoys, MarkDetector, MarkError, MarkEvidence, MarkFinding,
    MarkSettings,
};
use rayon::prelude::*;
use serde::Serialize;

use super::decoder::{SampleSink, decode};
use super::error::DetectFileError;
use super::search::Candidate;
use crate::detector::slices;
use crate::paths::json;
use crate::watch::Watch;

/// A key counts as found up to this p-value, which is corrected for all keys and files.
pub const FOUND_P: f64 = 1e-6;
/// Keys that a thread tests at a time.
const KEYS_AT_A_TIME: usize = 64;
/// Decoys that a thread draws at a time.
const DECOYS_AT_A_TIME: u32 = 512;

/// What to look for.
pub struct MarkRequest {
    /// The classes.
    pub candidates: Vec<Candidate>,
    /// The mark; its levels do not matter.
    pub settings: MarkSettings,
    /// Decoys to rank each score among, beside its p-value.
    pub decoys: u32,
    /// What the decoys are drawn from: see [`Decoys::random_seed`](patchveil_veil::Decoys::random_seed).
    pub seed: u64,
    /// Pairs of key and file in the whole search.
    pub pairs: usize,
}

/// The result for one file.
#[derive(Debug, Clone, Serialize)]
pub struct MarkSearch {
    /// The file.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// Its sample rate in Hz.
    pub sample_rate_hz: u32,
    /// Its channels.
    pub channels: usize,
    /// Its length in seconds.
    pub seconds: f64,
    /// Seconds of it that are not digital silence.
    pub active_s: f64,
    /// Whether there was enough sound to judge. If not, no key counts as found or not found.
    #[serde(skip)]
    pub has_signal: bool,
    /// Pairs of key and file that the p-values are corrected for.
    pub pairs: usize,
    /// Decoys that every score was ranked among.
    pub decoys: u32,
    /// The highest score of a decoy, in σ.
    pub highest_decoy: f64,
    /// Seconds that reading and searching took.
    pub took_s: f64,
    /// One for each class, in the order asked; empty without signal.
    #[serde(skip)]
    pub matches: Vec<MarkMatch>,
}

/// The result for one class in one file.
#[derive(Debug, Clone, Serialize)]
pub struct MarkMatch {
    /// The class.
    pub class: String,
    /// The public name of its key.
    pub fingerprint: Fingerprint,
    /// Whether the p-value is [`FOUND_P`] or less.
    pub found: bool,
    /// Upper bound of the probability that any of the keys which is in none of the files fits as well.
    pub p_value: f64,
    /// The best score, in σ, before it is corrected for what was tried.
    pub sigmas: f64,
    /// The score of the file as a whole at its own speed, in σ.
    pub whole_sigmas: f64,
    /// Rank of that among the decoys, as a p-value; none without decoys.
    pub decoy_p_value: Option<f64>,
    /// Timeline position of the file's first sample, in samples at its rate, from 0 up to a period, to
    /// some 3 ms; none for a mark without a pattern.
    pub offset_samples: Option<f64>,
    /// The same in seconds.
    pub offset_s: Option<f64>,
    /// Length of the period in samples: offsets are known up to whole periods.
    pub period_samples: f64,
    /// How fast the file runs, compared with how it was marked.
    pub speed: f64,
    /// Whether its pitch moved with the speed.
    pub pitch_moved: bool,
    /// Stretches that carry the mark, from start to end in seconds; empty unless found.
    pub covered: Vec<(f64, f64)>,
    /// Their total length in seconds.
    pub covered_s: f64,
    /// Score of each part of the file, in σ, and the length of a part in seconds.
    #[serde(skip)]
    pub profile: (Vec<f64>, f64),
}

/// Looks for the marks in `request` in the file at `path`, which is read once whatever its length and the
/// number of classes.
///
/// # Errors
/// Any [`DetectFileError`].
pub fn search_marks(
    path: &Path,
    request: &MarkRequest,
    watch: &Watch<'_>,
) -> Result<MarkSearch, DetectFileError> {
    let begun = Instant::now();
    let mut feeder = Feeder { path, settings: &request.settings, started: None };
    decode(path, &mut feeder, watch)?;
    let Some((detector, sample_rate_hz, channels)) = feeder.started else {
        return Err(DetectFileError::Inaudible(path.to_owned()));
    };
    let evidence = detector.finish();
    let has_signal = evidence.has_signal();
    let decoys = has_signal.then(|| decoys(&evidence, request));
    let highest_decoy = decoys.as_ref().map_or(0.0, |decoys| decoys.highest());
    let rank = |sigmas| decoys.as_ref().filter(|d| d.count() > 0).map(|d| d.p_value(sigmas));
    let search = request.candidates.par_chunks(KEYS_AT_A_TIME).flat_map_iter(|candidates| {
        let keys: Vec<&ClassKey> = candidates.iter().map(|candidate| &candidate.key).collect();
        let found = if has_signal { evidence.test(&keys) } else { Vec::new() };
        candidates.iter().zip(found).collect::<Vec<_>>()
    });
    let matches = search.map(|(candidate, finding)| {
        let decoy_p_value = rank(finding.whole_sigmas);
        a_match(candidate, &finding, decoy_p_value, &evidence, request.pairs, sample_rate_hz)
    });
    Ok(MarkSearch {
        input: path.to_owned(),
        sample_rate_hz,
        channels,
        seconds: evidence.seconds(),
        active_s: evidence.active_s(),
        has_signal,
        pairs: request.pairs,
        decoys: request.decoys,
        highest_decoy,
        matches: matches.collect(),
        took_s: begun.elapsed().as_secs_f64(),
    })
}

/// The decoys, drawn on all cores; how many there are changes nothing.
fn decoys(evidence: &MarkEvidence, request: &MarkRequest) -> MarkDecoys {
    let (count, step) = (request.decoys, DECOYS_AT_A_TIME);
    let part = |part: u32| {
        let first = part * step;
        evidence.decoys_range(first..(first + step).min(count), request.seed)
    };
    MarkDecoys::join((0..count.div_ceil(step)).into_par_iter().map(part).collect::<Vec<_>>())
}

fn a_match(
    candidate: &Candidate,
    finding: &MarkFinding,
    decoy_p_value: Option<f64>,
    evidence: &MarkEvidence,
    pairs: usize,
    sample_rate_hz: u32,
) -> MarkMatch {
    let p_value = (finding.p_value * pairs as f64).min(1.0);
    let found = p_value <= FOUND_P;
    let spans = finding.spans.iter().map(|span| (span.start_s, span.end_s));
    let covered: Vec<(f64, f64)> = if found { joined(spans) } else { Vec::new() };
    let profile = if found { evidence.profile(&candidate.key, finding) } else { Vec::new() };
    MarkMatch {
        class: candidate.class.clone(),
        fingerprint: candidate.key.fingerprint(),
        found,
        p_value,
        sigmas: finding.sigmas,
        whole_sigmas: finding.whole_sigmas,
        decoy_p_value,
        offset_samples: finding.position_s.map(|s| s * f64::from(sample_rate_hz)),
        offset_s: finding.position_s,
        period_samples: evidence.period_samples(),
        speed: finding.speed,
        pitch_moved: finding.pitch_moved,
        covered_s: covered.iter().map(|(start, end)| end - start).sum(),
        covered,
        profile: (profile, evidence.resolution_s()),
    }
}

/// Stretches in order, those that touch as one.
fn joined(spans: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut joined: Vec<(f64, f64)> = Vec::new();
    for (start, end) in spans {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// Feeds a detector with a file.
struct Feeder<'a> {
    path: &'a Path,
    settings: &'a MarkSettings,
    started: Option<(MarkDetector, u32, usize)>,
}

impl SampleSink for Feeder<'_> {
    fn begin(&mut self, sample_rate_hz: u32, channels: usize) -> Result<(), DetectFileError> {
        let detector = MarkDetector::new(sample_rate_hz, channels, self.settings).map_err(
            |source: MarkError| DetectFileError::Mark { path: self.path.to_owned(), source },
        )?;
        self.started = Some((detector, sample_rate_hz, channels));
        Ok(())
    }

    fn take(&mut self, block: &[Vec<f32>]) -> Result<bool, DetectFileError> {
        if let Some((detector, ..)) = &mut self.started {
            detector.feed(&slices(block));
        }
        Ok(true)
    }
}
