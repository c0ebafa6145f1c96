//! The recent past of one channel.

use crate::fir::SLACK;
use crate::processor::for_this_processor;

/// Most samples recorded at once. Only speed depends on it: a multiple of what loops over outputs take at once.
pub(crate) const CHUNK: usize = 1_152;
/// Samples recorded before the history moves to the front of its buffer. Only speed depends on it.
const ROOM: usize = 2 * CHUNK;
/// Magnitude beyond which a sample is invalid (+600 dBFS), so that no sum can overflow.
pub const MAGNITUDE_MAX: f32 = 1e30;
/// Magnitude below which a sample enters a kernel as 0 (−400 dBFS), so that no product is
/// denormal: on some processors those take a hundred times as long.
const FLUSH_BELOW: f32 = 1e-20;

/// The most recent samples of one channel, contiguous in memory.
pub(crate) struct History {
    samples: Box<[f32]>,
    /// Index behind the newest sample.
    end: usize,
    /// Samples kept before the newest chunk.
    context: usize,
}

impl History {
    pub(crate) fn new(context: usize) -> Self {
        let samples = vec![0.0; context + ROOM + SLACK].into();
        Self { samples, end: context, context }
    }

    /// How many samples it keeps at all times.
    pub(crate) fn context(&self) -> usize {
        self.context
    }

    pub(crate) fn clear(&mut self) {
        self.samples.fill(0.0);
        self.end = self.context;
    }

    /// Takes over the newest samples of `other`, as many as this one keeps: `other` keeps no fewer.
    pub(crate) fn copy_newest(&mut self, other: &Self) {
        let newest = &other.samples[other.end - self.context..other.end];
        self.samples[..self.context].copy_from_slice(newest);
        self.end = self.context;
    }

    /// Room for `count` more samples, at most [`CHUNK`].
    #[inline]
    fn room(&mut self, count: usize) -> &mut [f32] {
        if self.end + count > self.context + ROOM {
            self.move_to_front();
        }
        let start = self.end;
        self.end += count;
        &mut self.samples[start..self.end]
    }

    #[cold]
    fn move_to_front(&mut self) {
        self.samples.copy_within(self.end - self.context..self.end, 0);
        self.end = self.context;
    }

    /// Records `input`, at most [`CHUNK`] samples; returns whether all of them were valid.
    #[inline]
    pub(crate) fn record(&mut self, input: &[f32]) -> bool {
        record_flushed(input, self.room(input.len()))
    }

    /// Records `samples`, at most [`CHUNK`], and sets invalid ones to 0.
    #[inline]
    pub(crate) fn record_and_sanitize(&mut self, samples: &mut [f32]) {
        if !self.record(samples) {
            clear_invalid(samples);
        }
    }

    /// The newest `count` samples, and the same with `taps − 1` samples before them and
    /// [`SLACK`] behind.
    pub(crate) fn recent(&self, count: usize, taps: usize) -> (&[f32], &[f32]) {
        let start = self.end - count;
        (&self.samples[start..self.end], &self.samples[start + 1 - taps..self.end + SLACK])
    }

    /// The `N` samples that start `back` samples before the end, if they are that old.
    pub(crate) fn starting<const N: usize>(&self, back: usize) -> Option<&[f32; N]> {
        let start = self.end.checked_sub(back)?;
        self.samples.get(start..self.end)?.first_chunk()
    }
}

/// Sets every invalid sample (NaN, infinite, or of a magnitude beyond [`MAGNITUDE_MAX`]) to 0 and
/// returns whether all of them were valid. All other samples keep their bits.
///
/// The convolver does this to its input by itself. Never allocates, locks or panics.
///
/// ```
/// let mut block = [0.5, f32::NAN, -1e38, -0.0];
/// assert!(!patchveil_veil::sanitize(&mut block));
/// assert_eq!(block, [0.5, 0.0, 0.0, -0.0]);
/// assert!(patchveil_veil::sanitize(&mut block));
/// ```
#[inline]
pub fn sanitize(samples: &mut [f32]) -> bool {
    let valid = all_valid(samples);
    if !valid {
        clear_invalid(samples);
    }
    valid
}

/// Sets invalid samples to 0. Out of line, so that valid audio pays nothing for it.
#[cold]
#[inline(never)]
fn clear_invalid(samples: &mut [f32]) {
    for x in samples {
        *x = valid_or_zero(*x);
    }
}

/// The sample, or 0 if it is invalid.
pub(crate) fn valid_or_zero(x: f32) -> f32 {
    // Every comparison with a NaN is false.
    if x.abs() <= MAGNITUDE_MAX { x } else { 0.0 }
}

/// Without its sign, the bits of a float are in the order of its magnitude, infinity and NaN on
/// top: one maximum over them finds whether any sample is invalid.
#[inline(always)]
fn magnitude_bits(x: f32) -> u32 {
    x.abs().to_bits()
}

for_this_processor! {
    /// Whether every sample is valid.
    all_valid = all_valid_anywhere, (samples: &[f32]) -> bool
}

#[inline(always)]
fn all_valid_anywhere(samples: &[f32]) -> bool {
    let top = samples.iter().fold(0, |top, &x| magnitude_bits(x).max(top));
    top <= MAGNITUDE_MAX.to_bits()
}

for_this_processor! {
    /// Copies `input` as it enters kernels; returns whether all of it was valid.
    record_flushed = record_flushed_anywhere, (input: &[f32], recorded: &mut [f32]) -> bool
}

#[inline(always)]
fn record_flushed_anywhere(input: &[f32], recorded: &mut [f32]) -> bool {
    // This runs on every sample, between patches too, and invalid samples are rare: here they are
    // only noticed, and cleared afterwards.
    let mut top = 0;
    for (recorded, &x) in recorded.iter_mut().zip(input) {
        top = magnitude_bits(x).max(top);
        *recorded = if x.abs() >= FLUSH_BELOW { x } else { 0.0 };
    }
    let valid = top <= MAGNITUDE_MAX.to_bits();
    if !valid {
        clear_invalid(recorded);
    }
    valid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_and_denormal_samples_never_enter_a_kernel() {
        let below = f32::from_bits(FLUSH_BELOW.to_bits() - 1);
        let above = f32::from_bits(MAGNITUDE_MAX.to_bits() + 1);
        for x in [FLUSH_BELOW, 1.0, MAGNITUDE_MAX, 1e-3] {
            let (mut recorded, mut negative) = ([7.0], [7.0]);
            assert!(record_flushed(&[x], &mut recorded) && record_flushed(&[-x], &mut negative));
            assert_eq!((recorded, negative), ([x], [-x]));
        }
        for (x, valid) in [
            (0.0, true),
            (f32::from_bits(1), true),
            (below, true),
            (above, false),
            (f32::INFINITY, false),
            (f32::NAN, false),
        ] {
            let (mut recorded, mut negative) = ([7.0; 40], [7.0; 40]);
            assert_eq!(record_flushed(&[x; 40], &mut recorded), valid);
            assert_eq!(record_flushed(&[-x; 40], &mut negative), valid);
            assert_eq!((recorded, negative), ([0.0; 40], [0.0; 40]), "{x}");
        }
    }

    #[test]
    fn sanitize_clears_invalid_samples_and_keeps_the_bits_of_all_others() {
        let above = f32::from_bits(MAGNITUDE_MAX.to_bits() + 1);
        let valid = [1.0, -0.0, f32::from_bits(1), -MAGNITUDE_MAX, MAGNITUDE_MAX, 0.25];
        for invalid in [above, f32::INFINITY, f32::NAN, f32::from_bits(0x7f80_0001)] {
            for invalid in [invalid, -invalid] {
                // At any place in a vector, and in what is left over behind whole vectors.
                for len in 1..40 {
                    for place in 0..len {
                        let mut samples: Vec<f32> =
                            valid.iter().copied().cycle().take(len).collect();
                        let mut expected = samples.clone();
                        assert!(sanitize(&mut samples));
                        samples[place] = invalid;
                        expected[place] = 0.0;
                        assert!(!sanitize(&mut samples));
                        let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                        assert_eq!(bits(&samples), bits(&expected));
                    }
                }
            }
        }
    }
}
