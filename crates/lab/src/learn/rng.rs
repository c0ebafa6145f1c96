//! Initial weights and dropout from the seed of the run. The framework's generator is shared by all
//! threads, so results would depend on what else is running.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use chacha20::ChaCha20Rng;
use rand::RngExt;

/// Initialises all weights of a network: uniform within ±1/√(inputs of a unit) (LeCun, Efficient
/// BackProp, 1998). Vectors (biases, scales) stay.
pub(crate) fn initialise<N: Module>(network: N, rng: ChaCha20Rng) -> N {
    network.map(&mut Initialiser(rng))
}

struct Initialiser(ChaCha20Rng);

impl ModuleMapper for Initialiser {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape = param.lazy_shape();
        let inputs = match shape.as_slice() {
            // Linear layers have their inputs first, convolutions their outputs.
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

/// Dropout: sets a fraction `share` of the values to 0 and scales up the rest. Without `rng`,
/// nothing.
pub(super) fn dropout<const D: usize>(
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
