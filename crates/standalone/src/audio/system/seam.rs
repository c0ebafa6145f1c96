//! Where sound breaks off, and where it goes on: in a few milliseconds instead of from one sample to the next.

use std::ops::Range;

use super::super::CHANNELS_MAX;

/// Length of both fades, in ms.
const FADE_MS: u32 = 5;

/// The edges of what comes in.
pub(super) struct Seam {
    /// In frames.
    len: usize,
    /// Frames since sound broke off.
    falling: usize,
    /// Frames of sound since then.
    rising: usize,
    /// The last frame before it did: it falls to silence.
    held: [f32; CHANNELS_MAX],
    /// The last frame so far.
    last: [f32; CHANNELS_MAX],
}

impl Seam {
    /// Sound at `sample_rate` Hz, which has not broken off.
    pub(super) fn new(sample_rate: u32) -> Self {
        let len = (sample_rate * FADE_MS / 1_000).max(1) as usize;
        let silence = [0.0; CHANNELS_MAX];
        Self { len, falling: len, rising: len, held: silence, last: silence }
    }

    /// Sound breaks off here. Never allocates, locks or waits.
    pub(super) fn cut(&mut self) {
        self.held = self.last;
        (self.falling, self.rising) = (0, 0);
    }

    /// Joins frames of sound to those before.
    pub(super) fn sound(&mut self, samples: &mut [Vec<f32>], frames: Range<usize>) {
        for frame in frames.clone().take(self.len.saturating_sub(self.rising)) {
            self.rising += 1;
            let weight = weight(self.rising, self.len);
            samples.iter_mut().for_each(|channel| channel[frame] *= weight);
        }
        self.fall(samples, frames);
    }

    /// Writes frames without sound behind those before.
    pub(super) fn silence(&mut self, samples: &mut [Vec<f32>], frames: Range<usize>) {
        samples.iter_mut().for_each(|channel| channel[frames.clone()].fill(0.0));
        self.fall(samples, frames);
    }

    /// Adds what is left of the last frame before sound broke off.
    fn fall(&mut self, samples: &mut [Vec<f32>], frames: Range<usize>) {
        for frame in frames.clone().take(self.len.saturating_sub(self.falling)) {
            self.falling += 1;
            let weight = 1.0 - weight(self.falling, self.len);
            for (channel, held) in samples.iter_mut().zip(self.held) {
                channel[frame] += held * weight;
            }
        }
        if let Some(end) = frames.last() {
            for (last, channel) in self.last.iter_mut().zip(samples.iter()) {
                *last = channel[end];
            }
        }
    }
}

/// From 0 to 1 without a corner: 3t² − 2t³.
fn weight(frame: usize, len: usize) -> f32 {
    let t = frame as f32 / len as f32;
    t * t * (3.0 - 2.0 * t)
}
