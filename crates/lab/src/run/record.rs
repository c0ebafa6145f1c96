//! The lines of the results file, each one JSON object.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::Label;
use crate::learn::{Learner, Outcome, Settings};
use crate::protect::Veil;

/// Raised when older results files can no longer be continued.
pub const FORMAT: u32 = 3;

/// A line of the results file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
pub enum Line {
    /// The plan, one each time the command starts or resumes.
    Plan(Plan),
    /// The quality under a veil.
    Quality(Quality),
    /// A finished training run.
    Run(Record),
}

/// What must be equal for results to be comparable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// [`FORMAT`].
    pub format: u32,
    /// What the class is.
    pub label: Label,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Sample rate in Hz.
    pub rate: u32,
    /// Number of training clips.
    pub train: usize,
    /// Number of test clips.
    pub test: usize,
    /// Hash of all clips and labels.
    pub data: String,
    /// Length in seconds of the part of a clip that models see.
    pub seconds: f64,
    /// Whether it is a quick first look.
    pub quick: bool,
    /// How each learner is trained.
    pub settings: BTreeMap<Learner, Settings>,
    /// Version and hash of the patchveil command.
    pub patchveil: String,
    /// Version of the lab.
    pub lab: String,
}

impl Basis {
    /// The settings of `learner`: the recorded ones, otherwise the default.
    #[must_use]
    pub fn settings_of(&self, learner: Learner) -> Settings {
        self.settings.get(&learner).copied().unwrap_or_else(|| Settings::of(learner))
    }
}

/// The runs to do: all combinations of these lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What makes results comparable.
    pub basis: Basis,
    /// The command line.
    pub command: String,
    /// How the recordings are protected.
    pub veils: Vec<Veil>,
    /// Names of the cuts.
    pub cuts: Vec<String>,
    /// Names of the attacks.
    pub attacks: Vec<String>,
    /// The models.
    pub learners: Vec<Learner>,
    /// Number of seeds, counted from 0.
    pub seeds: u64,
}

impl Plan {
    /// All training runs in the order of execution.
    #[must_use]
    pub fn runs(&self) -> Vec<RunId> {
        let mut runs = Vec::new();
        for seed in 0..self.seeds {
            for cut in &self.cuts {
                for veil in &self.veils {
                    for attack in &self.attacks {
                        runs.extend(self.learners.iter().map(|&learner| RunId {
                            veil: veil.name().to_owned(),
                            cut: cut.clone(),
                            attack: attack.clone(),
                            learner,
                            seed,
                        }));
                    }
                }
            }
        }
        runs
    }
}

/// What identifies a training run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId {
    /// Name of the veil.
    pub veil: String,
    /// Name of the cut.
    pub cut: String,
    /// Name of the attack.
    pub attack: String,
    /// The model.
    pub learner: Learner,
    /// Seed of keys, cuts, attacks and training.
    pub seed: u64,
}

/// A finished training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Which run.
    #[serde(flatten)]
    pub id: RunId,
    /// Number of training clips after cutting.
    pub trained_on: usize,
    /// Its result.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The quality under a veil, over some of the published clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Name of the veil.
    pub veil: String,
    /// Seed of the keys.
    pub seed: u64,
    /// Number of clips compared.
    pub clips: usize,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What is missing and why.
    pub note: Option<String>,
}

/// One figure of quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Short name.
    pub name: String,
    /// Description with unit.
    pub about: String,
    /// Mean over the clips that have it.
    pub mean: f64,
    /// Worst clip.
    pub worst: f64,
}
