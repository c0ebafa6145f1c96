//! The options that choose or change a recipe.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use patchveil::{recipe_file, shown};
use patchveil_veil::{FORMER_NAME_OF_LIGHT, Preset, Recipe, UnknownPreset};

use super::exit::Failure;

/// Options that shape the veil.
#[derive(Debug, Args)]
pub(super) struct RecipeArgs {
    /// light, balanced or strong; poscuda and cuda are recipes from papers, for comparison
    /// [default: balanced, or what restore and detect find]
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
    /// Depth of the filters in percent, 0 to 200 [default: the recipe's, 100 for presets]
    #[arg(long, value_name = "PCT", allow_negative_numbers = true, help_heading = "Recipe")]
    amount: Option<f64>,
    /// Length of a patch, the stretch that is convolved with one filter, in ms
    #[arg(long, value_name = "MS", allow_negative_numbers = true, help_heading = "Recipe")]
    patch: Option<f64>,
    /// Time after which the patches repeat, in ms
    // Under its former name it still works.
    #[arg(
        long,
        alias = "frame",
        value_name = "MS",
        allow_negative_numbers = true,
        help_heading = "Recipe"
    )]
    period: Option<f64>,
    /// Patches in a period
    #[arg(long, value_name = "N", help_heading = "Recipe")]
    patches: Option<u32>,
}

/// A preset, and which of its names was typed.
#[derive(Debug, Clone, Copy)]
struct NamedPreset {
    preset: Preset,
    by_former_name: bool,
}

impl FromStr for NamedPreset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        Ok(Self { preset: name.parse()?, by_former_name: name == FORMER_NAME_OF_LIGHT })
    }
}

impl RecipeArgs {
    /// The note for a user who typed a former name.
    pub(super) fn note(&self) -> Option<String> {
        let former = self.preset.is_some_and(|preset| preset.by_former_name);
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
    /// What is wrong with the file, and what [`Recipe::validate`] finds.
    pub(super) fn recipe(&self) -> Result<Recipe, Failure> {
        let mut recipe = match &self.file {
            Some(file) => recipe_file::read(file).map_err(Failure::usage)?,
            None => self.preset().recipe(),
        };
        recipe.amount = self.amount.unwrap_or(recipe.amount);
        if let Some(patch) = self.patch {
            recipe.placement = recipe.placement.with_patch(microseconds(patch));
        }
        recipe.placement.period_us = self.period.map_or(recipe.placement.period_us, microseconds);
        recipe.placement.patches = self.patches.unwrap_or(recipe.placement.patches);
        recipe.validate().map_err(Failure::usage)?;
        Ok(recipe)
    }

    /// The recipe, if any of the options was given.
    ///
    /// # Errors
    /// As for [`recipe`](Self::recipe).
    pub(super) fn chosen(&self) -> Result<Option<Recipe>, Failure> {
        let times = self.patch.is_some() || self.period.is_some() || self.patches.is_some();
        let given = self.preset.is_some() || self.file.is_some() || self.amount.is_some() || times;
        given.then(|| self.recipe()).transpose()
    }

    fn preset(&self) -> Preset {
        self.preset.map_or(Preset::Balanced, |named| named.preset)
    }

    /// What to call the recipe: the preset's name, or the file's.
    pub(super) fn name(&self) -> String {
        match &self.file {
            Some(file) => shown(file).to_string(),
            None => self.preset().to_string(),
        }
    }
}

/// ms → µs. A negative number or NaN becomes 0, and one too large the maximum; both are out of every
/// range and refused as such.
fn microseconds(ms: f64) -> u32 {
    (ms * 1_000.0).round() as u32
}
