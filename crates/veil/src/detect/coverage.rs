//! Which seconds of a recording carry a pattern.

use realfft::num_complex::Complex32;

use super::period_average::Block;

/// Blocks looked at together on each side of one.
const NEIGHBOURS: usize = 1;
/// How far above zero a block's correlation must be, in standard deviations of what chance gives …
const CLEARLY: f64 = 3.0;
/// … and how deep the pattern must be, as a share of its depth in the best blocks.
const DEEP_ENOUGH: f64 = 0.25;

/// Where a pattern was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Intervals that carry the pattern, as their start and end in seconds; accurate to about a
    /// second. Long silent pauses are not part of them.
    pub intervals: Vec<(f64, f64)>,
    /// Depth of the pattern in each block of the recording, as a share of the recipe's depth.
    pub depths: Vec<f32>,
    /// Length of a block in seconds; about one.
    pub block_seconds: f64,
}

impl Coverage {
    /// Total seconds that carry the pattern.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.intervals.iter().map(|(start, end)| end - start).sum()
    }
}

/// Correlates `pattern`, shifted to its offset, with each of `blocks`.
pub(super) fn cover(
    blocks: &[Block],
    pattern: &[Complex32],
    noise_weight: &[f32],
    period_s: f64,
    seconds: f64,
) -> Coverage {
    let norm: f64 =
        pattern.iter().zip(noise_weight).map(|(p, by)| f64::from(p.norm_sqr() * by)).sum();
    let found: Vec<(f64, f64)> = blocks
        .iter()
        .map(|block| {
            let cells = pattern.iter().zip(&block.sum).zip(noise_weight);
            let sum: f32 = cells.map(|((p, sum), by)| (p * sum.conj()).re * by).sum();
            (f64::from(sum), f64::from(block.periods))
        })
        .collect();
    // Of each block together with its neighbours: the depth, and how many standard deviations it is
    // above 0.
    let pooled: Vec<(f64, f64)> = (0..found.len())
        .map(|at| {
            let near = &found[at.saturating_sub(NEIGHBOURS)..found.len().min(at + NEIGHBOURS + 1)];
            let sum: f64 = near.iter().map(|near| near.0).sum();
            let periods: f64 = near.iter().map(|near| near.1).sum();
            if norm <= 0.0 {
                return (0.0, 0.0);
            }
            (sum / (periods * norm), sum / (periods * norm / 2.0).sqrt())
        })
        .collect();
    let mut depths: Vec<f64> = pooled.iter().map(|pooled| pooled.0).collect();
    depths.sort_unstable_by(f64::total_cmp);
    let best = depths.get(depths.len() * 9 / 10).copied().unwrap_or(0.0);
    let block_seconds = blocks.first().map_or(0.0, |block| f64::from(block.periods) * period_s);
    let clear = |pooled: &(f64, f64)| pooled.1 >= CLEARLY && pooled.0 >= DEEP_ENOUGH * best;
    let edge = |block: usize| {
        // What follows the last whole period belongs to the last block.
        if block == pooled.len() { seconds } else { block as f64 * block_seconds }
    };
    let mut intervals = Vec::new();
    let mut at = 0;
    for run in pooled.chunk_by(|a, b| clear(a) == clear(b)) {
        if run.iter().any(clear) {
            intervals.push((edge(at), edge(at + run.len())));
        }
        at += run.len();
    }
    let depths = pooled.iter().map(|pooled| pooled.0 as f32).collect();
    Coverage { intervals, depths, block_seconds }
}
