//! The sum of products of two sequences.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

use crate::processor::for_this_processor;

for_this_processor! {
    /// Σ a\[n\]·b\[n\], over as many values as the shorter has.
    dot = dot_anywhere::<f64, 8>, (a: &[f64], b: &[f64]) -> f64
}

for_this_processor! {
    /// The same in single precision.
    dot_f32 = dot_anywhere::<f32, 16>, (a: &[f32], b: &[f32]) -> f32
}

/// With `SUMS` independent sums, so that the speed is that of the multipliers and not of one addition
/// after another.
#[inline(always)]
fn dot_anywhere<T, const SUMS: usize>(a: &[T], b: &[T]) -> T
where
    T: Copy + Default + AddAssign + Add<Output = T> + Mul<Output = T> + Sum,
{
    let mut sums = [T::default(); SUMS];
    let (a_whole, a_rest) = a.as_chunks::<SUMS>();
    let (b_whole, b_rest) = b.as_chunks::<SUMS>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..SUMS {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: T = a_rest.iter().zip(b_rest).map(|(a, b)| *a * *b).sum();
    sums.into_iter().sum::<T>() + rest
}
