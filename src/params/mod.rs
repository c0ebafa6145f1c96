//! What the host can automate, and the recipe that follows from it.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | the parameters |
//! | `choices.rs` | the modes and the presets |
//! | `settings.rs` | the recipe that follows from the parameters |
//! | `express.rs` | the other way round, where there is one |
//! | `text.rs` | values as text, both ways |
//! | `held_level.rs` | the level of a mark that cannot be as loud as asked for |
//!
//! # Two parameters for the preset
//! State holds a preset by its id, so its place in the list does not matter there. Automation does not:
//! CLAP hosts store the place, VST3 hosts the place divided by the highest one. Either changes its meaning
//! where a preset is added, so the presets with a mark have a parameter of their own, and the one that
//! sessions of recipe version 1 have stays as it was. The session's version decides which of them counts. The
//! former one is not hidden, since hosts play no automation of hidden parameters. What is new stands
//! behind the rest, because some hosts know parameters by their number.

mod choices;
mod express;
mod held_level;
mod settings;
mod text;

use std::sync::Arc;

use nice_plug::prelude::*;
use patchveil_veil::{AMOUNT_MAX, PATCH_US_MIN, PATCHES_MAX, PERIOD_US_MIN, Recipe};

pub use self::choices::{FormerPresetChoice, ModeChoice, PresetChoice};
pub(crate) use self::express::Fit;
use self::held_level::HeldLevel;
pub(crate) use self::settings::RecipeSettings;
use self::settings::microseconds;
use self::text::{FOLLOW, decibels, follows, length, mark_level, number};
use crate::editor_state::EditorStateField;
use crate::state::ClassField;

/// Longest patch that can be set, in ms.
const PATCH_MS_MAX: f32 = 1_000.0;
/// Longest period that can be set, in ms.
const PERIOD_MS_MAX: f32 = 10_000.0;
/// Largest trim either way, in dB.
const TRIM_DB_MAX: f32 = 24.0;
/// Range of the mark's level, in dB.
const MARK_LEVEL_DB: (f32, f32) = (-24.0, 12.0);

/// Everything that is saved with a session.
///
/// Ids are hashed into the hosts' automation: they stay as they are for good.
#[derive(Params)]
pub struct PatchveilParams {
    /// The class and the recipe's version.
    #[persist = "class"]
    pub class: ClassField,
    /// Size, scale and colours of the editor.
    #[persist = "editor"]
    pub editor: EditorStateField,
    /// The host's own bypass: on, the input leaves as it came, without trim.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// Whether mark and veil are applied or taken off. Not for automation: it decides what a session
    /// is for, and going over is heard as a short silence.
    #[id = "mode"]
    pub mode: EnumParam<ModeChoice>,
    /// What the veil is like.
    #[nested(group = "Veil")]
    pub veil: VeilParams,
    /// Where the patches lie.
    #[nested(group = "Patches")]
    pub patches: PatchParams,
    /// What is done to the output.
    #[nested(group = "Output")]
    pub output: OutputParams,
    /// The preset, and its mark.
    #[nested(group = "Recipe")]
    pub recipe: RecipeParams,
    /// Not saved: what the key of the class allows.
    pub(crate) held_level: HeldLevel,
}

/// What the veil is like.
#[derive(Params)]
pub struct VeilParams {
    /// The preset in sessions of recipe version 1, which have no mark. It has no effect in others.
    #[id = "preset"]
    pub former_preset: EnumParam<FormerPresetChoice>,
    /// Depth of the veil in percent of the preset's, 0–200. It has no effect without a veil.
    #[id = "amount"]
    pub amount: FloatParam,
}

/// Where the patches of the veil lie. Each follows the preset until it is moved off its lowest position.
#[derive(Params)]
pub struct PatchParams {
    /// Length of a patch in ms, below 1 the preset's.
    #[id = "patch"]
    pub patch: FloatParam,
    /// Length of a period in ms, below 1 the preset's.
    #[id = "frame"]
    pub period: FloatParam,
    /// Patches in a period, 0 for the preset's.
    #[id = "patches"]
    pub count: IntParam,
}

/// What is done to the output.
#[derive(Params)]
pub struct OutputParams {
    /// On: hear only what is changed.
    #[id = "delta"]
    pub delta: BoolParam,
    /// Gain behind mark, veil and delta, in dB.
    #[id = "trim"]
    pub trim: FloatParam,
}

/// The preset, and its mark.
#[derive(Params)]
pub struct RecipeParams {
    /// The named recipe that everything else starts from, since recipe version 2.
    #[id = "preset_2"]
    pub preset: EnumParam<PresetChoice>,
    /// Added to the level of the preset's mark, in dB, −24 to 12. It has no effect without a mark.
    #[id = "mark_level"]
    pub mark_level: FloatParam,
}

impl PatchveilParams {
    /// Parameters at their defaults, and `class` beside them.
    pub(crate) fn new(class: ClassField) -> Self {
        let held_level = HeldLevel::default();
        Self {
            class,
            editor: EditorStateField::default(),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            mode: EnumParam::new("Mode", ModeChoice::Protect).non_automatable(),
            veil: VeilParams {
                former_preset: EnumParam::new("Preset (Recipe 1)", FormerPresetChoice::Balanced),
                amount: FloatParam::new(
                    "Amount",
                    100.0,
                    FloatRange::Linear { min: 0.0, max: AMOUNT_MAX as f32 },
                )
                .with_step_size(0.1)
                .with_unit(" %")
                .with_string_to_value(Arc::new(|text| number(text, "%"))),
            },
            patches: PatchParams {
                patch: length("Patch Length", PATCH_MS_MAX, PATCH_US_MIN),
                period: length("Period", PERIOD_MS_MAX, PERIOD_US_MIN),
                count: IntParam::new(
                    "Patches per Period",
                    0,
                    IntRange::Linear { min: 0, max: PATCHES_MAX as i32 },
                )
                .with_value_to_string(Arc::new(|count| match count {
                    0 => FOLLOW.to_owned(),
                    count => count.to_string(),
                }))
                .with_string_to_value(Arc::new(|text| match follows(text) {
                    true => Some(0),
                    false => text.trim().parse().ok(),
                })),
            },
            output: OutputParams {
                delta: BoolParam::new("Delta", false),
                trim: decibels("Output Trim", -TRIM_DB_MAX, TRIM_DB_MAX),
            },
            recipe: RecipeParams {
                preset: EnumParam::new("Preset", PresetChoice::Mark),
                mark_level: mark_level("Mark Level", MARK_LEVEL_DB, held_level.clone()),
            },
            held_level,
        }
    }

    /// What the parameters ask for now. Never allocates or waits.
    pub(crate) fn settings(&self) -> RecipeSettings {
        RecipeSettings {
            restore: self.mode.value() == ModeChoice::Restore,
            preset: self.recipe.preset.value().into(),
            former_preset: self.veil.former_preset.value().into(),
            // A NaN becomes 0.
            mark_level: (self.recipe.mark_level.value() * 10.0).round() as i16,
            amount: (self.veil.amount.value() * 10.0).round() as u16,
            patch: microseconds(self.patches.patch.value()),
            period: microseconds(self.patches.period.value()),
            count: u32::try_from(self.patches.count.value()).ok().filter(|&count| count > 0),
        }
    }

    /// Whether this session has the presets of recipe version 1. It waits for a lock.
    pub(crate) fn is_former(&self) -> bool {
        self.class.get().recipe == 1
    }

    /// The recipe that the parameters ask for now. It waits for a lock, and allocates.
    pub(crate) fn recipe_now(&self) -> Recipe {
        self.settings().recipe(self.class.get().recipe)
    }

    /// The linear gain of the trim. Never allocates or waits.
    pub(crate) fn gain(&self) -> f32 {
        let db = self.output.trim.value();
        // Steps of a tenth, so that what reads 0.0 dB leaves every bit alone.
        let db = (db * 10.0).round() / 10.0;
        if db == 0.0 || !db.is_finite() { 1.0 } else { 10.0_f32.powf(db / 20.0) }
    }
}
