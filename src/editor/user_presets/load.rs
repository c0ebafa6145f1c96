//! From a recipe to parameters: whole or not at all.

use nice_plug::prelude::Param;

use crate::editor::param_gesture::ParamGesture;
use crate::params::{Fit, PatchveilParams};

/// Sets the parameters. The mode, and what is done to the output, stay.
pub(crate) fn apply(fit: Fit, params: &PatchveilParams, gesture: &impl ParamGesture) {
    let values = fit.values();
    if let Some(preset) = values.former_preset {
        set(&params.veil.former_preset, preset, gesture);
    }
    if let Some(preset) = values.preset {
        set(&params.recipe.preset, preset, gesture);
    }
    set(&params.recipe.mark_level, values.mark_level, gesture);
    set(&params.veil.amount, values.amount, gesture);
    set(&params.patches.patch, values.patch, gesture);
    set(&params.patches.period, values.period, gesture);
    set(&params.patches.count, values.count, gesture);
    if fit.version != 1 && params.is_former() {
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
