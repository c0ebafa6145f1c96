//! Float files that were made from integers. Their originals are known exactly once the restored
//! samples are rounded.

use std::sync::Arc;

use patchveil_veil::{Restorer, Veil, distance_from_grid};

use super::error::RestoreError;
use super::source::Source;
use crate::watch::Watch;
use crate::wav::SampleFormat;

/// Seconds in which integers are looked for.
const PROBE_S: f64 = 30.0;
/// Bit depths of the integers that float files are made from.
const BIT_DEPTHS: [u32; 2] = [16, 24];
/// Root-mean-square distance from integers, in steps, up to which samples count as integers.
const ON_GRID: f64 = 0.1;

/// The bit depth of the integers that the beginning of a float file consists of once it is restored;
/// none for other files. Its first sample is at timeline position `offset`.
pub(super) fn find_bit_depth(
    source: &Source,
    veil: &Arc<Veil>,
    offset: i64,
    watch: &Watch<'_>,
) -> Result<Option<u32>, RestoreError> {
    if source.info().format != SampleFormat::F32 {
        return Ok(None);
    }
    let Ok(mut restorer) = Restorer::new(veil.clone(), 1) else { return Ok(None) };
    let mut position = offset;
    let end = offset + (PROBE_S * f64::from(source.info().sample_rate)) as i64;
    let mut found = None;
    source.blocks(watch, |_, planar| {
        let Some(first) = planar.first() else { return Ok(false) };
        let mut samples: Vec<f64> = first.iter().copied().map(f64::from).collect();
        restorer.process_f64(position, &mut [&mut samples]);
        // An excerpt that starts in the middle of a patch has to settle first.
        let settling = if position == offset { 4 * veil.context() } else { 0 };
        position += samples.len() as i64;
        let samples = samples.get(settling..).unwrap_or_default();
        let distances = BIT_DEPTHS.map(|bits| (bits, distance_from_grid(samples, bits)));
        let is_on_grid = |(_, distance): &(u32, Option<f64>)| distance.is_some_and(|d| d < ON_GRID);
        found = distances.into_iter().find(is_on_grid);
        let is_undecided = distances.iter().all(|(_, distance)| distance.is_none());
        Ok(is_undecided && position < end)
    })?;
    Ok(found.map(|(bits, _)| bits))
}

/// Rounds the restored samples of a channel that differ from `before` to integers of `bits` bits, unless
/// this block shows that they are not integers: a beginning made of integers does not make the rest so.
pub(super) fn round_changed(channel: &mut [f32], before: &[f32], bits: u32) {
    let restored: Vec<f64> = channel.iter().copied().map(f64::from).collect();
    if distance_from_grid(&restored, bits).is_some_and(|distance| distance >= ON_GRID) {
        return;
    }
    let steps = (1_u64 << (bits - 1)) as f32;
    for (x, _) in channel.iter_mut().zip(before).filter(|(x, y)| x != y) {
        // Integers become an ordinary zero, not the negative one.
        *x = (*x * steps).round() / steps + 0.0;
    }
}
