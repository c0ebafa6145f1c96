//! The cross-fade over a jump of the timeline while sound goes on.
//!
//! At a jump the patches, and all that mark and veil still made of past samples, would change from one
//! sample to the next. So for 5 ms a second processor goes on where the timeline was, and its output
//! fades into that of the one that starts anew where the timeline is now.

use super::fade::PIECE;

/// Length of the cross-fade, in ms.
const JUMP_FADE_MS: u32 = 5;

/// The cross-fade of one instance.
pub(super) struct JumpFade {
    /// In samples.
    len: usize,
    /// While one is under way: samples done, and where the timeline would be without the jump.
    under_way: Option<(usize, i64)>,
    /// One piece as it would be without the jump, channel by channel.
    before: Box<[[f32; PIECE]]>,
}

impl JumpFade {
    /// For `channels` channels at `sample_rate` Hz. Allocates all it will ever need.
    pub(super) fn new(channels: usize, sample_rate: u32) -> Self {
        let before = vec![[0.0; PIECE]; channels].into();
        Self { len: length(sample_rate), under_way: None, before }
    }

    /// The same at another sample rate.
    pub(super) fn set_rate(&mut self, sample_rate: u32) {
        self.len = length(sample_rate);
        self.under_way = None;
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// The timeline jumps, and would have gone on at `position`.
    pub(super) fn begin(&mut self, position: i64) {
        self.under_way = Some((0, position));
    }

    pub(super) fn end(&mut self) {
        self.under_way = None;
    }

    /// Takes the input of the next piece, at most `samples`; returns its length, where it would lie without
    /// the jump, and room for what it would be there.
    pub(super) fn take(
        &mut self,
        channels: &[&mut [f32]],
        from: usize,
        samples: usize,
    ) -> Option<(usize, i64, &mut [[f32; PIECE]])> {
        let (done, position) = self.under_way?;
        let count = samples.min(PIECE).min(self.len - done);
        for (before, channel) in self.before.iter_mut().zip(channels) {
            before[..count].copy_from_slice(&channel[from..from + count]);
        }
        Some((count, position, &mut self.before))
    }

    /// Fades `count` samples of what would have been into `channels`; returns whether that was the last of
    /// them.
    pub(super) fn fade(&mut self, count: usize, channels: &mut [&mut [f32]]) -> bool {
        let Some((done, position)) = self.under_way else { return true };
        for (before, channel) in self.before.iter().zip(channels) {
            for (n, (before, now)) in before[..count].iter().zip(channel.iter_mut()).enumerate() {
                *now = before + weight(done + n, self.len) * (*now - before);
            }
        }
        let done = done + count;
        let ends = done >= self.len;
        self.under_way = (!ends).then_some((done, position.saturating_add(count as i64)));
        ends
    }
}

/// In samples.
fn length(sample_rate: u32) -> usize {
    (sample_rate * JUMP_FADE_MS / 1_000).max(1) as usize
}

/// Weight of what follows the jump, from 0 to 1 without a corner: 3t² − 2t³, the same bits on every
/// processor.
fn weight(sample: usize, len: usize) -> f32 {
    let t = (sample + 1) as f32 / (len + 1) as f32;
    t * t * (3.0 - 2.0 * t)
}
