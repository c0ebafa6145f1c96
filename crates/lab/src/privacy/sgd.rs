//! Stochastic gradient descent, with or without differential privacy.
//!
//! Abadi et al., *Deep Learning with Differential Privacy*, arXiv 1607.00133, algorithm 1: in each
//! step every example is drawn independently with one probability (Poisson sampling), its gradient
//! is clipped to a norm of C, and normally distributed noise of standard deviation σ·C is added to
//! every weight of the sum.

use chacha20::ChaCha20Rng;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::mlp::{Examples, Mlp};

/// How a model is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Steps.
    pub steps: usize,
    /// Probability with which each example takes part in a step.
    pub sampling: f64,
    /// Learning rate of the first step; it falls to 0 in a straight line.
    pub rate: f32,
    /// Share of the last update that is repeated.
    pub momentum: f32,
    /// Differential privacy, if any.
    pub privacy: Option<Noise>,
}

/// What makes training differentially private.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// Largest norm C of an example's gradient.
    pub clip: f32,
    /// Standard deviation σ of the noise as a multiple of C.
    pub multiplier: f64,
}

impl Noise {
    /// The noise on one weight of the sum.
    pub(super) fn draw(&self, rng: &mut ChaCha20Rng) -> f32 {
        let normal: f64 = StandardNormal.sample(rng);
        (self.multiplier * f64::from(self.clip) * normal) as f32
    }
}

/// Trains `mlp` further on `examples`. `expected` is the number of examples that the sum of
/// gradients is divided by, times the probability of sampling; it must not depend on who takes part.
#[must_use]
pub fn descend(
    mlp: Mlp,
    examples: &Examples,
    expected: f64,
    training: &Training,
    rng: &mut ChaCha20Rng,
) -> Mlp {
    step_along(mlp, examples, expected, training, -1.0, rng)
}

/// The opposite of [`descend`]: one training that makes the model worse on `examples`.
#[must_use]
pub fn ascend(mlp: Mlp, examples: &Examples, training: &Training, rng: &mut ChaCha20Rng) -> Mlp {
    step_along(mlp, examples, examples.len() as f64, training, 1.0, rng)
}

fn step_along(
    mut mlp: Mlp,
    examples: &Examples,
    expected: f64,
    training: &Training,
    sign: f32,
    rng: &mut ChaCha20Rng,
) -> Mlp {
    let mut momentum = mlp.drawn(|_| 0.0);
    let scale = (expected * training.sampling).max(1.0).recip() as f32;
    for step in 0..training.steps {
        let drawn: Vec<usize> =
            (0..examples.len()).filter(|_| rng.random::<f64>() < training.sampling).collect();
        let clip = training.privacy.map(|noise| noise.clip);
        let mut gradient = mlp.gradient(&examples.at(&drawn), clip);
        if let Some(noise) = training.privacy {
            gradient = gradient.plus(&mlp.drawn(|_| noise.draw(rng)), 1.0);
        }
        momentum = momentum.times(training.momentum).plus(&gradient, scale);
        let rate = training.rate * (1.0 - step as f32 / training.steps as f32);
        mlp.weights = mlp.weights.plus(&momentum, sign * rate);
    }
    mlp
}
