//! One sample, from its bytes and back.

use super::law::{A_LAW, Law, MU_LAW};

/// One sample of `B` bytes.
pub(super) trait Sample<const B: usize> {
    fn decode(bytes: [u8; B]) -> f32;
    /// Whether the sample has to be written.
    #[inline(always)]
    fn differs(before: f32, after: f32) -> bool {
        before != after
    }
    /// The bytes for `after` where `bytes` decode to `before`, and whether they were clamped.
    /// `dither` is in (−1, 1), 0 for none. The lowest `unused` bits are not in use.
    fn encode(bytes: [u8; B], before: f32, after: f32, dither: f64, unused: u32)
    -> ([u8; B], bool);
}

pub(super) struct U8;
pub(super) struct I8;
pub(super) struct I16<const BIG_ENDIAN: bool>;
pub(super) struct I24<const BIG_ENDIAN: bool>;
pub(super) struct I32<const BIG_ENDIAN: bool>;
pub(super) struct F32<const BIG_ENDIAN: bool>;
pub(super) struct F64<const BIG_ENDIAN: bool>;
pub(super) struct ALaw;
pub(super) struct MuLaw;

impl Sample<1> for U8 {
    #[inline(always)]
    fn decode([b]: [u8; 1]) -> f32 {
        (f32::from(b) - 128.0) / 128.0
    }

    #[inline(always)]
    fn encode([b]: [u8; 1], before: f32, after: f32, dither: f64, unused: u32) -> ([u8; 1], bool) {
        let old = i64::from(b) - 128;
        let (value, clamped) = add_change::<8>(old, before, after, dither, unused);
        ([(value + 128) as u8], clamped)
    }
}

impl Sample<1> for I8 {
    #[inline(always)]
    fn decode([b]: [u8; 1]) -> f32 {
        f32::from(b.cast_signed()) / 128.0
    }

    #[inline(always)]
    fn encode([b]: [u8; 1], before: f32, after: f32, dither: f64, unused: u32) -> ([u8; 1], bool) {
        let old = i64::from(b.cast_signed());
        let (value, clamped) = add_change::<8>(old, before, after, dither, unused);
        ([value as u8], clamped)
    }
}

/// Swaps between the file's byte order and the little-endian one.
#[inline(always)]
fn ordered<const BIG_ENDIAN: bool, const B: usize>(mut bytes: [u8; B]) -> [u8; B] {
    if BIG_ENDIAN {
        bytes.reverse();
    }
    bytes
}

impl<const BE: bool> Sample<2> for I16<BE> {
    #[inline(always)]
    fn decode(bytes: [u8; 2]) -> f32 {
        f32::from(i16::from_le_bytes(ordered::<BE, 2>(bytes))) / 32_768.0
    }

    #[inline(always)]
    fn encode(
        bytes: [u8; 2],
        before: f32,
        after: f32,
        dither: f64,
        unused: u32,
    ) -> ([u8; 2], bool) {
        let old = i64::from(i16::from_le_bytes(ordered::<BE, 2>(bytes)));
        let (value, clamped) = add_change::<16>(old, before, after, dither, unused);
        (ordered::<BE, 2>((value as i16).to_le_bytes()), clamped)
    }
}

impl<const BE: bool> Sample<3> for I24<BE> {
    #[inline(always)]
    fn decode(bytes: [u8; 3]) -> f32 {
        let [a, b, c] = ordered::<BE, 3>(bytes);
        // In the upper three bytes, the value has the right sign.
        i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0
    }

    #[inline(always)]
    fn encode(
        bytes: [u8; 3],
        before: f32,
        after: f32,
        dither: f64,
        unused: u32,
    ) -> ([u8; 3], bool) {
        let [a, b, c] = ordered::<BE, 3>(bytes);
        let old = i64::from(i32::from_le_bytes([0, a, b, c]) >> 8);
        let (value, clamped) = add_change::<24>(old, before, after, dither, unused);
        let [a, b, c, _] = (value as i32).to_le_bytes();
        (ordered::<BE, 3>([a, b, c]), clamped)
    }
}

impl<const BE: bool> Sample<4> for I32<BE> {
    #[inline(always)]
    fn decode(bytes: [u8; 4]) -> f32 {
        i32::from_le_bytes(ordered::<BE, 4>(bytes)) as f32 / 2_147_483_648.0
    }

    #[inline(always)]
    fn encode(
        bytes: [u8; 4],
        before: f32,
        after: f32,
        dither: f64,
        unused: u32,
    ) -> ([u8; 4], bool) {
        let old = i64::from(i32::from_le_bytes(ordered::<BE, 4>(bytes)));
        let (value, clamped) = add_change::<32>(old, before, after, dither, unused);
        (ordered::<BE, 4>((value as i32).to_le_bytes()), clamped)
    }
}

impl<const BE: bool> Sample<4> for F32<BE> {
    #[inline(always)]
    fn decode(bytes: [u8; 4]) -> f32 {
        f32::from_le_bytes(ordered::<BE, 4>(bytes))
    }

    /// Floats are stored as given, −0 included.
    #[inline(always)]
    fn differs(before: f32, after: f32) -> bool {
        before.to_bits() != after.to_bits()
    }

    #[inline(always)]
    fn encode(_bytes: [u8; 4], _before: f32, after: f32, _dither: f64, _: u32) -> ([u8; 4], bool) {
        (ordered::<BE, 4>(after.to_le_bytes()), false)
    }
}

impl<const BE: bool> Sample<8> for F64<BE> {
    #[inline(always)]
    fn decode(bytes: [u8; 8]) -> f32 {
        f64::from_le_bytes(ordered::<BE, 8>(bytes)) as f32
    }

    /// As of 32 bits.
    #[inline(always)]
    fn differs(before: f32, after: f32) -> bool {
        before.to_bits() != after.to_bits()
    }

    #[inline(always)]
    fn encode(bytes: [u8; 8], _before: f32, after: f32, _dither: f64, _: u32) -> ([u8; 8], bool) {
        let old = f64::from_le_bytes(ordered::<BE, 8>(bytes));
        (ordered::<BE, 8>(changed_f64(old, after).to_le_bytes()), false)
    }
}

/// What becomes of a sample in double precision, of which single precision became `after`: what it has beyond
/// single precision is kept, because the change is added to it.
#[must_use]
#[inline(always)]
pub fn changed_f64(old: f64, after: f32) -> f64 {
    let (rounded, after) = (f64::from(old as f32), f64::from(after));
    // Both are computed, so that there is no branch: loops over it are vectorised.
    let changed = old + (after - rounded);
    if rounded == old { after } else { changed }
}

/// A code has no finer neighbour that dither could reach, so the nearest one it is.
#[inline(always)]
fn encode_law(law: &Law, after: f32) -> ([u8; 1], bool) {
    let (code, clamped) = law.encode(after);
    ([code], clamped)
}

impl Sample<1> for ALaw {
    #[inline(always)]
    fn decode([code]: [u8; 1]) -> f32 {
        A_LAW.decode(code)
    }

    #[inline(always)]
    fn encode(_code: [u8; 1], _before: f32, after: f32, _dither: f64, _: u32) -> ([u8; 1], bool) {
        encode_law(&A_LAW, after)
    }
}

impl Sample<1> for MuLaw {
    #[inline(always)]
    fn decode([code]: [u8; 1]) -> f32 {
        MU_LAW.decode(code)
    }

    #[inline(always)]
    fn encode(_code: [u8; 1], _before: f32, after: f32, _dither: f64, _: u32) -> ([u8; 1], bool) {
        encode_law(&MU_LAW, after)
    }
}

/// `old` plus the change and dither, rounded and clamped to a signed integer of `BITS` bits, of which the
/// lowest `unused` stay 0. A sample that uses them all the same, whatever its header says, keeps them.
#[inline(always)]
fn add_change<const BITS: u32>(
    old: i64,
    before: f32,
    after: f32,
    dither: f64,
    unused: u32,
) -> (i64, bool) {
    let unused = if old.trailing_zeros() < unused { 0 } else { unused };
    let top = 1_i64 << (BITS - 1 - unused);
    let change = (f64::from(after) - f64::from(before)) * top as f64 + dither;
    let wanted = (old >> unused) + round(change);
    let value = wanted.clamp(-top, top - 1);
    (value << unused, value != wanted)
}

/// The nearest integer; values beyond ±2⁴⁰ are clamped.
///
/// Adding 1.5·2⁵² leaves the rounded value in the low bits; without SSE 4.1 `f64::round` is a
/// function call.
#[inline(always)]
fn round(x: f64) -> i64 {
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    const BOUND: f64 = (1_u64 << 40) as f64;
    let shifted = x.clamp(-BOUND, BOUND) + MAGIC;
    shifted.to_bits().cast_signed() - MAGIC.to_bits().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::changed_f64;

    #[test]
    fn a_double_that_is_a_single_becomes_the_single_and_others_keep_what_is_finer() {
        for after in [1e-20, -0.0, 0.25_f32] {
            assert_eq!(changed_f64(1.0, after).to_bits(), f64::from(after).to_bits());
        }
        let fine = 0.5 + 1e-12;
        assert_eq!(changed_f64(fine, 0.5), fine);
        assert_eq!(changed_f64(fine, 0.75), fine + 0.25);
    }
}
