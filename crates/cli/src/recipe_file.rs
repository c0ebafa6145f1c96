//! Recipes as JSON files, for settings that no preset has.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use patchveil_keyring::{RECIPE_BYTES_MAX, RecipeText, recipe_from_json, recipe_to_json};
use patchveil_veil::{Recipe, RecipeError};

use crate::open;
use crate::paths::{one_line, shown};
use crate::pcm::read_hint;

/// Why a file gives no recipe. Every message is one line and names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeFileError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}{}", shown(path), read_hint(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not a recipe.
    #[error(
        "{}: is not a recipe: {reason}; start from what “patchveil recipe” prints",
        shown(path)
    )]
    NotARecipe {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// It is a recipe that cannot be used.
    #[error("{}: {source}", shown(path))]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: RecipeError,
    },
}

/// Reads the recipe in a file.
///
/// # Errors
/// Any [`RecipeFileError`]. A recipe of a newer version is refused as such, whatever else it has.
pub fn read(path: &Path) -> Result<Recipe, RecipeFileError> {
    let mut text = String::new();
    open::short(path)
        .and_then(|file| file.take(RECIPE_BYTES_MAX + 1).read_to_string(&mut text))
        .map_err(|source| match source.kind() {
            io::ErrorKind::InvalidData => not_a_recipe(path, "it is not text"),
            _ => RecipeFileError::Unreadable { path: path.to_owned(), source },
        })?;
    if text.len() as u64 > RECIPE_BYTES_MAX {
        return Err(not_a_recipe(path, "it is too long"));
    }
    recipe_from_json(&text).map_err(|error| match error {
        RecipeText::Recipe(source) => RecipeFileError::Unusable { path: path.to_owned(), source },
        reason => not_a_recipe(path, reason),
    })
}

/// The recipe in a text, as [`to_json`] writes it.
///
/// # Errors
/// One line that says what is wrong with it.
pub fn from_json(text: &str) -> Result<Recipe, String> {
    recipe_from_json(text).map_err(|error| match error {
        RecipeText::Recipe(source) => source.to_string(),
        reason => one_line(format!("not a recipe: {reason}")),
    })
}

/// The JSON of a recipe, for people to read and edit.
///
/// # Errors
/// None for any valid recipe.
pub fn to_json(recipe: &Recipe) -> Result<String, serde_json::Error> {
    recipe_to_json(recipe)
}

fn not_a_recipe(path: &Path, reason: impl fmt::Display) -> RecipeFileError {
    RecipeFileError::NotARecipe { path: path.to_owned(), reason: one_line(reason) }
}

#[cfg(test)]
mod tests {
    use patchveil_veil::Preset;

    use super::*;

    #[test]
    fn a_recipe_is_the_same_to_the_last_bit_once_written_and_read() {
        let mut recipe = Preset::Balanced.recipe();
        for amount in [101.881_488_576_744_13, 192.951_324_462_890_62, 110.787_072_262_545_85] {
            recipe.veil.as_mut().unwrap().amount = amount;
            assert_eq!(from_json(&to_json(&recipe).unwrap()).ok(), Some(recipe.clone()));
        }
    }

    #[test]
    fn a_message_is_one_line_whatever_the_file_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recipe.json");
        let json = to_json(&Preset::Balanced.recipe()).unwrap();
        for bad in [r"\n", r"\u001b[2J", "\u{7f}"] {
            std::fs::write(&path, json.replace("amount", bad)).unwrap();
            let message = read(&path).unwrap_err().to_string();
            assert!(!message.contains(char::is_control), "{message:?}");
        }
    }
}
