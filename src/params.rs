//! What the host can automate, and the recipe that follows from it.

use std::sync::Arc;

use nice_plug::prelude::*;
use patchveil_veil::{AMOUNT_MAX, PATCH_US_MIN, PATCHES_MAX, PERIOD_US_MIN, Preset, Recipe};

use crate::editor_state::EditorStateField;
use crate::state::ClassField;

/// Longest patch that can be set, in ms.
const PATCH_MS_MAX: f32 = 1_000.0;
/// Longest period that can be set, in ms.
const PERIOD_MS_MAX: f32 = 10_000.0;
/// Lengths move in steps of this many ms.
const STEP_MS: f32 = 0.1;
/// Below this, in ms, a length means “as the preset has it”.
const FOLLOW_BELOW_MS: f32 = 1.0;
/// Largest trim either way, in dB.
const TRIM_DB_MAX: f32 = 24.0;
/// What a detail shows while it follows the preset.
const FOLLOW: &str = "preset";

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
    /// Whether the veil is applied or taken off. Not for automation: it decides what a session is
    /// for, and going over is heard as a short silence.
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
}

/// What the veil is like.
#[derive(Params)]
pub struct VeilParams {
    /// The named recipe that everything else starts from.
    #[id = "preset"]
    pub preset: EnumParam<PresetChoice>,
    /// Depth of the filter in percent of the preset's, 0–200.
    #[id = "amount"]
    pub amount: FloatParam,
}

/// Where the patches lie. Each follows the preset until it is moved off its lowest position.
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
    /// On: hear only what the veil changes.
    #[id = "delta"]
    pub delta: BoolParam,
    /// Gain behind veil and delta, in dB.
    #[id = "trim"]
    pub trim: FloatParam,
}

/// What an instance is for. The ids go into sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ModeChoice {
    /// Apply the veil.
    #[id = "protect"]
    Protect,
    /// Take it off what was protected, for whoever has the key. It is taken off where it lies on
    /// the host's timeline, so the recording has to lie where it lay when it was protected.
    #[id = "restore"]
    Restore,
}

/// The presets as the host shows them. The ids go into sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PresetChoice {
    /// [`Preset::Light`]. The id is that of its former name: sessions hold it.
    #[id = "transparent"]
    Light,
    /// [`Preset::Balanced`]
    #[id = "balanced"]
    Balanced,
    /// [`Preset::Strong`]
    #[id = "strong"]
    Strong,
    /// [`Preset::Poscuda`]
    #[id = "poscuda"]
    #[name = "PosCUDA"]
    Poscuda,
    /// [`Preset::Cuda`]
    #[id = "cuda"]
    #[name = "CUDA"]
    Cuda,
}

impl From<PresetChoice> for Preset {
    fn from(choice: PresetChoice) -> Self {
        match choice {
            PresetChoice::Light => Self::Light,
            PresetChoice::Balanced => Self::Balanced,
            PresetChoice::Strong => Self::Strong,
            PresetChoice::Poscuda => Self::Poscuda,
            PresetChoice::Cuda => Self::Cuda,
        }
    }
}

/// The parameters that shape the recipe, in whole steps: two that are equal make the same recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VeilSettings {
    /// Take the veil off.
    pub(crate) restore: bool,
    pub(crate) preset: Preset,
    /// In tenths of a percent.
    pub(crate) amount: u16,
    /// In µs; `None` follows the preset.
    pub(crate) patch: Option<u32>,
    /// In µs; `None` follows the preset.
    pub(crate) period: Option<u32>,
    /// `None` follows the preset.
    pub(crate) count: Option<u32>,
}

impl PatchveilParams {
    /// Parameters at their defaults, and `class` beside them.
    pub(crate) fn new(class: ClassField) -> Self {
        Self {
            class,
            editor: EditorStateField::default(),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            mode: EnumParam::new("Mode", ModeChoice::Protect).non_automatable(),
            veil: VeilParams {
                preset: EnumParam::new("Preset", PresetChoice::Balanced),
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
                trim: FloatParam::new(
                    "Output Trim",
                    0.0,
                    FloatRange::Linear { min: -TRIM_DB_MAX, max: TRIM_DB_MAX },
                )
                .with_step_size(0.1)
                .with_unit(" dB")
                // A host may hold a hair below 0, which must not read “-0.0”.
                .with_value_to_string(Arc::new(|db| {
                    format!("{:.1}", (db * 10.0).round() / 10.0 + 0.0)
                }))
                .with_string_to_value(Arc::new(|text| number(text, "dB"))),
            },
        }
    }

    /// What the parameters ask for now. Never allocates or waits.
    pub(crate) fn settings(&self) -> VeilSettings {
        VeilSettings {
            restore: self.mode.value() == ModeChoice::Restore,
            preset: self.veil.preset.value().into(),
            // A NaN becomes 0.
            amount: (self.veil.amount.value() * 10.0).round() as u16,
            patch: microseconds(self.patches.patch.value()),
            period: microseconds(self.patches.period.value()),
            count: u32::try_from(self.patches.count.value()).ok().filter(|&count| count > 0),
        }
    }

    /// The linear gain of the trim. Never allocates or waits.
    pub(crate) fn gain(&self) -> f32 {
        let db = self.output.trim.value();
        // Steps of a tenth, so that what reads 0.0 dB leaves every bit alone.
        let db = (db * 10.0).round() / 10.0;
        if db == 0.0 || !db.is_finite() { 1.0 } else { 10.0_f32.powf(db / 20.0) }
    }
}

impl VeilSettings {
    /// The recipe asked for. It is valid whatever the parameters are, because details give way
    /// to each other in a fixed order:
    ///
    /// 1. The period has the length set, or the preset's.
    /// 2. A patch has the length set, or the preset's, at most the whole period. But where only
    ///    the number of patches is set, the patches shorten until that many fit.
    /// 3. There are as many patches as set, or as in the preset, at most as many as fit.
    pub(crate) fn recipe(&self, version: u32) -> Recipe {
        let Some(mut recipe) = self.preset.recipe_of_version(1) else {
            return self.preset.recipe();
        };
        recipe.version = version;
        let Some(veil) = &mut recipe.veil else { return recipe };
        veil.amount = (f64::from(self.amount) / 10.0).min(AMOUNT_MAX);
        if self.patch.is_none() && self.period.is_none() && self.count.is_none() {
            return recipe;
        }
        let mut placement = veil.placement.clone();
        placement.period_us = self.period.unwrap_or(placement.period_us).max(PERIOD_US_MIN);
        let period = placement.period_us;
        let most = (period / PATCH_US_MIN).min(PATCHES_MAX);
        let patch = match (self.patch, self.count) {
            (Some(patch), _) => patch,
            (None, Some(count)) => placement.patch_us.min(period / count.clamp(1, most)),
            (None, None) => placement.patch_us,
        };
        let patch = patch.clamp(PATCH_US_MIN, period);
        placement.patches =
            self.count.unwrap_or(placement.patches).clamp(1, (period / patch).min(most));
        veil.placement = placement.with_patch(patch);
        recipe
    }
}

/// ms → µs, in steps of [`STEP_MS`].
fn microseconds(ms: f32) -> Option<u32> {
    (ms >= FOLLOW_BELOW_MS).then(|| (ms / STEP_MS).round() as u32 * 100)
}

fn length(name: &str, max: f32, shortest_us: u32) -> FloatParam {
    let shortest = shortest_us as f32 / 1_000.0;
    let range = FloatRange::Skewed { min: 0.0, max, factor: FloatRange::skew_factor(-1.5) };
    FloatParam::new(name, 0.0, range)
        .with_step_size(STEP_MS)
        .with_value_to_string(Arc::new(move |ms| match ms < FOLLOW_BELOW_MS {
            true => FOLLOW.to_owned(),
            false => format!("{:.1} ms", ms.max(shortest)),
        }))
        .with_string_to_value(Arc::new(move |text| {
            if follows(text) {
                return Some(0.0);
            }
            let seconds = text.trim().strip_suffix('s').filter(|rest| !rest.ends_with('m'));
            match seconds {
                Some(seconds) => Some(number(seconds, "")? * 1_000.0),
                None => number(text, "ms"),
            }
            .map(|ms| ms.max(shortest))
        }))
}

/// Whether the text asks for the preset's own value.
fn follows(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case(FOLLOW)
}

/// Reads `12.5`, `12,5` and either with the unit behind it.
fn number(text: &str, unit: &str) -> Option<f32> {
    let text = text.trim();
    let text = text.strip_suffix(unit).unwrap_or(text).trim();
    text.replace(',', ".").parse().ok().filter(|value: &f32| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(patch: Option<u32>, period: Option<u32>, count: Option<u32>) -> VeilSettings {
        VeilSettings {
            restore: false,
            preset: Preset::Balanced,
            amount: 1_000,
            patch,
            period,
            count,
        }
    }

    fn placed(settings: &VeilSettings) -> (u32, u32, u32) {
        let recipe = settings.recipe(1);
        recipe.validate().unwrap();
        let placement = recipe.veil.unwrap().placement;
        (placement.patch_us, placement.period_us, placement.patches)
    }

    #[test]
    fn untouched_parameters_are_the_balanced_preset() {
        let params = PatchveilParams::new(ClassField::default());
        assert_eq!(params.settings().recipe(1), Preset::Balanced.recipe_of_version(1).unwrap());
        assert_eq!(params.gain(), 1.0);
    }

    #[test]
    fn every_combination_of_settings_is_a_valid_recipe() {
        for preset in Preset::ALL {
            for patch in [None, Some(1_000), Some(2_000), Some(16_000), Some(1_000_000)] {
                for period in [None, Some(1_000), Some(4_000), Some(33_300), Some(10_000_000)] {
                    for count in [None, Some(1), Some(7), Some(64)] {
                        for amount in [0, 1, 999, 2_000, u16::MAX] {
                            let settings = VeilSettings {
                                restore: false,
                                preset,
                                amount,
                                patch,
                                period,
                                count,
                            };
                            settings.recipe(1).validate().unwrap();
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_set_gives_way_in_a_fixed_order() {
        // Too long a patch: fewer fit.
        assert_eq!(placed(&settings(Some(60_000), None, None)), (60_000, 80_000, 1));
        // Only the number set: they shorten.
        assert_eq!(placed(&settings(None, None, Some(16))), (5_000, 80_000, 16));
        // Both set: the length holds.
        assert_eq!(placed(&settings(Some(20_000), None, Some(16))), (20_000, 80_000, 4));
        // A patch longer than its period fills it.
        assert_eq!(placed(&settings(Some(500_000), Some(20_000), None)), (20_000, 20_000, 1));
        // A longer period spreads the preset's patches.
        assert_eq!(placed(&settings(None, Some(1_000_000), None)), (40_000, 1_000_000, 2));
        // A short period holds no more than it can.
        assert_eq!(placed(&settings(None, Some(4_000), Some(64))), (2_000, 4_000, 2));
    }

    #[test]
    fn text_reads_both_ways() {
        let params = PatchveilParams::new(ClassField::default());
        let reads = |param: &FloatParam, text: &str| {
            let value = param.string_to_normalized_value(text).unwrap();
            param.normalized_value_to_string(value, true)
        };
        assert_eq!(reads(&params.patches.patch, "preset"), "preset");
        assert_eq!(reads(&params.patches.patch, "16"), "16.0 ms");
        assert_eq!(reads(&params.patches.patch, "16.5 ms"), "16.5 ms");
        assert_eq!(reads(&params.patches.period, "0,5 s"), "500.0 ms");
        assert_eq!(reads(&params.patches.patch, "0.5 ms"), "2.0 ms");
        assert_eq!(reads(&params.veil.amount, "133.3 %"), "133.3 %");
        assert_eq!(reads(&params.output.trim, "-3"), "-3.0 dB");
        assert_eq!(reads(&params.output.trim, "-0.01"), "0.0 dB");
        assert!(params.patches.patch.string_to_normalized_value("soon").is_none());
        assert!(params.output.trim.string_to_normalized_value("NaN").is_none());
        let count = &params.patches.count;
        let value = count.string_to_normalized_value("Preset").unwrap();
        assert_eq!(count.normalized_value_to_string(value, true), "preset");
    }
}
