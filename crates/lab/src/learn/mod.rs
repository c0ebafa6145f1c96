//! The panel: models that a trainer might train, each small enough to be trained in seconds.

mod batch;
mod chance;
mod networks;
mod train;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::features::FrontEnd;
pub use train::{Epoch, Lesson, Outcome, train};

/// A model and its front end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learner {
    /// 2-D convolutional network on log-mel.
    Cnn,
    /// Two-layer transformer on log-mel.
    Transformer,
    /// 1-D convolutional network on the samples, after M5 (Dai et al., arXiv 1610.00087).
    Raw,
    /// 2-D convolutional network on cepstra.
    CnnMfcc,
    /// The first behind mean and variance normalisation of each clip.
    CnnNormalised,
    /// The second behind mean and variance normalisation of each clip.
    TransformerNormalised,
    /// Logistic regression on the mean of log-mel over time. It shows what a static curve alone
    /// gives away; too simple to be a judge.
    Probe,
}

/// Accuracy on untouched test clips that a learner has to reach when trained on untouched clips,
/// to be a judge of what protection does.
pub const JUDGE: f64 = 0.97;

impl Learner {
    /// All of them, in the order in which the report shows them.
    pub const ALL: &[Self] = &[
        Self::Cnn,
        Self::Transformer,
        Self::Raw,
        Self::CnnMfcc,
        Self::CnnNormalised,
        Self::TransformerNormalised,
        Self::Probe,
    ];

    /// What it is called on the command line and in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cnn => "cnn",
            Self::Transformer => "transformer",
            Self::Raw => "raw",
            Self::CnnMfcc => "cnn-mfcc",
            Self::CnnNormalised => "cnn-normalised",
            Self::TransformerNormalised => "transformer-normalised",
            Self::Probe => "probe",
        }
    }

    /// What it is, in one line for the report.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Cnn => "2-D convolutional network on log-mel",
            Self::Transformer => "two-layer transformer on log-mel",
            Self::Raw => "1-D convolutional network on the samples",
            Self::CnnMfcc => "2-D convolutional network on cepstra (MFCC)",
            Self::CnnNormalised => {
                "2-D convolutional network on log-mel, each clip's mean and variance normalised"
            }
            Self::TransformerNormalised => {
                "two-layer transformer on log-mel, each clip's mean and variance normalised"
            }
            Self::Probe => "logistic regression on the mean log-mel spectrum; no judge",
        }
    }

    /// What it is shown of a clip.
    #[must_use]
    pub fn front_end(self) -> FrontEnd {
        match self {
            Self::Cnn | Self::Transformer | Self::Probe => FrontEnd::LogMel,
            Self::Raw => FrontEnd::Raw,
            Self::CnnMfcc => FrontEnd::Mfcc,
            Self::CnnNormalised | Self::TransformerNormalised => FrontEnd::LogMelNormalised,
        }
    }

    /// Whether it belongs to the panel whose mean is reported; all but the probe do.
    #[must_use]
    pub fn is_judge(self) -> bool {
        self != Self::Probe
    }
}

impl fmt::Display for Learner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Learner {
    type Err = UnknownLearner;

    fn from_str(name: &str) -> Result<Self, UnknownLearner> {
        let found = Self::ALL.iter().copied().find(|learner| learner.name() == name);
        found.ok_or_else(|| UnknownLearner(name.to_owned()))
    }
}

/// Nobody knows that name.
#[derive(Debug, thiserror::Error)]
#[error("no learner is called {0:?}; there are: {names}", names = names())]
pub struct UnknownLearner(String);

fn names() -> String {
    let names: Vec<&str> = Learner::ALL.iter().map(|learner| learner.name()).collect();
    names.join(", ")
}

/// How a learner is trained: AdamW, the learning rate rising and falling on a cosine. The clips are
/// shown as they are: what trainers do to them on the way stands among the attacks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Passes over the training clips.
    pub epochs: usize,
    /// Clips a step.
    pub batch: usize,
    /// Highest learning rate.
    pub rate: f64,
    /// Weight decay.
    pub decay: f32,
    /// Share of the steps in which the learning rate rises.
    pub warm_up: f64,
    /// Share of the values before the last layer that is dropped while training.
    pub dropout: f32,
}

impl Settings {
    /// What brings `learner` to [`JUDGE`] on spoken digits.
    #[must_use]
    pub fn of(learner: Learner) -> Self {
        let base =
            Self { epochs: 8, batch: 64, rate: 4e-3, decay: 1e-2, warm_up: 0.2, dropout: 0.2 };
        match learner {
            Learner::Transformer => Self { epochs: 12, rate: 2e-3, dropout: 0.1, ..base },
            Learner::TransformerNormalised => Self { epochs: 30, rate: 2e-3, ..base },
            Learner::Raw => Self { epochs: 12, ..base },
            Learner::Probe => Self { epochs: 15, rate: 2e-2, dropout: 0.0, ..base },
            _ => base,
        }
    }
}
