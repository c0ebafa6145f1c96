//! Batches of clips as tensors, padded to one length.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::features::Features;

/// A batch of clips as a network gets it.
pub(super) struct Batch {
    /// Clips × frames × width; padding is 0.
    pub(super) x: Tensor<3>,
    /// The labels.
    pub(super) labels: Tensor<1, Int>,
    /// Frames of each clip without padding.
    lengths: Vec<usize>,
}

impl Batch {
    /// A batch of clips, each padded or truncated to `frames` frames.
    pub(super) fn new(clips: &[(&Features, usize)], frames: usize, device: &Device) -> Self {
        let width = clips.first().map_or(1, |(features, _)| features.width);
        let mut values = vec![0.0f32; clips.len() * frames * width];
        let mut lengths = Vec::with_capacity(clips.len());
        for ((features, _), to) in clips.iter().zip(values.chunks_exact_mut(frames * width)) {
            let taken = features.frames().min(frames);
            to[..taken * width].copy_from_slice(&features.values[..taken * width]);
            lengths.push(taken);
        }
        let labels: Vec<i32> = clips.iter().map(|&(_, label)| label as i32).collect();
        Self {
            x: Tensor::from_data(TensorData::new(values, [clips.len(), frames, width]), device),
            labels: Tensor::from_data(TensorData::new(labels, [clips.len()]), device),
            lengths,
        }
    }

    /// Number of clips.
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Weights for a mean over a layer with `steps` steps, `stride` frames apart: 0 for padding,
    /// with a sum of 1 for each clip. Clips × steps.
    pub(super) fn weights(&self, steps: usize, stride: usize) -> Tensor<2> {
        let mut weights = vec![0.0f32; self.len() * steps];
        for (clip, of_clip) in weights.chunks_exact_mut(steps).enumerate() {
            let seen = self.steps(clip, steps, stride);
            of_clip[..seen].fill((seen as f32).recip());
        }
        Tensor::from_data(TensorData::new(weights, [self.len(), steps]), &self.x.device())
    }

    /// Which of these steps are padding. Clips × steps.
    pub(super) fn padding(&self, steps: usize, stride: usize) -> Tensor<2, Bool> {
        let mut padding = vec![true; self.len() * steps];
        for (clip, of_clip) in padding.chunks_exact_mut(steps).enumerate() {
            let seen = self.steps(clip, steps, stride);
            of_clip[..seen].fill(false);
        }
        Tensor::from_data(TensorData::new(padding, [self.len(), steps]), &self.x.device())
    }

    /// How many steps cover clip number `clip`, at least one.
    fn steps(&self, clip: usize, steps: usize, stride: usize) -> usize {
        self.lengths[clip].div_ceil(stride).clamp(1, steps.max(1))
    }
}
