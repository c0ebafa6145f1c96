//! Comparing signals.

/// The bits of every sample, for comparisons in which −0 is not 0 and a NaN equals itself.
#[must_use]
pub fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|x| x.to_bits()).collect()
}

/// Asserts that two signals are equal bit for bit; names the first difference instead of printing
/// both.
///
/// # Panics
/// If they differ in length or in any bit.
#[track_caller]
pub fn assert_same_bits(ours: &[f32], expected: &[f32]) {
    assert_eq!(ours.len(), expected.len(), "samples");
    let differs = |(a, b): (&f32, &f32)| a.to_bits() != b.to_bits();
    let first = ours.iter().zip(expected).position(differs);
    let values = first.map(|at| (ours[at], expected[at]));
    assert!(first.is_none(), "sample {first:?} differs: ours and expected {values:?}");
}

/// Largest magnitude; 0 for an empty signal.
#[must_use]
pub fn peak<T: Copy + Into<f64>>(samples: &[T]) -> f64 {
    samples.iter().fold(0.0, |top, &x| x.into().abs().max(top))
}

/// Mean square; 0 for an empty signal.
#[must_use]
pub fn power<T: Copy + Into<f64>>(samples: &[T]) -> f64 {
    let energy: f64 = samples.iter().map(|&x| x.into() * x.into()).sum();
    energy / samples.len().max(1) as f64
}

/// Largest difference of two signals in dBFS, over as many samples as the shorter has; −600 where
/// they are equal.
#[must_use]
pub fn worst_difference_dbfs<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> f64 {
    let worst = a.iter().zip(b).map(|(&a, &b)| (a.into() - b.into()).abs()).fold(0.0, f64::max);
    20.0 * worst.max(1e-30).log10()
}

/// Signal-to-noise ratio in dB of `copy` as a copy of `original`, over as many samples as the shorter
/// has; the noise counts as at least 10⁻³⁰.
#[must_use]
pub fn snr_db(original: &[f32], copy: &[f32]) -> f64 {
    let noise: Vec<f32> = original.iter().zip(copy).map(|(x, y)| y - x).collect();
    10.0 * (power(original) / power(&noise).max(1e-30)).log10()
}

/// Largest step from one sample to the next.
#[must_use]
pub fn largest_step(samples: &[f32]) -> f32 {
    samples.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "sample Some(1) differs: ours and expected Some((0.0, -0.0))")]
    fn the_sign_of_zero_counts() {
        assert_same_bits(&[1.0, 0.0], &[1.0, -0.0]);
    }

    #[test]
    fn measures_are_what_they_say() {
        let signal = [0.5_f32, -1.0, 0.0, 0.5];
        assert_eq!((peak(&signal), power(&signal)), (1.0, 0.375));
        assert_eq!(largest_step(&signal), 1.5);
        assert_eq!(worst_difference_dbfs(&signal, &[0.5, -0.9, 0.0, 0.5]).round(), -20.0);
        assert_eq!(worst_difference_dbfs(&signal, &signal), -600.0);
        assert_eq!(snr_db(&[1.0, -1.0], &[0.9, -1.1]).round(), 20.0);
        assert_eq!((peak::<f32>(&[]), power::<f32>(&[])), (0.0, 0.0));
    }
}
