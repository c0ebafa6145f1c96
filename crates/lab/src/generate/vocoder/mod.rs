//! An autoregressive vocoder: from 256 past samples and the mel spectrum around to the next sample, as
//! a normal distribution (after WaveNet, arXiv 1609.03499, with two fully connected layers in the place
//! of the dilated convolutions, and a linear predictor beside them as in LPCNet, arXiv 1810.11846).
//!
//! Past samples and the next one are divided by the loudness around, so that quiet passages teach as
//! much as loud ones.

mod infer;
mod network;

use std::sync::atomic::AtomicBool;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use chacha20::ChaCha20Rng;
use rand::RngExt;

use super::features::{BANDS, Course, Extractor, between, place};
use super::kind::{Audio, Generator, Job, Source, Training};
use super::layers::matrix;
use super::optimise::{Schedule, optimise};
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
const SCHEDULE: Schedule = Schedule { steps: 12_000.0, rate: 1e-3 };

/// The vocoder.
#[derive(Clone)]
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

/// Recordings ready for training: past and course at any sample.
struct Prepared {
    recordings: Vec<(Audio, Course)>,
    /// Where each recording ends if all are one after the other.
    ends: Vec<usize>,
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
        let prepared = Prepared::new(job.recordings);
        let mut order = rng(job.seed, "order", "vocoder");
        let (network, loss) = optimise(self.network, &SCHEDULE, job, stop, |network| {
            let (past, course, next) = prepared.draw(&self.scale, &mut order, &self.device)?;
            Some(network.loss(past, course, next))
        })?;
        self.network = network;
        let generator = Box::new(self);
        Some(Training { generator, loss, cpu_seconds: cpu_seconds() - started })
    }
}

impl Prepared {
    fn new(recordings: &[Audio]) -> Self {
        let mut extractor = Extractor::new();
        let prepare = |samples: &Audio| (samples.clone(), extractor.course(samples));
        let recordings: Vec<(Audio, Course)> = recordings.iter().map(prepare).collect();
        let end = |sum: &mut usize, (samples, _): &(Audio, Course)| {
            *sum += samples.len();
            Some(*sum)
        };
        let ends = recordings.iter().scan(0, end).collect();
        Self { recordings, ends }
    }

    /// Past (samples × context), course and next sample of random places; none if there is no sample.
    fn draw(
        &self,
        scale: &Scale,
        rng: &mut ChaCha20Rng,
        device: &Device,
    ) -> Option<(Tensor<2>, Tensor<2>, Tensor<2>)> {
        let total = self.ends.last().copied().filter(|&total| total > 0)?;
        let mut past = vec![0.0; BATCH * CONTEXT];
        let mut course = vec![0.0; BATCH * COURSE];
        let mut next = vec![0.0; BATCH];
        for ((past, course), next) in
            past.chunks_exact_mut(CONTEXT).zip(course.chunks_exact_mut(COURSE)).zip(&mut next)
        {
            let at = rng.random_range(0..total);
            let index = self.ends.partition_point(|&end| end <= at);
            let (samples, of_recording) = &self.recordings[index];
            let t = samples.len() - (self.ends[index] - at);
            let loudness = scale.course(of_recording, t, course);
            let gain = (-loudness).exp();
            let known = t.min(CONTEXT);
            let from = &samples[t - known..t];
            for (to, x) in past[CONTEXT - known..].iter_mut().zip(from) {
                *to = gain * x;
            }
            *next = gain * samples[t];
        }
        Some((
            matrix(past, BATCH, CONTEXT, device),
            matrix(course, BATCH, COURSE, device),
            matrix(next, BATCH, 1, device),
        ))
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

    fn copy(&self) -> Box<dyn Generator> {
        Box::new(self.clone())
    }

    fn continue_on(self: Box<Self>, job: &Job, stop: &AtomicBool) -> Option<Training> {
        self.train(job, stop)
    }
}
