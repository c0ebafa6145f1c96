//! Correlation of recordings of different sample rates, through spectra with the same bins.

use std::sync::Arc;

use patchveil_spectral::Real;
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealToComplex};

use crate::history::valid_or_zero;

/// The part of the spectrum that is compared, in Hz: what every codec and telephone keeps, without
/// rumble.
const COMPARED_HZ: (f64, f64) = (150.0, 3_600.0);
/// Nothing above this share of a sample rate is compared.
const HIGHEST_SHARE: f64 = 0.45;
/// Lags for each second.
pub(super) const LAGS: usize = 16_000;

/// Correlates blocks of a whole number of seconds. In those every sample rate has a whole number of
/// samples, and spectra of all rates have the same bins.
pub(super) struct Correlator {
    seconds: usize,
    /// First and last bin that are compared.
    bins: (usize, usize),
    inverse: Arc<dyn ComplexToReal<f32>>,
}

impl Correlator {
    /// For blocks of `seconds`, at least 1, of recordings at these two rates in Hz.
    pub(super) fn new(seconds: usize, rates: [u32; 2]) -> Self {
        let lower = f64::from(rates[0].min(rates[1]));
        let highest = COMPARED_HZ.1.min(HIGHEST_SHARE * lower);
        let bin = |hz: f64| (hz * seconds as f64) as usize;
        Self {
            seconds,
            bins: (bin(COMPARED_HZ.0), bin(highest)),
            inverse: f32::plan_inverse(seconds * LAGS),
        }
    }

    /// A transform for blocks at `rate` Hz.
    pub(super) fn transform(&self, rate: u32) -> Arc<dyn RealToComplex<f32>> {
        f32::plan_forward(self.seconds * rate as usize)
    }

    /// The compared bins of `samples`, at most a block; missing samples count as 0. They are raised by
    /// 6 dB per octave, so that the few strong low harmonics of a voice do not outweigh the rest.
    pub(super) fn spectrum(&self, by: &dyn RealToComplex<f32>, samples: &[f32]) -> Vec<Complex32> {
        let mut block = by.make_input_vec();
        let count = samples.len().min(block.len());
        block[..count].copy_from_slice(&samples[..count]);
        let mut bins = by.make_output_vec();
        // Fails only for buffers of the wrong length, and these are the plan's own.
        let _ = by.process(&mut block, &mut bins);
        let scale = 1.0 / block.len() as f32;
        let (first, last) = self.bins;
        let compared = bins.iter().enumerate().take(last).skip(first);
        compared.map(|(bin, x)| x * (bin as f32 / last as f32 * scale)).collect()
    }

    /// The signal of a spectrum, [`LAGS`] values a second.
    pub(super) fn signal(&self, spectrum: &[Complex32]) -> Vec<f32> {
        let mut bins = self.inverse.make_input_vec();
        bins[self.bins.0..][..spectrum.len()].copy_from_slice(spectrum);
        let mut signal = self.inverse.make_output_vec();
        // As above.
        let _ = self.inverse.process(&mut bins, &mut signal);
        signal
    }

    /// The circular correlation of two spectra, [`LAGS`] values a second: of the first with the second
    /// from 0, 1, … lags on, and in the last half from …, −2, −1 on.
    ///
    /// In the unit of [`Self::signal`] squared, summed over lags.
    pub(super) fn correlation(&self, a: &[Complex32], b: &[Complex32]) -> Vec<f32> {
        let scale = (self.seconds * LAGS) as f32;
        let product: Vec<Complex32> = a.iter().zip(b).map(|(a, b)| a.conj() * b * scale).collect();
        self.signal(&product)
    }
}

/// The mean of all channels.
pub(super) fn mean(channels: &[&[f32]]) -> Vec<f32> {
    let count = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
    let scale = 1.0 / channels.len().max(1) as f32;
    let at =
        |n: usize| channels.iter().map(|channel| valid_or_zero(channel[n])).sum::<f32>() * scale;
    (0..count).map(at).collect()
}

/// Sum of the squares.
pub(super) fn energy(signal: &[f32]) -> f64 {
    signal.iter().map(|&x| f64::from(x).powi(2)).sum()
}

/// The distance in lags of a peak or a dip from `lag`: the vertex of the parabola through that value
/// of a circular correlation and its two neighbours.
pub(super) fn peak_offset(correlation: &[f32], lag: usize) -> f64 {
    let around = correlation.len();
    let [left, top, right] = [lag + around - 1, lag, lag + 1].map(|lag| correlation[lag % around]);
    let bend = left - 2.0 * top + right;
    // A parabola that bends towards 0 has neither a peak nor a dip.
    if bend * top < 0.0 { f64::from(0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 }
}
