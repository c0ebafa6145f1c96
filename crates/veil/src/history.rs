//! The recent past of one channel.

use crate::fir::SLACK;
use crate::processor::for_this_processor;

/// Most samples taken in at once. Only speed depends on it.
pub(crate) const CHUNK: usize = 512;
/// Samples a history takes in before it is moved to the front of its buffer. Only speed depends
/// on it.
const ROOM: usize = 4 * CHUNK;
/// Magnitude beyond which a sample is no audio (+600 dBFS), so that no sum can overflow.
pub const MAGNITUDE_MAX: f32 = 1e30;
/// Magnitude below which a sample enters a kernel as 0 (−400 dBFS), so that no product is a
/// denormal: those cost a hundred times an ordinary product on some processors.
const FAINTEST: f32 = 1e-20;

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

    pub(crate) fn clear(&mut self) {
        self.samples.fill(0.0);
        self.end = self.context;
    }

    /// Becomes the same as `other`, which was made for as many samples.
    pub(crate) fn copy(&mut self, other: &Self) {
        let len = self.samples.len().min(other.samples.len());
        self.samples[..len].copy_from_slice(&other.samples[..len]);
        self.end = other.end;
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

    /// Records `input`, at most [`CHUNK`] samples; says whether all of them were audio.
    #[inline]
    pub(crate) fn record(&mut self, input: &[f32]) -> bool {
        keep(input, self.room(input.len()))
    }

    /// Records `samples` and clears what is no audio.
    #[inline]
    pub(crate) fn take_in(&mut self, samples: &mut [f32]) {
        if !self.record(samples) {
            silence(samples);
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

/// Every comparison with a NaN is false.
fn is_audio(x: f32) -> bool {
    x.abs() <= MAGNITUDE_MAX
}

/// Takes out of `samples` what is no audio. Apart, so that who never meets any pays nothing for it.
#[cold]
#[inline(never)]
fn silence(samples: &mut [f32]) {
    for x in samples {
        *x = clean(*x);
    }
}

/// The sample as the veil takes it: what is no audio is 0.
pub(crate) fn clean(x: f32) -> f32 {
    if is_audio(x) { x } else { 0.0 }
}

for_this_processor! {
    /// Copies `input` as it enters kernels; says whether all of it was audio.
    keep = keep_anywhere, (input: &[f32], kept: &mut [f32]) -> bool
}

#[inline(always)]
fn keep_anywhere(input: &[f32], kept: &mut [f32]) -> bool {
    // The bits of a number without its sign are in the order of its magnitude, with infinity and
    // NaN at the top, so one maximum tells. This runs on every sample, between patches too, and
    // what is too loud is rare: here it is only noticed, and then taken out.
    let mut top = 0;
    for (kept, &x) in kept.iter_mut().zip(input) {
        top = x.abs().to_bits().max(top);
        *kept = if x.abs() >= FAINTEST { x } else { 0.0 };
    }
    let audio = top <= MAGNITUDE_MAX.to_bits();
    if !audio {
        silence(kept);
    }
    audio
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_audio_is_kept() {
        let below = f32::from_bits(FAINTEST.to_bits() - 1);
        let above = f32::from_bits(MAGNITUDE_MAX.to_bits() + 1);
        for x in [FAINTEST, 1.0, MAGNITUDE_MAX, 1e-3] {
            let (mut kept, mut negative) = ([7.0], [7.0]);
            assert!(keep(&[x], &mut kept) && keep(&[-x], &mut negative));
            assert_eq!((kept, negative), ([x], [-x]));
        }
        for (x, audio) in [
            (0.0, true),
            (f32::from_bits(1), true),
            (below, true),
            (above, false),
            (f32::INFINITY, false),
            (f32::NAN, false),
        ] {
            let (mut kept, mut negative) = ([7.0; 40], [7.0; 40]);
            assert_eq!(keep(&[x; 40], &mut kept), audio);
            assert_eq!(keep(&[-x; 40], &mut negative), audio);
            assert_eq!((kept, negative), ([0.0; 40], [0.0; 40]), "{x}");
        }
    }
}
