//! A small classifier whose gradient is known for each example: two dense layers on the log-mel
//! spectrum of a clip, averaged over tenths of its length.
//!
//! With one hidden layer, the gradient of an example is a product of two vectors for each layer, so
//! its norm is exact without ever being formed (Goodfellow, arXiv 1510.01799), and clipping costs no
//! more than training. The panel's networks have batch normalisation, in which a clip's gradient
//! depends on the other clips; they cannot be clipped by clip.

use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Device, Int, Tensor, TensorData};
use chacha20::ChaCha20Rng;
use rand::RngExt;

use crate::clip::Clip;
use crate::features::{Extractor, FrontEnd, MEL_BANDS};
use crate::learn::rows;

/// Parts of a clip, equally long, over which the spectrum is averaged.
const PARTS: usize = 10;
/// Inputs, the last of which is always 1.
pub(super) const INPUTS: usize = PARTS * MEL_BANDS + 1;
/// Hidden units without the one that is always 1.
const HIDDEN: usize = 64;

/// Clips as inputs.
#[derive(Debug, Clone)]
pub struct Examples {
    /// Examples × [`INPUTS`].
    x: Vec<f32>,
    /// The labels.
    pub labels: Vec<usize>,
}

impl Examples {
    /// The inputs of clips.
    #[must_use]
    pub fn of(clips: &[Clip]) -> Self {
        let rate = clips.first().map_or(8_000, |clip| clip.rate);
        let mut extractor = Extractor::new(FrontEnd::LogMel, rate);
        let x = clips.iter().flat_map(|clip| inputs(&mut extractor, clip)).collect();
        Self { x, labels: clips.iter().map(|clip| clip.label).collect() }
    }

    /// Those of `self`, then those of `other`.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self {
            x: [self.x.as_slice(), &other.x].concat(),
            labels: [self.labels.as_slice(), &other.labels].concat(),
        }
    }

    /// Those with these indices.
    #[must_use]
    pub fn at(&self, indices: &[usize]) -> Self {
        let row = |&n: &usize| &self.x[n * INPUTS..(n + 1) * INPUTS];
        Self {
            x: indices.iter().flat_map(row).copied().collect(),
            labels: indices.iter().map(|&n| self.labels[n]).collect(),
        }
    }

    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Random inputs with random labels of `classes` classes, which can only be learned by heart.
    #[cfg(test)]
    pub(super) fn random(count: usize, classes: usize) -> Self {
        let mut rng = crate::signal::rng::rng(1, "mlp test", "");
        let row = |_| -> Vec<f32> {
            (1..INPUTS).map(|_| rng.random_range(-1.0..1.0)).chain([1.0]).collect()
        };
        let x = (0..count).flat_map(row).collect();
        Self { x, labels: (0..count).map(|n| n % classes).collect() }
    }

    fn tensor(&self, device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.x.clone(), [self.len(), INPUTS]), device)
    }
}

/// The mean log-mel spectrum of each part of the clip, and 1.
fn inputs(extractor: &mut Extractor, clip: &Clip) -> Vec<f32> {
    let features = extractor.extract(clip);
    let frames = features.frames();
    let mut inputs = Vec::with_capacity(INPUTS);
    for part in 0..PARTS {
        let from = (part * frames / PARTS).min(frames.saturating_sub(1));
        let to = ((part + 1) * frames / PARTS).clamp(from + 1, frames.max(from + 1));
        let rows = features.values.get(from * MEL_BANDS..to * MEL_BANDS).unwrap_or_default();
        let mean = |band: usize| {
            rows.iter().skip(band).step_by(MEL_BANDS).sum::<f32>() / (to - from) as f32
        };
        inputs.extend((0..MEL_BANDS).map(mean));
    }
    inputs.push(1.0);
    inputs
}

/// Values shaped like the weights of an [`Mlp`]: weights, a gradient or a momentum.
#[derive(Debug, Clone)]
pub struct Weights {
    /// [`INPUTS`] × hidden units.
    pub(super) first: Tensor<2>,
    /// (Hidden units + 1) × classes.
    pub(super) second: Tensor<2>,
}

impl Weights {
    /// `self` + `scale` · `other`.
    pub(super) fn plus(&self, other: &Self, scale: f32) -> Self {
        Self {
            first: self.first.clone() + other.first.clone() * scale,
            second: self.second.clone() + other.second.clone() * scale,
        }
    }

    /// `scale` · `self`.
    pub(super) fn times(&self, scale: f32) -> Self {
        Self { first: self.first.clone() * scale, second: self.second.clone() * scale }
    }

    /// Every weight drawn by `draw`, which is given the number of inputs of its unit.
    pub(super) fn drawn(
        classes: usize,
        device: &Device,
        mut draw: impl FnMut(usize) -> f32,
    ) -> Self {
        let mut table = |inputs: usize, units: usize| {
            let values: Vec<f32> = (0..inputs * units).map(|_| draw(inputs)).collect();
            Tensor::from_data(TensorData::new(values, [inputs, units]), device)
        };
        Self { first: table(INPUTS, HIDDEN), second: table(HIDDEN + 1, classes) }
    }

    /// Euclidean norm of all values.
    #[cfg(test)]
    pub(super) fn norm(&self) -> f32 {
        let square = |table: &Tensor<2>| table.clone().powf_scalar(2.0).sum().into_scalar::<f32>();
        (square(&self.first) + square(&self.second)).sqrt()
    }
}

/// The classifier.
#[derive(Debug, Clone)]
pub struct Mlp {
    pub(super) weights: Weights,
    classes: usize,
    device: Device,
}

impl Mlp {
    /// Random weights, uniform within ±1/√(inputs of a unit).
    #[must_use]
    pub fn new(classes: usize, rng: &mut ChaCha20Rng) -> Self {
        let device = Device::flex();
        let weights = Weights::drawn(classes, &device, |inputs| {
            let most = (inputs as f32).sqrt().recip();
            rng.random_range(-most..most)
        });
        Self { weights, classes, device }
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Values shaped like the weights.
    pub(super) fn drawn(&self, draw: impl FnMut(usize) -> f32) -> Weights {
        Weights::drawn(self.classes, &self.device, draw)
    }

    /// Outputs of the hidden layer, with a column of 1.
    fn hidden(&self, x: Tensor<2>) -> Tensor<2> {
        let hidden = relu(x.matmul(self.weights.first.clone()));
        let [examples, _] = hidden.dims();
        Tensor::cat(vec![hidden, Tensor::ones([examples, 1], &self.device)], 1)
    }

    /// Natural logarithms of class probabilities: examples × classes.
    #[must_use]
    pub fn log_probabilities(&self, examples: &Examples) -> Vec<Vec<f32>> {
        if examples.is_empty() {
            return Vec::new();
        }
        let hidden = self.hidden(examples.tensor(&self.device));
        rows(log_softmax(hidden.matmul(self.weights.second.clone()), 1))
    }

    /// Sum over examples of the gradient of the cross-entropy in nats, each example's gradient
    /// first scaled down to a norm of at most `clip`.
    #[must_use]
    pub fn gradient(&self, examples: &Examples, clip: Option<f32>) -> Weights {
        let count = examples.len();
        if count == 0 {
            return self.drawn(|_| 0.0);
        }
        let x = examples.tensor(&self.device);
        let hidden = self.hidden(x.clone());
        let scores = hidden.clone().matmul(self.weights.second.clone());
        let labels: Vec<i32> = examples.labels.iter().map(|&label| label as i32).collect();
        let labels: Tensor<1, Int> =
            Tensor::from_data(TensorData::new(labels, [count]), &self.device);
        let target = labels.one_hot::<2>(self.classes).float();
        let second = log_softmax(scores, 1).exp() - target;
        // Back through the hidden units, without the one that is always 1.
        let back = second.clone().matmul(self.weights.second.clone().transpose());
        let active = hidden.clone().greater_scalar(0.0).float();
        let first = (back * active).slice([0..count, 0..HIDDEN]);

        let squares = |table: &Tensor<2>| table.clone().powf_scalar(2.0).sum_dim(1);
        let scale = match clip {
            None => Tensor::ones([count, 1], &self.device),
            Some(clip) => {
                let norm =
                    (squares(&x) * squares(&first) + squares(&hidden) * squares(&second)).sqrt();
                (norm + 1e-12).recip().mul_scalar(clip).clamp_max(1.0)
            }
        };
        Weights {
            first: x.transpose().matmul(first * scale.clone()),
            second: hidden.transpose().matmul(second * scale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::rng::rng;

    fn mlp() -> Mlp {
        Mlp::new(3, &mut rng(2, "mlp test", ""))
    }

    fn loss(mlp: &Mlp, examples: &Examples) -> f64 {
        let answers = mlp.log_probabilities(examples);
        let of = |(answer, &label): (&Vec<f32>, &usize)| -f64::from(answer[label]);
        answers.iter().zip(&examples.labels).map(of).sum()
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        let (mlp, examples) = (mlp(), Examples::random(7, 3));
        let gradient = mlp.gradient(&examples, None);
        let norm = gradient.norm();
        let moved = |by: f32| {
            let weights = mlp.weights.plus(&gradient, by / norm);
            loss(&Mlp { weights, ..mlp.clone() }, &examples)
        };
        let slope = (moved(1e-3) - moved(-1e-3)) / 2e-3;
        assert!((slope - f64::from(norm)).abs() < 2e-3 * slope, "{slope} {norm}");
    }

    #[test]
    fn every_clip_moves_the_sum_by_at_most_the_bound() {
        let (mlp, examples) = (mlp(), Examples::random(9, 3));
        let clip = 0.5;
        let all = mlp.gradient(&examples, Some(clip));
        for left_out in 0..examples.len() {
            let rest: Vec<usize> = (0..examples.len()).filter(|&n| n != left_out).collect();
            let moved = all.plus(&mlp.gradient(&examples.at(&rest), Some(clip)), -1.0).norm();
            assert!(moved <= clip * 1.001, "{moved}");
            let alone = mlp.gradient(&examples.at(&[left_out]), None).norm();
            assert!((moved - alone.min(clip)).abs() < 1e-3, "{moved} {alone}");
        }
    }

    #[test]
    fn gradients_below_the_bound_are_not_changed() {
        let (mlp, examples) = (mlp(), Examples::random(5, 3));
        let free = mlp.gradient(&examples, None);
        let clipped = mlp.gradient(&examples, Some(1e6));
        assert!(free.plus(&clipped, -1.0).norm() <= 1e-4 * free.norm());
    }
}
