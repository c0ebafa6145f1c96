//! The trace of a case, looked for again in new output.

use std::collections::BTreeSet;

use patchveil_veil::{Fingerprint, TraceEvidence};
use serde::Serialize;

use super::compare::{Comparison, Measured, Outcome, compare};
use super::error::CaseError;
use super::findings::{Found, Trace};
use super::folder::Case;
use crate::detect::FOUND_P;
use crate::trace::TraceReport;

/// The result that found the trace: the newest in the case.
#[derive(Debug)]
pub struct Baseline {
    file: String,
    measured: Measured,
    found_p: f64,
    decoys: Option<u32>,
    /// Hashes of the unmarked recordings that it was compared with.
    unmarked: BTreeSet<String>,
}

/// What became of a trace.
#[derive(Debug, Serialize)]
pub struct Recheck {
    /// `done`.
    pub status: &'static str,
    /// `case recheck`.
    pub command: &'static str,
    /// Version of Patchveil.
    pub version: &'static str,
    /// The class.
    pub class: String,
    /// The public name of its key.
    pub fingerprint: Fingerprint,
    /// What became of it.
    pub outcome: Outcome,
    /// The evidence that it was compared with.
    pub against: String,
    /// Both results side by side.
    pub comparison: Comparison,
    /// The result from the new output.
    pub trace: TraceReport,
}

impl Baseline {
    /// Decoys that the score was ranked among.
    #[must_use]
    pub fn decoys(&self) -> Option<u32> {
        self.decoys
    }
}

impl Case {
    /// The newest result among the evidence that found the trace.
    ///
    /// # Errors
    /// [`CaseError::NothingBefore`] if there is none.
    pub fn baseline(&self) -> Result<Baseline, CaseError> {
        let found = Found::read(self)?;
        // Copies carry the echo more strongly than what a model makes.
        let baseline = found.traces.iter().rev();
        let baseline = baseline.filter(|(_, trace)| {
            trace.found && trace.without_copies.is_none() && trace.copies_together().is_none()
        });
        let mut baseline = baseline.filter_map(|(entry, trace)| {
            Some(Baseline {
                file: entry.file.clone(),
                measured: measured(trace)?,
                found_p: trace.found_p?.min(FOUND_P),
                decoys: trace.decoys.and_then(|decoys| decoys.try_into().ok()),
                unmarked: trace
                    .compared()
                    .filter_map(|recording| recording.blake3.clone())
                    .collect(),
            })
        });
        baseline.next().ok_or_else(|| CaseError::NothingBefore {
            folder: self.folder().to_owned(),
            reason: "holds no result in which the trace was found in output without copies, so it cannot be gone; add one: \
                     patchveil trace AUDIO... --json > trace.json"
                .to_owned(),
        })
    }

    /// Compares a new result with the one that found the trace; nothing if the new output has nothing to judge.
    ///
    /// # Errors
    /// [`CaseError::OtherQuery`] if it was compared with other unmarked recordings: strengths would differ.
    pub fn recheck(
        &self,
        baseline: &Baseline,
        trace: TraceReport,
    ) -> Result<Option<Recheck>, CaseError> {
        let unmarked = trace.unmarked.iter().flat_map(|unmarked| &unmarked.recordings);
        let unmarked: BTreeSet<String> = unmarked.map(|own| own.blake3.clone()).collect();
        if unmarked != baseline.unmarked {
            return Err(CaseError::OtherQuery {
                folder: self.folder().to_owned(),
                file: baseline.file.clone(),
                unmarked: baseline.unmarked.len(),
            });
        }
        Ok(self.compared(baseline, trace))
    }

    fn compared(&self, baseline: &Baseline, trace: TraceReport) -> Option<Recheck> {
        let echo = self.record().recipe.mark.as_ref()?.echo.as_ref()?;
        let pairs = TraceEvidence::new(echo).sigmas_max().powi(2);
        let seconds = trace.recordings.iter().map(|recording| recording.active_s);
        let after = Measured {
            sigmas: trace.sigmas,
            active_s: trace.active_s,
            counted_s: seconds.map(|s| s.min(TraceEvidence::WEIGHT_MAX_S)).sum(),
            p_value: trace.p_value,
        };
        let (outcome, comparison) = compare(baseline.measured, after, pairs, baseline.found_p)?;
        Some(Recheck {
            status: "done",
            command: "case recheck",
            version: env!("CARGO_PKG_VERSION"),
            class: self.record().class.clone(),
            fingerprint: self.record().fingerprint,
            outcome,
            against: baseline.file.clone(),
            comparison,
            trace,
        })
    }
}

fn measured(trace: &Trace) -> Option<Measured> {
    let seconds = trace.recordings.iter().filter_map(|recording| recording.active_s);
    Some(Measured {
        sigmas: trace.sigmas?,
        active_s: trace.active_s?,
        counted_s: seconds.map(|s| s.min(TraceEvidence::WEIGHT_MAX_S)).sum(),
        p_value: trace.p_value?,
    })
}
