//! The panel of models.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::features::FrontEnd;

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
    /// [`Learner::Cnn`] with the mean and variance of each clip normalised.
    CnnNormalised,
    /// [`Learner::Transformer`] with the mean and variance of each clip normalised.
    TransformerNormalised,
    /// Logistic regression on the mean of log-mel over time. Shows what a fixed filter alone
    /// reveals; too simple to be a judge.
    Probe,
}

/// A learner is a judge of protection only if it reaches this accuracy on untouched test clips
/// after training on untouched clips.
pub const JUDGE: f64 = 0.97;

impl Learner {
    /// All learners, in the order of reports.
    pub const ALL: &[Self] = &[
        Self::Cnn,
        Self::Transformer,
        Self::Raw,
        Self::CnnMfcc,
        Self::CnnNormalised,
        Self::TransformerNormalised,
        Self::Probe,
    ];

    /// Its name on the command line and in reports.
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

    /// What it is, in one line.
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
            Self::Probe => "logistic regression on the mean log-mel spectrum; not a judge",
        }
    }

    /// The features it gets.
    #[must_use]
    pub fn front_end(self) -> FrontEnd {
        match self {
            Self::Cnn | Self::Transformer | Self::Probe => FrontEnd::LogMel,
            Self::Raw => FrontEnd::Raw,
            Self::CnnMfcc => FrontEnd::Mfcc,
            Self::CnnNormalised | Self::TransformerNormalised => FrontEnd::LogMelNormalised,
        }
    }

    /// Whether it belongs to the panel whose mean is reported: all but the probe.
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

/// There is no learner of that name.
#[derive(Debug, thiserror::Error)]
#[error("unknown learner {0:?}; choose from: {names}", names = names())]
pub struct UnknownLearner(String);

fn names() -> String {
    let names: Vec<&str> = Learner::ALL.iter().map(|learner| learner.name()).collect();
    names.join(", ")
}
