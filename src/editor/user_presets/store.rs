//! Reads and writes the files. They are few and short, so the editor's thread does it when asked.

use std::path::Path;

use patchveil_keyring::{PresetError, UserPreset, UserPresets};
use patchveil_veil::Recipe;
use patchveil_words::Words;

use super::{Entry, Fit, Message, PresetAction, PresetsMenu, apply};
use crate::editor::param_gesture::ParamGesture;
use crate::editor::presets;
use crate::editor::widgets::sentence;
use crate::params::PatchveilParams;
use crate::trouble::{FileTrouble, KeyringTrouble};

/// The user's presets on disk.
pub(crate) struct Store(Result<UserPresets, KeyringTrouble>);

impl Store {
    /// Those of this user.
    pub(crate) fn of_user() -> Self {
        Self(UserPresets::of_user().map_err(|error| (&error).into()))
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
                    Err(error) => Message::Failed(failure(&error, words)),
                })
            }
            (PresetAction::Remove(name), Ok(presets)) => Some(match presets.remove(name) {
                Ok(()) => Message::Done((texts.removed)(name)),
                Err(error) => Message::Failed(failure(&error, words)),
            }),
            (PresetAction::List, Ok(_)) => None,
            (_, Err(why)) => Some(Message::Failed(sentence(&why.text(words)))),
        };
        if let Ok(presets) = &self.0 {
            menu.folder = presets.folder().display().to_string();
            match presets.list() {
                Ok(list) => {
                    menu.entries =
                        list.into_iter().map(|preset| entry(preset, params, words)).collect();
                }
                Err(error) => menu.message = Some(Message::Failed(failure(&error, words))),
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
        Err(error) => Err(failure(&error, words)),
    };
    Entry { name, note, chosen }
}

/// Why a preset cannot be used, saved or removed: a sentence.
fn failure(error: &PresetError, words: &Words) -> String {
    let texts = &words.preset_trouble;
    let path = |path: &Path| path.display().to_string();
    let text = match error {
        PresetError::BadName { name, reason } => (texts.bad_name)(name, reason),
        PresetError::Unknown(name) => (texts.unknown)(name),
        PresetError::Exists(name) => (texts.exists)(name),
        PresetError::NotARecipe { path: at, reason } => (texts.not_a_recipe)(&path(at), reason),
        PresetError::Unusable { path: at, source } => {
            (texts.unusable)(&path(at), &source.to_string())
        }
        PresetError::Io { path, source, .. } => {
            FileTrouble::writing(path, source).text(&words.files)
        }
        other => other.to_string(),
    };
    sentence(&text)
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
