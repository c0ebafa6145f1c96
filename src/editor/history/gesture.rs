//! Takes down every gesture on its way to the host.

use nice_plug::prelude::Param;

use super::History;
use crate::editor::param_gesture::ParamGesture;

/// Passes gestures on and takes them down.
pub(crate) struct Recorded<'a, G> {
    gesture: &'a G,
    history: &'a History,
}

impl<'a, G> Recorded<'a, G> {
    /// Passes on to `gesture` and takes down in `history`.
    pub(crate) fn new(gesture: &'a G, history: &'a History) -> Self {
        Self { gesture, history }
    }
}

impl<G: ParamGesture> ParamGesture for Recorded<'_, G> {
    fn begin(&self, param: &impl Param) {
        self.history.begin(param.as_ptr(), param.unmodulated_normalized_value());
        self.gesture.begin(param);
    }

    fn set(&self, param: &impl Param, normalized: f32) {
        // As the host rounds it to a step.
        self.history.set(param.as_ptr(), param.preview_normalized(param.preview_plain(normalized)));
        self.gesture.set(param, normalized);
    }

    fn end(&self, param: &impl Param) {
        self.history.end(param.as_ptr());
        self.gesture.end(param);
    }
}
