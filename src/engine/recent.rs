//! What came in of late.

use patchveil_veil::Convolver;

use super::CHANNELS_MAX;

/// Input that is kept, in ms: more than any veil reaches back.
const KEPT_MS: u32 = 40;
/// Samples up to this are silence, as where an editor looks for sound: −100 dBFS.
const SILENCE: f32 = 1e-5;

/// The newest input of each channel.
pub(super) struct RecentInput {
    channels: Box<[Box<[f32]>]>,
    /// Where the next sample goes.
    next: usize,
    /// Samples since the last one that was more than silence.
    quiet: usize,
}

impl RecentInput {
    /// Silence in `channels` channels at `sample_rate` Hz. Allocates all it will ever need.
    pub(super) fn new(channels: usize, sample_rate: u32) -> Self {
        let len = (sample_rate * KEPT_MS / 1_000).max(1) as usize;
        let channels = (0..channels).map(|_| vec![0.0; len].into()).collect();
        Self { channels, next: 0, quiet: usize::MAX }
    }

    /// Nothing came in, as far as anyone has to know.
    pub(super) fn forget(&mut self) {
        self.channels.iter_mut().for_each(|channel| channel.fill(0.0));
        self.quiet = usize::MAX;
    }

    /// Whether there was sound within the last `samples`.
    pub(super) fn has_sound(&self, samples: usize) -> bool {
        self.quiet < samples
    }

    /// `channels` come in, each at least `len` samples long. Never allocates.
    pub(super) fn record(&mut self, channels: &[&mut [f32]], len: usize) {
        let loud = |channel: &&mut [f32]| channel[..len].iter().rposition(|x| x.abs() > SILENCE);
        self.quiet = match channels.iter().filter_map(loud).max() {
            Some(last) => len - 1 - last,
            None => self.quiet.saturating_add(len),
        };
        let Some(kept) = self.channels.first().map(|channel| channel.len()) else { return };
        let new = len.min(kept);
        // Up to the end of the buffer, and what is left from its beginning on.
        let first = new.min(kept - self.next);
        for (own, channel) in self.channels.iter_mut().zip(channels) {
            let newest = &channel[len - new..len];
            own[self.next..self.next + first].copy_from_slice(&newest[..first]);
            own[..new - first].copy_from_slice(&newest[first..]);
        }
        self.next = (self.next + new) % kept;
    }

    /// Feeds `convolver` the newest `samples`, as what lies before `position`. Never allocates.
    pub(super) fn feed(&self, convolver: &mut Convolver, position: i64, samples: usize) {
        let Some(kept) = self.channels.first().map(|channel| channel.len()) else { return };
        let samples = samples.min(kept);
        let start = (self.next + kept - samples) % kept;
        let first = samples.min(kept - start);
        let mut at = position.saturating_sub(samples as i64);
        for (from, count) in [(start, first), (0, samples - first)] {
            let mut views: [&[f32]; CHANNELS_MAX] = [&[]; CHANNELS_MAX];
            for (view, channel) in views.iter_mut().zip(&self.channels) {
                *view = &channel[from..from + count];
            }
            convolver.feed(at, &views[..self.channels.len().min(CHANNELS_MAX)]);
            at = at.saturating_add(count as i64);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use patchveil_veil::{ClassKey, Preset, Veil};

    use super::*;

    #[test]
    fn what_is_fed_is_what_came_in_last_however_it_came() {
        let key = ClassKey::from_bytes([1; 32]);
        let veil = Arc::new(Veil::new(&key, &Preset::Strong.recipe(), 48_000).unwrap());
        let mut input: Vec<f32> = (0..9_000).map(|n| (n * 7_919 % 1_000) as f32 / 1e3).collect();
        let mut expected = Convolver::of(veil.clone(), 1);
        expected.feed(-1_500, &[&input[7_000..8_500]]);
        let mut want = input[8_500..].to_vec();
        expected.process(0, &mut [&mut want]);
        for size in [1, 64, 1_919, 1_920, 8_500] {
            let mut recent = RecentInput::new(1, 48_000);
            for block in input[..8_500].chunks_mut(size) {
                let len = block.len();
                recent.record(&[block], len);
            }
            let mut convolver = Convolver::of(veil.clone(), 1);
            recent.feed(&mut convolver, 0, 1_500);
            let mut got = input[8_500..].to_vec();
            convolver.process(0, &mut [&mut got]);
            assert_eq!(got, want, "{size}");
        }
    }
}
