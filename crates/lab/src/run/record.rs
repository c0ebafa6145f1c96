//! What is written down of a run, one JSON object a line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::Label;
use crate::learn::{Learner, Outcome, Settings};
use crate::protect::Veil;

/// Raised when an old file of results can no longer be gone on with.
pub const FORMAT: u32 = 3;

/// A line of the file of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
pub enum Line {
    /// What was to be done; one each time the command began or went on.
    Plan(Plan),
    /// What a veil costs in quality.
    Quality(Quality),
    /// One finished training run.
    Run(Record),
}

/// What has to be the same for results to be comparable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// [`FORMAT`].
    pub format: u32,
    /// What of the recordings is the class.
    pub label: Label,
    /// The classes.
    pub classes: Vec<String>,
    /// Sample rate in Hz.
    pub rate: u32,
    /// Clips to publish.
    pub train: usize,
    /// Clips to test with.
    pub test: usize,
    /// Hash of all clips and labels.
    pub data: String,
    /// What learners see of a clip, in seconds.
    pub seconds: f64,
    /// Whether it was a first look only.
    pub quick: bool,
    /// How each learner is trained.
    pub settings: BTreeMap<Learner, Settings>,
    /// Version and hash of the patchveil command.
    pub patchveil: String,
    /// Version of the laboratory.
    pub lab: String,
}

impl Basis {
    /// How `learner` is trained: as written down, else as usual.
    #[must_use]
    pub fn settings_of(&self, learner: Learner) -> Settings {
        self.settings.get(&learner).copied().unwrap_or_else(|| Settings::of(learner))
    }
}

/// What is to be done: all combinations of these lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What makes results comparable.
    pub basis: Basis,
    /// The command that was typed.
    pub command: String,
    /// What the recordings are protected with.
    pub veils: Vec<Veil>,
    /// Names of the ways of cutting.
    pub cuts: Vec<String>,
    /// Names of the attacks.
    pub attacks: Vec<String>,
    /// The models.
    pub learners: Vec<Learner>,
    /// How many seeds, from 0.
    pub seeds: u64,
}

/// What tells training runs apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId {
    /// Name of the veil.
    pub veil: String,
    /// Name of the way of cutting.
    pub cut: String,
    /// Name of the attack.
    pub attack: String,
    /// The model.
    pub learner: Learner,
    /// The seed of keys, cuts, attacks and training.
    pub seed: u64,
}

/// One finished training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which.
    #[serde(flatten)]
    pub id: RunId,
    /// Clips the model was trained on.
    pub trained_on: usize,
    /// How it went.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What a veil costs in quality, over some of the published clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Name of the veil.
    pub veil: String,
    /// The seed of the keys.
    pub seed: u64,
    /// Clips that were compared.
    pub clips: usize,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What is missing, and why.
    pub note: Option<String>,
}

/// One figure of quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Short name.
    pub name: String,
    /// What it is, with its unit.
    pub about: String,
    /// Mean over the clips that have it.
    pub mean: f64,
    /// The clip that came off worst.
    pub worst: f64,
}
