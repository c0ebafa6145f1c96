//! Changes added to integers, with dither.

use patchveil_veil::for_this_processor;

/// Triangular noise in (−1, 1): the difference of two uniform numbers, hashed from channel and frame.
#[derive(Clone, Copy)]
pub(super) struct Dither {
    seed: u64,
}

impl Dither {
    pub(super) fn of_channel(channel: usize) -> Self {
        Self { seed: mix(channel as u64 + 1) }
    }

    #[inline(always)]
    pub(super) fn at(&self, frame: u64) -> f64 {
        noise(self.state(frame))
    }

    /// What the noise is hashed from: [`GOLDEN`] more for every frame.
    #[inline(always)]
    fn state(&self, frame: u64) -> u64 {
        self.seed.wrapping_add(frame.wrapping_mul(GOLDEN))
    }
}

#[inline(always)]
fn noise(state: u64) -> f64 {
    let h = mix(state);
    // 2⁵² + n has n in its lowest bits; so both halves become numbers without a conversion, which vectors
    // lack, and the difference is exact.
    let number = |n: u64| f64::from_bits(TWO_TO_52.to_bits() | n);
    let triangle = number(h >> 32) - number(h & u64::from(u32::MAX));
    triangle * (1.0 / 4_294_967_296.0)
}

const TWO_TO_52: f64 = 4_503_599_627_370_496.0;

/// 2⁶⁴ divided by the golden ratio: the step of SplitMix64.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64.
#[inline(always)]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What [`add_change`] makes of each of `integers`, of so many `bits` and full scale ±1 in `after`; gives
/// how many were clamped. Dithered where `dither` has the noise and the index of the first frame.
#[inline]
pub(super) fn add_changes(
    integers: &mut [i32],
    after: &[f32],
    bits: u32,
    dither: Option<(Dither, u64)>,
) -> u64 {
    // The noise is two products of 64 bits, which only AVX-512 has in vectors. Processors with the last of these (Ice
    // Lake, Zen 4 and later) do not slow down for such vectors.
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi")
    {
        #[target_feature(enable = "avx512dq,avx512vl")]
        fn widest(
            integers: &mut [i32],
            after: &[f32],
            bits: u32,
            dither: Option<(Dither, u64)>,
        ) -> u64 {
            add_changes_anywhere(integers, after, bits, dither)
        }
        // SAFETY: the processor has just reported these features.
        #[expect(unsafe_code, reason = "runs as compiled for this processor")]
        return unsafe { widest(integers, after, bits, dither) };
    }
    add_changes_narrower(integers, after, bits, dither)
}

for_this_processor! {
    /// [`add_changes`] without AVX-512.
    add_changes_narrower = add_changes_anywhere,
    (integers: &mut [i32], after: &[f32], bits: u32, dither: Option<(Dither, u64)>) -> u64
}

#[inline(always)]
fn add_changes_anywhere(
    integers: &mut [i32],
    after: &[f32],
    bits: u32,
    dither: Option<(Dither, u64)>,
) -> u64 {
    // Loops, because what adapters pass to a closure may be compiled for other processors.
    let mut clamped = 0;
    if let Some((dither, first)) = dither {
        let mut state = dither.state(first);
        for (integer, &after) in integers.iter_mut().zip(after) {
            clamped += change(integer, after, bits, noise(state));
            state = state.wrapping_add(GOLDEN);
        }
    } else {
        for (integer, &after) in integers.iter_mut().zip(after) {
            clamped += change(integer, after, bits, 0.0);
        }
    }
    clamped
}

/// Without a branch, so that the loop is vectorised. 1 if it was clamped, else 0.
#[inline(always)]
fn change(integer: &mut i32, after: f32, bits: u32, dither: f64) -> u64 {
    let before = *integer as f32 * unit(bits);
    let (new, clamped) = add_change(*integer, before, after, dither, bits, 0);
    let differs = before != after;
    *integer = if differs { new } else { *integer };
    u64::from(differs & clamped)
}

/// What 1 is of an integer of so many bits, full scale being 1.
#[inline(always)]
pub(super) fn unit(bits: u32) -> f32 {
    f32::from_bits((128 - bits) << 23)
}

/// `old` plus the change and dither, rounded and clamped to a signed integer of so many `bits`, of which the
/// lowest `unused` stay 0. A sample that uses them all the same, whatever its header says, keeps them. What a NaN
/// becomes is not specified; it counts as clamped.
#[inline(always)]
pub(super) fn add_change(
    old: i32,
    before: f32,
    after: f32,
    dither: f64,
    bits: u32,
    unused: u32,
) -> (i32, bool) {
    let unused = if old.trailing_zeros() < unused { 0 } else { unused };
    let top = (1_u64 << (bits - 1 - unused)) as f64;
    let change = (f64::from(after) - f64::from(before)) * top + dither;
    // Whole numbers far below 2⁵³ from here on, so all sums are exact.
    let wanted = f64::from(old >> unused) + (change.clamp(-FAR, FAR) + ROUNDING - ROUNDING);
    let value = wanted.clamp(-top, top - 1.0);
    // The lowest bits of the sum are the integer.
    let integer = (value + ROUNDING).to_bits() as i32;
    (integer << unused, value != wanted)
}

/// 1.5·2⁵²: what it is added to is rounded to the nearest integer, and no processor lacks an addition.
const ROUNDING: f64 = 6_755_399_441_055_744.0;
/// Beyond what any integer can change by.
const FAR: f64 = (1_u64 << 40) as f64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What `add_change` and [`Dither::at`] were before their loops were vectors: integers of 64 bits all the way.
    fn add_change_in_integers(
        old: i64,
        before: f32,
        after: f32,
        dither: f64,
        (bits, unused): (u32, u32),
    ) -> (i64, bool) {
        let unused = if old.trailing_zeros() < unused { 0 } else { unused };
        let top = 1_i64 << (bits - 1 - unused);
        let change = (f64::from(after) - f64::from(before)) * top as f64 + dither;
        let shifted = change.clamp(-FAR, FAR) + ROUNDING;
        let change = shifted.to_bits().cast_signed() - ROUNDING.to_bits().cast_signed();
        let wanted = (old >> unused) + change;
        let value = wanted.clamp(-top, top - 1);
        (value << unused, value != wanted)
    }

    fn dither_in_integers(channel: usize, frame: u64) -> f64 {
        let seed = mix(channel as u64 + 1);
        let h = mix(seed.wrapping_add(frame.wrapping_mul(GOLDEN)));
        let triangle = i64::from((h >> 32) as u32) - i64::from(h as u32);
        triangle as f64 * (1.0 / 4_294_967_296.0)
    }

    /// A sample beyond full scale too, far beyond, and beside what a rounding turns on.
    fn any_sample() -> impl Strategy<Value = f32> {
        prop_oneof![
            8 => -1.2_f32..1.2,
            1 => prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
            1 => any::<i16>().prop_map(|n| f32::from(n) / 65_536.0),
        ]
    }

    proptest! {
        #[test]
        fn vectors_and_single_samples_give_what_integers_of_64_bits_did(
            samples in prop::collection::vec((any::<i32>(), any_sample(), any::<bool>()), 0..70),
            bits in prop::sample::select(vec![8_u32, 16, 24, 32]),
            unused in 0_u32..8,
            first in any::<u32>(),
            is_dithered in any::<bool>(),
        ) {
            let first = u64::from(first);
            let dither = is_dithered.then(|| (Dither::of_channel(3), first));
            let old: Vec<i32> = samples.iter().map(|sample| sample.0 >> (32 - bits)).collect();
            let before = |integer: i32| integer as f32 / (1_u64 << (bits - 1)) as f32;
            let after: Vec<f32> = samples.iter().zip(&old)
                .map(|(sample, old)| if sample.2 { before(*old) } else { sample.1 }).collect();
            let noise = |n: usize| match is_dithered {
                true => dither_in_integers(3, first + n as u64),
                false => 0.0,
            };
            let mut new = old.clone();
            let clamped = add_changes(&mut new, &after, bits, dither);
            let mut narrower = old.clone();
            prop_assert_eq!(add_changes_narrower(&mut narrower, &after, bits, dither), clamped);
            prop_assert_eq!(&narrower, &new);
            let mut expected = 0;
            for n in 0..old.len() {
                if before(old[n]) == after[n] {
                    prop_assert_eq!(new[n], old[n]);
                    continue;
                }
                let own = dither.map_or(0.0, |(dither, first)| dither.at(first + n as u64));
                prop_assert_eq!(own.to_bits(), noise(n).to_bits());
                let (value, was_clamped) = add_change_in_integers(
                    old[n].into(), before(old[n]), after[n], noise(n), (bits, 0),
                );
                prop_assert_eq!(i64::from(new[n]), value);
                expected += u64::from(was_clamped);
            }
            prop_assert_eq!(clamped, expected);

            // Half of them use all bits all the same.
            for (n, old) in old.iter().enumerate() {
                let old = if n % 2 == 0 { old >> unused << unused } else { *old };
                let (value, was_clamped) =
                    add_change(old, before(old), after[n], noise(n), bits, unused);
                let expected = add_change_in_integers(
                    old.into(), before(old), after[n], noise(n), (bits, unused),
                );
                prop_assert_eq!((i64::from(value), was_clamped), expected);
            }
        }
    }
}
