//! Training one model and testing it.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::Device;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::chance::redraw;
use super::networks::{Cnn, Network, Probe, Raw, Transformer};
use super::{Learner, Settings};
use crate::attack::Attack;
use crate::clip::Clip;
use crate::features::{Extractor, Features};
use crate::signal::dice::dice;

/// What is to be learnt.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// The model.
    pub learner: Learner,
    /// How it is trained.
    pub settings: Settings,
    /// Number of classes.
    pub classes: usize,
    /// Sample rate of all clips in Hz.
    pub rate: u32,
    /// What the model sees of a clip, in seconds from its start; shorter clips are padded.
    pub seconds: f64,
    /// Clips to learn from.
    pub train: &'a [Clip],
    /// Clips to be tested on.
    pub test: &'a [Clip],
    /// A random treatment that the clips to learn from go through, anew in every pass. Attacks that
    /// are not drawn at random do nothing here.
    pub drawn: Attack,
    /// All randomness comes from it.
    pub seed: u64,
}

/// How a pass over the training clips ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Mean cross-entropy over the pass, in nats.
    pub loss: f32,
    /// Accuracy on the test clips after it, 0 to 1. Nothing is chosen by it.
    pub accuracy: f32,
}

/// A finished training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Accuracy on the test clips after the last epoch, 0 to 1.
    pub accuracy: f64,
    /// The way there.
    pub epochs: Vec<Epoch>,
    /// Weights of the model.
    pub weights: usize,
    /// CPU time in seconds, front end and tests included.
    pub cpu_seconds: f64,
}

/// Clips of a test that are looked at together.
const TEST_BATCH: usize = 100;

/// Trains a model and tests it. The same lesson gives the same outcome on the same machine, but
/// for the time it took; another processor may sum in another order, and differ.
///
/// Returns `None` where `stop` was set before the end. Runs on the calling thread alone.
#[must_use]
pub fn train(lesson: &Lesson, stop: &AtomicBool) -> Option<Outcome> {
    let begun = cpu_seconds();
    let mut extractor = Extractor::new(lesson.learner.front_end(), lesson.rate);
    let seen = (lesson.seconds * f64::from(lesson.rate)).round() as usize;
    let rows = extractor.frames(seen).max(8).next_multiple_of(8);
    let first = lesson.drawn.draw(lesson.train, lesson.seed, 0);
    let train = features(&mut extractor, first.as_deref().unwrap_or(lesson.train));
    let test = features(&mut extractor, lesson.test);
    let width = train.first().map_or(1, |(features, _)| features.width);
    let (classes, device) = (lesson.classes, &Device::flex().autodiff());
    let work = Work { lesson, extractor, train, test, rows, device: device.clone() };
    let (epochs, weights) = match lesson.learner {
        Learner::Cnn | Learner::CnnMfcc | Learner::CnnNormalised => {
            work.run(Cnn::new(width, classes, device), stop)?
        }
        Learner::Transformer | Learner::TransformerNormalised => {
            work.run(Transformer::new(width, rows, classes, device), stop)?
        }
        Learner::Raw => work.run(Raw::new(lesson.rate, classes, device), stop)?,
        Learner::Probe => work.run(Probe::new(width, classes, device), stop)?,
    };
    let accuracy = epochs.last().map_or(0.0, |epoch| f64::from(epoch.accuracy));
    Some(Outcome { accuracy, epochs, weights, cpu_seconds: cpu_seconds() - begun })
}

fn features(extractor: &mut Extractor, clips: &[Clip]) -> Vec<(Features, usize)> {
    clips.iter().map(|clip| (extractor.extract(clip), clip.label)).collect()
}

/// A lesson, prepared.
struct Work<'a> {
    lesson: &'a Lesson<'a>,
    extractor: Extractor,
    train: Vec<(Features, usize)>,
    test: Vec<(Features, usize)>,
    rows: usize,
    device: Device,
}

impl Work<'_> {
    fn run<N: Network>(mut self, network: N, stop: &AtomicBool) -> Option<(Vec<Epoch>, usize)> {
        let Lesson { settings, seed, learner, drawn, .. } = *self.lesson;
        let dice = |purpose: &str| dice(seed, purpose, learner.name());
        let mut network = redraw(network, dice("weights"));
        let weights = network.num_params();
        let mut optimizer = AdamWConfig::new().with_weight_decay(settings.decay).init();
        let loss = CrossEntropyLossConfig::new().init(&self.device);
        let mut order: Vec<usize> = (0..self.train.len()).collect();
        let mut order_rng = dice("order");
        let mut dropout_rng = dice("dropout");
        let steps = settings.epochs * order.len().div_ceil(settings.batch);
        let mut step = 0;
        let mut epochs = Vec::with_capacity(settings.epochs);
        for pass in 0..settings.epochs {
            if pass > 0
                && let Some(clips) = drawn.draw(self.lesson.train, seed, pass)
            {
                self.train = features(&mut self.extractor, &clips);
            }
            order.shuffle(&mut order_rng);
            let mut sum = 0.0;
            for chosen in order.chunks(settings.batch) {
                if stop.load(Ordering::Relaxed) {
                    return None;
                }
                let clips: Vec<(&Features, usize)> =
                    chosen.iter().map(|&n| (&self.train[n].0, self.train[n].1)).collect();
                let batch = Batch::new(&clips, self.rows, &self.device);
                let scores = network.forward(&batch, settings.dropout, Some(&mut dropout_rng));
                let loss = loss.forward(scores, batch.labels.clone());
                sum += loss.clone().into_scalar::<f32>() * chosen.len() as f32;
                let gradients = GradientsParams::from_grads(loss.backward(), &network);
                let rate = learning_rate(&settings, step, steps);
                network = optimizer.step(rate, network, gradients);
                step += 1;
            }
            let loss = sum / order.len().max(1) as f32;
            epochs.push(Epoch { loss, accuracy: self.accuracy(&network.valid()) });
        }
        Some((epochs, weights))
    }

    /// Accuracy on the test clips.
    fn accuracy<N: Network>(&self, network: &N) -> f32 {
        let device = self.device.clone().inner();
        let mut right = 0;
        for clips in self.test.chunks(TEST_BATCH) {
            let clips: Vec<(&Features, usize)> =
                clips.iter().map(|(features, label)| (features, *label)).collect();
            let batch = Batch::new(&clips, self.rows, &device);
            let named = network.forward(&batch, 0.0, None).argmax(1).flatten::<1>(0, 1);
            right += named.equal(batch.labels).int().sum().into_scalar::<i32>();
        }
        right as f32 / self.test.len().max(1) as f32
    }
}

/// The learning rate of a step: up from a twenty-fifth on half a cosine, then down to nearly
/// nothing on another (Smith and Topin, Super-Convergence, arXiv 1708.07120).
fn learning_rate(settings: &Settings, step: usize, steps: usize) -> f64 {
    let ease = |from: f64, to: f64, way: f64| {
        from + (to - from) * 0.5 * (1.0 - (std::f64::consts::PI * way).cos())
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
fn cpu_seconds() -> f64 {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    }
    #[cfg(not(unix))]
    {
        // Time on the clock is the best there is.
        use std::sync::LazyLock;
        use std::time::Instant;
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed().as_secs_f64()
    }
}
