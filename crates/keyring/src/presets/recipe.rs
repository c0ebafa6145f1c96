//! A recipe in a text.

use patchveil_veil::{RECIPE_VERSION, Recipe, RecipeError};
use serde::Deserialize;

/// Why a text gives no recipe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeText {
    /// It is no recipe.
    #[error(transparent)]
    Syntax(serde_json::Error),
    /// It is a recipe that cannot be used.
    #[error(transparent)]
    Recipe(RecipeError),
}

/// The valid recipe in a text, as [`recipe_to_json`] writes it.
///
/// # Errors
/// Any [`RecipeText`]. A recipe of a newer version is refused as such, whatever else it has.
pub fn recipe_from_json(text: &str) -> Result<Recipe, RecipeText> {
    /// What recipes of all versions have.
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    if let Ok(Version { version }) = serde_json::from_str(text)
        && version > RECIPE_VERSION
    {
        return Err(RecipeText::Recipe(RecipeError::Newer(version)));
    }
    let recipe: Recipe = serde_json::from_str(text).map_err(RecipeText::Syntax)?;
    recipe.validate().map_err(RecipeText::Recipe)?;
    Ok(recipe)
}

/// The JSON of a recipe, for people to read and edit.
///
/// # Errors
/// None for any valid recipe.
pub fn recipe_to_json(recipe: &Recipe) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(recipe)
}
