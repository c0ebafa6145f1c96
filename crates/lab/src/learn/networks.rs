//! The networks.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv1d, Conv1dConfig, Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool1d, MaxPool1dConfig};
use burn::nn::transformer::{
    TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput,
};
use burn::nn::{
    BatchNorm, BatchNormConfig, Initializer, Linear, LinearConfig, PaddingConfig1d, PaddingConfig2d,
};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use chacha20::ChaCha20Rng;

use super::batch::Batch;
use super::rng::dropout;

/// A network that classifies clips.
pub(super) trait Network: Module {
    /// Scores of the classes: clips × classes. `rng` is given in training only, for dropout.
    fn forward(&self, batch: &Batch, rate: f32, rng: Option<&mut ChaCha20Rng>) -> Tensor<2>;
}

/// The real initial weights come from [`initialise`](super::rng::initialise).
const ZEROS: Initializer = Initializer::Zeros;

fn linear(inputs: usize, outputs: usize, device: &Device) -> Linear {
    LinearConfig::new(inputs, outputs).with_initializer(ZEROS).init(device)
}

/// Weighted mean over time of clips × channels × steps.
fn mean_over_time(x: Tensor<3>, weights: Tensor<2>) -> Tensor<2> {
    let [clips, channels, _] = x.dims();
    let steps = weights.unsqueeze_dim::<3>(2);
    x.matmul(steps).reshape([clips, channels])
}

/// Three convolutions over time and frequency, each halving both, then the mean over time of each
/// band.
#[derive(Module, Debug)]
pub(super) struct Cnn {
    convolutions: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    out: Linear,
}

impl Cnn {
    const CHANNELS: [usize; 4] = [1, 24, 48, 96];

    pub(super) fn new(width: usize, classes: usize, device: &Device) -> Self {
        let convolution = |n: usize| {
            let size = if n == 0 { 5 } else { 3 };
            Conv2dConfig::new([Self::CHANNELS[n], Self::CHANNELS[n + 1]], [size, size])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(size / 2, size / 2, size / 2, size / 2))
                .with_bias(false)
                .with_initializer(ZEROS)
                .init(device)
        };
        let norm = |n: usize| BatchNormConfig::new(Self::CHANNELS[n + 1]).init(device);
        let bands = width.div_ceil(2).div_ceil(2).div_ceil(2);
        Self {
            convolutions: (0..3).map(convolution).collect(),
            norms: (0..3).map(norm).collect(),
            out: linear(Self::CHANNELS[3] * bands, classes, device),
        }
    }
}

impl Network for Cnn {
    fn forward(&self, batch: &Batch, rate: f32, rng: Option<&mut ChaCha20Rng>) -> Tensor<2> {
        // clips × channels × bands × steps
        let mut x: Tensor<4> = batch.x.clone().swap_dims(1, 2).unsqueeze_dim(1);
        for (convolution, norm) in self.convolutions.iter().zip(&self.norms) {
            x = relu(norm.forward(convolution.forward(x)));
        }
        let [clips, channels, bands, steps] = x.dims();
        let x = x.reshape([clips, channels * bands, steps]);
        let x = mean_over_time(x, batch.weights(steps, 8));
        self.out.forward(dropout(x, rate, rng))
    }
}

/// Two frames make a token; two layers of self-attention, then the mean over tokens.
#[derive(Module, Debug)]
pub(super) struct Transformer {
    embed: Linear,
    positions: Param<Tensor<3>>,
    encoder: TransformerEncoder,
    out: Linear,
}

impl Transformer {
    /// Width of a token.
    const WIDTH: usize = 64;
    /// Frames in a token.
    const FRAMES: usize = 2;

    pub(super) fn new(width: usize, frames: usize, classes: usize, device: &Device) -> Self {
        let positions = Tensor::zeros([1, frames / Self::FRAMES, Self::WIDTH], device);
        Self {
            embed: linear(width * Self::FRAMES, Self::WIDTH, device),
            positions: Param::from_tensor(positions),
            encoder: TransformerEncoderConfig::new(Self::WIDTH, 2 * Self::WIDTH, 4, 2)
                // `dropout` is reproducible.
                .with_dropout(0.0)
                .with_norm_first(true)
                .with_initializer(ZEROS)
                .init(device),
            out: linear(Self::WIDTH, classes, device),
        }
    }
}

impl Network for Transformer {
    fn forward(&self, batch: &Batch, rate: f32, mut rng: Option<&mut ChaCha20Rng>) -> Tensor<2> {
        let [clips, frames, width] = batch.x.dims();
        let tokens = frames / Self::FRAMES;
        let x = batch.x.clone().slice([0..clips, 0..tokens * Self::FRAMES]);
        let x = self.embed.forward(x.reshape([clips, tokens, width * Self::FRAMES]));
        let x = dropout(x + self.positions.val(), rate, rng.as_deref_mut());
        let padding = batch.padding(tokens, Self::FRAMES);
        let x = self.encoder.forward(TransformerEncoderInput::new(x).mask_pad(padding));
        let x = mean_over_time(x.swap_dims(1, 2), batch.weights(tokens, Self::FRAMES));
        self.out.forward(dropout(x, rate, rng))
    }
}

/// A learned filter bank, three convolutions over time, then the mean over time.
#[derive(Module, Debug)]
pub(super) struct Raw {
    convolutions: Vec<Conv1d>,
    norms: Vec<BatchNorm>,
    pool: MaxPool1d,
    out: Linear,
    hop: usize,
}

impl Raw {
    const CHANNELS: [usize; 5] = [1, 32, 64, 64, 96];
    /// Size of the max pooling after each convolution but the last.
    const POOL: usize = 4;

    pub(super) fn new(rate: u32, classes: usize, device: &Device) -> Self {
        // Kernels of 5 ms, 1 ms apart, at every sample rate.
        let hop = (rate as usize / 1_000).max(1);
        let convolution = |n: usize| {
            let (size, stride) = if n == 0 { (5 * hop, hop) } else { (3, 1) };
            Conv1dConfig::new(Self::CHANNELS[n], Self::CHANNELS[n + 1], size)
                .with_stride(stride)
                .with_padding(PaddingConfig1d::Explicit(size / 2, size / 2))
                .with_bias(false)
                .with_initializer(ZEROS)
                .init(device)
        };
        let norm = |n: usize| BatchNormConfig::new(Self::CHANNELS[n + 1]).init(device);
        Self {
            convolutions: (0..4).map(convolution).collect(),
            norms: (0..4).map(norm).collect(),
            pool: MaxPool1dConfig::new(Self::POOL).with_stride(Self::POOL).init(),
            out: linear(Self::CHANNELS[4], classes, device),
            hop,
        }
    }
}

impl Network for Raw {
    fn forward(&self, batch: &Batch, rate: f32, rng: Option<&mut ChaCha20Rng>) -> Tensor<2> {
        let mut x = batch.x.clone().swap_dims(1, 2);
        let mut stride = self.hop;
        for (n, (convolution, norm)) in self.convolutions.iter().zip(&self.norms).enumerate() {
            x = relu(norm.forward(convolution.forward(x)));
            if n < 3 {
                x = self.pool.forward(x);
                stride *= Self::POOL;
            }
        }
        let [_, _, steps] = x.dims();
        let x = mean_over_time(x, batch.weights(steps, stride));
        self.out.forward(dropout(x, rate, rng))
    }
}

/// Logistic regression on the mean over time.
#[derive(Module, Debug)]
pub(super) struct Probe {
    out: Linear,
}

impl Probe {
    pub(super) fn new(width: usize, classes: usize, device: &Device) -> Self {
        Self { out: linear(width, classes, device) }
    }
}

impl Network for Probe {
    fn forward(&self, batch: &Batch, rate: f32, rng: Option<&mut ChaCha20Rng>) -> Tensor<2> {
        let [_, frames, _] = batch.x.dims();
        let x = mean_over_time(batch.x.clone().swap_dims(1, 2), batch.weights(frames, 1));
        self.out.forward(dropout(x, rate, rng))
    }
}
