//! The lines of the results file, each one JSON object.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::generate::Kind;
use crate::privacy::Method;
use crate::trace::{Basis, Found, Rechecked};

/// A line of the results file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
pub enum Line {
    /// The plan, one each time the command starts or resumes.
    Plan(Plan),
    /// A finished task.
    Recheck(Box<Record>),
}

/// What to do: all combinations of generators, corpora and seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What makes results comparable.
    pub basis: Basis,
    /// The command line.
    pub command: String,
    /// The generators.
    pub generators: Vec<Kind>,
    /// The owner's share of the recordings, in percent; all of it is marked.
    pub share: u8,
    /// Change of the mark's level in dB.
    pub level_db: i8,
    /// Length of the output in which the trace is found first, in seconds.
    pub before_s: u32,
    /// Lengths of new output, in seconds, rising.
    pub after_s: Vec<u32>,
    /// Number of seeds, counted from 0.
    pub seeds: u64,
}

impl Plan {
    /// All tasks in the order of execution.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        let mut tasks = Vec::new();
        for seed in 0..self.seeds {
            for corpus in self.basis.corpora.keys() {
                let task = |&generator| Task { generator, corpus: corpus.clone(), seed };
                tasks.extend(self.generators.iter().map(task));
            }
        }
        tasks
    }
}

/// What identifies a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The generator.
    pub generator: Kind,
    /// Name of the corpus.
    pub corpus: String,
    /// Seed of keys, choices, weights and training.
    pub seed: u64,
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, seed {}", self.generator, self.corpus, self.seed)
    }
}

/// A finished task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which.
    #[serde(flatten)]
    pub task: Task,
    /// Seconds of the owner's recordings, and of the others.
    pub seconds: (f64, f64),
    /// What the owner found in the output of the model that was trained on all.
    pub before: Found,
    /// Log-spectral distance in dB of that output from what it was made from.
    pub lsd_db: Option<f64>,
    /// What became of it; none where it was not found in the first place, so that there is nothing to recheck.
    pub removals: Vec<Removal>,
}

/// What is found in a model after the owner's recordings were removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Removal {
    /// How.
    pub method: Method,
    /// CPU time of the removal in seconds.
    pub cpu_seconds: f64,
    /// Log-spectral distance in dB of the output from what it was made from.
    pub lsd_db: Option<f64>,
    /// Length of output asked for, in seconds, and what `case recheck` says.
    pub rechecks: Vec<(u32, Rechecked)>,
}
