//! The lines of the results file, each one JSON object.

use serde::{Deserialize, Serialize};

use super::accountant::{Accounted, Steps};
use super::audit::Audit;
use super::membership::Separation;
use super::probe::Probed;
use super::sgd::Training;
use crate::learn::Learner;
use crate::protect::Veil;
use crate::run::Basis;

/// A line of the results file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
pub enum PrivacyLine {
    /// The plan, one each time the command starts or resumes.
    Plan(Box<PrivacyPlan>),
    /// Noise for each ε.
    Accounting {
        /// What is accounted for.
        steps: Steps,
        /// The noise.
        noise: Vec<Accounted>,
    },
    /// A finished task.
    Done(PrivacyRecord),
}

/// What to do: for each veil and seed all tasks of the parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyPlan {
    /// What makes results comparable.
    pub basis: Basis,
    /// The command line.
    pub command: String,
    /// The parts.
    pub parts: Vec<Part>,
    /// How the recordings are protected.
    pub veils: Vec<Veil>,
    /// The models of [`Part::Probe`].
    pub learners: Vec<Learner>,
    /// Number of seeds, counted from 0.
    pub seeds: u64,
    /// ε of [`Part::Curve`], besides training without differential privacy.
    pub epsilons: Vec<f64>,
    /// Models for each veil, seed and ε, of which each in turn is attacked and the others are shadows.
    pub models: usize,
    /// Decoy keys.
    pub decoys: usize,
    /// How the small classifier is trained.
    pub training: Training,
    /// Largest norm of a clip's gradient under differential privacy.
    pub clip: f32,
}

/// δ of all differential privacy here.
pub const DELTA: f64 = 1e-5;

impl PrivacyPlan {
    /// What the accountant is asked about.
    #[must_use]
    pub fn steps(&self) -> Steps {
        Steps { sampling: self.training.sampling, steps: self.training.steps, delta: DELTA }
    }

    /// All tasks in the order of execution.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        let mut tasks = Vec::new();
        for seed in 0..self.seeds {
            for veil in &self.veils {
                let whats = self.parts.iter().flat_map(|&part| self.whats(part));
                tasks.extend(whats.map(|what| Task { veil: veil.name().to_owned(), seed, what }));
            }
        }
        tasks
    }

    fn whats(&self, part: Part) -> Vec<What> {
        match part {
            Part::Probe => [false, true]
                .into_iter()
                .flat_map(|half_clean| {
                    self.learners.iter().map(move |&learner| What::Probe { learner, half_clean })
                })
                .collect(),
            Part::Curve => {
                let bounded = self.epsilons.iter().map(|&epsilon| Some(epsilon));
                [None].into_iter().chain(bounded).map(|epsilon| What::Curve { epsilon }).collect()
            }
            Part::Erasure => vec![What::Erasure],
        }
    }
}

/// A part of the experiments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The panel's models, asked about neutral clips under own keys and decoys.
    Probe,
    /// Privacy against utility: differential privacy, membership inference, audit and probe.
    Curve,
    /// One speaker's clips removed in several ways.
    Erasure,
}

/// What identifies a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Name of the veil.
    pub veil: String,
    /// Seed of keys, choices and training.
    pub seed: u64,
    /// What is done.
    #[serde(flatten)]
    pub what: What,
}

/// What is done with a veil and a seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "lowercase")]
pub enum What {
    /// Train a model of the panel and probe it.
    Probe {
        /// The model.
        learner: Learner,
        /// Whether half of each class's training clips is unprotected.
        half_clean: bool,
    },
    /// Train small classifiers, and attack, audit and probe them.
    Curve {
        /// ε, if training is differentially private.
        epsilon: Option<f64>,
    },
    /// Remove one speaker's clips.
    Erasure,
}

/// A finished task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyRecord {
    /// Which.
    #[serde(flatten)]
    pub task: Task,
    /// Its result.
    pub outcome: PrivacyOutcome,
    /// CPU time in seconds.
    pub cpu_seconds: f64,
}

/// The result of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrivacyOutcome {
    /// Of [`What::Probe`].
    Probe {
        /// Accuracy on untouched test clips, 0 to 1.
        accuracy: f64,
        /// The own key of each class.
        classes: Vec<Probed>,
    },
    /// Of [`What::Curve`].
    Curve(Curve),
    /// Of [`What::Erasure`].
    Erasure {
        /// Whose clips.
        owner: String,
        /// Each method and its models.
        methods: Vec<(Method, Vec<Erased>)>,
    },
}

/// One point of privacy against utility; means over the models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Noise multiplier, if any.
    pub multiplier: Option<f64>,
    /// Accuracy on the models' own training clips, 0 to 1.
    pub trained: f64,
    /// Accuracy on untouched test clips.
    pub clean: f64,
    /// Accuracy on test clips protected with the key of their class.
    pub protected: f64,
    /// Loss threshold.
    pub threshold: Separation,
    /// Likelihood ratio.
    pub ratio: Separation,
    /// Audit of one more model, by its answers.
    pub audit: Audit,
    /// Audit of its noise, by every step.
    pub audit_of_noise: Option<Audit>,
    /// The own key of each class, for each model.
    pub probed: Vec<Probed>,
}

/// How an owner's clips are removed from a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Not at all; it is only said.
    Nothing,
    /// Some more training on all other clips.
    FineTuning,
    /// Gradient ascent on the owner's clips until they are as improbable as clips never seen.
    Ascent,
    /// Training from new weights without the owner's clips.
    Retraining,
}

/// One model after removal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Erased {
    /// Accuracy on untouched test clips of all speakers, 0 to 1.
    pub accuracy: f64,
    /// How many of the owner's published clips were used, and how many were not.
    pub clips: (usize, usize),
    /// Loss threshold, over the owner's published clips: those used against those not used.
    pub threshold: Separation,
    /// Likelihood ratio over the same.
    pub ratio: Separation,
    /// The owner's key, over test clips of the owner's voice.
    pub voice: Probed,
    /// The owner's key, over test clips of all voices.
    pub all: Probed,
}
