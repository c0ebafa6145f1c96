//! Filters given as a curve over frequency.

use realfft::RealFftPlanner;

/// Filters a whole recording with the gain `gain(f)`, `f` being the frequency as a share of the
/// sample rate, 0 ..= 0.5. Zero phase: nothing moves in time. The recording lies in silence, so
/// what a filter rings before and behind it is cut off.
#[must_use]
pub fn shape(samples: &[f32], gain: impl Fn(f64) -> f64) -> Vec<f32> {
    // Room for the ringing, so that the end does not come back at the beginning.
    let size = (samples.len() + samples.len() / 2 + 1_024).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
    let mut buffer = forward.make_input_vec();
    buffer[..samples.len()].copy_from_slice(samples);
    let mut spectrum = forward.make_output_vec();
    // The lengths are the plans' own, and there is no other way to fail.
    let _ = forward.process(&mut buffer, &mut spectrum);
    for (bin, value) in spectrum.iter_mut().enumerate() {
        *value *= (gain(bin as f64 / size as f64) / size as f64) as f32;
    }
    spectrum[0].im = 0.0;
    spectrum[size / 2].im = 0.0;
    let _ = inverse.process(&mut spectrum, &mut buffer);
    buffer.truncate(samples.len());
    buffer
}

/// The value of a curve given at `points.len()` frequencies evenly spaced from 0 to half the
/// sample rate, at `f` (share of the sample rate), straight lines between the points.
#[must_use]
pub fn between(points: &[f64], f: f64) -> f64 {
    let Some(last) = points.len().checked_sub(1) else { return 0.0 };
    let at = (f * 2.0 * last as f64).clamp(0.0, last as f64);
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    points[below] + (points[above] - points[below]) * (at - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_curve_only_scales() {
        let samples: Vec<f32> = (0..1_000_i16).map(|n| f32::from(n % 37) / 37.0 - 0.5).collect();
        let out = shape(&samples, |_| 0.5);
        for (a, b) in samples.iter().zip(&out) {
            assert!((a * 0.5 - b).abs() < 1e-5);
        }
    }

    #[test]
    fn a_curve_is_straight_between_its_points() {
        let points = [0.0, 1.0, 5.0];
        assert_eq!(between(&points, 0.0), 0.0);
        assert_eq!(between(&points, 0.125), 0.5);
        assert_eq!(between(&points, 0.25), 1.0);
        assert_eq!(between(&points, 0.5), 5.0);
    }
}
