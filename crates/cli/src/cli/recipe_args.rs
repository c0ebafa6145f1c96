//! The options that choose or change a recipe.

use std::path::PathBuf;
use std::str::FromStr;

use crate::{recipe_file, shown};
use clap::Args;
use patchveil_keyring::{PresetError, UserPresets};
use patchveil_veil::{FORMER_NAME_OF_LIGHT, Preset, PresetVersion, Recipe, VeilSettings};

use super::exit::Failure;

/// Options that shape the veil.
#[derive(Debug, Args)]
pub(super) struct RecipeArgs {
    /// mark, which is meant not to be heard; light, balanced or strong, which add a veil; poscuda and cuda
    /// are recipes from papers, for comparison; light@1, balanced@1 and strong@1 are the veils alone, as
    /// in version 1; or a preset of your own, see “patchveil recipe --list” [default: mark, or what restore and
    /// detect find]
    #[arg(long, value_name = "PRESET", help_heading = "Recipe")]
    preset: Option<NamedPreset>,
    /// JSON file with a recipe, as “patchveil recipe” prints it, instead of a preset
    #[arg(
        long = "recipe",
        value_name = "FILE",
        help_heading = "Recipe",
        conflicts_with_all = ["preset", "patch", "period", "patches"]
    )]
    file: Option<PathBuf>,
    /// Depth of the veil in percent, 0 to 200 [default: the recipe's, 100 for presets]
    #[arg(long, value_name = "PCT", allow_negative_numbers = true, help_heading = "Recipe")]
    amount: Option<f64>,
    /// Change of the mark's level in dB, -24 to 12 [default: the recipe's, 0 for presets]
    #[arg(long, value_name = "DB", allow_negative_numbers = true, help_heading = "Recipe")]
    mark_level: Option<f64>,
    /// Length of a patch of the veil, the stretch that is convolved with one filter, in ms
    #[arg(long, value_name = "MS", allow_negative_numbers = true, help_heading = "Recipe")]
    patch: Option<f64>,
    /// Time after which the veil's patches repeat, in ms
    // Under its former name it still works.
    #[arg(
        long,
        alias = "frame",
        value_name = "MS",
        allow_negative_numbers = true,
        help_heading = "Recipe"
    )]
    period: Option<f64>,
    /// Patches of the veil in a period
    #[arg(long, value_name = "N", help_heading = "Recipe")]
    patches: Option<u32>,
}

/// A preset, built in or the user's own, and which of its names was typed.
#[derive(Debug, Clone)]
struct NamedPreset {
    name: String,
    recipe: Recipe,
    by_former_name: bool,
}

impl FromStr for NamedPreset {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let by_former_name = name.split('@').next() == Some(FORMER_NAME_OF_LIGHT);
        let unknown = match name.parse::<PresetVersion>() {
            Ok(preset) => return Ok(Self { by_former_name, ..preset.into() }),
            Err(unknown) => unknown.to_string(),
        };
        let Ok(own) = UserPresets::of_user() else { return Err(unknown) };
        match own.recipe(name) {
            Ok(recipe) => Ok(Self { name: name.trim().to_owned(), recipe, by_former_name: false }),
            Err(PresetError::Unknown(_) | PresetError::BadName { .. }) => Err(unknown),
            Err(unusable) => Err(unusable.to_string()),
        }
    }
}

impl From<PresetVersion> for NamedPreset {
    fn from(preset: PresetVersion) -> Self {
        let recipe = preset.recipe().clone();
        Self { name: preset.to_string(), recipe, by_former_name: false }
    }
}

impl RecipeArgs {
    /// The note for a user who typed a former name.
    pub(super) fn note(&self) -> Option<String> {
        let former = self.preset.as_ref().is_some_and(|preset| preset.by_former_name);
        former.then(|| {
            format!(
                "the preset {FORMER_NAME_OF_LIGHT} is now called {}, because it moved third-octave \
                 levels by up to 7 dB and was not transparent",
                Preset::Light
            )
        })
    }

    /// The preset, or the recipe in the file, with the changes asked for.
    ///
    /// # Errors
    /// What is wrong with the file, what [`Recipe::validate`] finds, and options for a layer that the
    /// recipe does not have.
    pub(super) fn recipe(&self) -> Result<Recipe, Failure> {
        let mut recipe = match &self.file {
            Some(file) => recipe_file::read(file).map_err(Failure::usage)?,
            None => self.preset().recipe,
        };
        if let Some(level_db) = self.mark_level {
            let no_mark = || self.missing("--mark-level", "mark");
            recipe.mark.as_mut().ok_or_else(no_mark)?.level_db = level_db;
        }
        if let Some(option) = self.veil_option() {
            let veil = recipe.veil.as_mut().ok_or_else(|| self.missing(option, "veil"))?;
            self.change(veil);
        }
        recipe.validate().map_err(Failure::usage)?;
        Ok(recipe)
    }

    /// The first option given that changes the veil.
    fn veil_option(&self) -> Option<&'static str> {
        let given = [
            (self.amount.is_some(), "--amount"),
            (self.patch.is_some(), "--patch"),
            (self.period.is_some(), "--period"),
            (self.patches.is_some(), "--patches"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }

    /// Makes the changes asked for.
    fn change(&self, veil: &mut VeilSettings) {
        veil.amount = self.amount.unwrap_or(veil.amount);
        let placement = &mut veil.placement;
        if let Some(patch) = self.patch {
            *placement = placement.clone().with_patch(microseconds(patch));
        }
        placement.period_us = self.period.map_or(placement.period_us, microseconds);
        placement.patches = self.patches.unwrap_or(placement.patches);
    }

    fn missing(&self, option: &str, layer: &str) -> Failure {
        let instead = match layer {
            "mark" => "mark, light, balanced or strong",
            _ => "light, balanced or strong",
        };
        Failure::usage(format!(
            "{option} changes the {layer}, and the recipe {} has none; choose one that has, such as \
             --preset {instead}",
            self.name()
        ))
    }

    /// The recipe, if any of the options was given.
    ///
    /// # Errors
    /// As for [`recipe`](Self::recipe).
    pub(super) fn chosen(&self) -> Result<Option<Recipe>, Failure> {
        let changes = self.mark_level.is_some() || self.veil_option().is_some();
        let given = self.preset.is_some() || self.file.is_some() || changes;
        given.then(|| self.recipe()).transpose()
    }

    fn preset(&self) -> NamedPreset {
        let given = self.preset.clone();
        given.unwrap_or_else(|| PresetVersion::from(Preset::DEFAULT).into())
    }

    /// What to call the recipe: the preset's name, or the file's.
    pub(super) fn name(&self) -> String {
        match &self.file {
            Some(file) => shown(file).to_string(),
            None => self.preset().name,
        }
    }
}

/// ms → µs. A negative number or NaN becomes 0, and one too large the maximum; both are out of every
/// range and refused as such.
fn microseconds(ms: f64) -> u32 {
    (ms * 1_000.0).round() as u32
}
