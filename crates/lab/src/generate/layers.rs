//! Layers and steps that several generators use.

use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

/// A fully connected layer; the real initial weights are drawn by
/// [`initialise`](crate::learn::initialise).
pub(super) fn linear(inputs: usize, outputs: usize, device: &Device) -> Linear {
    LinearConfig::new(inputs, outputs).with_initializer(Initializer::Zeros).init(device)
}

/// Rows × columns as a tensor.
pub(super) fn matrix(values: Vec<f32>, rows: usize, columns: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

/// The values of a tensor, last dimension fastest.
pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().convert::<f32>().try_into_vec().unwrap_or_default()
}

/// The learning rate at `way` (0 to 1) through the training: up over the first twentieth, then half a
/// cosine down to 0.
pub(super) fn rate(highest: f64, way: f64) -> f64 {
    if way < 0.05 {
        highest * way / 0.05
    } else {
        highest * 0.5 * (1.0 + (std::f64::consts::PI * (way - 0.05) / 0.95).cos())
    }
}

/// The mean loss over the last tenth of the steps.
pub(super) struct FinalLoss {
    steps: usize,
    sum: f32,
    count: usize,
}

impl FinalLoss {
    pub(super) fn new(steps: usize) -> Self {
        Self { steps, sum: 0.0, count: 0 }
    }

    /// Takes the loss of a step, counted from 0.
    pub(super) fn add(&mut self, step: usize, loss: &Tensor<1>) {
        if (step + 1) * 10 > self.steps * 9 {
            self.sum += loss.clone().into_scalar::<f32>();
            self.count += 1;
        }
    }

    pub(super) fn mean(&self) -> f32 {
        self.sum / self.count.max(1) as f32
    }
}
