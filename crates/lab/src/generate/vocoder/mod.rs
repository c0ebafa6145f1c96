//! An autoregressive vocoder: from 256 past samples and the mel spectrum around to the next sample, as
//! a normal distribution (after WaveNet, arXiv 1609.03499, with two fully connected layers in the place
//! of the dilated convolutions, and a linear predictor beside them as in LPCNet, arXiv 1810.11846).
//!
//! Past samples and the next one are divided by the loudness around, so that quiet passages teach as
//! much as loud ones.

mod infer;
mod network;

use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor};
use chacha20::ChaCha20Rng;
use rand::RngExt;

use super::features::{BANDS, Course, Extractor, between, place};
use super::kind::{Audio, Generator, Job, Source, Training};
use super::layers::{FinalLoss, matrix, rate};
use crate::learn::{cpu_seconds, initialise};
use crate::signal::rng::rng;
use infer::Weights;
use network::Network;

/// Past samples that the next one depends on: 32 ms.
const CONTEXT: usize = 256;
/// What the network knows of the course: mel bands and level.
const COURSE: usize = BANDS + 1;
/// Units of a layer.
const UNITS: usize = 256;
/// Samples in a training step.
const BATCH: usize = 1_024;
/// Steps at effort 1.
const STEPS: f64 = 12_000.0;
/// Highest learning rate.
const RATE: f64 = 1e-3;

/// The vocoder.
pub(super) struct Vocoder {
    network: Network,
    scale: Scale,
    device: Device,
}

/// Brings what the network knows of the course to mean 0 and variance 1 over the first training data.
#[derive(Debug, Clone)]
struct Scale {
    mean: [f32; COURSE],
    gain: [f32; COURSE],
}

/// A recording ready for training: past and course at any sample.
struct Prepared {
    samples: Audio,
    course: Course,
}

impl Vocoder {
    /// A vocoder with random weights.
    pub(super) fn new(job: &Job) -> Self {
        let device = Device::flex().autodiff();
        let network = initialise(Network::new(&device), rng(job.seed, "weights", "vocoder"));
        let mut extractor = Extractor::new();
        let courses: Vec<Course> =
            job.recordings.iter().map(|samples| extractor.course(samples)).collect();
        Self { network, scale: Scale::of(&courses), device }
    }

    /// Trains on random samples of the recordings, each with the true past (teacher forcing).
    pub(super) fn train(mut self, job: &Job, stop: &AtomicBool) -> Option<Training> {
        let started = cpu_seconds();
        let mut extractor = Extractor::new();
        let prepare = |samples: &Audio| {
            let course = extractor.course(samples);
            Prepared { samples: samples.clone(), course }
        };
        let recordings: Vec<Prepared> = job.recordings.iter().map(prepare).collect();
        let ends: Vec<usize> = recordings
            .iter()
            .scan(0, |sum, recording| {
                *sum += recording.samples.len();
                Some(*sum)
            })
            .collect();
        let total = ends.last().copied().unwrap_or_default();
        let steps = (STEPS * job.effort).ceil().max(1.0) as usize;
        let mut order = rng(job.seed, "order", "vocoder");
        let mut optimizer = AdamWConfig::new().with_weight_decay(0.0).init();
        let mut final_loss = FinalLoss::new(steps);
        for step in 0..steps {
            if stop.load(Ordering::Relaxed) || total == 0 {
                return None;
            }
            let (past, course, next) = self.batch(&recordings, &ends, total, &mut order);
            let loss = self.network.loss(past, course, next);
            final_loss.add(step, &loss);
            let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
            let rate = rate(RATE, step as f64 / steps as f64);
            self.network = optimizer.step(rate, self.network, gradients);
        }
        let loss = final_loss.mean();
        let generator = Box::new(self);
        Some(Training { generator, loss, cpu_seconds: cpu_seconds() - started })
    }

    /// Past (samples × context), course and next sample of random places.
    fn batch(
        &self,
        recordings: &[Prepared],
        ends: &[usize],
        total: usize,
        rng: &mut ChaCha20Rng,
    ) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
        let mut past = vec![0.0; BATCH * CONTEXT];
        let mut course = vec![0.0; BATCH * COURSE];
        let mut next = vec![0.0; BATCH];
        for ((past, course), next) in
            past.chunks_exact_mut(CONTEXT).zip(course.chunks_exact_mut(COURSE)).zip(&mut next)
        {
            let at = rng.random_range(0..total);
            let index = ends.partition_point(|&end| end <= at);
            let recording = &recordings[index];
            let t = recording.samples.len() - (ends[index] - at);
            let loudness = self.scale.course(&recording.course, t, course);
            let gain = (-loudness).exp();
            let known = t.min(CONTEXT);
            let from = &recording.samples[t - known..t];
            for (to, x) in past[CONTEXT - known..].iter_mut().zip(from) {
                *to = gain * x;
            }
            *next = gain * recording.samples[t];
        }
        let device = &self.device;
        (
            matrix(past, BATCH, CONTEXT, device),
            matrix(course, BATCH, COURSE, device),
            matrix(next, BATCH, 1, device),
        )
    }
}

impl Scale {
    fn of(courses: &[Course]) -> Self {
        let (mut mean, mut gain) = ([0.0; COURSE], [1.0; COURSE]);
        for n in 0..COURSE {
            let value = |course: &Course, frame: usize| match n {
                0 => course.level[frame],
                n => course.mel[frame][n - 1],
            };
            let all = || {
                courses.iter().flat_map(|course| {
                    (0..course.level.len()).map(move |frame| f64::from(value(course, frame)))
                })
            };
            let count = all().count().max(1) as f64;
            let of_all = all().sum::<f64>() / count;
            let variance = all().map(|x| (x - of_all).powi(2)).sum::<f64>() / count;
            mean[n] = of_all as f32;
            gain[n] = (variance + 1e-6).sqrt().recip() as f32;
        }
        Self { mean, gain }
    }

    /// Writes the scaled course at sample `t` and returns the loudness there.
    fn course(&self, course: &Course, t: usize, to: &mut [f32]) -> f32 {
        let (here, next, way) = place(t, course.level.len());
        let loudness = course.loudness(t);
        to[0] = (loudness - self.mean[0]) * self.gain[0];
        for n in 0..BANDS {
            let band = between(course.mel[here][n], course.mel[next][n], way);
            to[n + 1] = (band - self.mean[n + 1]) * self.gain[n + 1];
        }
        loudness
    }
}

impl Generator for Vocoder {
    fn generate(&self, _: Source, inputs: &[Audio], seed: u64) -> Vec<Audio> {
        let mut extractor = Extractor::new();
        let courses: Vec<Course> = inputs.iter().map(|samples| extractor.course(samples)).collect();
        let lengths: Vec<usize> = inputs.iter().map(Vec::len).collect();
        Weights::of(&self.network).generate(&courses, &lengths, &self.scale, seed)
    }

    fn weights(&self) -> usize {
        self.network.num_params()
    }

    fn continue_on(self: Box<Self>, job: &Job, stop: &AtomicBool) -> Option<Training> {
        self.train(job, stop)
    }
}
