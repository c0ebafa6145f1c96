//! Clips side by side in tensors, padded to one length, and what of them is padding.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::features::Features;

/// Some clips as a network sees them.
pub(super) struct Batch {
    /// Clips × rows × values a row; padding is 0.
    pub(super) x: Tensor<3>,
    /// The classes.
    pub(super) labels: Tensor<1, Int>,
    /// Rows of each clip that are no padding.
    lengths: Vec<usize>,
}

impl Batch {
    /// Puts clips side by side, each from row 0 on, `rows` long. What is longer is cut off.
    pub(super) fn new(clips: &[(&Features, usize)], rows: usize, device: &Device) -> Self {
        let width = clips.first().map_or(1, |(features, _)| features.width);
        let mut values = vec![0.0f32; clips.len() * rows * width];
        let mut lengths = Vec::with_capacity(clips.len());
        for ((features, _), to) in clips.iter().zip(values.chunks_exact_mut(rows * width)) {
            let taken = features.frames().min(rows);
            to[..taken * width].copy_from_slice(&features.values[..taken * width]);
            lengths.push(taken);
        }
        let labels: Vec<i32> = clips.iter().map(|&(_, label)| label as i32).collect();
        Self {
            x: Tensor::from_data(TensorData::new(values, [clips.len(), rows, width]), device),
            labels: Tensor::from_data(TensorData::new(labels, [clips.len()]), device),
            lengths,
        }
    }

    /// Clips.
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// For a layer with `steps` steps, `stride` rows apart: a weight for each step, 0 for padding,
    /// summing up to 1 for each clip. Clips × steps.
    pub(super) fn weights(&self, steps: usize, stride: usize) -> Tensor<2> {
        let mut weights = vec![0.0f32; self.len() * steps];
        for (row, of_clip) in weights.chunks_exact_mut(steps).enumerate() {
            let seen = self.steps(row, steps, stride);
            of_clip[..seen].fill((seen as f32).recip());
        }
        Tensor::from_data(TensorData::new(weights, [self.len(), steps]), &self.x.device())
    }

    /// Likewise: which steps are padding.
    pub(super) fn padding(&self, steps: usize, stride: usize) -> Tensor<2, Bool> {
        let mut padding = vec![true; self.len() * steps];
        for (row, of_clip) in padding.chunks_exact_mut(steps).enumerate() {
            let seen = self.steps(row, steps, stride);
            of_clip[..seen].fill(false);
        }
        Tensor::from_data(TensorData::new(padding, [self.len(), steps]), &self.x.device())
    }

    /// How many steps see something of clip `row`; one at least.
    fn steps(&self, row: usize, steps: usize, stride: usize) -> usize {
        self.lengths[row].div_ceil(stride).clamp(1, steps.max(1))
    }
}
