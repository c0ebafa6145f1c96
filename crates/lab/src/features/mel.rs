//! Mel filter bank and cepstral transform.

use std::f64::consts::PI;

/// Bands between 20 Hz and half the sample rate.
pub const MEL_BANDS: usize = 40;
/// Lower edge of the lowest band in Hz.
const LOWEST: f64 = 20.0;

/// Hz to mel: 2595 · log₁₀(1 + f / 700) (O'Shaughnessy, Speech Communication, 1987; the form used by
/// HTK).
#[must_use]
pub fn hz_to_mel(hz: f64) -> f64 {
    2_595.0 * (1.0 + hz / 700.0).log10()
}

/// Mel to Hz.
#[must_use]
pub fn mel_to_hz(mel: f64) -> f64 {
    700.0 * (10f64.powf(mel / 2_595.0) - 1.0)
}

/// Triangular bands, equally spaced in mel, of height 1.
pub(super) struct MelBank {
    /// First bin and weights of each band.
    bands: Vec<(usize, Vec<f32>)>,
}

impl MelBank {
    /// Bands for FFTs of `size` samples at `rate` Hz.
    pub(super) fn new(rate: f64, size: usize) -> Self {
        let (low, high) = (hz_to_mel(LOWEST), hz_to_mel(rate / 2.0));
        let edge = |n: usize| mel_to_hz(low + (high - low) * n as f64 / (MEL_BANDS + 1) as f64);
        let hz = |bin: usize| bin as f64 * rate / size as f64;
        let band = |n: usize| {
            let (left, top, right) = (edge(n), edge(n + 1), edge(n + 2));
            let weight = |bin: usize| {
                ((hz(bin) - left) / (top - left)).min((right - hz(bin)) / (right - top)).max(0.0)
            };
            let first = (0..=size / 2).find(|&bin| weight(bin) > 0.0);
            match first {
                Some(first) => {
                    let weights = (first..=size / 2).map(weight).take_while(|&weight| weight > 0.0);
                    (first, weights.map(|weight| weight as f32).collect())
                }
                // Narrower than a bin: the bin nearest to the centre.
                None => {
                    let nearest = (top * size as f64 / rate).round() as usize;
                    (nearest.min(size / 2), vec![1.0])
                }
            }
        };
        Self { bands: (0..MEL_BANDS).map(band).collect() }
    }

    /// Appends the energy of each band to `to`.
    pub(super) fn energies(&self, power: &[f32], to: &mut Vec<f32>) {
        to.extend(self.bands.iter().map(|(first, weights)| {
            weights.iter().zip(&power[*first..]).map(|(weight, power)| weight * power).sum::<f32>()
        }));
    }
}

/// The first rows of the orthonormal discrete cosine transform of type II.
pub(super) struct Cosine {
    rows: Vec<Vec<f32>>,
}

impl Cosine {
    /// From `bands` values to `coefficients`.
    pub(super) fn new(bands: usize, coefficients: usize) -> Self {
        let row = |k: usize| {
            let scale = if k == 0 { 1.0 } else { 2.0 } / bands as f64;
            let value =
                |n: usize| scale.sqrt() * (PI * k as f64 * (n as f64 + 0.5) / bands as f64).cos();
            (0..bands).map(|n| value(n) as f32).collect()
        };
        Self { rows: (0..coefficients).map(row).collect() }
    }

    /// Appends the coefficients of `values` to `to`.
    pub(super) fn transform(&self, values: &[f32], to: &mut Vec<f32>) {
        let dot = |row: &Vec<f32>| row.iter().zip(values).map(|(a, b)| a * b).sum::<f32>();
        to.extend(self.rows.iter().map(dot));
    }
}
