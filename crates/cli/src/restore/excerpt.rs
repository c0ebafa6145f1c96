//! A stretch of a file, in memory.

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
    /// The loudest stretch of the file of up to so many seconds.
    pub(super) fn loudest(
        source: &Source,
        seconds: usize,
        watch: &Watch<'_>,
    ) -> Result<Self, RestoreError> {
        let rate = source.info().sample_rate as usize;
        let energies = energy_by_second(source, rate, watch)?;
        let sum = |stretch: &[f64]| stretch.iter().sum::<f64>();
        let stretches = energies.windows(seconds.min(energies.len()).max(1)).map(sum);
        let loudest = stretches.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let first = loudest.map_or(0, |(second, _)| second * rate);
        let end = first + seconds * rate;
        let (mut at, mut samples) = (0, Vec::new());
        source.blocks(watch, |_, planar| {
            let block: Vec<f32> = mean(planar).collect();
            let from = first.saturating_sub(at).min(block.len());
            let to = end.saturating_sub(at).min(block.len());
            samples.extend_from_slice(&block[from.min(to)..to]);
            at += block.len();
            Ok(at < end)
        })?;
        Ok(Self { first: first as i64, samples })
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
fn mean(planar: &[Vec<f32>]) -> impl Iterator<Item = f32> {
    let frames = planar.iter().map(Vec::len).min().unwrap_or(0);
    let scale = 1.0 / planar.len().max(1) as f32;
    (0..frames).map(move |frame| {
        let sum: f32 = planar.iter().filter_map(|channel| channel.get(frame)).sum();
        sum * scale
    })
}
