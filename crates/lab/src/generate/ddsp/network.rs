//! The network, the synthesiser it drives, and the trained impulse response.

use std::f32::consts::{PI, TAU};

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::module::conv1d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

use super::excerpts::Batch;
use crate::generate::features::BANDS;
use crate::generate::layers::{linear, matrix};
use crate::generate::overlap::{FRAME, overlap_add};

/// What the network knows of a frame: level, pitch, periodicity and mel bands.
pub(super) const COURSE: usize = BANDS + 3;
/// Harmonics of the pitch.
pub(super) const HARMONICS: usize = 40;
/// Bins of the spectrum of filtered noise.
pub(super) const NOISE_BINS: usize = FRAME / 2 + 1;
/// Bands of the noise filter. Its response reaches 2 ms to either side.
const NOISE_BANDS: usize = 17;
/// Units of a layer.
const UNITS: usize = 192;
/// Taps of the impulse response after the first, which is 1: 32 ms.
const TAPS: usize = 255;
/// The impulse response is kept in units of this, so that its gradients are of the size of the others'.
const TAP_UNIT: f32 = 0.1;

/// Three layers, and the impulse response.
#[derive(Module, Debug)]
pub(super) struct Network {
    first: Linear,
    second: Linear,
    out: Linear,
    /// 1 × 1 × taps, the last first.
    impulse_response: Param<Tensor<3>>,
}

impl Network {
    pub(super) fn new(device: &Device) -> Self {
        Self {
            first: linear(COURSE, UNITS, device),
            second: linear(UNITS, UNITS, device),
            out: linear(UNITS, 1 + HARMONICS + NOISE_BANDS, device),
            impulse_response: Param::from_tensor(Tensor::zeros([1, 1, TAPS], device)),
        }
    }

    /// Begins without reverberation.
    pub(super) fn without_impulse_response(mut self, device: &Device) -> Self {
        self.impulse_response = Param::from_tensor(Tensor::zeros([1, 1, TAPS], device));
        self
    }

    /// Excerpts × samples.
    pub(super) fn forward(&self, batch: &Batch) -> Tensor<2> {
        let hidden = relu(self.first.forward(batch.course.clone()));
        let hidden = relu(self.second.forward(hidden));
        let controls = magnitude(self.out.forward(hidden));
        let rows = controls.dims()[0];
        let loudness = controls.clone().slice([0..rows, 0..1]);
        let shares = controls.clone().slice([0..rows, 1..1 + HARMONICS]);
        let bands = controls.slice([0..rows, 1 + HARMONICS..1 + HARMONICS + NOISE_BANDS]);

        let amplitudes = (shares * loudness).reshape([rows, HARMONICS, 1]);
        let harmonic = batch.harmonics.clone().matmul(amplitudes).reshape([rows, FRAME]);
        let noise = self.noise(bands, batch);
        let frames = (harmonic + noise).reshape([batch.excerpts, rows / batch.excerpts, FRAME]);
        self.reverberate(overlap_add(frames))
    }

    /// White noise with the magnitudes of `bands`, frames × samples.
    fn noise(&self, bands: Tensor<2>, batch: &Batch) -> Tensor<2> {
        let device = bands.device();
        let magnitudes = bands.matmul(interpolation(&device));
        let (real, imaginary) = batch.noise.clone();
        (real * magnitudes.clone()).matmul(inverse(f32::cos, &device))
            + (imaginary * magnitudes).matmul(inverse(f32::sin, &device))
    }

    fn reverberate(&self, dry: Tensor<2>) -> Tensor<2> {
        let [excerpts, samples] = dry.dims();
        let past = Tensor::zeros([excerpts, TAPS], &dry.device());
        let delayed = Tensor::cat(vec![past, dry.clone().slice([0..excerpts, 0..samples - 1])], 1);
        let input = delayed.reshape([excerpts, 1, samples + TAPS - 1]);
        let taps = self.impulse_response.val() * TAP_UNIT;
        let wet = conv1d(input, taps, None, ConvOptions::new([1], [0], [1], 1));
        dry + wet.reshape([excerpts, samples])
    }
}

/// The paper's positive non-linearity: 2 · sigmoid(x)^ln 10 + 10⁻⁷.
fn magnitude(x: Tensor<2>) -> Tensor<2> {
    sigmoid(x).powf_scalar(std::f32::consts::LN_10) * 2.0 + 1e-7
}

/// Bands × bins: linear interpolation.
fn interpolation(device: &Device) -> Tensor<2> {
    let step = (NOISE_BINS - 1) as f32 / (NOISE_BANDS - 1) as f32;
    let value = |at: usize| {
        let (band, bin) = (at / NOISE_BINS, at % NOISE_BINS);
        (1.0 - (bin as f32 / step - band as f32).abs()).max(0.0)
    };
    matrix((0..NOISE_BANDS * NOISE_BINS).map(value).collect(), NOISE_BANDS, NOISE_BINS, device)
}

/// Bins × samples: the transform back, under a sine window, so that the powers of overlapping frames add
/// up to 1.
fn inverse(wave: fn(f32) -> f32, device: &Device) -> Tensor<2> {
    let scale = (FRAME as f32).sqrt().recip() * std::f32::consts::SQRT_2;
    let value = |at: usize| {
        let (bin, n) = (at / FRAME, at % FRAME);
        let turns = (bin * n % FRAME) as f32 / FRAME as f32;
        let window = (PI * (n as f32 + 0.5) / FRAME as f32).sin();
        scale * window * wave(TAU * turns)
    };
    matrix((0..NOISE_BINS * FRAME).map(value).collect(), NOISE_BINS, FRAME, device)
}
