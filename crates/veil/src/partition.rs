//! How long kernels are cut into parts, and how far back that makes the output depend on the input.

use crate::spectrum::{BLOCK, Spectrum};

/// Longest kernel that is computed directly, in taps. Released audio depends on it: another value
/// rounds differently.
pub(crate) const DIRECT_MAX: usize = 2 * BLOCK;

/// Samples before a position that the output there, to the last bit, depends on for a kernel of
/// `taps` taps.
pub(crate) fn reach(taps: usize) -> usize {
    if taps <= DIRECT_MAX {
        return taps.saturating_sub(1);
    }
    // The last part needs two whole blocks of input, the older of which only affects rounding; and
    // the output may be the last sample of its block.
    taps.next_multiple_of(BLOCK) + BLOCK - 1
}

/// The spectra of the parts of a kernel behind its first [`BLOCK`] taps; none if it is short.
pub(crate) fn parts(taps: &[f32]) -> Vec<Spectrum> {
    if taps.len() <= DIRECT_MAX {
        return Vec::new();
    }
    taps.chunks(BLOCK).skip(1).map(Spectrum::of_taps).collect()
}
