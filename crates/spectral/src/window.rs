//! Hann windows, 0.5 − 0.5·cos, in the three ways to sample one (Harris, “On the use of windows for
//! harmonic analysis with the discrete Fourier transform”, Proc. IEEE 66, 1978).

use std::f64::consts::TAU;

/// Periodic: begins with 0 and would end with 0 one sample later. Windows half their length apart
/// add up to 1, and a sine of a whole number of periods stays within three bins. The usual choice
/// for spectra.
///
/// ```
/// let window = patchveil_spectral::window::hann(8);
/// assert_eq!(window[0], 0.0);
/// assert!((window[1] + window[5] - 1.0).abs() < 1e-6);
/// ```
#[must_use]
pub fn hann(len: usize) -> Vec<f32> {
    (0..len).map(|i| at(i as f64 / len as f64)).collect()
}

/// Sampled in the middle of each interval: symmetric and nowhere 0, and windows half their length
/// apart add up to 1. For windows that are centred between two samples.
#[must_use]
pub fn hann_midpoint(len: usize) -> Vec<f32> {
    (0..len).map(|i| at((i as f64 + 0.5) / len as f64)).collect()
}

/// Symmetric without its zeros, so that every sample can be divided by its weight again. For
/// analysis and synthesis.
#[must_use]
pub fn hann_symmetric(len: usize) -> Vec<f32> {
    (1..=len).map(|i| at(i as f64 / (len + 1) as f64)).collect()
}

fn at(part: f64) -> f32 {
    (0.5 - 0.5 * libm::cos(TAU * part)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_add_up_to_one_at_half_their_length() {
        for window in [hann(64), hann_midpoint(64)] {
            for i in 0..32 {
                assert!((window[i] + window[i + 32] - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn two_of_three_are_symmetric_and_nowhere_zero() {
        for window in [hann_midpoint(65), hann_symmetric(65), hann_symmetric(2)] {
            assert!(window.iter().all(|&w| w > 0.0));
            let reversed: Vec<f32> = window.iter().rev().copied().collect();
            assert!(window.iter().zip(&reversed).all(|(a, b)| (a - b).abs() < 1e-6));
        }
        assert_eq!(hann(0), []);
    }
}
