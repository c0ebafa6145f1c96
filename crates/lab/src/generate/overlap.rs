//! Frames laid over each other.

use burn::tensor::Tensor;

use super::features::HOP;

/// Samples in a frame of two hops.
pub(super) const FRAME: usize = 2 * HOP;

/// Adds frames (excerpts × frames × samples, a whole number of hops) that lie [`HOP`] samples apart:
/// excerpts × samples. What fewer frames than the others cover, at both ends, is left out.
pub(super) fn overlap_add(frames: Tensor<3>) -> Tensor<2> {
    let [excerpts, count, length] = frames.dims();
    let overlap = length / HOP;
    let kept = count + 1 - overlap;
    let mut sum: Option<Tensor<3>> = None;
    for part in 0..overlap {
        let samples = part * HOP..(part + 1) * HOP;
        let first = overlap - 1 - part;
        let of_part = frames.clone().slice([0..excerpts, first..first + kept, samples]);
        sum = Some(match sum {
            Some(sum) => sum + of_part,
            None => of_part,
        });
    }
    sum.unwrap_or(frames).reshape([excerpts, kept * HOP])
}
