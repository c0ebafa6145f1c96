//! Clips side by side in tensors, padded to one length, and what of them is padding.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use chacha20::ChaCha20Rng;
use rand::RngExt;

use crate::features::Features;

/// Some clips as a network sees them.
pub(super) struct Batch {
    /// Clips × rows × values a row; padding is 0.
    pub(super) x: Tensor<3>,
    /// The classes.
    pub(super) labels: Tensor<1, Int>,
    /// First row of each clip and the row after its last.
    spans: Vec<(usize, usize)>,
}

impl Batch {
    /// Puts clips side by side, `rows` long. With a generator each clip starts up to `shift` rows
    /// later or half as much earlier.
    pub(super) fn new(
        clips: &[(&Features, usize)],
        rows: usize,
        shift: usize,
        mut rng: Option<&mut ChaCha20Rng>,
        device: &Device,
    ) -> Self {
        let width = clips.first().map_or(1, |(features, _)| features.width);
        let mut values = vec![0.0f32; clips.len() * rows * width];
        let mut spans = Vec::with_capacity(clips.len());
        for ((features, _), to) in clips.iter().zip(values.chunks_exact_mut(rows * width)) {
            let (late, early) = match &mut rng {
                Some(rng) => {
                    let drawn = rng.random_range(0..=shift + shift / 2);
                    (drawn.saturating_sub(shift / 2), (shift / 2).saturating_sub(drawn))
                }
                None => (0, 0),
            };
            // At least a row is left of the shortest clip.
            let late = late.min(rows.saturating_sub(1));
            let early = early.min(features.frames().saturating_sub(1));
            let taken = (features.frames() - early).min(rows - late);
            let from = &features.values[early * width..(early + taken) * width];
            to[late * width..(late + taken) * width].copy_from_slice(from);
            spans.push((late, late + taken));
        }
        let labels: Vec<i32> = clips.iter().map(|&(_, label)| label as i32).collect();
        Self {
            x: Tensor::from_data(TensorData::new(values, [clips.len(), rows, width]), device),
            labels: Tensor::from_data(TensorData::new(labels, [clips.len()]), device),
            spans,
        }
    }

    /// Clips.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// For a layer with `steps` steps, `stride` rows apart: a weight for each step, 0 for padding,
    /// summing up to 1 for each clip. Clips × steps.
    pub(super) fn weights(&self, steps: usize, stride: usize) -> Tensor<2> {
        let mut weights = vec![0.0f32; self.len() * steps];
        for (row, of_clip) in weights.chunks_exact_mut(steps).enumerate() {
            let (first, last) = self.steps(row, steps, stride);
            of_clip[first..last].fill(((last - first) as f32).recip());
        }
        Tensor::from_data(TensorData::new(weights, [self.len(), steps]), &self.x.device())
    }

    /// Likewise: which steps are padding.
    pub(super) fn padding(&self, steps: usize, stride: usize) -> Tensor<2, Bool> {
        let mut padding = vec![true; self.len() * steps];
        for (row, of_clip) in padding.chunks_exact_mut(steps).enumerate() {
            let (first, last) = self.steps(row, steps, stride);
            of_clip[first..last].fill(false);
        }
        Tensor::from_data(TensorData::new(padding, [self.len(), steps]), &self.x.device())
    }

    /// The steps that see something of clip `row`; one at least.
    fn steps(&self, row: usize, steps: usize, stride: usize) -> (usize, usize) {
        let (start, end) = self.spans[row];
        let first = (start / stride).min(steps.saturating_sub(1));
        (first, end.div_ceil(stride).clamp(first + 1, steps.max(first + 1)))
    }
}
