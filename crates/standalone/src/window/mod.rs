//! The window: the plug-in's editor, and around it what a host would have.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | what an open window holds |
//! | `strip.rs`, `meter.rs` | connection, meters, monitor and recorder at the bottom |
//! | `devices.rs`, `recording.rs` | what folds out above them |
//! | `lists.rs` | lists of these |
//! | `welcome.rs` | the first run |
//!
//! Panels are functions of what they show, so a test can draw any situation. Nothing is painted but on
//! request: by the user, by sound, by a change.

mod app;
mod devices;
mod lists;
mod meter;
mod recording;
mod strip;
#[cfg(test)]
mod tests;
mod welcome;

pub(crate) use app::run;

use egui::{Frame, Margin, Ui};
use patchveil_plugin::look::colours;

use crate::audio::{BackendKind, DeviceList, Wanted};
use crate::listener::Heard;
use crate::settings::Settings;
use crate::supervisor::State;

/// What is shown around the editor.
pub(crate) struct Scene<'a> {
    pub(crate) state: &'a State,
    pub(crate) devices: &'a Result<DeviceList, String>,
    pub(crate) dropouts: u64,
    pub(crate) heard: &'a Heard,
    pub(crate) wanted: &'a Wanted,
    /// What does not work beside sound.
    pub(crate) trouble: Option<&'a str>,
    /// What became of a recording that was cut off.
    pub(crate) note: Option<&'a str>,
    /// There is a class whose key can be lost.
    pub(crate) has_keys: bool,
}

/// What the user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Tone,
    ClearClip,
    Record,
    EndRecording,
    List(BackendKind),
    BackUp,
}

/// What is folded out above the strip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Fold {
    #[default]
    None,
    Devices,
    Recording,
}

impl Fold {
    fn toggled(self, to: Self) -> Self {
        if self == to { Self::None } else { to }
    }
}

/// Draws strip and fold at the bottom of `ui`; what is left is the editor's.
pub(crate) fn draw_bottom(
    ui: &mut Ui,
    scene: &Scene<'_>,
    settings: &mut Settings,
    fold: &mut Fold,
    folder: &mut String,
    actions: &mut Vec<Action>,
) {
    let colours = colours(ui);
    let frame = Frame::new().fill(colours.panel).inner_margin(Margin::symmetric(12, 6));
    egui::Panel::bottom("strip")
        .exact_size(strip::HEIGHT)
        .frame(frame)
        .show(ui, |ui| strip::draw(ui, scene, settings, fold, actions));
    if *fold == Fold::None {
        return;
    }
    let frame = Frame::new().fill(colours.raised).inner_margin(Margin::symmetric(12, 8));
    egui::Panel::bottom("fold").resizable(false).frame(frame).show(ui, |ui| match fold {
        Fold::Devices => devices::draw(ui, scene, &mut settings.devices, actions),
        _ => recording::draw(ui, &mut settings.recording, folder),
    });
}
