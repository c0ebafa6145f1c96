//! The direct finite impulse response: one order of summation, whatever the instruction set.
//!
//! Every output sample is two chains of fused multiply-adds, over the taps t with t mod 16 < 8
//! and over the others, from the last tap to the first; their sum is the output. A kernel's last
//! taps are its smallest, and small numbers summed first lose the least. Vectors
//! lie across *outputs*, never across taps, so no width of vector and no place in a block changes
//! a bit. Fused multiply-add is one rounding by definition (IEEE 754), with or without hardware.

use crate::processor::for_this_processor;

/// Outputs computed side by side in one vector.
pub(crate) const LANES: usize = 8;
/// Kernels are padded with zeros to a multiple of this many taps.
pub(crate) const TAP_GROUP: usize = 2 * LANES;
/// Readable samples that [`fir`] needs behind the last one it uses.
pub(crate) const SLACK: usize = LANES - 1;

pub(crate) type Lanes = [f32; LANES];

for_this_processor! {
    /// `out[i] = Σ taps[t] · x[i + taps.len() − 1 − t]`.
    ///
    /// `taps.len()` is a multiple of [`TAP_GROUP`]; `x` holds at least
    /// `taps.len() − 1 + out.len() + SLACK` samples. Where `x` is too short nothing is written.
    /// Never allocates, never panics.
    fir = fir_anywhere, (taps: &[f32], x: &[f32], out: &mut [f32])
}

#[inline(always)]
fn fir_anywhere(taps: &[f32], x: &[f32], out: &mut [f32]) {
    if x.len() + 1 < taps.len() + out.len() + SLACK {
        return;
    }
    let mut at = 0;
    // Four vectors in two chains each keep the multipliers of current processors busy and just
    // fit in sixteen registers.
    let (wide, rest) = out.as_chunks_mut::<{ 4 * LANES }>();
    for block in wide {
        let sums = tile::<4, 5>(taps, &x[at..]);
        for (lanes, sum) in block.chunks_exact_mut(LANES).zip(sums) {
            lanes.copy_from_slice(&sum);
        }
        at += 4 * LANES;
    }
    for block in rest.chunks_mut(LANES) {
        let [sum] = tile::<1, 2>(taps, &x[at..]);
        block.copy_from_slice(&sum[..block.len()]);
        at += LANES;
    }
}

/// `WIDTH` vectors of outputs; `SPAN` is `WIDTH` + 1.
#[inline(always)]
fn tile<const WIDTH: usize, const SPAN: usize>(taps: &[f32], x: &[f32]) -> [Lanes; WIDTH] {
    let mut near = [[0.0; LANES]; WIDTH];
    let mut far = [[0.0; LANES]; WIDTH];
    let (groups, _) = taps.as_chunks::<TAP_GROUP>();
    for (number, group) in groups.iter().rev().enumerate() {
        for r in (0..LANES).rev() {
            // Taps r and r + 8 use the same samples, one vector apart.
            let from = number * TAP_GROUP + LANES - 1 - r;
            let Some(window) = x.get(from..from + SPAN * LANES) else {
                break;
            };
            let (vectors, _) = window.as_chunks::<LANES>();
            let (tap_near, tap_far) = (group[r], group[r + LANES]);
            for j in 0..WIDTH {
                near[j] = fused(tap_near, &vectors[j + 1], near[j]);
                far[j] = fused(tap_far, &vectors[j], far[j]);
            }
        }
    }
    for j in 0..WIDTH {
        for lane in 0..LANES {
            near[j][lane] += far[j][lane];
        }
    }
    near
}

/// `sum` + `tap` · `x`, lane by lane, each rounded once.
#[inline(always)]
pub(crate) fn fused(tap: f32, x: &Lanes, mut sum: Lanes) -> Lanes {
    for lane in 0..LANES {
        sum[lane] = tap.mul_add(x[lane], sum[lane]);
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_split_and_any_instruction_set_give_the_same_bits(
            groups in 1_usize..12,
            x in prop::collection::vec(-1.0_f32..1.0, 400..600),
            taps in prop::collection::vec(-1.0_f32..1.0, 192),
            cut in 0_usize..200,
        ) {
            let taps = &taps[..groups * TAP_GROUP];
            let count = x.len() - taps.len() + 1 - SLACK;
            let cut = cut.min(count);
            let mut whole = vec![0.0; count];
            let mut parts = vec![0.0; count];
            let mut plain = vec![0.0; count];
            fir(taps, &x, &mut whole);
            fir(taps, &x, &mut parts[..cut]);
            fir(taps, &x[cut..], &mut parts[cut..]);
            fir_anywhere(taps, &x, &mut plain);
            prop_assert_eq!(&whole, &parts);
            prop_assert_eq!(&whole, &plain);
            for (i, &y) in whole.iter().enumerate() {
                let exact: f64 = (0..taps.len())
                    .map(|t| f64::from(taps[t]) * f64::from(x[i + taps.len() - 1 - t])).sum();
                prop_assert!((exact - f64::from(y)).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn too_little_input_writes_nothing() {
        let mut out = [7.0; 4];
        fir(&[1.0; 16], &[1.0; 16 + 4 + SLACK - 2], &mut out);
        assert_eq!(out, [7.0; 4]);
        fir(&[1.0; 16], &[1.0; 16 + 4 + SLACK - 1], &mut out);
        assert_eq!(out, [16.0; 4]);
    }
}
