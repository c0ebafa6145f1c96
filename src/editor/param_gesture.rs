//! How controls change parameters: every gesture begins, sets and ends, so that a host can record
//! it as automation.

use nice_plug::prelude::{Param, ParamSetter};

/// Passes changes of a parameter on to the host.
pub(crate) trait ParamGesture {
    /// The user starts to change the parameter.
    fn begin(&self, param: &impl Param);
    /// Sets the value, 0–1, rounded to the nearest step.
    fn set(&self, param: &impl Param, normalized: f32);
    /// The user has finished.
    fn end(&self, param: &impl Param);

    /// A whole gesture that sets one value.
    fn touch(&self, param: &impl Param, normalized: f32) {
        self.begin(param);
        self.set(param, normalized);
        self.end(param);
    }
}

impl ParamGesture for ParamSetter<'_> {
    fn begin(&self, param: &impl Param) {
        self.begin_set_parameter(param);
    }

    fn set(&self, param: &impl Param, normalized: f32) {
        self.set_parameter(param, param.preview_plain(normalized));
    }

    fn end(&self, param: &impl Param) {
        self.end_set_parameter(param);
    }
}
