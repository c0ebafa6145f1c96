//! The values at one frequency, under the pointer or where the arrow keys have put it.

use egui::accesskit::Role;
use egui::{CursorIcon, Event, EventFilter, Key, Rect, Response, Sense, Stroke, Ui, WidgetInfo};

use patchveil_words as words;

use super::axes::Axes;
use super::lines::{STEP, at, difference, gain_at};
use super::state::AnalyzerPanel;
use crate::analyzer::{KernelGain, Spectra};
use crate::editor::axis::{self, HZ_MIN};
use crate::editor::theme::Palette;
use crate::editor::widgets;
use crate::editor::words::words;

/// Draws the values at the frequency under the pointer, or where the arrow keys have put it.
pub(super) fn draw(
    ui: &mut Ui,
    plot: Rect,
    axes: &Axes,
    spectra: &Spectra,
    kernel: Option<&KernelGain>,
    panel: &mut AnalyzerPanel,
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
    let words = &words(ui).spectra;
    let lines = x.map(|x| values(axes, spectra, kernel, x, words)).unwrap_or_default();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Image, true, words.plot);
        info.current_text_value = Some(lines.join(", "));
        info
    });
    let Some(x) = x else { return };
    if response.hovered() {
        ui.set_cursor_icon(CursorIcon::Crosshair);
    }
    ui.painter().vline(x, plot.y_range(), Stroke::new(1.0, colours.weak));
    widgets::readout(ui, plot, x, &lines);
}

/// The values at `x`, line by line.
fn values(
    axes: &Axes,
    spectra: &Spectra,
    kernel: Option<&KernelGain>,
    x: f32,
    words: &words::Spectra,
) -> Vec<String> {
    let hz = axes.hz.hz(x);
    let mut lines = vec![format!("{}   {}", axis::frequency(hz), axis::note(hz))];
    if !spectra.points.is_empty() {
        let point = at(&spectra.points, axes.hz.hz(x - STEP / 2.0)..axes.hz.hz(x + STEP / 2.0));
        lines.push(format!("{} {} dBFS", words.before, axis::level(point.before)));
        lines.push(format!("{} {} dBFS", words.after, axis::level(point.after)));
        if let Some(difference) = difference(&point) {
            lines.push(format!("{} {} dB", words.difference, axis::signed(difference)));
        }
    }
    let gains = kernel
        .map(|kernel| [(words.measured, &kernel.measured), (words.designed, &kernel.designed)]);
    for (name, gains) in gains.into_iter().flatten() {
        if let Some(db) = gain_at(gains, hz) {
            lines.push(format!("{name} {} dB", axis::signed(db)));
        }
    }
    lines
}

fn move_cursor(ui: &Ui, response: &Response, axes: &Axes, panel: &mut AnalyzerPanel) {
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
