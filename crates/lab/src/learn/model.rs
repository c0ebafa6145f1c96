//! A trained model that can be asked about clips.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};

use super::batch::Batch;
use super::train::TEST_BATCH;
use crate::clip::Clip;
use crate::features::{Extractor, Features};

/// Scores of the classes: clips × classes.
type Network = Box<dyn Fn(&Batch) -> Tensor<2>>;

/// A trained model with its front end.
pub struct Model {
    extractor: Extractor,
    frames: usize,
    device: Device,
    network: Network,
}

impl Model {
    pub(super) fn new(
        extractor: Extractor,
        frames: usize,
        device: Device,
        network: Network,
    ) -> Self {
        Self { extractor, frames, device, network }
    }

    /// Natural logarithms of the probabilities of all classes, for each clip. Labels are not used.
    pub fn log_probabilities(&mut self, clips: &[Clip]) -> Vec<Vec<f32>> {
        let mut all = Vec::with_capacity(clips.len());
        for clips in clips.chunks(TEST_BATCH) {
            let features: Vec<Features> =
                clips.iter().map(|clip| self.extractor.extract(clip)).collect();
            let features: Vec<(&Features, usize)> = features.iter().map(|one| (one, 0)).collect();
            let batch = Batch::new(&features, self.frames, &self.device);
            all.extend(rows(log_softmax((self.network)(&batch), 1)));
        }
        all
    }
}

/// The rows of a table.
pub(crate) fn rows(table: Tensor<2>) -> Vec<Vec<f32>> {
    let [_, width] = table.dims();
    let values: Vec<f32> = table.into_data().iter::<f32>().collect();
    values.chunks(width.max(1)).map(<[f32]>::to_vec).collect()
}
