//! All randomness of a training run, from its seed alone. The framework's own generator is shared
//! by all threads and would make runs depend on what else is running.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use chacha20::ChaCha20Rng;
use rand::RngExt;

/// Draws all weights of a network anew: uniform within ±1/√(inputs of a unit), as is usual
/// (LeCun, Efficient BackProp, 1998). Vectors (biases, scales) stay as they are.
pub(super) fn redraw<N: Module>(network: N, rng: ChaCha20Rng) -> N {
    network.map(&mut Redraw(rng))
}

struct Redraw(ChaCha20Rng);

impl ModuleMapper for Redraw {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape = param.lazy_shape();
        let inputs = match shape.as_slice() {
            // Linear layers keep their inputs first, convolutions their outputs.
            [inputs, _] => *inputs,
            [_, inputs @ ..] if !inputs.is_empty() => inputs.iter().product(),
            _ => return param,
        };
        let most = (inputs.max(1) as f32).sqrt().recip();
        let count = shape.num_elements();
        let values: Vec<f32> = (0..count).map(|_| self.0.random_range(-most..most)).collect();
        param.map(|old| {
            let new = Tensor::from_data(TensorData::new(values, shape), &old.device());
            new.set_require_grad(true)
        })
    }
}

/// Sets a share of all values to 0 and scales up the rest.
pub(super) fn drop<const D: usize>(
    x: Tensor<D>,
    share: f32,
    rng: Option<&mut ChaCha20Rng>,
) -> Tensor<D> {
    let Some(rng) = rng.filter(|_| share > 0.0) else { return x };
    let dims = x.dims();
    let kept = (1.0 - share).recip();
    let mut draw = || if rng.random::<f32>() < share { 0.0 } else { kept };
    let mask: Vec<f32> = (0..dims.iter().product()).map(|_| draw()).collect();
    let mask = Tensor::from_data(TensorData::new(mask, dims), &x.device());
    x * mask
}
