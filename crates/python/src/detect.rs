//! `detect` and `Detection`.

use numpy::PyReadonlyArrayDyn;
use patchveil::detect::FOUND_P;
use patchveil_veil::{ClassKey as Key, MarkDetector, MarkEvidence, MarkSettings};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::arrays::{Sample, Samples, channel_axis as axis_of, check_finite, pieces, planar};
use crate::errors::value_error;
use crate::key::ClassKey;
use crate::recipe::chosen_mark;

/// What a recording says about one key.
#[pyclass(frozen, get_all, module = "patchveil", name = "Detection")]
pub(crate) struct Detection {
    /// The key's public name.
    fingerprint: String,
    /// Whether it carries the key's mark: `p_value` is 1e-6 or less.
    found: bool,
    /// Upper bound of the probability that any of the keys which is in none of the recordings fits as well.
    p_value: f64,
    /// The best score, before it is corrected for what was tried.
    sigmas: f64,
    /// The score of the recording as a whole at its own speed.
    whole_sigmas: f64,
    /// Timeline position of the first sample, in samples, modulo `period`, to some 3 ms; None without a pattern.
    offset: Option<f64>,
    /// Samples after which the mark repeats.
    period: f64,
    /// How fast the recording runs, compared with how it was marked.
    speed: f64,
    /// Whether its pitch moved with the speed.
    pitch_moved: bool,
    /// Stretches that carry the mark, from start to end in seconds; empty unless found.
    spans: Vec<(f64, f64)>,
    /// Length in seconds.
    seconds: f64,
    /// Seconds that are not digital silence.
    active_s: f64,
    /// Whether there was enough sound to judge. If not, nothing is found, and that says nothing.
    has_signal: bool,
}

#[pymethods]
impl Detection {
    fn __repr__(&self) -> String {
        let Self { found, p_value, sigmas, fingerprint, .. } = self;
        let found = if *found { "True" } else { "False" };
        format!(
            "Detection(found={found}, p_value={p_value:.3e}, sigmas={sigmas:.2}, key={fingerprint})"
        )
    }
}

/// Looks for the marks of one key, or of each in a sequence, in a recording; no original is needed.
///
/// `samples`, `rate` and `channel_axis` are as for `protect`. `recipe` says what kind of mark; its levels do not matter.
/// `files` is the number of recordings in the whole search: p-values are corrected for all pairs of key and recording.
/// Gives a `Detection`, or a list of them in the order of the keys.
#[pyfunction]
#[pyo3(
    signature = (samples, rate, keys, recipe = None, *, files = 1, channel_axis = None),
    text_signature = "(samples, rate, keys, recipe=\"mark\", *, files=1, channel_axis=None)"
)]
pub(crate) fn detect<'py>(
    py: Python<'py>,
    samples: &Bound<'py, PyAny>,
    rate: i64,
    keys: &Bound<'py, PyAny>,
    recipe: Option<&Bound<'py, PyAny>>,
    files: u32,
    channel_axis: Option<isize>,
) -> PyResult<Py<PyAny>> {
    let settings = chosen_mark(recipe)?;
    if files == 0 {
        return Err(value_error("files: there is at least one"));
    }
    let samples = Samples::of(samples, "samples")?;
    let axis = axis_of(samples.shape(), channel_axis, None, "samples")?;
    let (one, keys): (bool, Vec<Py<ClassKey>>) = match keys.cast::<ClassKey>() {
        Ok(key) => (true, vec![key.clone().unbind()]),
        Err(_) => (
            false,
            keys.try_iter()?
                .map(|key| Ok(key?.cast::<ClassKey>()?.clone().unbind()))
                .collect::<PyResult<_>>()?,
        ),
    };
    let keys: Vec<&Key> = keys.iter().map(|key| key.get().key()).collect();
    let pairs = keys.len() as f64 * f64::from(files);
    let evidence = match samples {
        Samples::F32(samples) => evidence(py, &samples, axis, rate, &settings),
        Samples::F64(samples) => evidence(py, &samples, axis, rate, &settings),
    }?;
    let found = py.detach(|| detections(&evidence, &keys, pairs, rate as f64));
    if one {
        let only = found.into_iter().next().ok_or_else(|| value_error("keys: there is none"))?;
        return Ok(Py::new(py, only)?.into_any());
    }
    let all: Vec<Py<Detection>> =
        found.into_iter().map(|own| Py::new(py, own)).collect::<PyResult<_>>()?;
    Ok(PyList::new(py, all)?.into_any().unbind())
}

fn evidence<'py, T: Sample>(
    py: Python<'py>,
    samples: &PyReadonlyArrayDyn<'py, T>,
    axis: Option<usize>,
    rate: i64,
    settings: &MarkSettings,
) -> PyResult<MarkEvidence> {
    let samples = samples.as_array();
    py.detach(|| {
        let channels = planar(samples, axis)?;
        check_finite(channels, "samples")?;
        let rate = u32::try_from(rate).unwrap_or(0);
        let mut detector =
            MarkDetector::new(rate, channels.nrows(), settings).map_err(value_error)?;
        pieces(channels, T::narrow, |_, piece| {
            detector.feed(&piece.iter().map(|channel| &**channel).collect::<Vec<_>>());
        });
        Ok(detector.finish())
    })
}

fn detections(evidence: &MarkEvidence, keys: &[&Key], pairs: f64, rate: f64) -> Vec<Detection> {
    let findings = evidence.test(keys);
    let detection = |(key, finding): (&&Key, &patchveil_veil::MarkFinding)| {
        let p_value = (finding.p_value * pairs).min(1.0);
        let found = p_value <= FOUND_P;
        let spans = finding.spans.iter().filter(|_| found);
        Detection {
            fingerprint: key.fingerprint().to_string(),
            found,
            p_value,
            sigmas: finding.sigmas,
            whole_sigmas: finding.whole_sigmas,
            offset: finding.position_s.map(|s| s * rate),
            period: evidence.period_samples(),
            speed: finding.speed,
            pitch_moved: finding.pitch_moved,
            spans: spans.map(|span| (span.start_s, span.end_s)).collect(),
            seconds: evidence.seconds(),
            active_s: evidence.active_s(),
            has_signal: evidence.has_signal(),
        }
    };
    keys.iter().zip(&findings).map(detection).collect()
}
