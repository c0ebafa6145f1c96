//! The exact inverse of a mark, for whoever has the key.

use std::iter::repeat;
use std::sync::Arc;

use super::Mark;
use super::patches::Patch;
use crate::past::Past;
use crate::processor::for_this_processor;

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
    /// What one kernel of the pattern adds in one stretch.
    of_kernel: Vec<f64>,
}

impl Unmarker {
    /// An inverse for `channels` channels. Allocates all it will ever need.
    #[must_use]
    pub fn new(mark: Arc<Mark>, channels: usize) -> Self {
        Self {
            channels: (0..channels).map(|_| Past::new(mark.longest)).collect(),
            patch: None,
            sums: vec![0.0; mark.shortest],
            of_kernel: vec![0.0; mark.shortest],
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
            let count = self.stretch(at, len - done);
            for (index, channel) in channels.iter_mut().enumerate().take(self.channels.len()) {
                self.restore_stretch(index, at, &mut channel[done..done + count], &widen, &narrow);
            }
            done += count;
        }
    }

    /// Longest stretch in samples that is restored at once.
    pub(crate) fn stretch_max(&self) -> usize {
        self.sums.len()
    }

    /// Begins the next stretch, of at most `len` samples from `at` on: gives its length.
    pub(crate) fn stretch(&mut self, at: i64, len: usize) -> usize {
        let known = self.patch.filter(|patch| patch.start <= at && at < patch.end);
        self.patch = known.or_else(|| self.mark.pattern.as_ref().map(|p| p.patches.at(at)));
        let left = self.patch.map_or(i64::MAX, |patch| patch.end.saturating_sub(at).max(1));
        len.min(self.sums.len()).min(usize::try_from(left).unwrap_or(usize::MAX))
    }

    /// Restores the samples of one channel in the [`stretch`](Self::stretch) that begins at `at`.
    pub(crate) fn restore(&mut self, index: usize, at: i64, samples: &mut [f64]) {
        self.restore_stretch(index, at, samples, |x| x, |x| x);
    }

    fn restore_stretch<T: Copy>(
        &mut self,
        index: usize,
        at: i64,
        samples: &mut [T],
        widen: impl Fn(T) -> f64,
        narrow: impl Fn(f64) -> T,
    ) {
        self.sum(index, at, samples.len());
        for (sample, sum) in samples.iter_mut().zip(&self.sums) {
            let x = widen(*sample) - sum;
            *sample = narrow(if x.is_finite() { x } else { 0.0 });
            self.channels[index].push(x, self.mark.longest);
        }
    }

    /// What all taps add to the `count` samples at `at`, all of one patch.
    fn sum(&mut self, index: usize, at: i64, count: usize) {
        let (longest, past) = (self.mark.longest, self.channels[index].newest(self.mark.longest));
        let (sums, of_kernel) = (&mut self.sums[..count], &mut self.of_kernel[..count]);
        sums.fill(0.0);
        if let Some(echo) = &self.mark.echo {
            add_taps(echo.taps(), longest, past, sums);
        }
        let (Some(pattern), Some(patch)) = (&self.mark.pattern, self.patch) else { return };
        let into = usize::try_from(at.saturating_sub(patch.start)).unwrap_or(0);
        let rise = pattern.rise.get(into..).unwrap_or_default();
        let rise = || rise.iter().map(|&weight| f64::from(weight)).chain(repeat(1.0));
        for ((kernel, sign), falls) in [(patch.kernel, false), (patch.before, true)] {
            let Some(kernel) = pattern.kernels.get(kernel) else { continue };
            if falls && into >= pattern.rise.len() {
                continue;
            }
            of_kernel.fill(0.0);
            add_taps(kernel.taps(), longest, past, of_kernel);
            for ((sum, x), weight) in sums.iter_mut().zip(&*of_kernel).zip(rise()) {
                let weight = if falls { 1.0 - weight } else { weight };
                *sum += f64::from(sign) * weight * x;
            }
        }
    }
}

for_this_processor! {
    /// `sums[i] += Σ gain · past[longest + i − delay]` over `taps` of (delay, gain), in their order. `past`
    /// holds `longest` samples, and no delay is less than `sums.len()`.
    add_taps = add_taps_anywhere,
    (taps: &[(u32, f32)], longest: usize, past: &[f64], sums: &mut [f64])
}

#[inline(always)]
fn add_taps_anywhere(taps: &[(u32, f32)], longest: usize, past: &[f64], sums: &mut [f64]) {
    for &(delay, gain) in taps {
        let from = longest.wrapping_sub(delay as usize);
        let Some(window) = past.get(from..from.wrapping_add(sums.len())) else { break };
        for (sum, x) in sums.iter_mut().zip(window) {
            *sum += f64::from(gain) * x;
        }
    }
}
