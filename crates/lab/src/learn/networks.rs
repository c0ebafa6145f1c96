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
use super::chance::drop;

/// What all networks do.
pub(super) trait Network: Module {
    /// Scores of the classes, clips × classes. With a generator it trains and drops values.
    fn forward(&self, batch: &Batch, dropout: f32, rng: Option<&mut ChaCha20Rng>) -> Tensor<2>;
}

/// All weights but scales are drawn by `chance::redraw`.
const ZEROS: Initializer = Initializer::Zeros;

fn linear(inputs: usize, outputs: usize, device: &Device) -> Linear {
    LinearConfig::new(inputs, outputs).with_initializer(ZEROS).init(device)
}

/// Means over time of clips × channels × steps (× bands), weighted.
fn mean_over_time(x: Tensor<3>, weights: Tensor<2>) -> Tensor<2> {
    let [clips, channels, _] = x.dims();
    let steps = weights.unsqueeze_dim::<3>(2);
    x.matmul(steps).reshape([clips, channels])
}

/// Three convolutions over time and frequency, each halving both; the mean over time, kept apart
/// by bands.
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
    fn forward(&self, batch: &Batch, dropout: f32, rng: Option<&mut ChaCha20Rng>) -> Tensor<2> {
        // clips × channels × bands × steps
        let mut x: Tensor<4> = batch.x.clone().swap_dims(1, 2).unsqueeze_dim(1);
        for (convolution, norm) in self.convolutions.iter().zip(&self.norms) {
            x = relu(norm.forward(convolution.forward(x)));
        }
        let [clips, channels, bands, steps] = x.dims();
        let x = x.reshape([clips, channels * bands, steps]);
        let x = mean_over_time(x, batch.weights(steps, 8));
        self.out.forward(drop(x, dropout, rng))
    }
}

/// Two rows make a token; two layers of self-attention over the tokens of a clip; their mean.
#[derive(Module, Debug)]
pub(super) struct Transformer {
    embed: Linear,
    places: Param<Tensor<3>>,
    encoder: TransformerEncoder,
    out: Linear,
}

impl Transformer {
    /// Values a token.
    const WIDTH: usize = 64;
    /// Rows a token.
    const ROWS: usize = 2;

    pub(super) fn new(width: usize, rows: usize, classes: usize, device: &Device) -> Self {
        let places = Tensor::zeros([1, rows / Self::ROWS, Self::WIDTH], device);
        Self {
            embed: linear(width * Self::ROWS, Self::WIDTH, device),
            places: Param::from_tensor(places),
            encoder: TransformerEncoderConfig::new(Self::WIDTH, 2 * Self::WIDTH, 4, 2)
                // Ours comes from the seed.
                .with_dropout(0.0)
                .with_norm_first(true)
                .with_initializer(ZEROS)
                .init(device),
            out: linear(Self::WIDTH, classes, device),
        }
    }
}

impl Network for Transformer {
    fn forward(&self, batch: &Batch, dropout: f32, mut rng: Option<&mut ChaCha20Rng>) -> Tensor<2> {
        let [clips, rows, width] = batch.x.dims();
        let tokens = rows / Self::ROWS;
        let x = batch.x.clone().slice([0..clips, 0..tokens * Self::ROWS]);
        let x = self.embed.forward(x.reshape([clips, tokens, width * Self::ROWS]));
        let x = drop(x + self.places.val(), dropout, rng.as_deref_mut());
        let padding = batch.padding(tokens, Self::ROWS);
        let x = self.encoder.forward(TransformerEncoderInput::new(x).mask_pad(padding));
        let x = mean_over_time(x.swap_dims(1, 2), batch.weights(tokens, Self::ROWS));
        self.out.forward(drop(x, dropout, rng))
    }
}

/// A filter bank that is learnt, then three convolutions over time; the mean over time.
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
    /// Steps of which the largest is kept, after each convolution but the last.
    const POOL: usize = 4;

    pub(super) fn new(rate: u32, classes: usize, device: &Device) -> Self {
        // 5 ms and 1 ms at every rate.
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
    fn forward(&self, batch: &Batch, dropout: f32, rng: Option<&mut ChaCha20Rng>) -> Tensor<2> {
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
        self.out.forward(drop(x, dropout, rng))
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
    fn forward(&self, batch: &Batch, dropout: f32, rng: Option<&mut ChaCha20Rng>) -> Tensor<2> {
        let [_, rows, _] = batch.x.dims();
        let x = mean_over_time(batch.x.clone().swap_dims(1, 2), batch.weights(rows, 1));
        self.out.forward(drop(x, dropout, rng))
    }
}
