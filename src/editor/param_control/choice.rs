//! A control that opens a list.

use egui::{
    Align2, Color32, EventFilter, Id, Key, Popup, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};
use nice_plug::prelude::Param;

use super::paint;
use super::text::ControlText;
use crate::editor::icons::paint_opener;
use crate::editor::param_gesture::ParamGesture;
use crate::editor::theme::{BODY, ROUND_SMALL, SMALL, palette};
use crate::editor::widgets;

/// A control that opens a list. `list` draws it and returns the choice, 0–1.
pub(crate) fn choice<P: Param>(
    ui: &mut Ui,
    rect: Rect,
    text: &ControlText<'_>,
    param: &P,
    gesture: &impl ParamGesture,
    list: impl FnOnce(&mut Ui) -> Option<f32>,
) -> Response {
    let colours = palette(ui);
    let id = ui.scope_id().with(text.name);
    let response = ui.interact(rect, id, Sense::click());
    if response.has_focus() {
        step_with_arrows(ui, id, param, gesture);
    }
    paint::frame(ui, &response, rect, colours);
    paint::label(ui, rect, text.label, colours.weak);
    paint::value(ui, rect, text, colours, false);
    paint_opener(ui.painter(), pos2(rect.right() - 13.0, rect.top() + 26.0), colours.weak);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, true, text.name);
        info.current_text_value = Some(text.value.clone());
        info
    });
    let chosen = widgets::menu(&response, 300.0, list).and_then(|shown| shown.inner);
    if let Some(chosen) = chosen {
        gesture.touch(param, chosen);
    }
    if Popup::is_id_open(ui, Popup::default_response_id(&response)) {
        response
    } else {
        paint::tip(response, text, None)
    }
}

/// Moves to the next or previous choice with the arrow keys.
fn step_with_arrows<P: Param>(ui: &Ui, id: Id, param: &P, gesture: &impl ParamGesture) {
    keep_arrow_keys(ui, id);
    let now = param.unmodulated_normalized_value();
    let (down, up) =
        ui.input(|input| (input.key_pressed(Key::ArrowDown), input.key_pressed(Key::ArrowUp)));
    let next = match (down, up) {
        (true, false) => param.next_normalized_step(now, false),
        (false, true) => param.previous_normalized_step(now, false),
        _ => now,
    };
    if next != now && !Popup::is_any_open(ui) {
        gesture.touch(param, next);
    }
}

/// Keeps the arrow keys from moving the focus.
pub(crate) fn keep_arrow_keys(ui: &Ui, id: Id) {
    let filter =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
}

/// One option of the list, with a note below its name. Returns whether it was clicked.
pub(crate) fn option(ui: &mut Ui, name: &str, note: &str, chosen: bool) -> bool {
    let colours = palette(ui);
    let width = ui.available_width();
    let note = ui.painter().layout(note.to_owned(), SMALL, colours.weak, width - 34.0);
    let (rect, response) =
        ui.allocate_exact_size(vec2(width, 22.0 + note.size().y + 4.0), Sense::click());
    let fill = if response.hovered() || response.has_focus() {
        colours.hovered
    } else {
        Color32::TRANSPARENT
    };
    let outline =
        if response.has_focus() { Stroke::new(2.0, colours.accent) } else { Stroke::NONE };
    ui.painter().rect(rect, f32::from(ROUND_SMALL), fill, outline, StrokeKind::Inside);
    let dot = pos2(rect.left() + 12.0, rect.top() + 13.0);
    if chosen {
        ui.painter().circle_filled(dot, 4.0, colours.accent);
    } else {
        ui.painter().circle_stroke(dot, 4.0, Stroke::new(1.0, colours.outline));
    }
    ui.painter().text(rect.min + vec2(26.0, 4.0), Align2::LEFT_TOP, name, BODY, colours.text);
    ui.painter().galley(rect.min + vec2(26.0, 21.0), note, colours.weak);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, true, chosen, name));
    response.clicked()
}
