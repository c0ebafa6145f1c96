//! What is read at one frequency, under the pointer or with the arrow keys.

use egui::accesskit::Role;
use egui::{CursorIcon, Event, EventFilter, Key, Rect, Response, Sense, Stroke, Ui, WidgetInfo};

use super::Panel;
use super::curves::{STEP, at, change, value};
use super::grid::Axes;
use crate::analyzer::{Curve, Spectra};
use crate::editor::axis::{self, HZ_MIN};
use crate::editor::theme::Palette;
use crate::editor::widgets;

/// The reading under the pointer, or where the arrow keys have put it.
pub(super) fn read(
    ui: &mut Ui,
    plot: Rect,
    axes: &Axes,
    spectra: &Spectra,
    curve: Option<&Curve>,
    panel: &mut Panel,
    colours: &Palette,
) {
    let response = ui.interact(plot, ui.scope_id().with("spectra"), Sense::click());
    if response.clicked() {
        response.request_focus();
    }
    if response.has_focus() {
        widgets::focus_ring(ui, plot);
        move_cursor(ui, &response, axes, panel);
    } else {
        panel.cursor = None;
    }
    let x = match (response.hover_pos(), panel.cursor) {
        (Some(pointer), _) => Some(pointer.x),
        (None, Some(hz)) => Some(axes.hz.x(hz)),
        (None, None) => None,
    };
    let lines = x.map(|x| readings(axes, spectra, curve, x)).unwrap_or_default();
    response.widget_info(|| {
        let name = "Spectra, to be read with the arrow keys";
        let mut info = WidgetInfo::labeled(Role::Image, true, name);
        info.current_text_value = Some(lines.join(", "));
        info
    });
    let Some(x) = x else { return };
    if response.hovered() {
        ui.set_cursor_icon(CursorIcon::Crosshair);
    }
    ui.painter().vline(x, plot.y_range(), Stroke::new(1.0, colours.quiet));
    widgets::reading(ui, plot, x, &lines);
}

/// What there is to read at `x`, line by line.
fn readings(axes: &Axes, spectra: &Spectra, curve: Option<&Curve>, x: f32) -> Vec<String> {
    let hz = axes.hz.hz(x);
    let mut lines = vec![format!("{}   {}", axis::reading(hz), axis::note(hz))];
    if !spectra.points.is_empty() {
        let point = at(&spectra.points, axes.hz.hz(x - STEP / 2.0)..axes.hz.hz(x + STEP / 2.0));
        lines.push(format!("Before {} dBFS", axis::level(point.before)));
        lines.push(format!("After {} dBFS", axis::level(point.after)));
        if let Some(change) = change(&point) {
            lines.push(format!("Difference {} dB", axis::signed(change)));
        }
    }
    let curves =
        curve.map(|curve| [("In its patches", &curve.measured), ("Designed", &curve.designed)]);
    for (name, values) in curves.into_iter().flatten() {
        if let Some(db) = value(values, hz) {
            lines.push(format!("{name} {} dB", axis::signed(db)));
        }
    }
    lines
}

fn move_cursor(ui: &Ui, response: &Response, axes: &Axes, panel: &mut Panel) {
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let mut hz = panel.cursor.unwrap_or(1_000.0_f32.min(axes.hz.top));
    ui.input(|input| {
        let step = if input.modifiers.shift { 1.0 / 100.0 } else { 1.0 / 12.0 };
        for event in &input.events {
            match event {
                Event::Key { key: Key::ArrowRight, pressed: true, .. } => hz *= 2.0_f32.powf(step),
                Event::Key { key: Key::ArrowLeft, pressed: true, .. } => hz /= 2.0_f32.powf(step),
                _ => {}
            }
        }
    });
    panel.cursor = Some(hz.clamp(HZ_MIN, axes.hz.top));
}
