//! Where screen readers are told nothing.

use nice_plug_egui::RepaintNotifier;

/// Nobody.
pub(in crate::editor) struct ScreenReader;

impl ScreenReader {
    pub(in crate::editor) fn new(_: RepaintNotifier) -> Self {
        Self
    }

    pub(in crate::editor) fn join(&self, _: &egui::Context) {}

    pub(in crate::editor) fn lookout(&self) -> Lookout {
        Lookout
    }
}

/// Sees nobody.
pub(in crate::editor) struct Lookout;
