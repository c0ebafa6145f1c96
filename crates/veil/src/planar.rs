//! Channels of samples, whoever holds them.

use crate::history::CHUNK;

/// Channels × samples that can be written.
pub(crate) trait Planar {
    /// The samples of a channel, if there is one of this number.
    fn channel(&mut self, index: usize) -> Option<&mut [f32]>;
}

impl Planar for [&mut [f32]] {
    #[inline]
    fn channel(&mut self, index: usize) -> Option<&mut [f32]> {
        self.get_mut(index).map(|samples| &mut **samples)
    }
}

/// Room for a copy of one chunk.
#[derive(Default)]
pub(crate) struct Copied {
    channels: Vec<Box<[f32]>>,
    /// Channels and samples of the chunk.
    size: (usize, usize),
}

impl Copied {
    /// For up to `channels` channels.
    pub(crate) fn new(channels: usize) -> Self {
        Self { channels: vec![vec![0.0; CHUNK].into(); channels], size: (0, 0) }
    }

    /// Copies `count` samples, at most [`CHUNK`], from `from` on. Never allocates.
    pub(crate) fn copy(&mut self, channels: &[&[f32]], from: usize, count: usize) {
        for (copy, channel) in self.channels.iter_mut().zip(channels) {
            copy[..count].copy_from_slice(&channel[from..from + count]);
        }
        self.size = (channels.len(), count);
    }
}

impl Planar for Copied {
    fn channel(&mut self, index: usize) -> Option<&mut [f32]> {
        let (channels, count) = self.size;
        self.channels.get_mut(index).filter(|_| index < channels).map(|copy| &mut copy[..count])
    }
}
