//! Which stretches of a file carry the veil: others are left as they are.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use patchveil_veil::{Presence, Seam, Veil, find_seam, veiled_windows};

use super::error::RestoreError;
use super::excerpt::{Excerpt, mean};
use super::source::Source;
use crate::watch::Watch;

/// How far from where it was first seen a seam is searched for, in windows of prediction.
const WITHIN_WINDOWS: u64 = 5;
/// How often the search goes on from what it found.
const STEPS: usize = 20;

/// The stretches, in samples, that carry the veil; the whole file unless the audio clearly shows
/// stretches that do not. Its first sample lies near timeline position `offset`. The seams are right to
/// a few windows of 20 ms.
pub(super) fn find_stretches(
    source: &Source,
    veil: &Arc<Veil>,
    offset: i64,
    watch: &Watch<'_>,
) -> Result<Vec<Range<u64>>, RestoreError> {
    let whole = whole(source);
    let presence = Presence::new(veil, source.rounding(), offset);
    let mut presence = presence.map_err(|error| source.unusable(error))?;
    let (first, window) = presence.windows();
    let mut odds = Vec::new();
    source.blocks(watch, |_, planar| {
        let samples: Vec<f32> = mean(planar).collect();
        presence.feed(&samples, &mut odds);
        Ok(true)
    })?;
    let windows = veiled_windows(&odds);
    // Where restoring improves nothing, the audio does not show where the veil is.
    if windows.is_empty() {
        return Ok(vec![whole]);
    }
    let sample = |index: usize| (first + index * window) as u64;
    let stretch = |range: Range<usize>| {
        let start = if range.start == 0 { 0 } else { sample(range.start) };
        let end = if range.end == odds.len() { whole.end } else { sample(range.end) };
        start..end
    };
    Ok(windows.into_iter().map(stretch).collect())
}

/// All samples.
pub(super) fn whole(source: &Source) -> Range<u64> {
    0..source.info().frames()
}

/// The same `stretches` with the seams where they fit best, now that the timeline position `offset` of
/// the file's first sample is certain. `grid_bits` is the bit depth of the integers that the original
/// consists of, if it does.
pub(super) fn settle_seams(
    source: &Source,
    veil: &Arc<Veil>,
    offset: i64,
    grid_bits: Option<u32>,
    stretches: Vec<Range<u64>>,
    watch: &Watch<'_>,
) -> Result<Vec<Range<u64>>, RestoreError> {
    let search = SeamSearch { source, veil, offset, grid_bits, watch };
    stretches
        .into_iter()
        .map(|stretch| {
            let start = search.settle(stretch.start, Seam::Begin)?;
            Ok(start..search.settle(stretch.end, Seam::End)?)
        })
        .filter(|stretch| stretch.as_ref().map_or(true, |stretch| !stretch.is_empty()))
        .collect()
}

/// The search for seams in a file.
struct SeamSearch<'a> {
    source: &'a Source,
    veil: &'a Arc<Veil>,
    offset: i64,
    grid_bits: Option<u32>,
    watch: &'a Watch<'a>,
}

impl SeamSearch<'_> {
    /// Follows the seam near sample `at` to where it fits best.
    fn settle(&self, mut at: u64, seam: Seam) -> Result<u64, RestoreError> {
        let end = self.source.info().frames();
        let within = WITHIN_WINDOWS * u64::from(self.veil.sample_rate()) / 50;
        for _ in 0..STEPS {
            if at == 0 || at == end {
                break;
            }
            let near = at.saturating_sub(within)..=(at + within).min(end);
            let found = self.find(&near, seam)?;
            if found.abs_diff(at) < within * 3 / 4 {
                return Ok(found);
            }
            at = found;
        }
        Ok(at)
    }

    /// The likeliest of the samples `near`.
    fn find(&self, near: &RangeInclusive<u64>, seam: Seam) -> Result<u64, RestoreError> {
        let (source, around) = (self.source, u64::from(self.veil.sample_rate()) / 5);
        let first = near.start().saturating_sub(around);
        let excerpt = Excerpt::of(source, first..near.end() + around, self.watch)?;
        let within = (near.start() - first) as usize..=(near.end() - first) as usize;
        let (position, bits) = (self.offset + excerpt.first, self.grid_bits);
        let found = find_seam(self.veil, &excerpt.samples, position, seam, within, bits);
        Ok(first + found.map_err(|error| source.unusable(error))? as u64)
    }
}
