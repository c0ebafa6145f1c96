//! Which seconds of a recording carry a code.

use realfft::num_complex::Complex32;

use super::fold::Block;

/// Blocks looked at together on each side of one.
const NEIGHBOURS: usize = 1;
/// How clearly the code must be there, in standard deviations of chance …
const CLEARLY: f64 = 3.0;
/// … and how deep, as a share of what the better covered parts have.
const DEEP_ENOUGH: f64 = 0.25;

/// Where a code was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Stretches that carry the code, as seconds from their start to their end; good to about a
    /// second. Pauses that are long and silent are not among them.
    pub stretches: Vec<(f64, f64)>,
    /// How deep the code lies in each block of the recording, as a share of the depth that the
    /// recipe asks for.
    pub depths: Vec<f32>,
    /// Length of a block in seconds; about one.
    pub block_seconds: f64,
}

impl Coverage {
    /// Seconds that carry the code, all together.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.stretches.iter().map(|(start, end)| end - start).sum()
    }
}

/// Holds `pattern`, turned to its offset, against each of `blocks`.
pub(super) fn cover(
    blocks: &[Block],
    pattern: &[Complex32],
    certainty: &[f32],
    frame_seconds: f64,
    seconds: f64,
) -> Coverage {
    let norm: f64 = pattern.iter().zip(certainty).map(|(p, by)| f64::from(p.norm_sqr() * by)).sum();
    let found: Vec<(f64, f64)> = blocks
        .iter()
        .map(|block| {
            let cells = pattern.iter().zip(&block.sum).zip(certainty);
            let sum: f32 = cells.map(|((p, sum), by)| (p * sum.conj()).re * by).sum();
            (f64::from(sum), f64::from(block.frames))
        })
        .collect();
    // Depth, and by how many deviations it is above none, of each block with its neighbours.
    let pooled: Vec<(f64, f64)> = (0..found.len())
        .map(|at| {
            let near = &found[at.saturating_sub(NEIGHBOURS)..found.len().min(at + NEIGHBOURS + 1)];
            let sum: f64 = near.iter().map(|near| near.0).sum();
            let frames: f64 = near.iter().map(|near| near.1).sum();
            if norm <= 0.0 {
                return (0.0, 0.0);
            }
            (sum / (frames * norm), sum / (frames * norm / 2.0).sqrt())
        })
        .collect();
    let mut depths: Vec<f64> = pooled.iter().map(|pooled| pooled.0).collect();
    depths.sort_unstable_by(f64::total_cmp);
    let best = depths.get(depths.len() * 9 / 10).copied().unwrap_or(0.0);
    let block_seconds = blocks.first().map_or(0.0, |block| f64::from(block.frames) * frame_seconds);
    let clear = |pooled: &(f64, f64)| pooled.1 >= CLEARLY && pooled.0 >= DEEP_ENOUGH * best;
    let edge = |block: usize| {
        // What is left behind the last whole frame belongs to the last block.
        if block == pooled.len() { seconds } else { block as f64 * block_seconds }
    };
    let mut stretches = Vec::new();
    let mut at = 0;
    for run in pooled.chunk_by(|a, b| clear(a) == clear(b)) {
        if run.iter().any(clear) {
            stretches.push((edge(at), edge(at + run.len())));
        }
        at += run.len();
    }
    let depths = pooled.iter().map(|pooled| pooled.0 as f32).collect();
    Coverage { stretches, depths, block_seconds }
}
