//! The direct sum over few, scattered taps: one order of summation, whatever the instruction set.

use zeroize::Zeroize;

use crate::fir::{LANES, Lanes, fused};
use crate::history::CHUNK;
use crate::processor::for_this_processor;

/// Vectors computed side by side: as many as hide the latency of a multiply-add.
const WIDTH: usize = 8;
/// Outputs in them.
const TILE: usize = WIDTH * LANES;

/// Groups of outputs that share what is loaded, and vectors in each. Gains, sums and samples just fit in sixteen
/// registers.
const GROUPS: usize = 3;
const GROUP_VECTORS: usize = 3;
/// Outputs in a group, and in all of them.
const GROUP: usize = GROUP_VECTORS * LANES;
const SHARED_TILE: usize = GROUPS * GROUP;

/// What is done with the samples that lie `delay` before the first group of outputs: each group has a tap there, or
/// a gain of 0, which changes no bit of a sum.
#[derive(Zeroize)]
pub(super) struct Step {
    delay: i32,
    gains: [f32; GROUPS],
}

/// `taps`, delays ascending, by the samples that they use, for [`sparse_fir`]; none where too few of them share
/// samples. Delays are many whole slots, so at 48 kHz and its multiples most do. Loads limit the speed of a sum over
/// taps, and this takes half of them.
pub(super) fn steps(taps: &[(u32, f32)]) -> Vec<Step> {
    debug_assert!(taps.is_sorted_by(|one, next| one.0 < next.0));
    let mut steps = Vec::with_capacity(GROUPS * taps.len());
    for group in 0..GROUPS {
        steps.extend(taps.iter().map(|&(delay, gain)| {
            let mut gains = [0.0; GROUPS];
            gains[group] = gain;
            Step { delay: delay as i32 - (group * GROUP) as i32, gains }
        }));
    }
    steps.sort_unstable_by_key(|step| step.delay);
    steps.dedup_by(|next, step| {
        let same = next.delay == step.delay;
        if same {
            // All but one of a group are 0.
            step.gains.iter_mut().zip(next.gains).for_each(|(gain, more)| *gain += more);
        }
        same
    });
    if 3 * steps.len() > 4 * taps.len() {
        steps.zeroize();
    }
    steps
}

const _: () = assert!(
    CHUNK.is_multiple_of(SHARED_TILE) && CHUNK.is_multiple_of(TILE),
    "full pieces need no tile twice"
);

for_this_processor! {
    /// `out[i] = Σ gain · x[longest + i − delay]` over `taps` of (delay, gain), in their order, each a
    /// fused multiply-add. `steps` are [those](steps) of `taps`.
    ///
    /// No delay is greater than `longest`, and `x` holds at least `longest + out.len()` samples, and
    /// [`SLACK`](crate::fir::SLACK) behind. Where `x` is too short nothing is written. Never
    /// allocates, never panics.
    sparse_fir = sparse_fir_anywhere,
    (taps: &[(u32, f32)], steps: &[Step], longest: usize, x: &[f32], out: &mut [f32])
}

#[inline(always)]
fn sparse_fir_anywhere(
    taps: &[(u32, f32)],
    steps: &[Step],
    longest: usize,
    x: &[f32],
    out: &mut [f32],
) {
    let len = out.len();
    if x.len() < longest + len.next_multiple_of(LANES) {
        return;
    }
    // The last tile ends with the output, and computes some of the one before again.
    if len >= SHARED_TILE && !steps.is_empty() {
        for start in (0..len).step_by(SHARED_TILE) {
            let start = start.min(len - SHARED_TILE);
            let sums = shared_tile(steps, longest + start, x);
            out[start..start + SHARED_TILE].copy_from_slice(sums.as_flattened().as_flattened());
        }
    } else if len >= TILE {
        for start in (0..len).step_by(TILE) {
            let start = start.min(len - TILE);
            let sums = tile::<WIDTH>(taps, longest + start, x);
            out[start..start + TILE].copy_from_slice(sums.as_flattened());
        }
    } else {
        for (block, at) in out.chunks_mut(LANES).zip((longest..).step_by(LANES)) {
            let [sum] = tile::<1>(taps, at, x);
            block.copy_from_slice(&sum[..block.len()]);
        }
    }
}

/// All groups of outputs, the first at `at`.
#[inline(always)]
fn shared_tile(steps: &[Step], at: usize, x: &[f32]) -> [[Lanes; GROUP_VECTORS]; GROUPS] {
    let mut sums = [[[0.0; LANES]; GROUP_VECTORS]; GROUPS];
    for step in steps {
        let from = at.wrapping_sub(step.delay as usize);
        let Some(window) = x.get(from..from.wrapping_add(GROUP)) else { break };
        let (vectors, _) = window.as_chunks::<LANES>();
        for (sums, gain) in sums.iter_mut().zip(step.gains) {
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = fused(gain, vector, *sum);
            }
        }
    }
    sums
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
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::fir::SLACK;

    proptest! {
        #[test]
        fn any_split_and_any_instruction_set_give_the_same_bits(
            delays in prop::collection::btree_set(1_u32..300, 0..60),
            every in prop::sample::select(vec![1, 5, 6, 12]),
            gains in prop::collection::vec(-1.0_f32..1.0, 60),
            x in prop::collection::vec(-1.0_f32..1.0, 400..600),
            cut in 0_usize..200,
        ) {
            // Of the delays of a grid many share samples, of others few.
            let delays = delays.into_iter().map(|delay| delay.next_multiple_of(every)).collect::<BTreeSet<_>>();
            let taps: Vec<(u32, f32)> = delays.into_iter().filter(|delay| *delay <= 300).zip(gains).collect();
            let count = x.len() - 300 - SLACK;
            let cut = cut.min(count);
            let mut whole = vec![0.0; count];
            let (mut parts, mut plain) = (whole.clone(), whole.clone());
            let steps = steps(&taps);
            sparse_fir(&taps, &steps, 300, &x, &mut whole);
            sparse_fir(&taps, &steps, 300, &x, &mut parts[..cut]);
            sparse_fir(&taps, &steps, 300, &x[cut..], &mut parts[cut..]);
            sparse_fir_anywhere(&taps, &[], 300, &x, &mut plain);
            prop_assert_eq!(&whole, &parts);
            prop_assert_eq!(&whole, &plain);
            for (i, &y) in whole.iter().enumerate() {
                let exact: f64 = taps.iter()
                    .map(|tap| f64::from(tap.1) * f64::from(x[300 + i - tap.0 as usize])).sum();
                prop_assert!((exact - f64::from(y)).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn taps_on_a_grid_share_samples_and_others_do_not() {
        let taps = |delay: fn(u32) -> u32| -> Vec<(u32, f32)> {
            (24..98).map(|slot| (delay(slot), 0.01)).collect()
        };
        assert_eq!(steps(&taps(|slot| 6 * slot)).len(), 74 + 8);
        assert!(steps(&taps(|slot| 11 * slot / 2)).is_empty());
    }
}
