//! Arrays: which axis is which, and their samples, piece by piece, as channels × samples.

use numpy::ndarray::{ArrayView2, ArrayViewD, ArrayViewMut2, ArrayViewMutD, Axis, Ix2, Zip, s};
use numpy::{Element, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use patchveil::pcm::changed_f64;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple};

use crate::errors::value_error;

/// Most channels of an array; an axis that is longer is time.
pub(crate) const CHANNELS_MAX: usize = 64;
/// Samples of a channel that are processed at a time: they stay in the processor's cache.
const PIECE: usize = 8_192;

/// A type of samples.
pub(crate) trait Sample: Element + Copy + Send + Sync + Default {
    /// As the convolver takes it; infinite where it does not fit.
    fn narrow(self) -> f32;
    /// As the restorer takes and gives it, without loss.
    fn widen(self) -> f64;
    /// Back from [`widen`](Self::widen).
    fn of_f64(x: f64) -> Self;
    /// The sample, of which [`narrow`](Self::narrow) became `after`.
    fn changed(self, after: f32) -> Self;
}

impl Sample for f32 {
    #[inline(always)]
    fn narrow(self) -> f32 {
        self
    }

    #[inline(always)]
    fn widen(self) -> f64 {
        self.into()
    }

    #[inline(always)]
    fn of_f64(x: f64) -> Self {
        x as Self
    }

    #[inline(always)]
    fn changed(self, after: f32) -> Self {
        after
    }
}

impl Sample for f64 {
    #[inline(always)]
    fn narrow(self) -> f32 {
        self as f32
    }

    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }

    #[inline(always)]
    fn of_f64(x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn changed(self, after: f32) -> Self {
        changed_f64(self, after)
    }
}

/// An array of samples, borrowed from NumPy.
pub(crate) enum Samples<'py> {
    F32(PyReadonlyArrayDyn<'py, f32>),
    F64(PyReadonlyArrayDyn<'py, f64>),
}

impl<'py> Samples<'py> {
    /// The samples of `array`, which errors call `name`.
    pub(crate) fn of(array: &Bound<'py, PyAny>, name: &str) -> PyResult<Self> {
        if let Ok(array) = array.cast::<PyArrayDyn<f32>>() {
            return borrowed(array, name).map(Self::F32);
        }
        if let Ok(array) = array.cast::<PyArrayDyn<f64>>() {
            return borrowed(array, name).map(Self::F64);
        }
        let kind = array.get_type().name()?;
        let given = match array.getattr("dtype") {
            Ok(dtype) => format!(
                "{kind} of {}",
                dtype.str().unwrap_or_else(|_| PyString::new(array.py(), "?"))
            ),
            Err(_) => kind.to_string(),
        };
        let hint = match kind.to_str()? {
            "Tensor" => "pass samples.numpy()",
            "ndarray" => {
                "integers are scaled to ±1 first, such as x.astype('float32') / 32768 for int16"
            }
            _ => "pass numpy.asarray(samples, 'float32')",
        };
        Err(PyTypeError::new_err(format!(
            "{name}: expected a NumPy array of float32 or float64, not {given}; {hint}"
        )))
    }

    pub(crate) fn shape(&self) -> &[usize] {
        match self {
            Self::F32(array) => array.shape(),
            Self::F64(array) => array.shape(),
        }
    }
}

fn borrowed<'py, T: Element>(
    array: &Bound<'py, PyArrayDyn<T>>,
    name: &str,
) -> PyResult<PyReadonlyArrayDyn<'py, T>> {
    if !array.getattr("flags")?.getattr("aligned")?.extract::<bool>()? {
        return Err(value_error(format!("{name}: not aligned in memory; pass {name}.copy()")));
    }
    array.try_readonly().map_err(|error| value_error(format!("{name}: {error}")))
}

/// The axis of the channels in an array of this shape; none for one axis, which is time. `channels` is their
/// number, where that is known.
pub(crate) fn channel_axis(
    shape: &[usize],
    given: Option<isize>,
    channels: Option<usize>,
    name: &str,
) -> PyResult<Option<usize>> {
    let shown = format!("{shape:?}").replace('[', "(").replace(']', ")");
    let fits = |length: usize| match channels {
        Some(channels) => length == channels,
        None => (1..=CHANNELS_MAX).contains(&length),
    };
    let wanted = match channels {
        Some(channels) => format!("{channels} channels"),
        None => format!("1 to {CHANNELS_MAX} channels"),
    };
    if let Some(axis) = given.filter(|axis| !(-2..=1).contains(axis)) {
        return Err(value_error(format!("channel_axis: {axis} is none of 0, 1, -1, -2")));
    }
    let [rows, columns] = *shape else {
        if shape.len() == 1 && channels.is_none_or(|channels| channels == 1) {
            return Ok(None);
        }
        return Err(value_error(format!(
            "{name}: an array of shape {shown} is not one recording of {wanted}; one axis is time, two are \
             channels and time; pass the recordings of a batch one by one"
        )));
    };
    let axis = match given {
        Some(axis) => usize::from(axis == 1 || axis == -1),
        None => match (fits(rows), fits(columns)) {
            (true, true) => {
                return Err(value_error(format!(
                    "{name}: either axis of shape {shown} could be the channels; pass channel_axis=0 for \
                     channels × samples, or channel_axis=1 for samples × channels"
                )));
            }
            (rows_fit, _) => usize::from(!rows_fit),
        },
    };
    if !fits(shape[axis]) {
        return Err(value_error(format!(
            "{name}: no axis of shape {shown} has {wanted}; one axis is time and the other the channels, see \
             channel_axis"
        )));
    }
    Ok(Some(axis))
}

/// An array as channels × samples.
pub(crate) fn planar<T>(
    array: ArrayViewD<'_, T>,
    axis: Option<usize>,
) -> PyResult<ArrayView2<'_, T>> {
    let array = match axis {
        None => array.insert_axis(Axis(0)),
        Some(0) => array,
        Some(_) => array.reversed_axes(),
    };
    array.into_dimensionality::<Ix2>().map_err(value_error)
}

/// The same of an output.
fn planar_mut<T>(
    array: ArrayViewMutD<'_, T>,
    axis: Option<usize>,
) -> PyResult<ArrayViewMut2<'_, T>> {
    let array = match axis {
        None => array.insert_axis(Axis(0)),
        Some(0) => array,
        Some(_) => array.reversed_axes(),
    };
    array.into_dimensionality::<Ix2>().map_err(value_error)
}

/// Whether all are finite, and fit into single precision.
pub(crate) fn all_finite<T: Sample>(samples: &[T]) -> bool {
    // Without an early exit within a piece, the comparison is vectorised.
    let fine = |piece: &[T]| piece.iter().fold(true, |all, x| all & x.narrow().is_finite());
    samples.chunks(PIECE).all(fine)
}

/// # Errors
/// Names the first sample in time that is not finite, or too large for single precision.
pub(crate) fn check_finite<T: Sample>(samples: ArrayView2<'_, T>, name: &str) -> PyResult<()> {
    let finite = match samples.as_slice_memory_order() {
        Some(all) => all_finite(all),
        None => samples.iter().all(|x| x.narrow().is_finite()),
    };
    if finite {
        return Ok(());
    }
    for (time, frame) in samples.columns().into_iter().enumerate() {
        let found = frame.iter().enumerate().find(|(_, x)| !x.narrow().is_finite());
        if let Some((channel, x)) = found {
            let what = match x.widen() {
                x if x.is_nan() => "NaN".to_owned(),
                x if x.is_infinite() => "infinity".to_owned(),
                x => format!("{x:e}, beyond float32,"),
            };
            return Err(value_error(format!(
                "{name}: {what} at sample {time} of channel {channel}; repair the recording first"
            )));
        }
    }
    Ok(())
}

/// Gives the samples (channels × samples) piece by piece to `each`, with where the piece begins.
pub(crate) fn pieces<T: Sample, S: Copy + Default>(
    samples: ArrayView2<'_, T>,
    read: impl Fn(T) -> S,
    mut each: impl FnMut(usize, &mut [&mut [S]]),
) {
    let (channels, len) = samples.dim();
    let room = PIECE.min(len);
    let mut scratch = vec![S::default(); channels * room];
    for begin in (0..len).step_by(PIECE) {
        let count = PIECE.min(len - begin);
        let mut own = scratch.chunks_mut(room.max(1));
        if let (2, Some(frames)) = (channels, samples.t().to_slice())
            && let (Some(left), Some(right)) = (own.next(), own.next())
        {
            let (left, right) = (&mut left[..count], &mut right[..count]);
            // In one pass: two with every second sample each take as long as the memory does.
            let frames = frames.as_chunks::<2>().0[begin..begin + count].iter();
            for ((frame, left), right) in frames.zip(&mut *left).zip(&mut *right) {
                (*left, *right) = (read(frame[0]), read(frame[1]));
            }
            each(begin, &mut [left, right]);
            continue;
        }
        let piece = own.zip(samples.outer_iter()).map(|(own, channel)| {
            let own = &mut own[..count];
            let from = channel.slice(s![begin..begin + count]);
            Zip::from(&mut *own).and(&from).for_each(|own, &x| *own = read(x));
            own
        });
        each(begin, &mut piece.collect::<Vec<_>>());
    }
}

/// A new array for what becomes of `samples`, which has to be written whole: NumPy leaves in it what its memory held
/// before, because clearing a minute takes a tenth of the time that protecting it does.
pub(crate) fn output<'py, T: Sample>(
    py: Python<'py>,
    samples: &PyReadonlyArrayDyn<'py, T>,
) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    /// Kept, because a live stream asks for it every few samples.
    static EMPTY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let shape = PyTuple::new(py, samples.shape())?;
    let made = EMPTY.import(py, "numpy", "empty")?.call1((shape, T::get_dtype(py)))?;
    Ok(made.cast_into()?)
}

/// Writes to `output`, which has the shape of `samples`, what `process` makes of each piece: it gets where the piece
/// begins, and its channels. `write` gets each sample, and what became of it.
pub(crate) fn map<T: Sample, S: Copy + Default>(
    samples: ArrayViewD<'_, T>,
    output: ArrayViewMutD<'_, T>,
    axis: Option<usize>,
    read: impl Fn(T) -> S,
    mut process: impl FnMut(usize, &mut [&mut [S]]),
    write: impl Fn(T, S) -> T,
) -> PyResult<()> {
    let before = planar(samples, axis)?;
    let mut after = planar_mut(output, axis)?;
    pieces(before, read, |begin, piece| {
        process(begin, piece);
        if let ([left, right], Some(before), Some(after)) =
            (&*piece, before.t().to_slice(), after.view_mut().reversed_axes().into_slice())
        {
            let range = begin..begin + left.len();
            let before = before.as_chunks::<2>().0[range.clone()].iter();
            let after = after.as_chunks_mut::<2>().0[range].iter_mut();
            for (((after, before), left), right) in after.zip(before).zip(&**left).zip(&**right) {
                *after = [write(before[0], *left), write(before[1], *right)];
            }
            return;
        }
        let channels = before.outer_iter().zip(after.outer_iter_mut());
        for ((before, mut after), made) in channels.zip(piece.iter()) {
            let range = s![begin..begin + made.len()];
            let zip = Zip::from(after.slice_mut(range)).and(before.slice(range)).and(&**made);
            zip.for_each(|after, &before, &made| *after = write(before, made));
        }
    });
    Ok(())
}
