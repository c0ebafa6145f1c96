//! The veils of one key and recipe.

use std::sync::{Arc, OnceLock};

use patchveil_veil::{ClassKey, Fingerprint, MarkLevel, Recipe, RecipeError, Veil};

use crate::veil_cache::VeilCache;

/// The veils of one key and recipe, one for every sample rate met.
pub struct Veils {
    key: ClassKey,
    recipe: Recipe,
    cache: VeilCache,
    level: OnceLock<Option<MarkLevel>>,
}

impl Veils {
    /// None yet.
    ///
    /// # Errors
    /// What [`Recipe::validate`] finds.
    pub fn new(key: ClassKey, recipe: Recipe) -> Result<Self, RecipeError> {
        recipe.validate()?;
        Ok(Self { key, recipe, cache: VeilCache::default(), level: OnceLock::new() })
    }

    /// The key's public name.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.key.fingerprint()
    }

    /// The recipe.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The level of the mark, asked for and in force; none for a recipe without a mark.
    #[must_use]
    pub fn mark_level(&self) -> Option<MarkLevel> {
        // It takes a design.
        *self.level.get_or_init(|| self.recipe.mark.as_ref()?.level(&self.key).ok())
    }

    /// The veil for `sample_rate` Hz, designed when first asked for.
    ///
    /// # Errors
    /// [`RecipeError::Range`] for a rate that no veil can have.
    pub fn at(&self, sample_rate: u32) -> Result<Arc<Veil>, RecipeError> {
        self.cache.get(&self.key, &self.recipe, sample_rate)
    }
}
