//! What the results among the evidence say.

use serde::Deserialize;
use serde_json::Value;

use super::compare::{Comparison, Outcome};
use super::error::CaseError;
use super::folder::Case;
use super::recognise::objects;
use super::record::{Entry, Kind};
use crate::detect::FOUND_P;
use crate::paths::one_line;

/// What separates folders, on whatever system a path was written.
const SEPARATORS: [char; 2] = ['/', '\\'];

/// A result of `trace`. Fields that an older or newer version lacks are absent.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Trace {
    pub(super) status: Option<String>,
    pub(super) version: Option<String>,
    #[serde(default)]
    pub(super) recordings: Vec<Recording>,
    /// What they were compared with.
    unmarked: Option<Unmarked>,
    /// What recordings say of the pattern that are not shown to be copies by themselves.
    pattern_together: Option<Together>,
    /// The result without the recordings that are copies, if any is shown to be one.
    pub(super) without_copies: Option<WithoutCopies>,
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
    recordings: Vec<Recording>,
}

/// What recordings say of the pattern together.
#[derive(Debug, Clone, Deserialize)]
struct Together {
    p_value: f64,
    copies: bool,
}

/// What is left of a result of `trace` without copies.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct WithoutCopies {
    pub(super) seconds: f64,
    pub(super) sigmas: f64,
    pub(super) p_value: f64,
    pub(super) found: bool,
}

impl Trace {
    /// Whether the trace was found in what is no copy.
    pub(super) fn found_in_output(&self) -> bool {
        let found = self.without_copies.as_ref().map_or(self.found, |others| others.found);
        found && self.copies_together().is_none()
    }

    /// The rank, as a p-value, by which copies are among recordings that show none by themselves.
    pub(super) fn copies_together(&self) -> Option<f64> {
        self.pattern_together.as_ref().filter(|together| together.copies).map(|own| own.p_value)
    }

    /// What in it contradicts itself, in words: reports repeat what it says.
    fn contradiction(&self) -> Option<&'static str> {
        let possible = |p: f64| (0.0..=1.0).contains(&p);
        let others = self.without_copies.as_ref();
        let together = self.pattern_together.as_ref().map(|own| own.p_value);
        let others_p = others.map(|own| own.p_value);
        let p_values = [self.p_value, self.decoy_p_value, self.found_p, others_p, together];
        if p_values.into_iter().flatten().any(|p| !possible(p)) {
            return Some("a p-value in it is not between 0 and 1");
        }
        let bears_out = |found: bool, p: f64| !found || p <= self.found_p.unwrap_or(FOUND_P);
        let others = others.is_none_or(|own| bears_out(own.found, own.p_value));
        let borne_out = others && bears_out(self.found, self.p_value.unwrap_or(1.0));
        (!borne_out)
            .then_some("it says that the trace was found, and its p-value says that it was not")
    }

    /// The unmarked recordings that it was compared with.
    pub(super) fn compared(&self) -> impl Iterator<Item = &Recording> {
        self.unmarked.iter().flat_map(|unmarked| &unmarked.recordings)
    }
}

/// A recording in a result of `trace`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Recording {
    pub(super) input: String,
    pub(super) blake3: Option<String>,
    pub(super) seconds: Option<f64>,
    pub(super) active_s: Option<f64>,
    pub(super) sigmas: Option<f64>,
    /// Whether the pattern was found too: then the file is a copy of marked audio, and not a model's work. If not, that
    /// is not shown.
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
            Kind::Trace => parse(value).and_then(consistent),
            Kind::Probe => parse::<Judged>(value).map(drop),
            Kind::Recheck => parse(value).and_then(|found: Rechecked| consistent(found.trace)),
            _ => Ok(()),
        }
        .map_err(|reason| format!("is a {} that cannot be read: {reason}", kind.words()))?;
    }
    Ok(())
}

fn consistent(trace: Trace) -> Result<(), String> {
    trace.contradiction().map_or(Ok(()), |what| Err(what.to_owned()))
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
    let name = path.trim_end_matches(SEPARATORS).rsplit(SEPARATORS).next().unwrap_or_default();
    one_line(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_any_system_loses_its_folders() {
        for path in ["/home/me/secret/a b.wav", "C:\\Users\\me\\a b.wav", "a b.wav", "x/a b.wav/"] {
            assert_eq!(bare(path), "a b.wav", "{path}");
        }
    }

    #[test]
    fn a_result_that_contradicts_itself_is_refused() {
        let trace = |more: &str| format!(r#"{{"status":"done","command":"trace",{more}}}"#);
        let refused = |more: &str| check(Kind::Trace, trace(more).as_bytes()).is_err();
        assert!(!refused(r#""found":true,"p_value":1e-7,"found_p":1e-6"#));
        assert!(!refused(r#""found":false,"p_value":0.5"#));
        for bad in [
            r#""found":true,"p_value":0.5,"found_p":1e-6"#,
            r#""found":true,"p_value":1e-5"#,
            r#""found":true"#,
            r#""found":false,"p_value":-1"#,
            r#""found":false,"p_value":0.5,"decoy_p_value":2"#,
            r#""found":true,"p_value":1e-7,"without_copies":{"seconds":1,"sigmas":1,"p_value":0.5,"found":true}"#,
        ] {
            assert!(refused(bad), "{bad}");
        }
    }
}
