//! Encoder and decoder.

use burn::module::Module;
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::nn::{Initializer, Linear, PaddingConfig1d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use chacha20::ChaCha20Rng;
use rand_distr::{Distribution, StandardNormal};

use super::quantiser::WIDTH;
use crate::generate::features::HOP;
use crate::generate::layers::{linear, matrix};
use crate::generate::overlap::overlap_add;

/// Samples under the first and the last convolution: 32 ms, every 8 ms.
pub(super) const KERNEL: usize = 256;
/// Channels of the hidden layers.
const CHANNELS: usize = 128;
/// Dilations of the residual blocks.
const DILATIONS: [usize; 2] = [1, 3];

/// Encoder and decoder.
#[derive(Module, Debug)]
pub(super) struct Network {
    analysis: Linear,
    encoder: Vec<Conv1d>,
    to_latent: Linear,
    from_latent: Linear,
    decoder: Vec<Conv1d>,
    noise: Linear,
    synthesis: Linear,
}

impl Network {
    pub(super) fn new(device: &Device) -> Self {
        let convolution = |&dilation: &usize| {
            Conv1dConfig::new(CHANNELS, CHANNELS, 3)
                .with_dilation(dilation)
                .with_padding(PaddingConfig1d::Explicit(dilation, dilation))
                .with_initializer(Initializer::Zeros)
                .init(device)
        };
        Self {
            analysis: linear(KERNEL, CHANNELS, device),
            encoder: DILATIONS.iter().map(convolution).collect(),
            to_latent: linear(CHANNELS, WIDTH, device),
            from_latent: linear(WIDTH, CHANNELS, device),
            decoder: DILATIONS.iter().map(convolution).collect(),
            noise: linear(CHANNELS, CHANNELS, device),
            synthesis: linear(CHANNELS, KERNEL, device),
        }
    }

    /// From excerpts × samples to excerpts · frames × [`WIDTH`].
    pub(super) fn encode(&self, samples: Tensor<2>) -> Tensor<2> {
        let [excerpts, count] = samples.dims();
        let frames = count / HOP;
        let device = samples.device();
        let zeros = |hops: usize| Tensor::zeros([excerpts, hops * HOP], &device);
        let padded = Tensor::cat(vec![zeros(2), samples, zeros(1)], 1);
        let blocks = padded.reshape([excerpts, frames + 3, HOP]);
        let shifted = |n: usize| blocks.clone().slice([0..excerpts, n..n + frames, 0..HOP]);
        let framed = Tensor::cat((0..4).map(shifted).collect(), 2);
        let hidden = relu(self.analysis.forward(framed.reshape([excerpts * frames, KERNEL])));
        let hidden = residual(&self.encoder, hidden, excerpts);
        self.to_latent.forward(hidden)
    }

    /// From excerpts · frames × [`WIDTH`] to excerpts × samples.
    pub(super) fn decode(
        &self,
        latent: Tensor<2>,
        excerpts: usize,
        rng: &mut ChaCha20Rng,
    ) -> Tensor<2> {
        let device = latent.device();
        let rows = latent.dims()[0];
        let hidden = relu(self.from_latent.forward(latent));
        let hidden = residual(&self.decoder, hidden, excerpts);
        let drawn = (0..rows * CHANNELS).map(|_| StandardNormal.sample(rng)).collect();
        let drawn = matrix(drawn, rows, CHANNELS, &device);
        let hidden = hidden.clone() + self.noise.forward(hidden) * drawn;
        let frames = rows / excerpts;
        let made = self.synthesis.forward(hidden).reshape([excerpts, frames, KERNEL]);
        // Frames beyond both ends, so that all samples are covered.
        let zeros = |count: usize| Tensor::zeros([excerpts, count, KERNEL], &device);
        overlap_add(Tensor::cat(vec![zeros(1), made, zeros(2)], 1))
    }
}

/// Residual blocks over time of excerpts · frames × channels.
fn residual(blocks: &[Conv1d], hidden: Tensor<2>, excerpts: usize) -> Tensor<2> {
    let [rows, channels] = hidden.dims();
    let frames = rows / excerpts;
    let mut x = hidden.reshape([excerpts, frames, channels]).swap_dims(1, 2);
    for block in blocks {
        x = x.clone() + relu(block.forward(x));
    }
    x.swap_dims(1, 2).reshape([rows, channels])
}
