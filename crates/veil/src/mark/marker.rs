//! Applies a mark to a stream of blocks in real time.

use std::sync::Arc;

use super::Mark;
use super::adder::Adder;
use crate::history::{CHUNK, History};

/// Applies a [`Mark`] in place to blocks of any size at any timeline position, with zero latency.
///
/// The output at a position depends on that position, the mark, and the samples fed before it: not on
/// how the timeline was cut into blocks. Invalid samples (NaN, infinite, beyond ±10³⁰) become 0.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
///
/// use patchveil_veil::{ClassKey, Mark, MarkSettings, Marker};
///
/// let mark = Mark::new(&ClassKey::generate()?, &MarkSettings::default(), 48_000)?;
/// let mut marker = Marker::new(Arc::new(mark), 2);
/// let (mut left, mut right) = ([0.1; 480], [0.2; 480]);
/// for block in 0..10 {
///     marker.process(480 * block, &mut [&mut left, &mut right]);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Marker {
    mark: Arc<Mark>,
    channels: Vec<History>,
    adder: Adder,
}

impl Marker {
    /// A marker for `channels` channels. Allocates all it will ever need.
    #[must_use]
    pub fn new(mark: Arc<Mark>, channels: usize) -> Self {
        let history = || History::new(mark.longest + 1);
        let channels = (0..channels).map(|_| history()).collect();
        Self { channels, adder: Adder::new(), mark }
    }

    /// Latency in samples: 0.
    #[must_use]
    pub const fn latency(&self) -> usize {
        0
    }

    /// Forgets all samples, as if nothing had been fed. Never allocates.
    pub fn reset(&mut self) {
        self.channels.iter_mut().for_each(History::clear);
    }

    /// Marks `channels` (channels × samples, in place) whose first sample lies at timeline `position`.
    /// Channels beyond those it was made for, and samples beyond the shortest channel, are left
    /// unchanged. Never allocates, locks or panics.
    #[inline]
    pub fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let mut done = 0;
        while done < len {
            let count = (len - done).min(CHUNK);
            let at = position.saturating_add(done as i64);
            for (history, channel) in self.channels.iter_mut().zip(channels.iter_mut()) {
                let samples = &mut channel[done..done + count];
                history.record_and_sanitize(samples);
                let added = self.adder.added(&self.mark, history, at, count);
                for (out, x) in samples.iter_mut().zip(added) {
                    *out += x;
                }
            }
            done += count;
        }
    }
}
