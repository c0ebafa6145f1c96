//! `restore`.

use numpy::{PyArrayMethods, PyReadonlyArrayDyn};
use patchveil_veil::Restorer;
use pyo3::prelude::*;

use crate::arrays::{Sample, Samples, check_finite, map, output, planar};
use crate::call::Call;
use crate::errors::value_error;
use crate::key::ClassKey;

/// Restores a recording: takes mark and veil off again. All arguments are as they were for `protect`.
///
/// It computes in double precision. `samples` have to begin where the protected recording began, or outside patches.
/// Where the original consisted of integers, round the result to these; the `patchveil` command finds out by itself.
#[pyfunction]
#[pyo3(
    signature = (samples, rate, key, recipe = None, *, offset = 0, channel_axis = None),
    text_signature = "(samples, rate, key, recipe=\"mark\", *, offset=0, channel_axis=None)"
)]
pub(crate) fn restore<'py>(
    py: Python<'py>,
    samples: &Bound<'py, PyAny>,
    rate: i64,
    key: &ClassKey,
    recipe: Option<&Bound<'py, PyAny>>,
    offset: i64,
    channel_axis: Option<isize>,
) -> PyResult<Bound<'py, PyAny>> {
    let Call { samples, axis, channels, veil } =
        Call::of(py, samples, rate, key, recipe, channel_axis)?;
    let restorer = Restorer::new(veil, channels).map_err(value_error)?;
    match samples {
        Samples::F32(samples) => restored(py, &samples, axis, restorer, offset),
        Samples::F64(samples) => restored(py, &samples, axis, restorer, offset),
    }
}

fn restored<'py, T: Sample>(
    py: Python<'py>,
    samples: &PyReadonlyArrayDyn<'py, T>,
    axis: Option<usize>,
    mut restorer: Restorer,
    offset: i64,
) -> PyResult<Bound<'py, PyAny>> {
    let output = output(py, samples)?;
    let mut made = output.readwrite();
    let (samples, made) = (samples.as_array(), made.as_array_mut());
    py.detach(|| {
        check_finite(planar(samples.clone(), axis)?, "samples")?;
        let process = |at: usize, piece: &mut [&mut [f64]]| {
            restorer.process_f64(offset.saturating_add(at as i64), piece);
        };
        map(samples, made, axis, T::widen, process, |_, x| T::of_f64(x))
    })?;
    Ok(output.into_any())
}
