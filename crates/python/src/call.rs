//! What `protect` and `restore` begin with.

use std::sync::Arc;

use patchveil_veil::Veil;
use pyo3::prelude::*;

use crate::arrays::{Samples, channel_axis as axis_of};
use crate::key::ClassKey;
use crate::recipe::chosen;

/// A recording, and the filters that a key and a recipe make for it.
pub(crate) struct Call<'py> {
    pub(crate) samples: Samples<'py>,
    /// The axis of the channels; none where there is only time.
    pub(crate) axis: Option<usize>,
    pub(crate) channels: usize,
    pub(crate) veil: Arc<Veil>,
}

impl<'py> Call<'py> {
    /// Checks the arguments, as Python gives them.
    pub(crate) fn of(
        py: Python<'py>,
        samples: &Bound<'py, PyAny>,
        rate: i64,
        key: &ClassKey,
        recipe: Option<&Bound<'py, PyAny>>,
        channel_axis: Option<isize>,
    ) -> PyResult<Self> {
        let recipe = chosen(recipe)?;
        let samples = Samples::of(samples, "samples")?;
        let axis = axis_of(samples.shape(), channel_axis, None, "samples")?;
        let channels = axis.map_or(1, |axis| samples.shape()[axis]);
        let veil = py.detach(|| key.veil(&recipe, rate))?;
        Ok(Self { samples, axis, channels, veil })
    }
}
