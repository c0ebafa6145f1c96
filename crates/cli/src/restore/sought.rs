//! What a file may carry.

use patchveil_receipts::Receipt;
use patchveil_veil::{ClassKey, Recipe};

use super::request::Request;
use super::source::Source;
use crate::detector::restorable_presets;
use crate::manifest::Record;
use crate::receipts;

/// What a file may carry.
pub(super) struct Sought {
    /// The recipe requested, else the recorded one, else all presets and those of receipts.
    pub(super) recipes: Vec<Recipe>,
    /// What the plug-in noted of its renders with this key, the likeliest first; nothing where a recipe was requested or recorded.
    pub(super) noted: Vec<Receipt>,
}

impl Sought {
    pub(super) fn of(
        request: &Request<'_>,
        record: Option<&Record>,
        source: &Source,
        key: &ClassKey,
    ) -> Self {
        if let Some(known) = request.recipe.as_ref().or(record.map(|record| &record.recipe)) {
            return Self { recipes: vec![known.clone()], noted: Vec::new() };
        }
        let mut recipes = restorable_presets();
        let info = source.info();
        let (rate, frames) = (info.sample_rate, info.frames());
        let noted = request.receipts.of_file(source.path(), rate, frames);
        let noted = receipts::of_key(noted, key.fingerprint());
        for recipe in receipts::recipes(&noted, key.fingerprint()) {
            if !recipes.contains(&recipe) {
                recipes.push(recipe);
            }
        }
        Self { recipes, noted }
    }
}
