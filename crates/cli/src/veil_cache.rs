//! Veils, each designed once: that takes longer than processing a short file.

use std::sync::{Arc, Mutex, PoisonError};

use patchveil_veil::{ClassKey, Recipe, RecipeError, Veil};

/// Most veils that are kept, so that a process that goes through many recipes does not grow.
const MOST: usize = 64;

/// Veils of any keys, recipes and sample rates, designed when first asked for.
#[derive(Debug, Default)]
pub struct VeilCache(Mutex<Vec<Arc<Veil>>>);

impl VeilCache {
    /// The veil of `key` and `recipe` at `sample_rate` Hz.
    ///
    /// # Errors
    /// Those of [`Veil::new`].
    pub fn get(
        &self,
        key: &ClassKey,
        recipe: &Recipe,
        sample_rate: u32,
    ) -> Result<Arc<Veil>, RecipeError> {
        let mut veils = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fingerprint = key.fingerprint();
        let is_it = |veil: &&Arc<Veil>| {
            (veil.fingerprint(), veil.sample_rate()) == (fingerprint, sample_rate)
                && veil.recipe() == recipe
        };
        if let Some(veil) = veils.iter().find(is_it) {
            return Ok(veil.clone());
        }
        let veil = Arc::new(Veil::new(key, recipe, sample_rate)?);
        if veils.len() >= MOST {
            veils.remove(0);
        }
        veils.push(veil.clone());
        Ok(veil)
    }
}
