//! Statistics over the seeds of runs that are otherwise equal.

use std::collections::{BTreeMap, BTreeSet};

use super::{FOUND_P, Results};
use crate::generate::{Kind, Source};
use crate::trace::condition::Condition;
use crate::trace::record::Trace;

/// What was found in outputs of one length.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) generator: Kind,
    pub(super) source: Source,
    pub(super) corpus: String,
    pub(super) condition: Condition,
    pub(super) asked_s: u32,
    /// The shortest output in seconds: less than was asked for where there was no more to make it from.
    pub(super) seconds: f64,
    /// One for each owner and seed.
    pub(super) sigmas: Vec<f64>,
    pub(super) p_values: Vec<f64>,
    pub(super) decoy_p_values: Vec<f64>,
}

impl Row {
    /// How many owners and seeds have at most [`FOUND_P`].
    pub(super) fn found(&self) -> usize {
        self.p_values.iter().filter(|&&p| p <= FOUND_P).count()
    }

    /// Length of the output in seconds, and that it is all there was if it is less than was asked for.
    pub(super) fn length(&self) -> String {
        length(self.asked_s, self.seconds)
    }

    /// Whether it is less.
    pub(super) fn is_short(&self) -> bool {
        is_short(self.asked_s, self.seconds)
    }

    pub(super) fn mean_sigmas(&self) -> f64 {
        self.sigmas.iter().sum::<f64>() / self.sigmas.len().max(1) as f64
    }
}

/// A length of output that was asked for, with the real one if that is shorter by a twentieth or more.
pub(super) fn length(asked_s: u32, seconds: f64) -> String {
    if is_short(asked_s, seconds) {
        format!("{asked_s} ({seconds:.0})")
    } else {
        asked_s.to_string()
    }
}

fn is_short(asked_s: u32, seconds: f64) -> bool {
    seconds < 0.95 * f64::from(asked_s)
}

/// The middle value; of an even number of values the mean of both.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]),
    }
}

impl Results<'_> {
    /// All rows: by condition, corpus, generator, source and length.
    pub(super) fn rows(&self) -> Vec<Row> {
        type Key = (Condition, String, Kind, Source, u32);
        let mut by_key: BTreeMap<Key, Vec<&Trace>> = BTreeMap::new();
        for record in &self.records {
            for trace in &record.traces {
                let id = &record.id;
                let key = (
                    id.condition.clone(),
                    id.corpus.clone(),
                    id.generator,
                    trace.source,
                    trace.asked_s,
                );
                by_key.entry(key).or_default().push(trace);
            }
        }
        let row =
            |((condition, corpus, generator, source, asked_s), traces): (Key, Vec<&Trace>)| Row {
                generator,
                source,
                corpus,
                condition,
                asked_s,
                seconds: traces.iter().map(|own| own.found.seconds).fold(f64::INFINITY, f64::min),
                sigmas: traces.iter().map(|trace| trace.found.sigmas).collect(),
                p_values: traces.iter().map(|trace| trace.found.p_value).collect(),
                decoy_p_values: traces.iter().map(|trace| trace.found.decoy_p_value).collect(),
            };
        let mut rows: Vec<Row> = by_key.into_iter().map(row).collect();
        // The plain condition first, then by falling share.
        rows.sort_by_key(|row| (row.condition != Condition::PLAIN, 100 - row.condition.share));
        rows
    }

    /// All lengths that were traced.
    pub(super) fn lengths(&self) -> Vec<u32> {
        let asked = |record: &&crate::trace::record::Record| {
            record.traces.iter().map(|trace| trace.asked_s).collect::<Vec<u32>>()
        };
        let all: BTreeSet<u32> = self.records.iter().flat_map(asked).collect();
        all.into_iter().collect()
    }

    /// The p-values of all keys that had nothing to do with the run: the bound and the rank, each rising.
    pub(super) fn null(&self) -> (Vec<f64>, Vec<f64>) {
        let all = || self.records.iter().flat_map(|record| &record.null);
        let mut bounds: Vec<f64> = all().map(|found| found.p_value).collect();
        let mut ranks: Vec<f64> = all().map(|found| found.decoy_p_value).collect();
        bounds.sort_by(f64::total_cmp);
        ranks.sort_by(f64::total_cmp);
        (bounds, ranks)
    }

    /// Models whose outputs were traced with keys that had nothing to do with them.
    pub(super) fn null_models(&self) -> usize {
        self.records.iter().filter(|record| !record.null.is_empty()).count()
    }
}
