//! The network as it is trained.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::{CONTEXT, COURSE, UNITS};
use crate::generate::layers::linear;

/// Narrowest and widest logarithm of the variance.
pub(super) const LOG_VARIANCE: (f32, f32) = (-9.0, 4.0);

/// Two layers beside a linear predictor.
#[derive(Module, Debug)]
pub(super) struct Network {
    pub(super) past: Linear,
    pub(super) course: Linear,
    pub(super) second: Linear,
    pub(super) out: Linear,
    pub(super) predictor: Linear,
}

impl Network {
    pub(super) fn new(device: &Device) -> Self {
        Self {
            past: linear(CONTEXT, UNITS, device),
            course: linear(COURSE, UNITS, device),
            second: linear(UNITS, UNITS, device),
            out: linear(UNITS, 2, device),
            predictor: linear(CONTEXT, 1, device),
        }
    }

    /// Mean and logarithm of the variance of the next sample: samples × 1 each.
    pub(super) fn forward(&self, past: Tensor<2>, course: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let hidden = relu(self.past.forward(past.clone()) + self.course.forward(course));
        let hidden = relu(self.second.forward(hidden));
        let out = self.out.forward(hidden);
        let samples = out.dims()[0];
        let mean = out.clone().slice([0..samples, 0..1]) + self.predictor.forward(past);
        let (low, high) = LOG_VARIANCE;
        (mean, out.slice([0..samples, 1..2]).clamp(low, high))
    }

    /// The mean negative log-likelihood of `next` (samples × 1) under the predicted normal
    /// distributions, in nats, without the constant.
    pub(super) fn loss(&self, past: Tensor<2>, course: Tensor<2>, next: Tensor<2>) -> Tensor<1> {
        let (mean, log_variance) = self.forward(past, course);
        let error = (next - mean).square() * log_variance.clone().neg().exp();
        ((error + log_variance) * 0.5).mean()
    }
}
