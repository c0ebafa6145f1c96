//! The sum of products of two sequences.

use crate::processor::for_this_processor;

/// Independent sums, so that the speed is that of the multipliers and not of one addition after
/// another.
const SUMS: usize = 8;
for_this_processor! {
    /// Σ a\[n\]·b\[n\], over as many values as the shorter has.
    dot = dot_anywhere, (a: &[f64], b: &[f64]) -> f64
}

#[inline(always)]
fn dot_anywhere(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; SUMS];
    let (a_whole, a_rest) = a.as_chunks::<SUMS>();
    let (b_whole, b_rest) = b.as_chunks::<SUMS>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..SUMS {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}
