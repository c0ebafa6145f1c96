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

use egui::{Color32, Frame, Margin, Rect, Stroke, Ui, UiBuilder, vec2};
use patchveil_plugin::look::{self, colours};

use crate::audio::{BackendKind, DeviceList, Reason, Wanted};
use crate::listener::Heard;
use crate::settings::Settings;
use crate::supervisor::State;

/// What is shown around the editor.
pub(crate) struct Scene<'a> {
    pub(crate) state: &'a State,
    pub(crate) devices: &'a Result<DeviceList, Reason>,
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
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

/// Draws `editor`, and fold and strip below it, in the order in which they are read and Tab goes on.
pub(crate) fn draw_all(
    ui: &mut Ui,
    scene: &Scene<'_>,
    settings: &mut Settings,
    fold: &mut Fold,
    folder: &mut String,
    actions: &mut Vec<Action>,
    editor: impl FnOnce(&mut Ui),
) {
    let colours = colours(ui);
    let rect = ui.max_rect();
    // The fold is as high as the last time, or the frame is laid out again.
    let id = ui.scope_id().with(("fold", *fold));
    let height =
        if *fold == Fold::None { 0.0 } else { ui.data(|data| data.get_temp(id)).unwrap_or(0.0) };
    let strip_top = rect.bottom() - strip::HEIGHT;
    let row = |from: f32, to: f32| Rect::from_x_y_ranges(rect.x_range(), from..=to);
    let mut part =
        |name: &str, rect: Rect| ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect));
    let mut top = part("editor", row(rect.top(), strip_top - height));
    top.shrink_clip_rect(top.max_rect());
    editor(&mut top);
    if *fold != Fold::None {
        let mut ui = part("fold", row(strip_top - height, strip_top));
        let frame = Frame::new().fill(colours.raised).inner_margin(Margin::symmetric(12, 8));
        let shown = frame.show(&mut ui, |ui| {
            ui.set_width(ui.available_width());
            match fold {
                Fold::Devices => devices::draw(ui, scene, &mut settings.devices, actions),
                _ => recording::draw(ui, &mut settings.recording, folder),
            }
        });
        let now = shown.response.rect.height();
        if (now - height).abs() > 0.5 {
            ui.data_mut(|data| data.insert_temp(id, now));
            ui.ctx().request_discard("the fold has another height");
        }
        line(&ui, rect, strip_top - height, colours.border);
    }
    let mut ui = part("strip", row(strip_top, rect.bottom()));
    look::fill(&ui, ui.max_rect(), colours.panel);
    line(&ui, rect, strip_top, colours.border);
    let inner = ui.max_rect().shrink2(vec2(12.0, 6.0));
    let mut ui = ui.new_child(UiBuilder::new().max_rect(inner));
    strip::draw(&mut ui, scene, settings, fold, actions);
}

/// Draws the edge between two parts.
fn line(ui: &Ui, rect: Rect, y: f32, colour: Color32) {
    ui.painter().hline(rect.x_range(), y, Stroke::new(1.0, colour));
}
