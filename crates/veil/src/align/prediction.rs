//! Linear prediction: how well samples can be predicted from those before them.

use std::collections::VecDeque;
use std::ops::Range;

use crate::dot::dot;

/// Length of a prediction window in seconds: speech and music are stationary that long.
const WINDOW_S: f64 = 0.02;
/// Least length of a window, in orders of prediction.
const SHORTEST: usize = 8;
/// Highest order of prediction.
const ORDER_MAX: usize = 32;
/// Least power of the noise that is assumed over everything (−140 dBFS), so that digital silence tells
/// nothing.
const FLOOR: f64 = 1e-14;
/// How far that is above the rounding noise, which restoring raises by up to some 16 dB.
const ABOVE_ROUNDING: f64 = 256.0;

/// Linear prediction, window by window, by least squares over each (the covariance method).
pub(super) struct Predictor {
    order: usize,
    window: usize,
    /// Power of the white noise that is assumed in the protected samples.
    noise: f64,
    /// The covariances of lags 1 ..= order and, last, 0: (order + 1)², row by row.
    matrix: Vec<f64>,
}

impl Predictor {
    pub(super) fn new(sample_rate: u32, rounding: f64) -> Self {
        let noise = FLOOR.max(ABOVE_ROUNDING * rounding);
        let order = (sample_rate as usize / 1_000).clamp(12, ORDER_MAX);
        let window = ((WINDOW_S * f64::from(sample_rate)) as usize).max(SHORTEST * order);
        Self { order, window, noise, matrix: vec![0.0; (order + 1) * (order + 1)] }
    }

    /// With windows as short as the order allows, to tell where something begins.
    pub(super) fn with_short_windows(sample_rate: u32) -> Self {
        let predictor = Self::new(sample_rate, 0.0);
        Self { window: SHORTEST * predictor.order, ..predictor }
    }

    /// Index of the first sample of the first window, and the length of each.
    pub(super) fn windows(&self) -> (usize, usize) {
        (self.order, self.window)
    }

    /// The log-likelihood of restored samples, window by window; `gains` are the logarithms of the gains by which the veil
    /// multiplied each sample itself. Restoring lowers noise in the protected samples by these gains, so
    /// for noise alone every place and recipe is equally likely.
    pub(super) fn log_likelihood(&mut self, samples: &[f64], gains: &[f64]) -> Vec<f64> {
        let [windows] = self.log_likelihoods(samples, gains);
        windows
    }

    /// The same for as many rasters of windows, each shifted by a part of a window. It takes hardly longer: what the
    /// rasters have in common is computed once.
    pub(super) fn log_likelihoods<const RASTERS: usize>(
        &mut self,
        samples: &[f64],
        gains: &[f64],
    ) -> [Vec<f64>; RASTERS] {
        let (order, window) = self.windows();
        let count = window as f64;
        let mut windows = [const { Vec::new() }; RASTERS];
        let len = samples.len().min(gains.len());
        // The parts of windows are cut where a window of any raster begins.
        let cut = |n: usize| order + n / RASTERS * window + n % RASTERS * window / RASTERS;
        let mut parts: VecDeque<Vec<f64>> = VecDeque::with_capacity(RASTERS);
        for part in (0..).take_while(|part| cut(part + 1) <= len) {
            if parts.len() == RASTERS {
                parts.pop_front();
            }
            parts.push_back(self.products(samples, cut(part)..cut(part + 1)));
            let Some(first) = (part + 1).checked_sub(RASTERS) else { continue };
            let range = cut(first)..cut(part + 1);
            let gain = gains[range.clone()].iter().sum::<f64>() / count;
            let noise = self.noise * (-2.0 * gain).exp();
            let sum = |lag: usize| parts.iter().map(|part| part[lag]).sum();
            let products: Vec<f64> = (0..=order).map(sum).collect();
            let power = self.error_energy(samples, range, &products, noise) / count;
            windows[first % RASTERS].push(-count * (0.5 * power.max(noise).ln() + gain));
        }
        windows
    }

    /// The sum over `range` of each sample's products with itself and with each of the `order` before it.
    fn products(&self, samples: &[f64], range: Range<usize>) -> Vec<f64> {
        let at_lag =
            |lag: usize| dot(&samples[range.clone()], &samples[range.start - lag..range.end - lag]);
        (0..=self.order).map(at_lag).collect()
    }

    /// Energy of the prediction error, by the `order` samples before each, over the window `range` with
    /// these [`products`](Self::products), with white noise of power `noise` added.
    fn error_energy(
        &mut self,
        samples: &[f64],
        range: Range<usize>,
        products: &[f64],
        noise: f64,
    ) -> f64 {
        let (order, size) = (self.order, self.order + 1);
        let (begin, end) = (range.start, range.end);
        let index = |lag: usize| if lag == 0 { order } else { lag - 1 };
        for (lag, &value) in products.iter().enumerate() {
            self.matrix[index(lag) * size + index(0)] = value;
            self.matrix[index(0) * size + index(lag)] = value;
        }
        // Every other entry differs from its diagonal neighbour by one product at either end.
        for i in 1..size {
            for j in i..size {
                let before = self.matrix[index(i - 1) * size + index(j - 1)];
                let value = before + samples[begin - i] * samples[begin - j]
                    - samples[end - i] * samples[end - j];
                self.matrix[index(i) * size + index(j)] = value;
                self.matrix[index(j) * size + index(i)] = value;
            }
        }
        for i in 0..size {
            self.matrix[i * size + i] += noise * self.window as f64;
        }
        last_pivot(&mut self.matrix, size)
    }
}

/// Cholesky's decomposition in place; the last pivot, squared, is the energy of the error of
/// predicting the last variable from all others.
fn last_pivot(matrix: &mut [f64], size: usize) -> f64 {
    let mut pivot = 0.0;
    for i in 0..size {
        for j in 0..=i {
            let mut sum = matrix[i * size + j];
            for k in 0..j {
                sum -= matrix[i * size + k] * matrix[j * size + k];
            }
            if i > j {
                matrix[i * size + j] = sum * matrix[j * size + j];
                continue;
            }
            // A variable that others predict exactly is left out.
            let least = 1e-13 * matrix[i * size + i].abs();
            pivot = sum.max(0.0);
            matrix[i * size + i] = if sum > least { 1.0 / sum.sqrt() } else { 0.0 };
        }
    }
    pivot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prediction_finds_the_power_of_the_innovation() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 23) - 1.0
        };
        let mut samples = vec![0.0; 2];
        for n in 2..20_000 {
            samples.push(1.6 * samples[n - 1] - 0.81 * samples[n - 2] + 0.01 * noise());
        }
        let mut predictor = Predictor::new(16_000, 0.0);
        let (mut energy, mut windows) = (0.0, 0.0);
        let mut end = predictor.order + predictor.window;
        while end <= samples.len() {
            let range = end - predictor.window..end;
            let products = predictor.products(&samples, range.clone());
            energy += predictor.error_energy(&samples, range, &products, predictor.noise);
            windows += 1.0;
            end += predictor.window;
        }
        // Sixteen free coefficients take their share of the 320 errors of a window.
        let free = (predictor.window - predictor.order) as f64;
        let power = energy / windows / free;
        assert!((power / (1e-4 / 3.0) - 1.0).abs() < 0.05, "{power}");
    }

    #[test]
    fn rasters_together_give_what_each_gives_alone() {
        // A window of 882 samples, which four rasters do not divide evenly.
        let mut predictor = Predictor::new(44_100, 1e-9);
        let samples: Vec<f64> = (0..5_000).map(|n| f64::from(n * n % 997) / 997.0 - 0.5).collect();
        let gains: Vec<f64> = (0..5_000).map(|n| 1e-4 * f64::from(n % 300)).collect();
        let together: [Vec<f64>; 4] = predictor.log_likelihoods(&samples, &gains);
        for (raster, windows) in together.iter().enumerate() {
            let first = raster * predictor.window / 4;
            let alone = predictor.log_likelihood(&samples[first..], &gains[first..]);
            assert_eq!(windows.len(), alone.len(), "raster {raster}");
            let apart = windows.iter().zip(&alone).map(|(a, b)| (a / b - 1.0).abs());
            assert!(apart.fold(0.0, f64::max) < 1e-9, "raster {raster}");
        }
    }

    #[test]
    fn silence_has_a_finite_likelihood() {
        let mut predictor = Predictor::new(8_000, 0.0);
        let likelihood = predictor.log_likelihood(&[0.0; 8_000], &[0.0; 8_000]);
        assert!(likelihood.iter().all(|window| window.is_finite()));
    }
}
