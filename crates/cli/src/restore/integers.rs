//! Files that were made from integers of fewer bits than they have. Their originals are known exactly once
//! the restored samples are rounded, and no sample of a file that was changed since is such an integer.

use std::sync::Arc;

use patchveil_veil::{Restorer, Veil, distance_from_grid};
use serde::Serialize;

use super::error::RestoreError;
use super::source::Source;
use crate::pcm::SampleFormat;
use crate::watch::Watch;

/// Seconds in which integers are looked for.
const PROBE_S: f64 = 30.0;
/// Root-mean-square distance from integers, in steps, up to which samples count as integers.
const ON_GRID: f64 = 0.1;
/// Distance from an integer, in steps, from which a sample is not one, and how many samples in a row have to be
/// nearer: by chance, 64 never are.
const OFF_GRID: f64 = 0.2;
const RUN: usize = 64;
/// Samples of a channel that are judged together.
const WINDOW: usize = 2_048;

/// Bit depths of the integers that files of this format are made from and are finer than.
fn bit_depths(format: SampleFormat) -> &'static [u32] {
    match format.bits() {
        _ if format.is_float() => &[16, 24],
        25.. => &[16, 24],
        17.. => &[16],
        _ => &[],
    }
}

/// The bit depth of the integers that a file consists of once it is restored, by what follows sample
/// `first`; none for other files. The file's first sample is at timeline position `offset`.
pub(super) fn find_bit_depth(
    source: &Source,
    veil: &Arc<Veil>,
    offset: i64,
    first: u64,
    watch: &Watch<'_>,
) -> Result<Option<u32>, RestoreError> {
    let depths = bit_depths(source.info().format);
    if depths.is_empty() {
        return Ok(None);
    }
    let Ok(mut restorer) = Restorer::new(veil.clone(), 1) else { return Ok(None) };
    let begin = offset + first as i64;
    let mut position = begin;
    let end = begin + (PROBE_S * f64::from(source.info().sample_rate)) as i64;
    let mut found = None;
    source.blocks_from(first, watch, |_, planar| {
        let Some(channel) = planar.first() else { return Ok(false) };
        let mut samples: Vec<f64> = channel.iter().copied().map(f64::from).collect();
        restorer.process_f64(position, &mut [&mut samples]);
        // An excerpt that starts in the middle of a patch has to settle first.
        let settling = if position == begin { 4 * veil.context() } else { 0 };
        position += samples.len() as i64;
        let samples = samples.get(settling..).unwrap_or_default();
        let distances = depths.iter().map(|&bits| (bits, distance_from_grid(samples, bits)));
        let mut distances = distances.collect::<Vec<_>>().into_iter();
        let is_undecided = distances.clone().all(|(_, distance)| distance.is_none());
        let is_on_grid = |(_, distance): &(u32, Option<f64>)| distance.is_some_and(|d| d < ON_GRID);
        found = distances.find(is_on_grid);
        Ok(is_undecided && position < end)
    })?;
    Ok(found.map(|(bits, _)| bits))
}

/// How much of the result consists of integers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Integers {
    /// Their bit depth.
    pub bits: u32,
    /// Share of the windows of 2,048 samples that consist of integers, of those in which it can be seen:
    /// loud enough to differ from 0, and quiet enough for single precision to resolve a step.
    pub share: f64,
}

/// Rounds restored samples to integers, where they are integers.
pub(super) struct Rounder {
    bits: u32,
    /// Windows in which it can be seen.
    judged: u64,
    /// Those that consist of integers.
    integers: u64,
    /// Whether the last window of each channel that could be judged consisted of integers.
    last: Vec<bool>,
}

impl Rounder {
    /// For integers of `bits` bits.
    pub(super) fn new(bits: u32) -> Self {
        Self { bits, judged: 0, integers: 0, last: Vec::new() }
    }

    /// Rounds the restored samples of the channel of this `index` that differ from `before`, window by window,
    /// unless a window shows that it does not consist of integers: a beginning made of integers does not make
    /// the rest so. Where a window does not show it, the one before decides.
    pub(super) fn round_changed(&mut self, index: usize, channel: &mut [f32], before: &[f32]) {
        if self.last.len() <= index {
            self.last.resize(index + 1, true);
        }
        for (channel, before) in channel.chunks_mut(WINDOW).zip(before.chunks(WINDOW)) {
            let samples: Vec<f64> = channel.iter().copied().map(f64::from).collect();
            if let Some(distance) = distance_from_grid(&samples, self.bits) {
                self.judged += 1;
                self.integers += u64::from(distance < ON_GRID);
                self.last[index] = distance < ON_GRID;
            }
            if self.last[index] {
                self.round(channel, before);
                continue;
            }
            // Those before or behind what is different may be integers still.
            let steps = (1_u64 << (self.bits - 1)) as f64;
            let is_off = |x: &f64| (x * steps - (x * steps).round()).abs() > OFF_GRID;
            let first = samples.iter().position(is_off).unwrap_or(samples.len());
            let last = samples.iter().rposition(is_off).map_or(0, |last| last + 1);
            if first >= RUN {
                self.round(&mut channel[..first], &before[..first]);
            }
            if samples.len() - last >= RUN {
                self.round(&mut channel[last..], &before[last..]);
            }
        }
    }

    fn round(&self, channel: &mut [f32], before: &[f32]) {
        let steps = (1_u64 << (self.bits - 1)) as f32;
        for (x, _) in channel.iter_mut().zip(before).filter(|(x, y)| x != y) {
            // Integers become an ordinary zero, not the negative one.
            *x = (*x * steps).round() / steps + 0.0;
        }
    }

    /// How much of it consisted of integers; none if nothing showed it.
    pub(super) fn integers(&self) -> Option<Integers> {
        let share = self.integers as f64 / self.judged as f64;
        (self.judged > 0).then_some(Integers { bits: self.bits, share })
    }
}
