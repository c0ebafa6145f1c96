//! A control whose value is dragged, typed, or moved with the arrow keys.

use egui::{CursorIcon, Event, Key, Rect, Response, Sense, Ui, WidgetInfo};
use nice_plug::prelude::Param;

use super::assistive;
use super::choice::keep_arrow_keys;
use super::paint;
use super::text::ControlText;
use super::typing::{self, Typing};
use crate::editor::param_gesture::ParamGesture;
use crate::editor::theme::palette;
use crate::editor::words::words;

/// Way of the pointer over the whole range of a parameter, in points.
const DRAG_RANGE: f32 = 220.0;
/// How much slower a value moves with Shift.
const FINE: f32 = 10.0;

/// What is being done with a control, kept from frame to frame.
#[derive(Debug, Clone, Default)]
struct Interaction {
    /// Position while the control is dragged, 0–1, not rounded to steps.
    dragged: Option<f32>,
    typing: Typing,
}

/// A control whose value is dragged, typed, or moved with the arrow keys.
pub(crate) fn number<P: Param>(
    ui: &mut Ui,
    rect: Rect,
    text: &ControlText<'_>,
    param: &P,
    gesture: &impl ParamGesture,
) -> Response {
    let id = ui.scope_id().with(text.name);
    let (colours, words) = (palette(ui), &words(ui).controls);
    let mut state: Interaction = ui.data_mut(|data| data.get_temp(id)).unwrap_or_default();
    let sense = if text.no_effect { Sense::hover() } else { Sense::click_and_drag() };
    let response = ui.interact(rect, id, sense);

    drag(ui, &response, param, gesture, &mut state.dragged);
    if response.double_clicked() {
        gesture.touch(param, param.default_normalized_value());
        state.typing.text = None;
    } else if response.clicked() {
        response.request_focus();
    }
    if !text.no_effect {
        assistive::step(ui, &response, param, gesture);
    }
    if response.has_focus() && state.typing.text.is_none() {
        keys(ui, &response, param, gesture, &mut state.typing);
    }

    paint::frame(ui, &response, rect, colours);
    if state.typing.invalid {
        paint::label(ui, rect, words.not_a_value, colours.bad);
    } else {
        paint::label(ui, rect, text.label, colours.weak);
    }
    if state.typing.text.is_some() {
        typing::draw(ui, rect, text.name, param, gesture, &mut state.typing, &response);
    } else {
        paint::value(ui, rect, text, colours, response.has_focus());
    }
    let position = state.dragged.unwrap_or_else(|| param.unmodulated_normalized_value());
    paint::bar(ui, rect, position, text, colours);

    ui.data_mut(|data| data.insert_temp(id, state));
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(!text.no_effect, f64::from(position), text.name);
        info.current_text_value = Some(format!("{} {}", text.value, text.note).trim().to_owned());
        info
    });
    if !text.no_effect {
        assistive::declare(ui, response.id);
    }
    if text.no_effect {
        return paint::tip(response, text, None);
    }
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    paint::tip(response, text, Some(words.usage))
}

fn drag<P: Param>(
    ui: &Ui,
    response: &Response,
    param: &P,
    gesture: &impl ParamGesture,
    dragged: &mut Option<f32>,
) {
    if response.drag_started() {
        gesture.begin(param);
        *dragged = Some(param.unmodulated_normalized_value());
    }
    let Some(position) = dragged else { return };
    if response.dragged() {
        let delta = response.drag_delta();
        let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
        let next = (*position + (delta.x - delta.y) / (DRAG_RANGE * fine)).clamp(0.0, 1.0);
        let step = |position| param.preview_normalized(param.preview_plain(position));
        if step(next) != step(*position) {
            gesture.set(param, next);
        }
        *position = next;
    } else {
        // Released, or the pointer was lost: either way the host must be told.
        gesture.end(param);
        *dragged = None;
    }
}

/// What the keyboard does to a control that has the focus.
fn keys<P: Param>(
    ui: &Ui,
    response: &Response,
    param: &P,
    gesture: &impl ParamGesture,
    typing: &mut Typing,
) {
    keep_arrow_keys(ui, response.id);
    let now = param.unmodulated_normalized_value();
    let mut next = now;
    ui.input(|input| {
        let step = step_of(param, input.modifiers.shift);
        for event in &input.events {
            match event {
                Event::Key { key: Key::ArrowUp | Key::ArrowRight, pressed: true, .. } => {
                    next = moved(param, next, step);
                }
                Event::Key { key: Key::ArrowDown | Key::ArrowLeft, pressed: true, .. } => {
                    next = moved(param, next, -step);
                }
                Event::Key { key: Key::Delete | Key::Backspace, pressed: true, .. } => {
                    next = param.default_normalized_value();
                }
                Event::Key { key: Key::Enter, pressed: true, .. } => {
                    typing.text = Some(param.normalized_value_to_string(now, true));
                }
                Event::Text(text) if !text.trim().is_empty() => {
                    typing.text.get_or_insert_default().push_str(text);
                }
                _ => {}
            }
        }
    });
    if next != now {
        gesture.touch(param, next);
    }
}

/// How far an arrow key moves, 0–1. The steps of a length are tenths of a millisecond, too small for it.
pub(super) fn step_of(param: &impl Param, fine: bool) -> f32 {
    match param.step_count() {
        Some(count) if count <= 100 => 1.0 / count as f32,
        _ if fine => 0.001,
        _ => 0.01,
    }
}

/// The position one step further, or as many as it takes until the value reads differently: the
/// lowest position of a length means the preset's, and the shortest length is some steps away.
pub(super) fn moved<P: Param>(param: &P, from: f32, step: f32) -> f32 {
    let read = |position: f32| param.normalized_value_to_string(position, true);
    let before = read(from);
    let mut position = from;
    while (0.0..=1.0).contains(&(position + step)) {
        position += step;
        if read(position) != before {
            return position;
        }
    }
    if step > 0.0 { 1.0 } else { 0.0 }
}
