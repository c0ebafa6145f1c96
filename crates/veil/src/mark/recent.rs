//! What a detector still needs of a recording that it takes in block by block.

use crate::history::valid_or_zero;

/// The latest samples of all channels.
pub(super) struct RecentSamples {
    /// Channels × samples, from sample `first` on.
    channels: Vec<Vec<f32>>,
    first: u64,
}

impl RecentSamples {
    pub(super) fn new(channels: usize) -> Self {
        Self { channels: vec![Vec::new(); channels], first: 0 }
    }

    /// Takes the next block (channels × samples), all channels of one length. Invalid samples count as 0.
    pub(super) fn extend(&mut self, block: &[&[f32]]) {
        let len = block.iter().map(|channel| channel.len()).min().unwrap_or(0);
        for (recent, channel) in self.channels.iter_mut().zip(block) {
            recent.extend(channel[..len].iter().map(|&x| valid_or_zero(x)));
        }
    }

    /// Samples taken so far.
    pub(super) fn known(&self) -> u64 {
        self.first + self.channels.first().map_or(0, Vec::len) as u64
    }

    /// Each channel from sample `position` of the recording on; empty where that is not there yet.
    pub(super) fn from(&self, position: u64) -> impl Iterator<Item = &[f32]> {
        let at = (position - self.first) as usize;
        self.channels.iter().map(move |channel| channel.get(at..).unwrap_or_default())
    }

    /// Drops what lies before sample `position` of the recording.
    pub(super) fn drop_before(&mut self, position: u64) {
        let spent = position.min(self.known()).saturating_sub(self.first);
        self.channels.iter_mut().for_each(|channel| drop(channel.drain(..spent as usize)));
        self.first += spent;
    }
}
