//! A source-filter synthesiser (Engel et al., “DDSP: Differentiable Digital Signal Processing”, arXiv
//! 2001.04643): from pitch, loudness and mel spectrum a network sets, every 8 ms, the amplitudes of
//! harmonics and the bands of filtered noise. Their sum passes a trained impulse response, which is the
//! paper's reverberation and here 32 ms long.

mod excerpts;
mod network;
mod pitch;

use std::sync::atomic::AtomicBool;

use burn::module::Module;
use burn::tensor::Device;
use rayon::prelude::*;

use super::kind::{Audio, Generator, Job, Source, Training};
use super::layers::values;
use super::optimise::{Schedule, optimise};
use super::spectral_loss::SpectralLoss;
use crate::learn::{cpu_seconds, initialise};
use crate::signal::level::rms;
use crate::signal::rng::rng;
use excerpts::{Excerpts, Prepared};
use network::Network;

/// Frames in an excerpt: half a second.
const FRAMES: usize = 65;
/// Excerpts in a training step.
const BATCH: usize = 6;
const SCHEDULE: Schedule = Schedule { steps: 4_000.0, rate: 2e-3 };

/// The synthesiser.
#[derive(Clone)]
pub(super) struct Ddsp {
    network: Network,
    /// Brings the training recordings to a mean power of 1.
    gain: f32,
    device: Device,
}

impl Ddsp {
    /// A synthesiser with random weights.
    pub(super) fn new(job: &Job) -> Self {
        let device = Device::flex().autodiff();
        let network = initialise(Network::new(&device), rng(job.seed, "weights", "ddsp"));
        let network = network.without_impulse_response(&device);
        let all: Vec<f32> = job.recordings.iter().flatten().copied().collect();
        Self { network, gain: (rms(&all).max(1e-6) as f32).recip(), device }
    }

    /// Trains on random excerpts.
    pub(super) fn train(mut self, job: &Job, stop: &AtomicBool) -> Option<Training> {
        let started = cpu_seconds();
        let prepare = |audio: &Audio| Prepared::new(audio, self.gain);
        let recordings: Vec<Prepared> = job.recordings.iter().map(prepare).collect();
        let excerpts = Excerpts::new(&recordings, FRAMES);
        let spectra = SpectralLoss::new(&self.device);
        let mut random = rng(job.seed, "excerpts", "ddsp");
        let (network, loss) = optimise(self.network, &SCHEDULE, job, stop, |network| {
            let batch = excerpts.draw(BATCH, &mut random, &self.device)?;
            let made = network.forward(&batch);
            Some(spectra.distance(made, batch.wanted))
        })?;
        self.network = network;
        let generator = Box::new(self);
        Some(Training { generator, loss, cpu_seconds: cpu_seconds() - started })
    }
}

impl Generator for Ddsp {
    fn generate(&self, _: Source, inputs: &[Audio], seed: u64) -> Vec<Audio> {
        let network = self.network.valid();
        let device = self.device.clone().inner();
        let output = |(n, audio): (usize, &Audio)| {
            let prepared = Prepared::new(audio, self.gain);
            let mut random = rng(seed, "ddsp", &n.to_string());
            let batch = prepared.whole(&mut random, &device);
            let mut made = values(network.forward(&batch));
            made.iter_mut().for_each(|x| *x /= self.gain);
            made.resize(audio.len(), 0.0);
            made
        };
        inputs.par_iter().enumerate().map(output).collect()
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
