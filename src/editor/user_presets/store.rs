//! Reads and writes the files. They are few and short, so the editor's thread does it when asked.

use patchveil_keyring::{UserPreset, UserPresets};
use patchveil_veil::Recipe;
use patchveil_words::Words;

use super::{Entry, Fit, Message, PresetAction, PresetsMenu, apply};
use crate::editor::param_gesture::ParamGesture;
use crate::editor::presets;
use crate::editor::widgets::sentence;
use crate::params::PatchveilParams;

/// The user's presets on disk.
pub(crate) struct Store(Result<UserPresets, String>);

impl Store {
    /// Those of this user.
    pub(crate) fn of_user() -> Self {
        Self(UserPresets::of_user().map_err(|error| error.to_string()))
    }

    /// Those in this folder.
    #[cfg(test)]
    pub(crate) fn in_folder(folder: std::path::PathBuf) -> Self {
        Self(Ok(UserPresets::in_folder(folder)))
    }

    /// Does what the user asked for in the menu, and brings the menu up to date.
    pub(crate) fn handle(
        &self,
        action: PresetAction,
        menu: &mut PresetsMenu,
        params: &PatchveilParams,
        gesture: &impl ParamGesture,
        words: &Words,
    ) {
        let texts = &words.user_presets;
        menu.message = match (&action, &self.0) {
            (PresetAction::Use(fit), _) => {
                apply(*fit, params, gesture);
                None
            }
            (PresetAction::Save(name), Ok(presets)) => {
                Some(match presets.save(name, &params.recipe_now()) {
                    Ok(_) => Message::Done((texts.saved)(name.trim())),
                    Err(error) => Message::Failed(sentence(&error.to_string())),
                })
            }
            (PresetAction::Remove(name), Ok(presets)) => Some(match presets.remove(name) {
                Ok(()) => Message::Done((texts.removed)(name)),
                Err(error) => Message::Failed(sentence(&error.to_string())),
            }),
            (PresetAction::List, Ok(_)) => None,
            (_, Err(why)) => Some(Message::Failed(sentence(why))),
        };
        if let Ok(presets) = &self.0 {
            menu.folder = presets.folder().display().to_string();
            match presets.list() {
                Ok(list) => {
                    menu.entries =
                        list.into_iter().map(|preset| entry(preset, params, words)).collect();
                }
                Err(error) => menu.message = Some(Message::Failed(sentence(&error.to_string()))),
            }
        }
    }
}

fn entry(preset: UserPreset, params: &PatchveilParams, words: &Words) -> Entry {
    let UserPreset { name, recipe } = preset;
    let chosen = recipe.as_ref().is_ok_and(|recipe| *recipe == params.recipe_now());
    let note = match recipe {
        Ok(recipe) => Fit::of(&recipe, params)
            .map(|fit| (fit, describe(fit, &recipe, words)))
            .ok_or_else(|| words.user_presets.not_here.to_owned()),
        Err(error) => Err(sentence(&error.to_string())),
    };
    Entry { name, note, chosen }
}

/// A recipe in the words of the parameters. There is no figure: it was not measured.
fn describe(fit: Fit, recipe: &Recipe, words: &Words) -> String {
    let texts = &words.user_presets;
    let db = |db: f64| format!("{db:+.1} dB").replace('-', "−");
    let mark = recipe.mark.as_ref().map(|mark| match mark.level_db {
        0.0 => texts.mark.to_owned(),
        level => (texts.mark_at)(&db(level)),
    });
    let veil = recipe.veil.as_ref().map(|veil| {
        let preset = presets::choice_of(fit.settings.preset)
            .map_or("", |p| presets::describe(p, &words.presets).0);
        let placement = &veil.placement;
        let patches = match (fit.settings.patch, fit.settings.period, fit.settings.count) {
            (None, None, None) => String::new(),
            _ => (texts.patches)(
                placement.patches,
                f64::from(placement.patch_us) / 1_000.0,
                f64::from(placement.period_us) / 1_000.0,
            ),
        };
        format!("{}{patches}", (texts.veil)(preset, veil.amount))
    });
    sentence(&mark.into_iter().chain(veil).collect::<Vec<_>>().join("; "))
}
