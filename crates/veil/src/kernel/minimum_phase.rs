//! Minimum-phase impulse responses from causal cepstra.

use super::lanes::{LANES, Lanes, by_lanes};
use crate::processor::for_this_processor;

/// How much a kernel's zeros are drawn inward when cutting it to length pushed one outside.
const SHRINK: f64 = 0.999;

/// The impulse responses of causal cepstra (kernels × values), as many taps as they have values.
pub(super) fn impulses(cepstra: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let len = cepstra.first().map_or(0, Vec::len);
    let mut impulses = by_lanes(cepstra, len, from_cepstra);
    impulses.iter_mut().for_each(|impulse| draw_zeros_inside(impulse));
    impulses
}

for_this_processor! {
    /// h\[0\] = exp c\[0\] and h\[n\] = Σ (k/n)·c\[k\]·h\[n−k\] for k = 1 … n (Oppenheim and Schafer,
    /// Discrete-Time Signal Processing, chapter on the cepstrum), lane by lane.
    from_cepstra = from_cepstra_anywhere, (cepstra: &[Lanes], impulses: &mut [Lanes])
}

#[inline(always)]
fn from_cepstra_anywhere(cepstra: &[Lanes], impulses: &mut [Lanes]) {
    let Some(first) = cepstra.first() else { return };
    impulses[0] = first.map(libm::exp);
    // Zeros at the end add nothing.
    let used = cepstra.iter().rposition(|c| *c != [0.0; LANES]).unwrap_or(0);
    let slopes: Vec<Lanes> = (1..=used).map(|k| cepstra[k].map(|value| k as f64 * value)).collect();
    for n in 1..impulses.len() {
        let (past, rest) = impulses.split_at_mut(n);
        let mut sum = [0.0; LANES];
        for (slope, tap) in slopes.iter().zip(past.iter().rev()) {
            for lane in 0..LANES {
                sum[lane] += slope[lane] * tap[lane];
            }
        }
        rest[0] = sum.map(|sum| sum / n as f64);
    }
}

/// Cutting to length can, for deep kernels, push a zero outside the unit circle. Scaling tap n by rⁿ
/// scales all zeros by r, so a few steps bring it back at almost no change of the gain.
fn draw_zeros_inside(impulse: &mut [f64]) {
    let mut reach = 1.0;
    while !is_minimum_phase(impulse) && reach > 0.5 {
        reach *= SHRINK;
        let mut power = 1.0;
        for tap in impulse.iter_mut() {
            *tap *= power;
            power *= SHRINK;
        }
    }
}

/// Whether all zeros lie inside the unit circle: the step-down recursion finds a reflection
/// coefficient of magnitude 1 or more as soon as one does not (Schur–Cohn).
pub(super) fn is_minimum_phase(impulse: &[f64]) -> bool {
    let Some(&first) = impulse.first() else {
        return false;
    };
    if first == 0.0 {
        return false;
    }
    let mut poly: Vec<f64> = impulse.iter().map(|tap| tap / first).collect();
    let mut lower = vec![0.0; poly.len()];
    for last in (1..poly.len()).rev() {
        let reflection = poly[last];
        if reflection.abs() >= 1.0 {
            return false;
        }
        let scale = 1.0 / (1.0 - reflection * reflection);
        let mirrored = poly[1..=last].iter().rev();
        for ((lower, tap), mirrored) in lower.iter_mut().zip(&poly[..last]).zip(mirrored) {
            *lower = (tap - reflection * mirrored) * scale;
        }
        lower[0] = 1.0;
        std::mem::swap(&mut poly, &mut lower);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_inside_the_unit_circle_are_distinguished_from_zeros_outside() {
        assert!(is_minimum_phase(&[1.0, -0.5]));
        assert!(!is_minimum_phase(&[1.0, -2.0]));
        assert!(!is_minimum_phase(&[0.5, 1.0]));
        // (1 − 0.9z⁻¹)(1 − 1.1z⁻¹)
        assert!(!is_minimum_phase(&[1.0, -2.0, 0.99]));
        assert!(!is_minimum_phase(&[0.0, 1.0]));
        assert!(!is_minimum_phase(&[]));
    }
}
