//! The lines of the results file, each one JSON object.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::owner::Found;
use crate::generate::{Kind, Source};

/// Raised when older results files can no longer be continued.
pub const FORMAT: u32 = 2;

/// A line of the results file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
pub enum Line {
    /// The plan, one each time the command starts or resumes.
    Plan(Plan),
    /// A finished run.
    Trace(Box<Record>),
}

/// What must be equal for results to be comparable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// [`FORMAT`].
    pub format: u32,
    /// Hash of the samples of each corpus, by its name.
    pub corpora: BTreeMap<String, String>,
    /// How long generators are trained: 1 is in full.
    pub effort: f64,
    /// Whether owners trace with their unmarked originals at hand.
    pub originals: bool,
    /// Version and hash of the patchveil command.
    pub patchveil: String,
    /// Version of the lab.
    pub lab: String,
}

/// The runs to do: all combinations of these lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What makes results comparable.
    pub basis: Basis,
    /// The command line.
    pub command: String,
    /// The generators.
    pub generators: Vec<Kind>,
    /// What happens to the training data, and how training goes.
    pub conditions: Vec<Condition>,
    /// Lengths of output that are traced, in seconds, rising.
    pub seconds: Vec<u32>,
    /// Keys that had nothing to do with a run and are traced in its output.
    pub null: u32,
    /// Number of seeds, counted from 0.
    pub seeds: u64,
}

impl Plan {
    /// All runs in the order of execution.
    #[must_use]
    pub fn runs(&self) -> Vec<RunId> {
        let mut runs = Vec::new();
        for seed in 0..self.seeds {
            for corpus in self.basis.corpora.keys() {
                for condition in &self.conditions {
                    runs.extend(self.generators.iter().map(|&generator| RunId {
                        generator,
                        corpus: corpus.clone(),
                        condition: condition.clone(),
                        seed,
                    }));
                }
            }
        }
        runs
    }
}

/// What identifies a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId {
    /// The generator.
    pub generator: Kind,
    /// Name of the corpus.
    pub corpus: String,
    /// What happened to the training data, and how training went.
    #[serde(flatten)]
    pub condition: Condition,
    /// Seed of keys, weights and training.
    pub seed: u64,
}

/// A finished run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which run.
    #[serde(flatten)]
    pub id: RunId,
    /// Seconds of audio that were trained on, and how much of it was marked.
    pub trained_s: f64,
    /// Seconds of it that carried a mark.
    pub marked_s: f64,
    /// The loss at the end of the training, in the generator's own unit.
    pub loss: f32,
    /// Number of weights.
    pub weights: usize,
    /// CPU time of the training in seconds.
    pub cpu_seconds: f64,
    /// What the owners found.
    pub traces: Vec<Trace>,
    /// What keys found that had nothing to do with the run.
    pub null: Vec<Found>,
}

/// What an owner found in an output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// What the output was made from.
    pub source: Source,
    /// Which owner, counted from 0.
    pub owner: u8,
    /// Length of output asked for, in seconds.
    pub asked_s: u32,
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
}
