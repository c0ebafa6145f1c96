//! Training a model and testing it.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::Device;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::learner::Learner;
use super::networks::{Cnn, Network, Probe, Raw, Transformer};
use super::rng::initialise;
use super::settings::Settings;
use crate::attack::Attack;
use crate::clip::Clip;
use crate::features::{Extractor, Features};
use crate::signal::rng::rng;

/// A model to train.
#[derive(Debug, Clone, Copy)]
pub struct TrainingJob<'a> {
    /// The model.
    pub learner: Learner,
    /// How it is trained.
    pub settings: Settings,
    /// Number of classes.
    pub classes: usize,
    /// Sample rate of all clips in Hz.
    pub rate: u32,
    /// Length in seconds of the part of a clip, from its start, that the model sees; shorter clips
    /// are padded.
    pub seconds: f64,
    /// Training clips.
    pub train: &'a [Clip],
    /// Test clips.
    pub test: &'a [Clip],
    /// A random treatment of the training clips, drawn anew in every epoch. Attacks that are not
    /// random do nothing here.
    pub drawn: Attack,
    /// Seed of all randomness.
    pub seed: u64,
}

/// One pass over the training clips.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Mean cross-entropy in nats.
    pub loss: f32,
    /// Accuracy on the test clips afterwards, 0 to 1. Nothing is selected by it.
    pub accuracy: f32,
}

/// The result of a training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Accuracy on the test clips after the last epoch, 0 to 1.
    pub accuracy: f64,
    /// All epochs.
    pub epochs: Vec<Epoch>,
    /// Number of weights of the model.
    pub weights: usize,
    /// CPU time in seconds, including features and tests.
    pub cpu_seconds: f64,
}

/// Clips per batch in a test.
const TEST_BATCH: usize = 100;

/// Trains a model and tests it. On one machine the same job gives the same outcome, except for the
/// time; another processor may sum in another order and differ.
///
/// Returns `None` if `stop` is set before the end. Uses the calling thread only.
#[must_use]
pub fn train(job: &TrainingJob, stop: &AtomicBool) -> Option<Outcome> {
    let started = cpu_seconds();
    let mut extractor = Extractor::new(job.learner.front_end(), job.rate);
    let seen = (job.seconds * f64::from(job.rate)).round() as usize;
    let frames = extractor.frames(seen).max(8).next_multiple_of(8);
    let first = job.drawn.draw(job.train, job.seed, 0);
    let train = features(&mut extractor, first.as_deref().unwrap_or(job.train));
    let test = features(&mut extractor, job.test);
    let width = train.first().map_or(1, |(features, _)| features.width);
    let (classes, device) = (job.classes, &Device::flex().autodiff());
    let loss = CrossEntropyLossConfig::new().init(device);
    let trainer = Trainer { job, extractor, train, test, frames, device: device.clone(), loss };
    let (epochs, weights) = match job.learner {
        Learner::Cnn | Learner::CnnMfcc | Learner::CnnNormalised => {
            trainer.run(Cnn::new(width, classes, device), stop)?
        }
        Learner::Transformer | Learner::TransformerNormalised => {
            trainer.run(Transformer::new(width, frames, classes, device), stop)?
        }
        Learner::Raw => trainer.run(Raw::new(job.rate, classes, device), stop)?,
        Learner::Probe => trainer.run(Probe::new(width, classes, device), stop)?,
    };
    let accuracy = epochs.last().map_or(0.0, |epoch| f64::from(epoch.accuracy));
    Some(Outcome { accuracy, epochs, weights, cpu_seconds: cpu_seconds() - started })
}

fn features(extractor: &mut Extractor, clips: &[Clip]) -> Vec<(Features, usize)> {
    clips.iter().map(|clip| (extractor.extract(clip), clip.label)).collect()
}

/// A job with its features and labels.
struct Trainer<'a> {
    job: &'a TrainingJob<'a>,
    extractor: Extractor,
    train: Vec<(Features, usize)>,
    test: Vec<(Features, usize)>,
    frames: usize,
    device: Device,
    loss: CrossEntropyLoss,
}

impl Trainer<'_> {
    fn run<N: Network>(mut self, network: N, stop: &AtomicBool) -> Option<(Vec<Epoch>, usize)> {
        let TrainingJob { settings, seed, learner, drawn, .. } = *self.job;
        let rng = |purpose: &str| rng(seed, purpose, learner.name());
        let mut network = initialise(network, rng("weights"));
        let weights = network.num_params();
        let mut optimizer = AdamWConfig::new().with_weight_decay(settings.decay).init();
        let mut order: Vec<usize> = (0..self.train.len()).collect();
        let mut order_rng = rng("order");
        let mut dropout_rng = rng("dropout");
        let steps = settings.epochs * order.len().div_ceil(settings.batch);
        let mut step = 0;
        let mut epochs = Vec::with_capacity(settings.epochs);
        for pass in 0..settings.epochs {
            if pass > 0
                && let Some(clips) = drawn.draw(self.job.train, seed, pass)
            {
                self.train = features(&mut self.extractor, &clips);
            }
            order.shuffle(&mut order_rng);
            let mut sum = 0.0;
            for chosen in order.chunks(settings.batch) {
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                let batch = self.batch(chosen);
                let scores = network.forward(&batch, settings.dropout, Some(&mut dropout_rng));
                let loss = self.loss.forward(scores, batch.labels.clone());
                sum += loss.clone().into_scalar::<f32>() * chosen.len() as f32;
                let gradients = GradientsParams::from_grads(loss.backward(), &network);
                network = optimizer.step(learning_rate(&settings, step, steps), network, gradients);
                step += 1;
            }
            let loss = sum / order.len().max(1) as f32;
            epochs.push(Epoch { loss, accuracy: self.accuracy(&network.valid()) });
        }
        Some((epochs, weights))
    }

    /// The training clips with these indices.
    fn batch(&self, indices: &[usize]) -> Batch {
        let clips: Vec<(&Features, usize)> =
            indices.iter().map(|&n| (&self.train[n].0, self.train[n].1)).collect();
        Batch::new(&clips, self.frames, &self.device)
    }

    /// Accuracy on the test clips, 0 to 1.
    fn accuracy<N: Network>(&self, network: &N) -> f32 {
        let device = self.device.clone().inner();
        let mut correct = 0;
        for clips in self.test.chunks(TEST_BATCH) {
            let clips: Vec<(&Features, usize)> =
                clips.iter().map(|(features, label)| (features, *label)).collect();
            let batch = Batch::new(&clips, self.frames, &device);
            let predicted = network.forward(&batch, 0.0, None).argmax(1).flatten::<1>(0, 1);
            correct += predicted.equal(batch.labels).int().sum().into_scalar::<i32>();
        }
        correct as f32 / self.test.len().max(1) as f32
    }
}

/// The learning rate of a step: half a cosine up from a twenty-fifth of the highest rate, then half
/// a cosine down to nearly 0 (Smith and Topin, Super-Convergence, arXiv 1708.07120).
fn learning_rate(settings: &Settings, step: usize, steps: usize) -> f64 {
    let ease = |from: f64, to: f64, fraction: f64| {
        from + (to - from) * 0.5 * (1.0 - (std::f64::consts::PI * fraction).cos())
    };
    let top = settings.warm_up * steps as f64;
    let step = step as f64;
    if step < top {
        ease(settings.rate / 25.0, settings.rate, step / top)
    } else {
        ease(settings.rate, settings.rate * 1e-4, (step - top) / (steps as f64 - top).max(1.0))
    }
}

/// CPU time of this thread in seconds.
pub(crate) fn cpu_seconds() -> f64 {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    }
    #[cfg(not(unix))]
    {
        // Only wall-clock time is available.
        use std::sync::LazyLock;
        use std::time::Instant;
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed().as_secs_f64()
    }
}
