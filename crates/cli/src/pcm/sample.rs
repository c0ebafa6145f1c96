//! One sample, from its bytes and back.

use super::dither::{add_change, unit};
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

/// A sample that is an integer.
pub(super) trait Integer<const B: usize>: Sample<B> {
    /// Bits that it has.
    const BITS: u32;
    fn integer(bytes: [u8; B]) -> i32;
    /// The bytes of `integer`, which has at most [`BITS`](Self::BITS).
    fn bytes(integer: i32) -> [u8; B];
}

impl Integer<1> for U8 {
    const BITS: u32 = 8;

    #[inline(always)]
    fn integer([b]: [u8; 1]) -> i32 {
        i32::from(b) - 128
    }

    #[inline(always)]
    fn bytes(integer: i32) -> [u8; 1] {
        [(integer + 128) as u8]
    }
}

impl Integer<1> for I8 {
    const BITS: u32 = 8;

    #[inline(always)]
    fn integer([b]: [u8; 1]) -> i32 {
        i32::from(b.cast_signed())
    }

    #[inline(always)]
    fn bytes(integer: i32) -> [u8; 1] {
        [integer as u8]
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

impl<const BE: bool> Integer<2> for I16<BE> {
    const BITS: u32 = 16;

    #[inline(always)]
    fn integer(bytes: [u8; 2]) -> i32 {
        i32::from(i16::from_le_bytes(ordered::<BE, 2>(bytes)))
    }

    #[inline(always)]
    fn bytes(integer: i32) -> [u8; 2] {
        ordered::<BE, 2>((integer as i16).to_le_bytes())
    }
}

impl<const BE: bool> Integer<3> for I24<BE> {
    const BITS: u32 = 24;

    #[inline(always)]
    fn integer(bytes: [u8; 3]) -> i32 {
        let [a, b, c] = ordered::<BE, 3>(bytes);
        // In the upper three bytes, the value has the right sign.
        i32::from_le_bytes([0, a, b, c]) >> 8
    }

    #[inline(always)]
    fn bytes(integer: i32) -> [u8; 3] {
        let [a, b, c, _] = integer.to_le_bytes();
        ordered::<BE, 3>([a, b, c])
    }
}

impl<const BE: bool> Integer<4> for I32<BE> {
    const BITS: u32 = 32;

    #[inline(always)]
    fn integer(bytes: [u8; 4]) -> i32 {
        i32::from_le_bytes(ordered::<BE, 4>(bytes))
    }

    #[inline(always)]
    fn bytes(integer: i32) -> [u8; 4] {
        ordered::<BE, 4>(integer.to_le_bytes())
    }
}

/// The samples that are integers, all in the same way.
macro_rules! samples_of_integers {
    ($([$($generics:tt)*] $type:ty, $bytes:literal;)*) => {$(
        impl<$($generics)*> Sample<$bytes> for $type {
            #[inline(always)]
            fn decode(bytes: [u8; $bytes]) -> f32 {
                Self::integer(bytes) as f32 * unit(Self::BITS)
            }

            #[inline(always)]
            fn encode(
                bytes: [u8; $bytes],
                before: f32,
                after: f32,
                dither: f64,
                unused: u32,
            ) -> ([u8; $bytes], bool) {
                let old = Self::integer(bytes);
                let (new, clamped) =
                    add_change(old, before, after, dither, Self::BITS, unused);
                (Self::bytes(new), clamped)
            }
        }
    )*};
}

samples_of_integers! {
    [] U8, 1;
    [] I8, 1;
    [const BE: bool] I16<BE>, 2;
    [const BE: bool] I24<BE>, 3;
    [const BE: bool] I32<BE>, 4;
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
