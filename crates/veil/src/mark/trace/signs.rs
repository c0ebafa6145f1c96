//! What a recording says about each sign of a key.

use super::super::kernel::Pair;
use super::super::settings::PAIR_SLOTS_MAX;

/// Variance of the noise over that of the signal, of each delay, for which the estimates are best. Fixed,
/// so that nothing depends on the key's signs; the score changes little from a half to two.
const NOISE: f64 = 1.0;
/// Pairs before a pair that can share a delay with it.
const BAND: usize = PAIR_SLOTS_MAX as usize;

/// Estimates the sign of each pair of a key from the ripple at all delays. Pairs overlap: each disturbs the
/// two before and behind it, which alone would keep a sure key below 6 σ. So the estimates are those of least
/// mean square error (Wiener's), x = (GᵀG + λ)⁻¹Gᵀr, where column n of G is pair n. Only where pairs lie goes
/// into it, not their signs.
#[derive(Default)]
pub(super) struct SignEstimator {
    /// Slot, slots to its second echo, and level of each pair.
    pairs: Vec<(usize, usize, f64)>,
    /// GᵀG + λ = LDLᵀ: D, and the two diagonals below that of L.
    diagonal: Vec<f64>,
    below: Vec<[f64; BAND]>,
    estimates: Vec<f64>,
}

impl SignEstimator {
    /// Takes the pairs of another key: by slot, slots apart, and level.
    pub(super) fn set_pairs(&mut self, pairs: impl Iterator<Item = (usize, usize, f64)>) {
        self.pairs.clear();
        self.pairs.extend(pairs);
        self.diagonal.clear();
        self.below.clear();
        for n in 0..self.pairs.len() {
            let product = |back: usize| match n.checked_sub(back) {
                Some(before) => overlap(self.pairs[before], self.pairs[n]),
                None => 0.0,
            };
            let d = |back: usize| n.checked_sub(back).map_or(1.0, |m| self.diagonal[m]);
            let l_before = n.checked_sub(1).map_or(0.0, |m| self.below[m][0]);
            let second = product(2) / d(2);
            let first = (product(1) - second * d(2) * l_before) / d(1);
            let own = product(0) + NOISE - first * first * d(1) - second * second * d(2);
            self.diagonal.push(own);
            self.below.push([first, second]);
        }
    }

    /// The estimate of each pair's sign, from the ripple in each slot.
    pub(super) fn estimate(&mut self, ripple: &[f64]) -> &[f64] {
        let x = &mut self.estimates;
        x.clear();
        for (n, &(slot, apart, level)) in self.pairs.iter().enumerate() {
            let [first, second] = self.below[n];
            let one = if n >= 1 { first * x[n - 1] } else { 0.0 };
            let two = if n >= 2 { second * x[n - 2] } else { 0.0 };
            x.push(level * (ripple[slot] - ripple[slot + apart]) - one - two);
        }
        for n in (0..x.len()).rev() {
            x[n] /= self.diagonal[n];
            if n + 1 < x.len() {
                x[n] -= self.below[n + 1][0] * x[n + 1];
            }
            if n + 2 < x.len() {
                x[n] -= self.below[n + 2][1] * x[n + 2];
            }
        }
        x
    }
}

/// The product of two columns of G, the second of a pair that begins no earlier.
fn overlap(one: (usize, usize, f64), two: (usize, usize, f64)) -> f64 {
    let same = |a: usize, b: usize| if a == b { 1.0 } else { 0.0 };
    let ends = |pair: (usize, usize, f64)| (pair.0, pair.0 + pair.1);
    let ((a, b), (c, d)) = (ends(one), ends(two));
    one.2 * two.2 * (same(a, c) - same(a, d) - same(b, c) + same(b, d))
}

/// Slot, distance and level of pairs, as an estimator takes them.
pub(super) fn laid_out<'a>(
    pairs: &'a [Pair],
    levels: &'a [f64],
) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
    let entry = |(slot, (pair, level)): (usize, (&Pair, &f64))| (slot, pair.apart as usize, *level);
    pairs.iter().zip(levels).enumerate().map(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_solve_the_normal_equations() {
        let pairs: Vec<(usize, usize, f64)> =
            (0..12).map(|n| (n, 1 + (n * 7 / 3) % 2, 1.0 - 0.04 * n as f64)).collect();
        let ripple: Vec<f64> = (0..14).map(|n| (f64::from(n) * 1.3).sin()).collect();
        let mut estimator = SignEstimator::default();
        estimator.set_pairs(pairs.iter().copied());
        let x = estimator.estimate(&ripple).to_vec();
        for (n, &(slot, apart, level)) in pairs.iter().enumerate() {
            let by_pairs = |m: usize| {
                let (one, two) = if m < n { (pairs[m], pairs[n]) } else { (pairs[n], pairs[m]) };
                overlap(one, two) * x[m]
            };
            let left = (0..12).map(by_pairs).sum::<f64>() + NOISE * x[n];
            let right = level * (ripple[slot] - ripple[slot + apart]);
            assert!((left - right).abs() < 1e-12, "{n}: {left} {right}");
        }
    }
}
