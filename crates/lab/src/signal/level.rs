//! Energy and root mean square.

/// Sum of the squares.
#[must_use]
pub fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|&x| f64::from(x).powi(2)).sum()
}

/// Root mean square; 0 for no samples.
#[must_use]
pub fn rms(samples: &[f32]) -> f64 {
    (energy(samples) / samples.len().max(1) as f64).sqrt()
}

/// `samples` scaled to the root mean square of `reference`.
#[must_use]
pub fn with_rms_of(reference: &[f32], mut samples: Vec<f32>) -> Vec<f32> {
    let scale = (rms(reference) / rms(&samples).max(f64::MIN_POSITIVE)) as f32;
    samples.iter_mut().for_each(|x| *x *= scale);
    samples
}
