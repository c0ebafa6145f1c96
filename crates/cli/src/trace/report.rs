//! All recordings together.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Instant;

use patchveil_veil::{EchoEvidence, EchoKey, Fingerprint, MarkSettings, TraceEvidence};
use serde::Serialize;

use super::copies::{self, Together};
use super::curve::{CurvePoint, curve, needed_s};
use super::recording::{TraceKey, TracedRecording};
use crate::detect::FOUND_P;
use crate::paths::{json, shown};

/// What to look for.
pub struct TraceRequest {
    /// Name and fingerprint of the class, where they are known.
    pub class: Option<(String, Fingerprint)>,
    /// Its key.
    pub key: TraceKey,
    /// The mark; its levels do not matter.
    pub settings: MarkSettings,
    /// Decoys to rank the score among.
    pub decoys: u32,
    /// What the decoys are drawn from.
    pub seed: u64,
    /// When the work began.
    pub begun: Instant,
}

/// A file that could not be read.
#[derive(Debug, Clone, Serialize)]
pub struct FailedRecording {
    /// The file.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// Why.
    pub error: String,
}

/// A file with the bytes of another: no fresh evidence.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// The file.
    #[serde(flatten, serialize_with = "json::input")]
    pub input: PathBuf,
    /// The file that counts.
    pub same_as: String,
}

/// Recordings to compare with, which should carry nothing.
#[derive(Debug, Clone, Serialize)]
pub struct Unmarked {
    /// The recordings.
    pub recordings: Vec<TracedRecording>,
    /// Length of all in seconds.
    pub seconds: f64,
    /// Their score, in σ.
    pub sigmas: f64,
    /// Its p-value: where it is small, they carry the echo themselves, and comparing with them hides it.
    pub p_value: f64,
}

/// What is left without the copies: the evidence that a model learned the echo. Nothing, where copies are among
/// recordings of which none shows it by itself.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct WithoutCopies {
    /// Length of the other recordings in seconds.
    pub seconds: f64,
    /// Their score, in σ.
    pub sigmas: f64,
    /// Its p-value.
    pub p_value: f64,
    /// Whether that is [`FOUND_P`] or less.
    pub found: bool,
}

/// The result.
#[derive(Debug, Clone, Serialize)]
pub struct TraceReport {
    /// `done`, or `nothing to judge`.
    pub status: &'static str,
    /// `trace`.
    pub command: &'static str,
    /// Version of Patchveil.
    pub version: &'static str,
    /// The class; none for an echo key.
    pub class: Option<String>,
    /// The public name of its key; none for an echo key.
    pub fingerprint: Option<Fingerprint>,
    /// The commitment to its echo key: see
    /// [`EchoKey::commitment`](patchveil_veil::EchoKey::commitment).
    pub echo_commitment: String,
    /// The recordings that count, in the order given.
    pub recordings: Vec<TracedRecording>,
    /// What they were compared with.
    pub unmarked: Option<Unmarked>,
    /// Files with the same bytes as one of these.
    pub left_out: Vec<LeftOut>,
    /// Files that could not be read.
    pub failed: Vec<FailedRecording>,
    /// Length of all recordings in seconds.
    pub seconds: f64,
    /// How much of that is not digital silence.
    pub active_s: f64,
    /// The score of all together, in σ.
    pub sigmas: f64,
    /// Probability that a key which had nothing to do with the recordings fits as well, corrected for all that
    /// was tried.
    pub p_value: f64,
    /// Whether that is [`FOUND_P`] or less.
    pub found: bool,
    /// That limit.
    pub found_p: f64,
    /// What recordings say of the pattern that are not shown to be copies by themselves; none for an echo key, and
    /// where there are no such recordings.
    pub pattern_together: Option<Together>,
    /// The same as above without the copies; none where none are shown.
    pub without_copies: Option<WithoutCopies>,
    /// Decoys that the score was ranked among.
    pub decoys: u32,
    /// Its rank, as a p-value; none without decoys.
    pub decoy_p_value: Option<f64>,
    /// The highest score of a decoy, in σ.
    pub highest_decoy: f64,
    /// What the decoys were drawn from.
    pub decoy_seed: u64,
    /// The score against the seconds of audio.
    pub curve: Vec<CurvePoint>,
    /// Score at which the p-value is [`FOUND_P`].
    pub needed_sigmas: Option<f64>,
    /// Seconds after which it would be, if the recordings went on like this; none where that is unknown.
    pub needed_s: Option<f64>,
    /// Seconds that everything took.
    pub took_s: f64,
}

/// Joins what was read of the recordings, compared with `unmarked` ones: those with the same bytes count once.
#[must_use]
pub fn report(
    request: &TraceRequest,
    read: Vec<TracedRecording>,
    unmarked: Vec<TracedRecording>,
    failed: Vec<FailedRecording>,
) -> TraceReport {
    let key = request.key.echo();
    let echo = request.settings.echo.clone().unwrap_or_default();
    let (mut recordings, mut left_out) = each_once(read);
    let (unmarked, unmarked_left_out) = each_once(unmarked);
    left_out.extend(unmarked_left_out);
    let plain = TraceEvidence::new(&echo);
    let compared: Vec<EchoEvidence> = unmarked.iter().map(|own| own.evidence.clone()).collect();
    let mut trace = plain.clone().compared_with(&compared);
    let pattern_together = copies::find(&mut recordings);
    for recording in &mut recordings {
        trace.add(&recording.evidence);
        let mut alone = trace.emptied();
        alone.add(&recording.evidence);
        recording.sigmas = alone.test(&key).sigmas;
    }
    let has_signal = trace.has_signal();
    let finding = trace.test(&key);
    let decoys = trace.decoys(request.decoys, request.seed);
    let curve = curve(&recordings, &key, trace.emptied());
    let needed_sigmas = has_signal.then(|| trace.sigmas_for(&key, FOUND_P));
    let needed_s = needed_sigmas.and_then(|sigmas| needed_s(&curve, trace.sigmas_max(), sigmas));
    let without_copies = without_copies(&recordings, pattern_together, trace.emptied(), &key);
    let (class, fingerprint) = request.class.clone().unzip();
    TraceReport {
        status: if has_signal { "done" } else { "nothing to judge" },
        command: "trace",
        version: env!("CARGO_PKG_VERSION"),
        class,
        fingerprint,
        echo_commitment: key.commitment(),
        recordings,
        unmarked: (!unmarked.is_empty()).then(|| of_unmarked(unmarked, plain, &key)),
        left_out,
        failed,
        seconds: trace.seconds(),
        active_s: trace.active_s(),
        sigmas: finding.sigmas,
        p_value: finding.p_value,
        found: finding.p_value <= FOUND_P,
        found_p: FOUND_P,
        pattern_together,
        without_copies,
        decoys: request.decoys,
        decoy_p_value: (request.decoys > 0).then(|| decoys.p_value(finding.sigmas)),
        highest_decoy: decoys.highest(),
        decoy_seed: request.seed,
        curve,
        needed_sigmas,
        needed_s,
        took_s: request.begun.elapsed().as_secs_f64(),
    }
}

/// What the recordings to compare with say about the key themselves.
fn of_unmarked(
    mut recordings: Vec<TracedRecording>,
    mut trace: TraceEvidence,
    key: &EchoKey,
) -> Unmarked {
    for recording in &mut recordings {
        trace.add(&recording.evidence);
        let mut alone = trace.emptied();
        alone.add(&recording.evidence);
        recording.sigmas = alone.test(key).sigmas;
    }
    let found = trace.test(key);
    let (seconds, sigmas, p_value) = (trace.seconds(), found.sigmas, found.p_value);
    Unmarked { recordings, seconds, sigmas, p_value }
}

/// Joins what is not shown to be a copy, if anything is; nothing where copies are among that too. The pattern's signs are
/// independent of the echo's, so leaving recordings out by the one biases nothing in the other.
fn without_copies(
    recordings: &[TracedRecording],
    together: Option<Together>,
    mut trace: TraceEvidence,
    key: &EchoKey,
) -> Option<WithoutCopies> {
    let is_copy = |recording: &&TracedRecording| recording.copy == Some(true);
    let copies_among_others = together.is_some_and(|together| together.copies);
    if !copies_among_others {
        recordings.iter().find(is_copy)?;
        let others = recordings.iter().filter(|recording| !is_copy(recording));
        others.for_each(|recording| trace.add(&recording.evidence));
    }
    let finding = trace.test(key);
    Some(WithoutCopies {
        seconds: trace.seconds(),
        sigmas: finding.sigmas,
        p_value: finding.p_value,
        found: finding.p_value <= FOUND_P,
    })
}

/// Recordings with different bytes, and what was left out.
fn each_once(read: Vec<TracedRecording>) -> (Vec<TracedRecording>, Vec<LeftOut>) {
    let mut first: HashMap<String, PathBuf> = HashMap::new();
    let mut left_out = Vec::new();
    let mut recordings = Vec::new();
    for recording in read {
        match first.get(&recording.blake3) {
            Some(same_as) => {
                left_out
                    .push(LeftOut { input: recording.input, same_as: shown(same_as).to_string() });
            }
            None => {
                first.insert(recording.blake3.clone(), recording.input.clone());
                recordings.push(recording);
            }
        }
    }
    (recordings, left_out)
}
