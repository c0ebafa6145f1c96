//! The presets as hosts list them: the four of the dial, whole recipes.
//!
//! A preset is a state of the framework with the parameters of the recipe and nothing else, so class, mode,
//! trim, delta and bypass stay as they are. Only where a session of recipe version 1 has to go over to the
//! present recipes, which CLAP can tell, the state has its class too, with the version. VST3 hosts read it from the files in `assets/presets`, which the
//! tests here keep right; CLAP hosts are told of it by `clap_entry/`.

#[cfg(test)]
mod vst3_files;

use std::collections::BTreeMap;

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::PluginState;
use patchveil_veil::Preset;

use crate::params::{Fit, FormerPresetChoice};
use crate::state::{FIELD, Saved};

/// The presets that hosts list, mildest first, and what they are called there.
pub(crate) const HOST_PRESETS: [(Preset, &str); 4] = [
    (Preset::Mark, "Mark"),
    (Preset::Light, "Light"),
    (Preset::Balanced, "Balanced"),
    (Preset::Strong, "Strong"),
];

/// The state with the parameters that make this recipe, as a host loads it. `class` is what the session has
/// chosen, where it has to go over to the recipe version of `fit`; else what is chosen stays.
///
/// # Errors
/// None that can be caused.
pub(crate) fn state_of(fit: &Fit, class: Option<Saved>) -> Result<Vec<u8>, serde_json::Error> {
    let values = fit.values();
    let text = |id: &str| ParamValue::String(id.to_owned());
    let params = [
        ("preset", values.former_preset.and_then(FormerPresetChoice::id).map(text)),
        ("preset_2", values.preset.map(|preset| text(Preset::from(preset).name()))),
        ("mark_level", Some(ParamValue::F32(values.mark_level))),
        ("amount", Some(ParamValue::F32(values.amount))),
        ("patch", Some(ParamValue::F32(values.patch))),
        ("frame", Some(ParamValue::F32(values.period))),
        ("patches", Some(ParamValue::I32(values.count))),
    ];
    let params = params.into_iter().filter_map(|(id, value)| Some((id.to_owned(), value?)));
    let class = class.map(|class| Saved { recipe: fit.version, ..class });
    let class = class.map(|class| Ok((FIELD.to_owned(), serde_json::to_string(&class)?)));
    serde_json::to_vec(&PluginState {
        // Nobody reads it, and the files stay the same from release to release.
        version: String::new(),
        params: params.collect(),
        fields: class.into_iter().collect::<Result<BTreeMap<_, _>, serde_json::Error>>()?,
    })
}
