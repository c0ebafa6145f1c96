//! `trace` and `Trace`.

use std::time::Instant;

use numpy::ndarray::ArrayView2;
use patchveil::trace::{
    PatternScores, TraceKey, TraceReport, TraceRequest, TracedRecording, report,
};
use patchveil_veil::{Decoys, EchoDetector, MarkDetector, MarkSettings};
use pyo3::prelude::*;

use crate::arrays::{Sample, Samples, channel_axis as axis_of, check_finite, pieces, planar};
use crate::errors::value_error;
use crate::key::ClassKey;
use crate::recipe::chosen_mark;

/// What recordings say about whether their model was trained on a class.
#[pyclass(frozen, module = "patchveil", name = "Trace")]
pub(crate) struct Trace(TraceReport);

#[pymethods]
impl Trace {
    /// Whether the echo is in them: `p_value` is 1e-6 or less.
    #[getter]
    fn found(&self) -> bool {
        self.0.found
    }

    /// Probability that a key which had nothing to do with the recordings fits as well, corrected for what was tried.
    #[getter]
    fn p_value(&self) -> f64 {
        self.0.p_value
    }

    /// The score of all recordings together.
    #[getter]
    fn sigmas(&self) -> f64 {
        self.0.sigmas
    }

    /// Length of all recordings in seconds.
    #[getter]
    fn seconds(&self) -> f64 {
        self.0.seconds
    }

    /// Seconds that are not digital silence.
    #[getter]
    fn active_s(&self) -> f64 {
        self.0.active_s
    }

    /// Whether there was enough sound to judge. If not, nothing is found, and that says nothing.
    #[getter]
    fn has_signal(&self) -> bool {
        self.0.status == "done"
    }

    /// The names of those recordings, such as `recordings[0]`, that are shown to contain marked audio itself: copied, not
    /// learned. Others may be copies too, too short or too changed to show.
    #[getter]
    fn copies(&self) -> Vec<String> {
        let copies = self.0.recordings.iter().filter(|own| own.copy == Some(true));
        copies.map(|own| own.input.display().to_string()).collect()
    }

    /// Sigmas and p-value of the recordings that are not shown to be copies; None where none are shown. (0.0, 1.0) where
    /// copies are among them that only show together.
    #[getter]
    fn without_copies(&self) -> Option<(f64, f64)> {
        self.0.without_copies.map(|others| (others.sigmas, others.p_value))
    }

    /// Everything, as `patchveil trace --json` prints it.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.0).map_err(value_error)
    }

    fn __repr__(&self) -> String {
        let TraceReport { found, p_value, sigmas, seconds, .. } = &self.0;
        let found = if *found { "True" } else { "False" };
        format!(
            "Trace(found={found}, p_value={p_value:.3e}, sigmas={sigmas:.2}, seconds={seconds:.1})"
        )
    }
}

/// Looks for the echo of `key` in what a model made: whether it was trained on recordings that carry it.
///
/// `recordings` is a sequence of arrays as for `protect`, all at `rate` Hz: one body of evidence. `unmarked` are recordings
/// of the same voices or instruments that carry nothing, to compare with. Recordings with the same samples count once.
#[pyfunction]
#[pyo3(
    signature = (recordings, rate, key, recipe = None, *, unmarked = None, channel_axis = None),
    text_signature = "(recordings, rate, key, recipe=\"mark\", *, unmarked=(), channel_axis=None)"
)]
pub(crate) fn trace<'py>(
    py: Python<'py>,
    recordings: &Bound<'py, PyAny>,
    rate: i64,
    key: &ClassKey,
    recipe: Option<&Bound<'py, PyAny>>,
    unmarked: Option<&Bound<'py, PyAny>>,
    channel_axis: Option<isize>,
) -> PyResult<Trace> {
    let begun = Instant::now();
    let settings = chosen_mark(recipe)?;
    let reader = Reader {
        rate: u32::try_from(rate).unwrap_or(0),
        channel_axis,
        settings: &settings,
        seed: Decoys::random_seed().map_err(value_error)?,
    };
    let read = reader.all(py, recordings, "recordings", Some(key))?;
    let unmarked = unmarked.map(|unmarked| reader.all(py, unmarked, "unmarked", None));
    let unmarked = unmarked.transpose()?.unwrap_or_default();
    let request = TraceRequest {
        class: None,
        key: TraceKey::Class(key.key().clone()),
        settings: settings.clone(),
        decoys: 0,
        seed: 0,
        begun,
    };
    Ok(Trace(py.detach(|| report(&request, read, unmarked, Vec::new()))))
}

/// Reads recordings that have this in common.
struct Reader<'a> {
    rate: u32,
    channel_axis: Option<isize>,
    settings: &'a MarkSettings,
    /// What the random keys are drawn from that the pattern is ranked among.
    seed: u64,
}

impl Reader<'_> {
    fn all<'py>(
        &self,
        py: Python<'py>,
        recordings: &Bound<'py, PyAny>,
        name: &str,
        class: Option<&ClassKey>,
    ) -> PyResult<Vec<TracedRecording>> {
        let mut read = Vec::new();
        for (index, samples) in recordings.try_iter()?.enumerate() {
            let name = format!("{name}[{index}]");
            let samples = Samples::of(&samples?, &name)?;
            let axis = axis_of(samples.shape(), self.channel_axis, None, &name)?;
            read.push(match samples {
                Samples::F32(samples) => {
                    let samples = samples.as_array();
                    py.detach(|| self.one(planar(samples, axis)?, name, class))
                }
                Samples::F64(samples) => {
                    let samples = samples.as_array();
                    py.detach(|| self.one(planar(samples, axis)?, name, class))
                }
            }?);
        }
        Ok(read)
    }

    fn one<T: Sample>(
        &self,
        samples: ArrayView2<'_, T>,
        name: String,
        class: Option<&ClassKey>,
    ) -> PyResult<TracedRecording> {
        check_finite(samples, &name)?;
        let channels = samples.nrows();
        let echo = self.settings.echo.clone().unwrap_or_default();
        let mut echo = EchoDetector::new(self.rate, channels, &echo).map_err(value_error)?;
        // Without the echo, which a model's work has too: the pattern alone shows a copy.
        let pattern = MarkSettings { echo: None, ..self.settings.clone() };
        let class = class.filter(|_| pattern.pattern.is_some());
        let mark = class.map(|_| MarkDetector::new(self.rate, channels, &pattern));
        let mut mark = mark.transpose().map_err(value_error)?;
        let mut hasher = blake3::Hasher::new();
        pieces(samples, T::narrow, |_, piece| {
            let block: Vec<&[f32]> = piece.iter().map(|channel| &**channel).collect();
            echo.feed(&block);
            if let Some(mark) = &mut mark {
                mark.feed(&block);
            }
            for sample in block.iter().flat_map(|channel| channel.iter()) {
                hasher.update(&sample.to_le_bytes());
            }
        });
        let evidence = echo.finish();
        let pattern = mark
            .zip(class)
            .map(|(mark, class)| PatternScores::of(&mark.finish(), class.key(), self.seed));
        Ok(TracedRecording {
            input: name.into(),
            blake3: hasher.finalize().to_hex().to_string(),
            sample_rate_hz: self.rate,
            channels,
            seconds: evidence.seconds(),
            active_s: evidence.active_s(),
            sigmas: 0.0,
            pattern_p_value: None,
            copy: None,
            pattern,
            evidence,
        })
    }
}
