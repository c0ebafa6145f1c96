//! How the controls touch parameters: so that a host can record what the gesture does, each touch
//! begins, sets and ends.

use nice_plug::prelude::{Param, ParamSetter};

/// Whatever passes the moves of a control on to the host.
pub(crate) trait ParamGesture {
    /// The control is taken hold of.
    fn begin(&self, param: &impl Param);
    /// It is moved to this place, 0–1, which is brought to the nearest step.
    fn set(&self, param: &impl Param, normalized: f32);
    /// It is let go.
    fn end(&self, param: &impl Param);

    /// One whole touch.
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
