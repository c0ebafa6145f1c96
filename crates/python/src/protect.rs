//! `protect` and `Protector`.

use std::sync::{Mutex, PoisonError};

use numpy::ndarray::{ArrayViewD, ArrayViewMutD};
use numpy::{PyArrayMethods, PyReadonlyArrayDyn};
use patchveil_veil::Convolver;
use pyo3::prelude::*;

use crate::arrays::{
    CHANNELS_MAX, Sample, Samples, all_finite, channel_axis, check_finite, map, output, planar,
};
use crate::call::Call;
use crate::errors::value_error;
use crate::key::ClassKey;
use crate::recipe::chosen;

/// Protects a recording: applies mark and veil of `recipe` under `key`.
///
/// `samples` is a NumPy array of float32 or float64, full scale ±1: one axis is time, of two axes one is the channels.
/// `channel_axis` says which; without it, the one of at most 64 is, and where both are that short it has to be given.
/// `rate` is the sample rate in Hz, `offset` the timeline position of the first sample, in samples. Gives a new array of
/// the same shape and type, with the same bits as the `patchveil` command.
///
/// Raises ValueError for what is not finite, and for settings out of range.
#[pyfunction]
#[pyo3(
    signature = (samples, rate, key, recipe = None, *, offset = 0, channel_axis = None),
    text_signature = "(samples, rate, key, recipe=\"mark\", *, offset=0, channel_axis=None)"
)]
pub(crate) fn protect<'py>(
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
    let mut stream = Stream { convolver: Convolver::of(veil, channels), position: offset };
    match samples {
        Samples::F32(samples) => stream.apply(py, &samples, axis, "samples"),
        Samples::F64(samples) => stream.apply(py, &samples, axis, "samples"),
    }
}

/// Protects a stream, block by block: blocks of any size give the same bits as the whole at once.
///
/// `channels` is the number of channels of all blocks; the other arguments are those of `protect`. Without `channel_axis`,
/// the axis of that length is the channels, so blocks that are as short as that need it.
#[pyclass(frozen, module = "patchveil", name = "Protector")]
pub(crate) struct Protector {
    stream: Mutex<Stream>,
    rate: u32,
    channels: usize,
    channel_axis: Option<isize>,
    fingerprint: String,
}

struct Stream {
    convolver: Convolver,
    /// Timeline position of the next sample.
    position: i64,
}

impl Stream {
    /// Protects the next samples. After such that are refused, the stream is of no use.
    fn apply<'py, T: Sample>(
        &mut self,
        py: Python<'py>,
        samples: &PyReadonlyArrayDyn<'py, T>,
        axis: Option<usize>,
        name: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let output = output(py, samples)?;
        let mut made = output.readwrite();
        let (samples, made) = (samples.as_array(), made.as_array_mut());
        py.detach(|| self.protect(samples, made, axis, name))?;
        Ok(output.into_any())
    }

    fn protect<T: Sample>(
        &mut self,
        samples: ArrayViewD<'_, T>,
        output: ArrayViewMutD<'_, T>,
        axis: Option<usize>,
        name: &str,
    ) -> PyResult<()> {
        let channels = planar(samples.clone(), axis)?;
        let begin = self.position;
        let mut finite = true;
        let process = |at: usize, piece: &mut [&mut [f32]]| {
            finite &= piece.iter().all(|channel| all_finite(channel));
            self.convolver.process(begin.saturating_add(at as i64), piece);
        };
        map(samples, output, axis, T::narrow, process, T::changed)?;
        self.position = begin.saturating_add(channels.ncols() as i64);
        // Only what is refused has to be looked for.
        if finite { Ok(()) } else { check_finite(channels, name) }
    }
}

#[pymethods]
impl Protector {
    #[new]
    #[pyo3(
        signature = (rate, key, recipe = None, *, channels = 1, channel_axis = None, offset = 0),
        text_signature = "(rate, key, recipe=\"mark\", *, channels=1, channel_axis=None, offset=0)"
    )]
    fn new(
        py: Python<'_>,
        rate: i64,
        key: &ClassKey,
        recipe: Option<&Bound<'_, PyAny>>,
        channels: i64,
        channel_axis: Option<isize>,
        offset: i64,
    ) -> PyResult<Self> {
        let recipe = chosen(recipe)?;
        let channels = usize::try_from(channels).unwrap_or(0);
        if !(1..=CHANNELS_MAX).contains(&channels) {
            return Err(value_error(format!("channels: 1 to {CHANNELS_MAX} are possible")));
        }
        let veil = py.detach(|| key.veil(&recipe, rate))?;
        Ok(Self {
            rate: veil.sample_rate(),
            fingerprint: veil.fingerprint().to_string(),
            stream: Mutex::new(Stream {
                convolver: Convolver::of(veil, channels),
                position: offset,
            }),
            channels,
            channel_axis,
        })
    }

    /// Protects the next block; gives a new array of its shape and type. A block that is refused changes nothing.
    fn process<'py>(
        &self,
        py: Python<'py>,
        block: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let block = Samples::of(block, "block")?;
        let axis = channel_axis(block.shape(), self.channel_axis, Some(self.channels), "block")?;
        match block {
            Samples::F32(block) => self.apply(py, &block, axis),
            Samples::F64(block) => self.apply(py, &block, axis),
        }
    }

    /// Timeline position of the next block's first sample, in samples.
    #[getter]
    fn position(&self, py: Python<'_>) -> i64 {
        py.detach(|| self.stream.lock().unwrap_or_else(PoisonError::into_inner).position)
    }

    /// Sample rate in Hz.
    #[getter]
    fn rate(&self) -> u32 {
        self.rate
    }

    /// Channels of every block.
    #[getter]
    fn channels(&self) -> usize {
        self.channels
    }

    fn __repr__(&self) -> String {
        let Self { rate, channels, fingerprint, .. } = self;
        format!("Protector({rate} Hz, channels={channels}, key={fingerprint})")
    }
}

impl Protector {
    fn apply<'py, T: Sample>(
        &self,
        py: Python<'py>,
        block: &PyReadonlyArrayDyn<'py, T>,
        axis: Option<usize>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let output = output(py, block)?;
        let mut made = output.readwrite();
        let (samples, made) = (block.as_array(), made.as_array_mut());
        // Locked only while the interpreter is not: else two threads could wait for each other.
        py.detach(|| {
            let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
            check_finite(planar(samples.clone(), axis)?, "block")?;
            stream.protect(samples, made, axis, "block")
        })?;
        Ok(output.into_any())
    }
}
