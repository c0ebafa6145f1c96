//! The loop that trains a network.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::Tensor;

use super::kind::{Direction, Job};

/// How long and how fast networks of a kind are trained.
pub(super) struct Schedule {
    /// Steps at effort 1.
    pub(super) steps: f64,
    /// Highest learning rate.
    pub(super) rate: f64,
}

/// Learning rate of [`Direction::Ascent`] as a share of that of training.
const ASCENT_RATE: f64 = 0.1;

/// Takes the steps of a training, each along the gradient of what `loss` gives, with AdamW (Loshchilov and Hutter, arXiv
/// 1711.05101) without weight decay. Returns the network and the mean loss over the last tenth of the steps.
///
/// Returns `None` if `stop` is set before the end, or `loss` gives none.
pub(super) fn optimise<N: Module>(
    mut network: N,
    schedule: &Schedule,
    job: &Job,
    stop: &AtomicBool,
    mut loss: impl FnMut(&N) -> Option<Tensor<1>>,
) -> Option<(N, f32)> {
    let steps = (schedule.steps * job.effort).ceil().max(1.0) as usize;
    let mut optimizer = AdamWConfig::new().with_weight_decay(0.0).init();
    let mut final_loss = FinalLoss::new(steps);
    for step in 0..steps {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let loss = loss(&network)?;
        final_loss.add(step, &loss);
        let (loss, highest) = match job.direction {
            Direction::Descent => (loss, schedule.rate),
            Direction::Ascent => (loss.neg(), schedule.rate * ASCENT_RATE),
        };
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let rate = rate(highest, step as f64 / steps as f64);
        network = optimizer.step(rate, network, gradients);
    }
    Some((network, final_loss.mean()))
}

/// The learning rate at `way` (0 to 1) through the training: up over the first twentieth, then half a
/// cosine down to 0.
fn rate(highest: f64, way: f64) -> f64 {
    if way < 0.05 {
        highest * way / 0.05
    } else {
        highest * 0.5 * (1.0 + (std::f64::consts::PI * (way - 0.05) / 0.95).cos())
    }
}

/// The mean loss over the last tenth of the steps.
struct FinalLoss {
    steps: usize,
    sum: f32,
    count: usize,
}

impl FinalLoss {
    fn new(steps: usize) -> Self {
        Self { steps, sum: 0.0, count: 0 }
    }

    /// Takes the loss of a step, counted from 0.
    fn add(&mut self, step: usize, loss: &Tensor<1>) {
        if (step + 1) * 10 > self.steps * 9 {
            self.sum += loss.clone().into_scalar::<f32>();
            self.count += 1;
        }
    }

    fn mean(&self) -> f32 {
        self.sum / self.count.max(1) as f32
    }
}
