//! Files, for `patchveil.ray`: the same code as the command's, so the same bytes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use patchveil::inputs::{Job, Plan, PlanError, Selection, Task};
use patchveil::leftovers::TEMP_PREFIX;
use patchveil::manifest::{Manifest, ManifestCache, Record, Recorder, path_for};
use patchveil::protect::{ProtectError, Timeline, Veils};
use patchveil::recording::{Format, OutputOptions};
use patchveil::{Watch, shown};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use crate::errors::value_error;
use crate::key::ClassKey;
use crate::recipe::chosen;

/// A recording, what it is called below the folder of the outputs, and the format it gets there; none for its own.
type PlannedFile = (OsString, OsString, Option<&'static str>);
/// A file, and why it is not among those.
type Refused = (OsString, String);

/// What `patchveil protect` would do with these absolute paths and `-o out/`. With `root`, all keep their path below that.
///
/// Gives the files, those that failed, and those that were left out and may be recordings. Raises ValueError if two would
/// get one name.
#[pyfunction]
pub(crate) fn plan_files(
    py: Python<'_>,
    paths: Vec<PathBuf>,
    out: PathBuf,
    root: Option<PathBuf>,
) -> PyResult<(Vec<PlannedFile>, Vec<Refused>, Vec<Refused>)> {
    if let Some((root, path)) = root.as_ref().and_then(|root| {
        let outside = paths.iter().find(|path| !path.starts_with(root));
        outside.map(|path| (root, path))
    }) {
        return Err(value_error(format!("root: {} is not below {}", shown(path), shown(root))));
    }
    py.detach(|| {
        let selection = Selection { named: paths, root, ..Selection::default() };
        // With a separator at its end: a folder, also for one file.
        let plan = Plan::of(&selection, Some(&out.join("")), Task::Protect);
        let plan = plan.map_err(|error| value_error(plan_message(&error, &out)))?;
        let below = |path: &Path| path.strip_prefix(&out).unwrap_or(path).into();
        let file =
            |job: Job| (job.input.into(), below(&job.output), job.options.format.map(Format::name));
        let failed = plan.failures.iter().map(|error| (error.path().into(), error.reason()));
        let left_out = plan.notes.iter().filter(|note| note.is_recording());
        let left_out = left_out.map(|note| (note.path().into(), note.reason()));
        let (failed, left_out) = (failed.collect(), left_out.collect());
        Ok((plan.jobs.into_iter().map(file).collect(), failed, left_out))
    })
}

/// What to do about it is another thing here than for the command.
fn plan_message(error: &PlanError, out: &Path) -> String {
    match error {
        PlanError::SameOutput { first, second, output } => format!(
            "{} and {} would both become {}; give the folder they are in, or root=, or a folder each",
            shown(first),
            shown(second),
            shown(output.strip_prefix(out).unwrap_or(output))
        ),
        PlanError::OutputIsInput { input, .. } => {
            format!("out: {} would be its own protected version; give another folder", shown(input))
        }
        error => error.to_string(),
    }
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

    /// Protects `input` as `output`, whose `format` is as planned. Gives whether there was anything to do, False where
    /// `output` is what would be written, according to its manifest; and what there is to know of the output, if
    /// anything: what was not carried over, what is out of date. Raises OSError with one line that names the file.
    #[pyo3(signature = (input, output, format = None))]
    fn protect(
        &self,
        py: Python<'_>,
        input: PathBuf,
        output: PathBuf,
        format: Option<&str>,
    ) -> PyResult<(bool, Option<String>)> {
        let of_name = |name| {
            let format = Format::ALL.into_iter().find(|format| format.name() == name);
            format.ok_or_else(|| value_error(format!("format: there is no {name}")))
        };
        let options =
            OutputOptions { format: format.map(of_name).transpose()?, ..OutputOptions::default() };
        let made = py.detach(|| self.protect_file(Job { input, output, options }));
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
    fn protect_file(&self, job: Job) -> Result<(bool, Option<String>), String> {
        let says = |error: &dyn std::fmt::Display| error.to_string();
        let recorder = Recorder::new([job.output.as_path()].into_iter()).map_err(|e| says(&e))?;
        let watch = Watch { stop: &AtomicBool::new(false), progress: &|_| {} };
        let (timeline, manifests) = (Timeline::ZERO, ManifestCache::default());
        match patchveil::protect::protect(&job, &self.veils, timeline, false, &manifests, &watch) {
            Ok(outcome) => {
                let record = outcome.to_record(self.veils.fingerprint(), self.veils.recipe());
                recorder.add(&outcome.output, &record).map_err(|e| says(&e))?;
                recorder.finish().map_err(|e| says(&e))?;
                Ok((true, outcome.note))
            }
            Err(ProtectError::Done { .. }) => Ok((false, None)),
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
