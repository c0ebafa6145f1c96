//! Filters given as a curve over frequency.

use patchveil_spectral::{ForwardFft, InverseFft};

/// Filters a whole recording with zero phase. `gain(f)` is the linear gain at frequency `f`, given
/// as a fraction of the sample rate, 0 ..= 0.5. Ringing before the start and after the end is cut
/// off.
#[must_use]
pub fn zero_phase(samples: &[f32], gain: impl Fn(f64) -> f64) -> Vec<f32> {
    // Zero padding for the ringing, so that the end does not wrap around to the start.
    let size = (samples.len() + samples.len() / 2 + 1_024).next_power_of_two();
    let mut forward = ForwardFft::new(size);
    let mut inverse = InverseFft::new(size);
    inverse.bins_mut().copy_from_slice(forward.transform_of(samples));
    for (bin, value) in inverse.bins_mut().iter_mut().enumerate() {
        *value *= (gain(bin as f64 / size as f64) / size as f64) as f32;
    }
    inverse.transform()[..samples.len()].to_vec()
}

/// Linear interpolation at `f` (fraction of the sample rate) of a curve whose `points` are evenly
/// spaced from 0 Hz to half the sample rate.
#[must_use]
pub fn interpolate(points: &[f64], f: f64) -> f64 {
    let Some(last) = points.len().checked_sub(1) else { return 0.0 };
    let at = (f * 2.0 * last as f64).clamp(0.0, last as f64);
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    points[below] + (points[above] - points[below]) * (at - below as f64)
}

/// A curve smoothed by Gaussian weights of standard deviation `sigma`, in points. At the ends the
/// weights of the existing points are normalised.
#[must_use]
pub fn smooth(points: &[f64], sigma: f64) -> Vec<f64> {
    let reach = (3.0 * sigma).ceil() as usize;
    let at = |n: usize| {
        let near = n.saturating_sub(reach)..(n + reach + 1).min(points.len());
        let weight = |m: usize| (-0.5 * (m.abs_diff(n) as f64 / sigma.max(1e-9)).powi(2)).exp();
        let (sum, weights) = near.fold((0.0, 0.0), |(sum, weights), m| {
            (sum + points[m] * weight(m), weights + weight(m))
        });
        sum / weights
    };
    (0..points.len()).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_curve_only_scales() {
        let samples: Vec<f32> = (0..1_000_i16).map(|n| f32::from(n % 37) / 37.0 - 0.5).collect();
        let out = zero_phase(&samples, |_| 0.5);
        for (a, b) in samples.iter().zip(&out) {
            assert!((a * 0.5 - b).abs() < 1e-5);
        }
    }

    #[test]
    fn interpolation_is_linear_between_the_points() {
        let points = [0.0, 1.0, 5.0];
        assert_eq!(interpolate(&points, 0.0), 0.0);
        assert_eq!(interpolate(&points, 0.125), 0.5);
        assert_eq!(interpolate(&points, 0.25), 1.0);
        assert_eq!(interpolate(&points, 0.5), 5.0);
    }
}
