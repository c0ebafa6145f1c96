//! How controls change parameters: every gesture begins, sets and ends, so that a host can record
//! it as automation.

use std::sync::Arc;

use nice_plug::prelude::{Param, ParamSetter};

use crate::params::PatchveilParams;

/// Passes changes of a parameter on to the host.
pub trait ParamGesture {
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

/// Changes parameters where there is no host to tell.
#[derive(Clone)]
pub struct DirectGesture {
    _params: Arc<PatchveilParams>,
}

impl DirectGesture {
    /// For these parameters. It keeps them alive.
    #[must_use]
    pub fn new(params: Arc<PatchveilParams>) -> Self {
        Self { _params: params }
    }
}

impl ParamGesture for DirectGesture {
    fn begin(&self, _: &impl Param) {}

    #[expect(unsafe_code, reason = "the framework lets only hosts change parameters")]
    fn set(&self, param: &impl Param, normalized: f32) {
        let stepped = param.preview_normalized(param.preview_plain(normalized));
        // SAFETY: a parameter is one atomic number and the object is borrowed; what is unsafe for
        // plug-ins is that a host would not learn of it, and there is none.
        unsafe { param.as_ptr()._internal_set_normalized_value(stepped) };
    }

    fn end(&self, _: &impl Param) {}
}
