//! From a recipe to parameters: whole or not at all.

use nice_plug::prelude::Param;
use patchveil_veil::Recipe;

use crate::editor::param_gesture::ParamGesture;
use crate::editor::presets;
use crate::params::{PatchveilParams, RecipeSettings};

/// Settings that make a recipe, and the recipe version of the session in which they do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    pub(super) settings: RecipeSettings,
    version: u32,
}

impl Fit {
    /// How these parameters can make exactly this recipe; `None` if they cannot. A session from before
    /// the mark goes over to the present recipes if it must.
    pub(crate) fn of(recipe: &Recipe, params: &PatchveilParams) -> Option<Self> {
        let present = params.class.get().recipe;
        let newer = (present == 1).then_some(patchveil_veil::RECIPE_VERSION);
        [Some(present), newer].into_iter().flatten().find_map(|version| {
            let settings = RecipeSettings::of_recipe(recipe, version)?;
            Some(Self { settings, version })
        })
    }
}

/// Sets the parameters. The mode, and what is done to the output, stay.
pub(crate) fn apply(fit: Fit, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let Fit { settings, version } = fit;
    let ms = |us: Option<u32>| us.map_or(0.0, |us| us as f32 / 1_000.0);
    if version == 1 {
        if let Some(preset) = presets::former_choice_of(settings.former_preset) {
            set(&params.veil.former_preset, preset, gesture);
        }
    } else if let Some(preset) = presets::choice_of(settings.preset) {
        set(&params.recipe.preset, preset, gesture);
    }
    set(&params.recipe.mark_level, f32::from(settings.mark_level) / 10.0, gesture);
    set(&params.veil.amount, f32::from(settings.amount) / 10.0, gesture);
    set(&params.patches.patch, ms(settings.patch), gesture);
    set(&params.patches.period, ms(settings.period), gesture);
    set(&params.patches.count, settings.count.map_or(0, |count| count as i32), gesture);
    if version != 1 && params.is_former() {
        params.class.use_newest_recipe();
    }
}

/// Sets one parameter, unless it is so already.
fn set<P: Param>(param: &P, plain: P::Plain, gesture: &impl ParamGesture) {
    let normalized = param.preview_normalized(plain);
    if normalized != param.unmodulated_normalized_value() {
        gesture.touch(param, normalized);
    }
}
