//! How each model is trained.

use serde::{Deserialize, Serialize};

use super::learner::Learner;

/// How a learner is trained: AdamW with a learning rate that rises and falls along a cosine. There
/// is no augmentation: that is one of the attacks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Passes over the training clips.
    pub epochs: usize,
    /// Clips per step.
    pub batch: usize,
    /// Highest learning rate.
    pub rate: f64,
    /// Weight decay.
    pub decay: f32,
    /// Fraction of the steps in which the learning rate rises.
    pub warm_up: f64,
    /// Dropout before the last layer, as a fraction.
    pub dropout: f32,
}

impl Settings {
    /// Settings with which `learner` reaches [`JUDGE`](super::JUDGE) on spoken digits.
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
