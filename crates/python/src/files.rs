//! Files, for `patchveil.ray`: the same code as the command's, so the same bytes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use patchveil::Watch;
use patchveil::inputs::{Job, Names};
use patchveil::manifest::{Manifest, ManifestCache, Record, Recorder, path_for};
use patchveil::output::TEMP_PREFIX;
use patchveil::protect::{ProtectError, Timeline, Veils};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use crate::errors::value_error;
use crate::key::ClassKey;
use crate::recipe::chosen;

/// Whether a file of this name is a recording that the command would take from a folder.
#[pyfunction]
pub(crate) fn is_recording(name: OsString) -> bool {
    Names::Wav.include(&name)
}

/// Whether a file of this name is one that the command had not finished.
#[pyfunction]
pub(crate) fn is_unfinished(name: OsString) -> bool {
    name.as_encoded_bytes().starts_with(TEMP_PREFIX.as_bytes())
}

/// Protects files as `patchveil protect` does, and records each in the manifest next to its output.
#[pyclass(frozen, module = "patchveil._patchveil", name = "FileProtector")]
pub(crate) struct FileProtector {
    veils: Veils,
}

#[pymethods]
impl FileProtector {
    #[new]
    #[pyo3(signature = (key, recipe = None))]
    fn new(key: &ClassKey, recipe: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let veils = Veils::new(key.key().clone(), chosen(recipe)?).map_err(value_error)?;
        Ok(Self { veils })
    }

    /// Protects `input` as `output`. Gives whether there was anything to do: False where `output` is what would be
    /// written, according to its manifest. Raises OSError with one line that names the file.
    fn protect(&self, py: Python<'_>, input: PathBuf, output: PathBuf) -> PyResult<bool> {
        let made = py.detach(|| self.protect_file(Job { input, output }));
        made.map_err(PyOSError::new_err)
    }

    /// The names on record in `folder` with this key and recipe, and those with another one.
    fn recorded(&self, folder: PathBuf) -> PyResult<(Vec<OsString>, Vec<OsString>)> {
        let manifest = Manifest::load(&path_for(&folder.join("any"))).map_err(os_error)?;
        let (fingerprint, recipe) = (self.veils.fingerprint(), self.veils.recipe());
        let is_ours = |record: &&Record| {
            (record.fingerprint, &record.recipe, record.offset) == (fingerprint, recipe, 0)
        };
        let manifest = manifest.unwrap_or_default();
        let (ours, others): (Vec<_>, Vec<_>) = manifest.records().partition(is_ours);
        let names =
            |records: Vec<&Record>| records.into_iter().map(|record| record.name()).collect();
        Ok((names(ours), names(others)))
    }
}

impl FileProtector {
    fn protect_file(&self, job: Job) -> Result<bool, String> {
        let says = |error: &dyn std::fmt::Display| error.to_string();
        let recorder = Recorder::new([job.output.as_path()].into_iter()).map_err(|e| says(&e))?;
        let watch = Watch { stop: &AtomicBool::new(false), progress: &|_| {} };
        let (timeline, manifests) = (Timeline::ZERO, ManifestCache::default());
        match patchveil::protect::protect(&job, &self.veils, timeline, false, &manifests, &watch) {
            Ok(outcome) => {
                let record = outcome.to_record(self.veils.fingerprint(), self.veils.recipe());
                recorder.add(&outcome.output, &record).map_err(|e| says(&e))?;
                recorder.finish().map_err(|e| says(&e))?;
                Ok(true)
            }
            Err(ProtectError::Done { .. }) => Ok(false),
            Err(error) => Err(says(&error)),
        }
    }
}

/// Adds the records of the manifests in `folders` to that in `into`, but for those that it has. Gives their names.
#[pyfunction]
pub(crate) fn merge_manifests(
    py: Python<'_>,
    folders: Vec<PathBuf>,
    into: PathBuf,
) -> PyResult<Vec<OsString>> {
    py.detach(|| {
        let load = |folder: &Path| Manifest::load(&path_for(&folder.join("any"))).map_err(os_error);
        let known = load(&into)?.unwrap_or_default();
        let recorder = Recorder::default();
        let mut names = Vec::new();
        for folder in folders {
            for record in load(&folder)?.unwrap_or_default().records() {
                let name = record.name();
                if known.get(&name) != Some(record) {
                    recorder.add(&into.join(&name), record).map_err(os_error)?;
                }
                names.push(name);
            }
        }
        recorder.finish().map_err(os_error)?;
        Ok(names)
    })
}

fn os_error(error: impl std::fmt::Display) -> PyErr {
    PyOSError::new_err(error.to_string())
}
