//! The pairs of echoes of one layer.

use zeroize::Zeroize;

use super::super::settings::PAIR_SLOTS_MAX;
use crate::dot::dot_f32;
use crate::key::KeyStream;
use crate::mark::kernel::Signs;
use crate::processor::for_this_processor;

// The distance of a pair is one bit.
const _: () = assert!(PAIR_SLOTS_MAX == 2);
/// Pairs that 32 bits are enough for: one for the distance, one for the sign.
const PAIRS_AT_A_TIME: usize = 16;

/// The pairs of each kernel, kernels × pairs. Pair n begins at slot n of the layer, so every slot but the last
/// [`PAIR_SLOTS_MAX`] begins one. Secret, as the key is.
#[derive(Zeroize)]
pub(super) struct Pairs {
    /// Slots of the layer.
    slots: usize,
    /// Sign of the first echo of each; the second has the opposite one.
    signs: Vec<f32>,
    /// All bits where the second lies two slots behind the first, none where it is one: what is random is
    /// better masked than branched on.
    far: Vec<u32>,
}

impl Pairs {
    /// Those of `kernels` in a layer with so many slots, all the same, to be drawn.
    pub(super) fn blank(kernels: usize, slots: usize) -> Self {
        let count = kernels * pairs_in(slots);
        Self { slots, signs: vec![1.0; count], far: vec![0; count] }
    }

    /// Those of a key in a layer with so many slots.
    pub(super) fn of(kernels: &[Signs], slots: usize) -> Self {
        let pairs = || kernels.iter().flat_map(|signs| &signs.pairs);
        Self {
            slots,
            signs: pairs().map(|pair| pair.sign as f32).collect(),
            far: pairs().map(|pair| mask(pair.apart == PAIR_SLOTS_MAX)).collect(),
        }
    }

    /// Draws all anew.
    pub(super) fn draw(&mut self, stream: &mut KeyStream) {
        let per_kernel = pairs_in(self.slots).max(1);
        let signs = self.signs.chunks_mut(per_kernel).zip(self.far.chunks_mut(per_kernel));
        for (signs, far) in signs {
            let far = far.chunks_mut(PAIRS_AT_A_TIME);
            for (signs, far) in signs.chunks_mut(PAIRS_AT_A_TIME).zip(far) {
                let bits = stream.bits();
                for (n, (sign, far)) in signs.iter_mut().zip(far).enumerate() {
                    *far = mask(bits >> (2 * n) & 1 != 0);
                    *sign = 1.0 - (bits >> (2 * n) & 2) as f32;
                }
            }
        }
    }

    /// Puts into `gains`, kernels × slots, what the echoes at each slot of a kernel have for a sign.
    pub(super) fn spread(&self, gains: &mut [f32]) {
        gains.fill(0.0);
        spread_signs((&self.signs, &self.far), self.slots, gains);
    }

    /// Σ and Σ² of the signs times the ripple that each pair would leave: `ripples` holds that of each slot,
    /// kernels × slots. `left` is for scratch.
    pub(super) fn sums(&self, ripples: &[f32], left: &mut Vec<f32>) -> (f64, f64) {
        left.clear();
        left.resize(self.signs.len(), 0.0);
        differences(ripples, &self.far, self.slots, left);
        (dot_f32(&self.signs, left).into(), dot_f32(left, left).into())
    }

    /// Sign of each pair, and whether its echoes are two slots apart.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = (f32, bool)> {
        self.signs.iter().copied().zip(self.far.iter().map(|far| *far != 0))
    }
}

for_this_processor! {
    /// Adds each pair's signs, of which `pairs` are the first and the distances, to its slots.
    spread_signs = spread_signs_anywhere, (pairs: (&[f32], &[u32]), slots: usize, gains: &mut [f32])
}

#[inline(always)]
fn spread_signs_anywhere((signs, far): (&[f32], &[u32]), slots: usize, gains: &mut [f32]) {
    let pairs = pairs_in(slots).max(1);
    let kernels = signs.chunks_exact(pairs).zip(far.chunks_exact(pairs));
    for ((signs, far), gains) in kernels.zip(gains.chunks_exact_mut(slots.max(1))) {
        for (gain, sign) in gains.iter_mut().zip(signs) {
            *gain += sign;
        }
        for ((gain, sign), far) in gains[1..].iter_mut().zip(signs).zip(far) {
            *gain -= select(*far, 0.0, *sign);
        }
        for ((gain, sign), far) in gains[2..].iter_mut().zip(signs).zip(far) {
            *gain -= select(*far, *sign, 0.0);
        }
    }
}

for_this_processor! {
    /// Puts into `left`, kernels × pairs, by how much the ripples of each pair's two slots differ.
    differences = differences_anywhere,
    (ripples: &[f32], far: &[u32], slots: usize, left: &mut [f32])
}

#[inline(always)]
fn differences_anywhere(ripples: &[f32], far: &[u32], slots: usize, left: &mut [f32]) {
    let pairs = pairs_in(slots).max(1);
    let kernels = far.chunks_exact(pairs).zip(left.chunks_exact_mut(pairs));
    for (ripples, (far, left)) in ripples.chunks_exact(slots.max(1)).zip(kernels) {
        let (first, near, later) = (&ripples[..pairs], &ripples[1..=pairs], &ripples[2..pairs + 2]);
        for n in 0..pairs {
            left[n] = first[n] - select(far[n], later[n], near[n]);
        }
    }
}

/// Pairs of a kernel in a layer with so many slots.
#[inline(always)]
fn pairs_in(slots: usize) -> usize {
    slots.saturating_sub(PAIR_SLOTS_MAX as usize)
}

/// All bits or none.
#[inline(always)]
fn mask(all: bool) -> u32 {
    u32::from(all).wrapping_neg()
}

/// The first for a mask of all bits, the second for one of none.
#[inline(always)]
fn select(mask: u32, all: f32, none: f32) -> f32 {
    f32::from_bits((all.to_bits() & mask) | (none.to_bits() & !mask))
}
