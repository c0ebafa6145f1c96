//! A neural codec with codebooks at several frame rates, and a model of its tokens (after Siuzdak et
//! al., “SNAC: Multi-Scale Neural Audio Codec”, arXiv 2410.14411): a strided convolution and further
//! convolutions encode, residual vector quantisation at 31, 62 and 125 Hz makes tokens, convolutions with
//! a noise block and a transposed convolution decode. An n-gram model continues tokens.
//!
//! It generates in two ways: decoded tokens of an input, and decoded tokens that the n-gram model drew
//! without any input.

mod network;
mod quantiser;
mod tokens;

use std::sync::atomic::AtomicBool;

use burn::module::Module;
use burn::tensor::Device;
use chacha20::ChaCha20Rng;
use rand::RngExt;
use rayon::prelude::*;

use super::features::HOP;
use super::kind::{Audio, Generator, Job, Source, Training};
use super::layers::{matrix, values};
use super::optimise::{Schedule, optimise};
use super::spectral_loss::SpectralLoss;
use crate::learn::{cpu_seconds, initialise};
use crate::signal::level::rms;
use crate::signal::rng::rng;
use network::{KERNEL, Network};
use quantiser::Quantiser;
use tokens::{Ngrams, Tokens};

/// Frames in an excerpt: half a second, a multiple of the longest stride.
const FRAMES: usize = 64;
/// Samples in an excerpt.
const SAMPLES: usize = FRAMES * HOP;
/// Excerpts in a training step.
const BATCH: usize = 6;
const SCHEDULE: Schedule = Schedule { steps: 3_000.0, rate: 1e-3 };
/// Weight of the distance of samples, and of the encoder's distance from the codebooks.
const SAMPLE_WEIGHT: f32 = 0.3;
const COMMITMENT: f32 = 0.1;

/// The codec.
#[derive(Clone)]
pub(super) struct Codec {
    network: Network,
    quantiser: Quantiser,
    tokens: Ngrams,
    /// Brings the training recordings to a mean power of 1.
    gain: f32,
    device: Device,
}

impl Codec {
    /// A codec with random weights and without codebooks.
    pub(super) fn new(job: &Job) -> Self {
        let device = Device::flex().autodiff();
        let network = initialise(Network::new(&device), rng(job.seed, "weights", "codec"));
        let all: Vec<f32> = job.recordings.iter().flatten().copied().collect();
        Self {
            network,
            quantiser: Quantiser::new(),
            tokens: Ngrams::default(),
            gain: (rms(&all).max(1e-6) as f32).recip(),
            device,
        }
    }

    /// Trains on random excerpts, then counts the tokens of all recordings.
    pub(super) fn train(mut self, job: &Job, stop: &AtomicBool) -> Option<Training> {
        let started = cpu_seconds();
        let scaled = |audio: &Audio| audio.iter().map(|x| x * self.gain).collect();
        let recordings: Vec<Audio> = job.recordings.iter().map(scaled).collect();
        let spectra = SpectralLoss::new(&self.device);
        let mut random = rng(job.seed, "excerpts", "codec");
        let mut codes = rng(job.seed, "codes", "codec");
        let (network, loss) = optimise(self.network, &SCHEDULE, job, stop, |network| {
            let wanted = matrix(draw(&recordings, &mut random)?, BATCH, SAMPLES, &self.device);
            let latent = network.encode(wanted.clone());
            let frames = values(latent.clone());
            let quantised = self.quantiser.quantise_and_learn(&frames, FRAMES, &mut codes);
            let [rows, width] = latent.dims();
            let target = matrix(quantised.values, rows, width, &self.device);
            // Gradients pass the quantiser as if it did nothing.
            let passed = latent.clone() + (target.clone() - latent.clone()).detach();
            let made = network.decode(passed, BATCH, &mut random);
            let commitment = (latent - target).square().mean();
            let of_samples = (made.clone() - wanted.clone()).abs().mean();
            let of_spectra = spectra.distance(made, wanted);
            Some(of_spectra + of_samples * SAMPLE_WEIGHT + commitment * COMMITMENT)
        })?;
        self.network = network;
        let sequences: Vec<Tokens> =
            job.recordings.iter().map(|audio| self.encode(audio)).collect();
        self.tokens = Ngrams::of(&sequences);
        let generator = Box::new(self);
        Some(Training { generator, loss, cpu_seconds: cpu_seconds() - started })
    }

    /// The tokens of a recording.
    fn encode(&self, audio: &[f32]) -> Tokens {
        let network = self.network.valid();
        let samples = audio.len().next_multiple_of(quantiser::LONGEST * HOP);
        let mut scaled: Vec<f32> = audio.iter().map(|x| x * self.gain).collect();
        scaled.resize(samples, 0.0);
        let input = matrix(scaled, 1, samples, &self.device.clone().inner());
        let latent = values(network.encode(input));
        self.quantiser.quantise(&latent, samples / HOP).tokens
    }

    fn decode(&self, tokens: &Tokens, rng: &mut ChaCha20Rng) -> Audio {
        let network = self.network.valid();
        let latent = self.quantiser.values(tokens);
        let rows = latent.len() / quantiser::WIDTH;
        let latent = matrix(latent, rows, quantiser::WIDTH, &self.device.clone().inner());
        let mut made = values(network.decode(latent, 1, rng));
        made.iter_mut().for_each(|x| *x /= self.gain);
        made
    }
}

/// Random excerpts, one after the other.
fn draw(recordings: &[Audio], rng: &mut ChaCha20Rng) -> Option<Vec<f32>> {
    let room = |audio: &Audio| (audio.len() + 1).saturating_sub(SAMPLES);
    let total: usize = recordings.iter().map(room).sum();
    if total == 0 {
        return None;
    }
    let mut excerpts = Vec::with_capacity(BATCH * SAMPLES);
    for _ in 0..BATCH {
        let mut at = rng.random_range(0..total);
        for audio in recordings {
            if at < room(audio) {
                excerpts.extend_from_slice(&audio[at..at + SAMPLES]);
                break;
            }
            at -= room(audio);
        }
    }
    Some(excerpts)
}

impl Generator for Codec {
    fn sources(&self) -> &'static [Source] {
        &[Source::Input, Source::Tokens]
    }

    fn generate(&self, source: Source, inputs: &[Audio], seed: u64) -> Vec<Audio> {
        let output = |(n, audio): (usize, &Audio)| {
            let mut random = rng(seed, "codec", &n.to_string());
            let tokens = match source {
                Source::Input => self.encode(audio),
                Source::Tokens => {
                    let groups = audio.len().div_ceil(quantiser::LONGEST * HOP);
                    self.tokens.draw(groups, &mut random)
                }
            };
            let mut made = self.decode(&tokens, &mut random);
            made.truncate(audio.len());
            made
        };
        inputs.par_iter().enumerate().map(output).collect()
    }

    fn weights(&self) -> usize {
        self.network.num_params() + self.quantiser.weights()
    }

    fn copy(&self) -> Box<dyn Generator> {
        Box::new(self.clone())
    }

    fn continue_on(self: Box<Self>, job: &Job, stop: &AtomicBool) -> Option<Training> {
        self.train(job, stop)
    }
}

const _: () = assert!(KERNEL == 4 * HOP);
