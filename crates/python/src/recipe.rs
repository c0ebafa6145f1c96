//! `Recipe`.

use std::path::PathBuf;

use patchveil::recipe_file;
use patchveil_veil::{MarkSettings, Preset, PresetVersion, Recipe as Settings};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::errors::value_error;

/// Settings that, with key, sample rate and position, fix every sample.
///
/// `Recipe("mark")` is a preset by its name: mark, light, balanced, strong, or a former version such as balanced@1.
#[pyclass(frozen, eq, module = "patchveil", name = "Recipe")]
#[derive(PartialEq)]
pub(crate) struct Recipe(Settings);

#[pymethods]
impl Recipe {
    #[new]
    #[pyo3(signature = (preset = "mark"))]
    fn new(preset: &str) -> PyResult<Self> {
        named(preset).map(Self)
    }

    /// The recipe in JSON, as `patchveil recipe` prints it.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        recipe_file::from_json(text).map(Self).map_err(value_error)
    }

    /// The recipe in a JSON file.
    #[staticmethod]
    fn from_file(path: PathBuf) -> PyResult<Self> {
        recipe_file::read(&path).map(Self).map_err(value_error)
    }

    /// The recipe as JSON, for `from_json` and `patchveil protect --recipe`.
    fn to_json(&self) -> PyResult<String> {
        recipe_file::to_json(&self.0).map_err(value_error)
    }

    /// Version of the recipe's format.
    #[getter]
    fn version(&self) -> u32 {
        self.0.version
    }

    /// Whether `restore` can undo it.
    #[getter]
    fn is_restorable(&self) -> bool {
        self.0.is_restorable()
    }

    fn __repr__(&self) -> PyResult<String> {
        let preset = PresetVersion::all().find(|preset| *preset.recipe() == self.0);
        match preset {
            Some(preset) => Ok(format!("Recipe({:?})", preset.to_string())),
            None => Ok(format!("Recipe.from_json({:?})", self.to_json()?)),
        }
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, (String,))> {
        let from_json = slf.get_type().getattr("from_json")?;
        Ok((from_json.unbind(), (slf.get().to_json()?,)))
    }
}

fn named(preset: &str) -> PyResult<Settings> {
    let preset: PresetVersion = preset.parse().map_err(value_error)?;
    Ok(preset.recipe().clone())
}

/// The recipe that an argument means: a `Recipe`, a preset's name, or nothing for the default.
pub(crate) fn chosen(argument: Option<&Bound<'_, PyAny>>) -> PyResult<Settings> {
    let Some(argument) = argument else { return Ok(Preset::DEFAULT.recipe()) };
    if let Ok(recipe) = argument.cast::<Recipe>() {
        return Ok(recipe.get().0.clone());
    }
    match argument.extract::<String>() {
        Ok(name) => named(&name),
        Err(_) => Err(PyTypeError::new_err(format!(
            "recipe: expected a Recipe or the name of a preset, not {}",
            argument.get_type().name()?
        ))),
    }
}

/// The mark of the recipe that an argument means.
pub(crate) fn chosen_mark(argument: Option<&Bound<'_, PyAny>>) -> PyResult<MarkSettings> {
    chosen(argument)?.mark.ok_or_else(|| {
        value_error("recipe: it has a veil and no mark; only marks are looked for here, see patchveil detect")
    })
}
