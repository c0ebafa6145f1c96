//! Applies a mark to a stream of blocks in real time.

use std::iter::repeat;
use std::sync::Arc;

use super::Mark;
use super::patches::Patch;
use super::sparse_fir::sparse_fir;
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
    /// The patch of the last position, kept because finding one takes divisions.
    patch: Option<Patch>,
    /// The sums of one layer in one chunk.
    sums: Box<[f32]>,
}

impl Marker {
    /// A marker for `channels` channels. Allocates all it will ever need.
    #[must_use]
    pub fn new(mark: Arc<Mark>, channels: usize) -> Self {
        let history = || History::new(mark.longest + 1);
        Self {
            channels: (0..channels).map(|_| history()).collect(),
            patch: None,
            sums: vec![0.0; CHUNK].into(),
            mark,
        }
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
                history.record_and_sanitize(&mut channel[done..done + count]);
            }
            self.add_echo(channels, done, count);
            self.add_pattern(at, channels, done, count);
            done += count;
        }
    }

    /// Adds the echo to the samples that were just recorded.
    fn add_echo(&mut self, channels: &mut [&mut [f32]], done: usize, count: usize) {
        let Some(echo) = &self.mark.echo else { return };
        let sums = &mut self.sums[..count];
        let longest = self.mark.longest;
        for (history, channel) in self.channels.iter().zip(channels) {
            let (_, past) = history.recent(count, longest + 1);
            sparse_fir(echo.taps(), longest, past, sums);
            for (out, sum) in channel[done..done + count].iter_mut().zip(&*sums) {
                *out += sum;
            }
        }
    }

    /// Adds the pattern to the samples that were just recorded; the first lies at `at`.
    fn add_pattern(&mut self, at: i64, channels: &mut [&mut [f32]], done: usize, count: usize) {
        let mark = &self.mark;
        let Some(pattern) = &mark.pattern else { return };
        let known = self.patch.filter(|patch| patch.start <= at && at < patch.end);
        let mut patch = known.unwrap_or_else(|| pattern.patches.at(at));
        let mut from = 0;
        while from < count {
            let here = at.saturating_add(from as i64);
            let left = patch.end.saturating_sub(here).max(1);
            let to = count.min(from.saturating_add(usize::try_from(left).unwrap_or(usize::MAX)));
            let into = usize::try_from(here.saturating_sub(patch.start)).unwrap_or(0);
            let rise = pattern.rise.get(into..).unwrap_or_default();
            let faded = &rise[..rise.len().min(to - from)];
            for (history, channel) in self.channels.iter().zip(channels.iter_mut()) {
                let (_, past) = history.recent(count - from, mark.longest + 1);
                let out = &mut channel[done + from..done + to];
                let sums = &mut self.sums;
                let (kernel, sign) = patch.kernel;
                if let Some(kernel) = pattern.kernels.get(kernel) {
                    sparse_fir(kernel.taps(), mark.longest, past, &mut sums[..out.len()]);
                    add(sums, rise.iter().copied().chain(repeat(1.0)), sign, out);
                }
                let (kernel, sign) = patch.before;
                if let Some(kernel) = pattern.kernels.get(kernel) {
                    sparse_fir(kernel.taps(), mark.longest, past, &mut sums[..faded.len()]);
                    add(sums, faded.iter().map(|weight| 1.0 - weight), sign, out);
                }
            }
            from = to;
            if from < count {
                patch = pattern.patches.after(&patch);
            }
        }
        self.patch = Some(patch);
    }
}

/// Adds `sign` · weight · sum to each of `out` that has a weight.
#[inline]
fn add(sums: &[f32], weights: impl Iterator<Item = f32>, sign: f32, out: &mut [f32]) {
    for ((out, sum), weight) in out.iter_mut().zip(sums).zip(weights) {
        *out = (sign * weight).mul_add(*sum, *out);
    }
}
