//! The direct sum over few, scattered taps: one order of summation, whatever the instruction set.

use crate::fir::{LANES, Lanes, fused};
use crate::processor::for_this_processor;

/// Vectors computed side by side: as many as hide the latency of a multiply-add.
const WIDTH: usize = 8;

for_this_processor! {
    /// `out[i] = Σ gain · x[longest + i − delay]` over `taps` of (delay, gain), in their order, each a
    /// fused multiply-add.
    ///
    /// No delay is greater than `longest`, and `x` holds at least `longest + out.len()` samples, and
    /// [`SLACK`](crate::fir::SLACK) behind. Where `x` is too short nothing is written. Never
    /// allocates, never panics.
    sparse_fir = sparse_fir_anywhere,
    (taps: &[(u32, f32)], longest: usize, x: &[f32], out: &mut [f32])
}

#[inline(always)]
fn sparse_fir_anywhere(taps: &[(u32, f32)], longest: usize, x: &[f32], out: &mut [f32]) {
    if x.len() < longest + out.len().next_multiple_of(LANES) {
        return;
    }
    let mut at = longest;
    let (wide, rest) = out.as_chunks_mut::<{ WIDTH * LANES }>();
    for block in wide {
        let sums = tile::<WIDTH>(taps, at, x);
        for (lanes, sum) in block.chunks_exact_mut(LANES).zip(sums) {
            lanes.copy_from_slice(&sum);
        }
        at += WIDTH * LANES;
    }
    for block in rest.chunks_mut(LANES) {
        let [sum] = tile::<1>(taps, at, x);
        block.copy_from_slice(&sum[..block.len()]);
        at += LANES;
    }
}

/// `W` vectors of outputs, the first at `at`.
#[inline(always)]
fn tile<const W: usize>(taps: &[(u32, f32)], at: usize, x: &[f32]) -> [Lanes; W] {
    let mut sums = [[0.0; LANES]; W];
    for &(delay, gain) in taps {
        let from = at.wrapping_sub(delay as usize);
        let Some(window) = x.get(from..from.wrapping_add(W * LANES)) else { break };
        let (vectors, _) = window.as_chunks::<LANES>();
        for (sum, vector) in sums.iter_mut().zip(vectors) {
            *sum = fused(gain, vector, *sum);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fir::SLACK;

    proptest! {
        #[test]
        fn any_split_and_any_instruction_set_give_the_same_bits(
            taps in prop::collection::vec((1_u32..300, -1.0_f32..1.0), 0..60),
            x in prop::collection::vec(-1.0_f32..1.0, 400..600),
            cut in 0_usize..200,
        ) {
            let count = x.len() - 300 - SLACK;
            let cut = cut.min(count);
            let mut whole = vec![0.0; count];
            let (mut parts, mut plain) = (whole.clone(), whole.clone());
            sparse_fir(&taps, 300, &x, &mut whole);
            sparse_fir(&taps, 300, &x, &mut parts[..cut]);
            sparse_fir(&taps, 300, &x[cut..], &mut parts[cut..]);
            sparse_fir_anywhere(&taps, 300, &x, &mut plain);
            prop_assert_eq!(&whole, &parts);
            prop_assert_eq!(&whole, &plain);
            for (i, &y) in whole.iter().enumerate() {
                let exact: f64 = taps.iter()
                    .map(|tap| f64::from(tap.1) * f64::from(x[300 + i - tap.0 as usize])).sum();
                prop_assert!((exact - f64::from(y)).abs() < 1e-4);
            }
        }
    }
}
