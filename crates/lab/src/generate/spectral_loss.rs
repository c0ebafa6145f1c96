//! Distance of spectra at several resolutions (Engel et al., DDSP, arXiv 2001.04643, section 4.2.1).

use std::f32::consts::TAU;

use burn::tensor::{Device, Tensor};
use patchveil_spectral::window::hann;

use super::layers::matrix;

/// Sizes of the windows in samples: 8 to 128 ms. A quarter of a window lies between two.
const SIZES: [usize; 5] = [64, 128, 256, 512, 1_024];
/// Added to powers before the logarithm; signals have a mean power of 1.
const FLOOR: f32 = 1e-4;

/// Fourier transforms as matrices, so that gradients pass.
pub(super) struct SpectralLoss {
    resolutions: Vec<Resolution>,
}

struct Resolution {
    size: usize,
    /// Window × cosine, and window × sine: samples × bins.
    cosine: Tensor<2>,
    sine: Tensor<2>,
}

impl SpectralLoss {
    pub(super) fn new(device: &Device) -> Self {
        let resolutions = SIZES.iter().map(|&size| Resolution::new(size, device)).collect();
        Self { resolutions }
    }

    /// The mean distance of magnitudes and of their logarithms. Both signals are excerpts × samples, a
    /// multiple of 256 and at least 1,024 samples long.
    pub(super) fn distance(&self, made: Tensor<2>, wanted: Tensor<2>) -> Tensor<1> {
        let mut sum: Option<Tensor<1>> = None;
        for resolution in &self.resolutions {
            let wanted = resolution.powers(wanted.clone());
            let made = resolution.powers(made.clone());
            let linear = ((made.clone() + FLOOR).sqrt() - (wanted.clone() + FLOOR).sqrt()).abs();
            let of_log = ((made + FLOOR).log() - (wanted + FLOOR).log()).abs() * 0.5;
            let both = linear.mean() + of_log.mean();
            sum = Some(match sum {
                Some(sum) => sum + both,
                None => both,
            });
        }
        sum.unwrap_or_else(|| made.mean()) / SIZES.len() as f32
    }
}

impl Resolution {
    fn new(size: usize, device: &Device) -> Self {
        let window = hann(size);
        let bins = size / 2 + 1;
        // Unit power stays unit power.
        let scale = (window.iter().map(|x| x * x).sum::<f32>()).sqrt().recip();
        let table = |wave: fn(f32) -> f32| {
            let value = |at: usize| {
                let (n, bin) = (at / bins, at % bins);
                let turns = (n * bin % size) as f32 / size as f32;
                scale * window[n] * wave(TAU * turns)
            };
            matrix((0..size * bins).map(value).collect(), size, bins, device)
        };
        Self { size, cosine: table(f32::cos), sine: table(f32::sin) }
    }

    /// Powers of all windows: rows × bins.
    fn powers(&self, signals: Tensor<2>) -> Tensor<2> {
        let hop = self.size / 4;
        let [excerpts, samples] = signals.dims();
        let hops = samples / hop;
        let windows = hops - 3;
        let blocks = signals.slice([0..excerpts, 0..hops * hop]).reshape([excerpts, hops, hop]);
        let shifted = |n: usize| blocks.clone().slice([0..excerpts, n..n + windows, 0..hop]);
        let framed = Tensor::cat((0..4).map(shifted).collect(), 2);
        let framed = framed.reshape([excerpts * windows, self.size]);
        framed.clone().matmul(self.cosine.clone()).square()
            + framed.matmul(self.sine.clone()).square()
    }
}
