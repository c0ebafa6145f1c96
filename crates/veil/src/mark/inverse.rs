//! The exact inverse of a mark, for whoever has the key.

use std::sync::Arc;

use super::Mark;
use super::kernel::SparseKernel;
use super::patches::Patch;
use crate::past::Past;

/// The exact inverse of a [`Marker`](super::Marker) with the same mark, block by block.
///
/// Every tap is delayed, so `x[n] = y[n] − Σ taps·x[n−d]` needs only samples that are restored already.
/// Their magnitudes add up to less than 1, so errors decay however kernels change. Computed in double
/// precision, in stretches as long as the shortest delay.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
///
/// use patchveil_veil::{ClassKey, Mark, MarkSettings, Marker, Unmarker};
///
/// let mark = Mark::new(&ClassKey::generate()?, &MarkSettings::default(), 44_100)?;
/// let mark = Arc::new(mark);
/// let original: Vec<f32> = (0..44_100).map(|n| 0.3 * (n as f32 * 0.05).sin()).collect();
/// let mut audio = original.clone();
/// Marker::new(mark.clone(), 1).process(0, &mut [&mut audio]);
/// Unmarker::new(mark, 1).process(0, &mut [&mut audio]);
/// assert!(audio.iter().zip(&original).all(|(y, x)| (y - x).abs() < 2e-7));
/// # Ok(())
/// # }
/// ```
pub struct Unmarker {
    mark: Arc<Mark>,
    channels: Vec<Past>,
    patch: Option<Patch>,
    /// What the taps add in one stretch.
    sums: Vec<f64>,
}

impl Unmarker {
    /// An inverse for `channels` channels. Allocates all it will ever need.
    #[must_use]
    pub fn new(mark: Arc<Mark>, channels: usize) -> Self {
        Self {
            channels: (0..channels).map(|_| Past::new(mark.longest)).collect(),
            patch: None,
            sums: vec![0.0; mark.shortest],
            mark,
        }
    }

    /// Forgets all samples, as if nothing had been fed. Never allocates.
    pub fn reset(&mut self) {
        self.channels.iter_mut().for_each(|past| past.clear(self.mark.longest));
    }

    /// Restores `channels` (channels × samples, in place) whose first sample lies at timeline
    /// `position`. From the middle of marked audio, errors decay within some times the longest delay.
    /// Never allocates, locks or panics.
    pub fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        self.run(position, channels, f64::from, |x| x as f32);
    }

    /// [`process`](Self::process) in double precision.
    pub fn process_f64(&mut self, position: i64, channels: &mut [&mut [f64]]) {
        self.run(position, channels, |x| x, |x| x);
    }

    fn run<T: Copy>(
        &mut self,
        position: i64,
        channels: &mut [&mut [T]],
        widen: impl Fn(T) -> f64,
        narrow: impl Fn(f64) -> T,
    ) {
        let len = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let mut done = 0;
        while done < len {
            let at = position.saturating_add(done as i64);
            let known = self.patch.filter(|patch| patch.start <= at && at < patch.end);
            let patch = known.or_else(|| self.mark.pattern.as_ref().map(|p| p.patches.at(at)));
            self.patch = patch;
            let left = patch.map_or(i64::MAX, |patch| patch.end.saturating_sub(at).max(1));
            let left = usize::try_from(left).unwrap_or(usize::MAX);
            let count = (len - done).min(self.sums.len()).min(left);
            for (index, channel) in channels.iter_mut().enumerate().take(self.channels.len()) {
                self.sum(index, at, count);
                let samples = &mut channel[done..done + count];
                for (sample, sum) in samples.iter_mut().zip(&self.sums) {
                    let x = widen(*sample) - sum;
                    *sample = narrow(if x.is_finite() { x } else { 0.0 });
                    self.channels[index].push(x, self.mark.longest);
                }
            }
            done += count;
        }
    }

    /// What all taps add to the `count` samples at `at`, all of one patch.
    fn sum(&mut self, index: usize, at: i64, count: usize) {
        let sums = &mut self.sums[..count];
        sums.fill(0.0);
        let past = &self.channels[index];
        let mut add = |kernel: &SparseKernel, weight: &dyn Fn(usize) -> f64| {
            for (i, sum) in sums.iter_mut().enumerate() {
                let weight = weight(i);
                if weight == 0.0 {
                    continue;
                }
                let delayed =
                    |tap: &(u32, f32)| f64::from(tap.1) * past.delayed(tap.0 as usize - i);
                *sum += weight * kernel.taps().iter().map(delayed).sum::<f64>();
            }
        };
        if let Some(echo) = &self.mark.echo {
            add(echo, &|_| 1.0);
        }
        let (Some(pattern), Some(patch)) = (&self.mark.pattern, self.patch) else { return };
        let into = usize::try_from(at.saturating_sub(patch.start)).unwrap_or(0);
        let rise = |i: usize| f64::from(pattern.rise.get(into + i).copied().unwrap_or(1.0));
        let sides = [(patch.kernel, false), (patch.before, true)];
        for ((kernel, sign), falls) in sides {
            if let Some(kernel) = pattern.kernels.get(kernel) {
                let weight = |i| if falls { 1.0 - rise(i) } else { rise(i) };
                add(kernel, &|i| f64::from(sign) * weight(i));
            }
        }
    }
}
