//! The presets as hosts list them: the four of the dial, whole recipes.
//!
//! A preset is a state of the framework with the parameters of the recipe and nothing else, so class, mode,
//! trim, delta and bypass stay as they are. VST3 hosts read it from the files in `assets/presets`, which the
//! tests here keep right; CLAP hosts are told of it by `clap_entry/`.

#[cfg(test)]
mod vst3_files;

use std::collections::BTreeMap;

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::PluginState;
use patchveil_veil::Preset;

use crate::params::RecipeSettings;

/// The presets that hosts list, mildest first, and what they are called there.
pub(crate) const HOST_PRESETS: [(Preset, &str); 4] = [
    (Preset::Mark, "Mark"),
    (Preset::Light, "Light"),
    (Preset::Balanced, "Balanced"),
    (Preset::Strong, "Strong"),
];

/// The settings of a preset with everything at its default.
pub(crate) fn settings_of(preset: Preset) -> RecipeSettings {
    RecipeSettings {
        restore: false,
        preset,
        former_preset: preset,
        mark_level: 0,
        amount: 1_000,
        patch: None,
        period: None,
        count: None,
    }
}

/// The state with the parameters that make this recipe, as a host loads it.
///
/// # Errors
/// None that can be caused.
pub(crate) fn state_of(settings: &RecipeSettings) -> Result<Vec<u8>, serde_json::Error> {
    let ms = |us: Option<u32>| ParamValue::F32(us.map_or(0.0, |us| us as f32 / 1_000.0));
    let count = settings.count.map_or(0, |count| count as i32);
    let params = [
        ("preset_2", ParamValue::String(settings.preset.name().to_owned())),
        ("mark_level", ParamValue::F32(f32::from(settings.mark_level) / 10.0)),
        ("amount", ParamValue::F32(f32::from(settings.amount) / 10.0)),
        ("patch", ms(settings.patch)),
        ("frame", ms(settings.period)),
        ("patches", ParamValue::I32(count)),
    ];
    serde_json::to_vec(&PluginState {
        // Nobody reads it, and the files stay the same from release to release.
        version: String::new(),
        params: params.into_iter().map(|(id, value)| (id.to_owned(), value)).collect(),
        fields: BTreeMap::new(),
    })
}
