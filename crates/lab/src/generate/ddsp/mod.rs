//! A source-filter synthesiser (Engel et al., “DDSP: Differentiable Digital Signal Processing”, arXiv
//! 2001.04643): from pitch, loudness and mel spectrum a network sets, every 8 ms, the amplitudes of
//! harmonics and the bands of filtered noise. Their sum passes a trained impulse response, which is the
//! paper's reverberation and here 32 ms long.

mod excerpts;
mod network;
mod pitch;

use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::Device;
use rayon::prelude::*;

use super::kind::{Audio, Generator, Job, Source, Training};
use super::layers::{FinalLoss, rate, values};
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
/// Steps at effort 1.
const STEPS: f64 = 4_000.0;
/// Highest learning rate.
const RATE: f64 = 2e-3;

/// The synthesiser.
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
        let steps = (STEPS * job.effort).ceil().max(1.0) as usize;
        let mut random = rng(job.seed, "excerpts", "ddsp");
        let mut optimizer = AdamWConfig::new().with_weight_decay(0.0).init();
        let mut final_loss = FinalLoss::new(steps);
        for step in 0..steps {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let batch = excerpts.draw(BATCH, &mut random, &self.device)?;
            let made = self.network.forward(&batch);
            let loss = spectra.distance(made, batch.wanted);
            final_loss.add(step, &loss);
            let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
            let rate = rate(RATE, step as f64 / steps as f64);
            self.network = optimizer.step(rate, self.network, gradients);
        }
        let loss = final_loss.mean();
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

    fn continue_on(self: Box<Self>, job: &Job, stop: &AtomicBool) -> Option<Training> {
        self.train(job, stop)
    }
}
