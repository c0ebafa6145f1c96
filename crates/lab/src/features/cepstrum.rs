//! Cepstral transform.

use std::f64::consts::PI;

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
