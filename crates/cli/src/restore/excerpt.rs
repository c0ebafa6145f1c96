//! A stretch of a file, in memory.

use std::ops::Range;

use super::error::RestoreError;
use super::source::Source;
use crate::watch::Watch;

/// A stretch of a file, as the mean of its channels.
pub(super) struct Excerpt {
    /// Where in the file it begins, in samples.
    pub(super) first: i64,
    pub(super) samples: Vec<f32>,
}

impl Excerpt {
    /// The loudest part of one of the `stretches` of the file, of up to so many seconds.
    pub(super) fn loudest(
        source: &Source,
        stretches: &[Range<u64>],
        seconds: usize,
        watch: &Watch<'_>,
    ) -> Result<Self, RestoreError> {
        let rate = u64::from(source.info().sample_rate);
        let energies = energy_by_second(source, rate as usize, watch)?;
        let in_stretch = |stretch: &Range<u64>| {
            let last = if stretch.end == source.info().frames() { rate - 1 } else { 0 };
            let begin = stretch.start.div_ceil(rate) as usize;
            let end = ((stretch.end + last) / rate) as usize;
            let energies = energies.get(begin..end).unwrap_or_default();
            let sums = energies.windows(seconds.min(energies.len()).max(1));
            let sums = sums.map(|stretch| stretch.iter().sum::<f64>());
            let loudest = sums.enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
            let first = (begin + loudest.0) as u64 * rate;
            Some((first..(first + seconds as u64 * rate).min(stretch.end), loudest.1))
        };
        let loudest = stretches.iter().filter_map(in_stretch).max_by(|a, b| a.1.total_cmp(&b.1));
        // A stretch of less than two seconds may hold no whole one.
        let range = loudest.map(|loudest| loudest.0).or_else(|| stretches.first().cloned());
        Self::of(source, range.unwrap_or(0..0), watch)
    }

    /// The samples `range`, as far as the file has them.
    pub(super) fn of(
        source: &Source,
        range: Range<u64>,
        watch: &Watch<'_>,
    ) -> Result<Self, RestoreError> {
        let mut samples = Vec::new();
        let mut left = range.end.saturating_sub(range.start) as usize;
        source.blocks_from(range.start, watch, |_, planar| {
            samples.extend(mean(planar).take(left));
            left = left.saturating_sub(planar.first().map_or(0, Vec::len));
            Ok(left > 0)
        })?;
        Ok(Self { first: range.start as i64, samples })
    }
}

/// Sum of the squared samples of every second.
fn energy_by_second(
    source: &Source,
    rate: usize,
    watch: &Watch<'_>,
) -> Result<Vec<f64>, RestoreError> {
    let mut energies = Vec::new();
    let mut samples = 0;
    source.blocks(watch, |_, planar| {
        for sample in mean(planar) {
            if samples % rate == 0 {
                energies.push(0.0);
            }
            if let Some(second) = energies.last_mut() {
                *second += f64::from(sample).powi(2);
            }
            samples += 1;
        }
        Ok(true)
    })?;
    Ok(energies)
}

/// The mean of all channels: the veil is the same in each, and linear.
pub(super) fn mean(planar: &[Vec<f32>]) -> impl Iterator<Item = f32> {
    let frames = planar.iter().map(Vec::len).min().unwrap_or(0);
    let scale = 1.0 / planar.len().max(1) as f32;
    (0..frames).map(move |frame| {
        let sum: f32 = planar.iter().filter_map(|channel| channel.get(frame)).sum();
        sum * scale
    })
}
