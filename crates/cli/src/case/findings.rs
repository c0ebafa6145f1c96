//! What the results among the evidence say.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::compare::{Comparison, Outcome};
use super::error::CaseError;
use super::folder::Case;
use super::recognise::objects;
use super::record::{Entry, Kind};
use crate::paths::one_line;

/// A result of `trace`. Fields that an older or newer version lacks are absent.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Trace {
    pub(super) status: Option<String>,
    pub(super) version: Option<String>,
    #[serde(default)]
    pub(super) recordings: Vec<Heard>,
    /// What they were compared with.
    unmarked: Option<Unmarked>,
    /// Length of all recordings, and of what in them is not digital silence, in seconds.
    pub(super) seconds: Option<f64>,
    pub(super) active_s: Option<f64>,
    /// Score of all recordings together, in σ.
    pub(super) sigmas: Option<f64>,
    pub(super) p_value: Option<f64>,
    #[serde(default)]
    pub(super) found: bool,
    /// Up to which p-value a trace counts as found.
    pub(super) found_p: Option<f64>,
    pub(super) decoys: Option<u64>,
    pub(super) decoy_p_value: Option<f64>,
    pub(super) highest_decoy: Option<f64>,
    /// What the decoys were drawn from.
    pub(super) decoy_seed: Option<u64>,
    /// Seconds that would be needed at the strength measured.
    pub(super) needed_s: Option<f64>,
}

/// Recordings without a mark in a result of `trace`.
#[derive(Debug, Clone, Deserialize)]
struct Unmarked {
    recordings: Vec<Heard>,
}

impl Trace {
    /// The unmarked recordings that it was compared with.
    pub(super) fn compared(&self) -> impl Iterator<Item = &Heard> {
        self.unmarked.iter().flat_map(|unmarked| &unmarked.recordings)
    }
}

/// A recording in a result of `trace`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Heard {
    pub(super) input: String,
    pub(super) blake3: Option<String>,
    pub(super) seconds: Option<f64>,
    pub(super) active_s: Option<f64>,
    pub(super) sigmas: Option<f64>,
    /// Whether the pattern was found too: then the file is a copy of marked audio, and not a model's work.
    pub(super) copy: Option<bool>,
}

/// A line of `detect`, for a mark or for a veil.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Detected {
    pub(super) input: String,
    pub(super) seconds: Option<f64>,
    pub(super) sigmas: f64,
    pub(super) p_value: f64,
    #[serde(default)]
    pub(super) found: bool,
    pub(super) covered_s: Option<f64>,
}

/// A result of `probe judge`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Judged {
    pub(super) version: Option<String>,
    pub(super) label: Option<Value>,
    pub(super) rank: Option<u64>,
    pub(super) keys: Option<u64>,
    pub(super) answered: Option<u64>,
    /// Commitment to which keys the clips are under.
    pub(super) sealed_commitment: Option<String>,
    pub(super) p_value: Option<f64>,
    #[serde(default)]
    pub(super) found: bool,
}

/// A result of `case recheck`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Rechecked {
    pub(super) version: Option<String>,
    pub(super) outcome: Outcome,
    /// Which evidence it was compared with.
    pub(super) against: String,
    pub(super) comparison: Comparison,
    pub(super) trace: Trace,
}

/// The results among the evidence, each with the file it is in.
pub(super) struct Found {
    pub(super) traces: Vec<(Entry, Trace)>,
    pub(super) detected: Vec<(Entry, Vec<Detected>)>,
    pub(super) judged: Vec<(Entry, Judged)>,
    pub(super) rechecked: Vec<(Entry, Rechecked)>,
}

impl Found {
    /// Reads all results.
    pub(super) fn read(case: &Case) -> Result<Self, CaseError> {
        let fingerprint = case.record().fingerprint.to_string();
        let lines = |entry: &Entry| {
            let lines = detected(&values(case, entry)?, &fingerprint);
            Ok((entry.clone(), lines))
        };
        let detected: Result<_, CaseError> = case.record().of(Kind::Detect).map(lines).collect();
        Ok(Self {
            traces: results(case, Kind::Trace)?,
            detected: detected?,
            judged: results(case, Kind::Probe)?,
            rechecked: results(case, Kind::Recheck)?,
        })
    }
}

fn values(case: &Case, entry: &Entry) -> Result<Vec<Value>, CaseError> {
    objects(&case.content(entry)?).ok_or_else(|| CaseError::Refused {
        path: case.path(entry),
        reason: "is not JSON".to_owned(),
    })
}

/// All results of a kind, of which a file may hold several.
fn results<T: for<'de> Deserialize<'de>>(
    case: &Case,
    kind: Kind,
) -> Result<Vec<(Entry, T)>, CaseError> {
    let mut results = Vec::new();
    for entry in case.record().of(kind) {
        for value in values(case, entry)?.iter().filter(|value| value["status"] != "failed") {
            let wrong = |reason| CaseError::Refused { path: case.path(entry), reason };
            results.push((entry.clone(), parse(value).map_err(wrong)?));
        }
    }
    Ok(results)
}

/// Whether results of this kind can be read from `content`.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn check(kind: Kind, content: &[u8]) -> Result<(), String> {
    let values = objects(content).unwrap_or_default();
    for value in values.iter().filter(|value| value["status"] != "failed") {
        match kind {
            Kind::Trace => parse::<Trace>(value).map(drop),
            Kind::Probe => parse::<Judged>(value).map(drop),
            Kind::Recheck => parse::<Rechecked>(value).map(drop),
            _ => Ok(()),
        }
        .map_err(|reason| format!("is a {} that cannot be read: {reason}", kind.words()))?;
    }
    Ok(())
}

/// Results in a file, with what is wrong in words if they cannot be read.
pub(super) fn parse<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(one_line)
}

/// The lines of `detect` about the class with this fingerprint.
pub(super) fn detected(values: &[Value], fingerprint: &str) -> Vec<Detected> {
    let own = values.iter().filter(|value| value["fingerprint"].as_str() == Some(fingerprint));
    own.filter_map(|value| parse(value).ok()).collect()
}

/// A path as others wrote it, without its folders: those tell of the computer it was on.
pub(super) fn bare(path: &str) -> String {
    let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| path.to_owned())
}
