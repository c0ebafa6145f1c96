//! Typing the value of a control.

use egui::{Key, Rect, Response, Role, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use nice_plug::prelude::Param;

use crate::editor::param_gesture::ParamGesture;
use crate::editor::theme::{BODY, palette};
use crate::editor::words::words;

/// What is being typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Typing {
    pub(super) text: Option<String>,
    /// The text is no value.
    pub(super) invalid: bool,
}

/// Draws the text field over the control `control`, and sets the value when it is left.
pub(super) fn draw<P: Param>(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    param: &P,
    gesture: &impl ParamGesture,
    typing: &mut Typing,
    control: &Response,
) {
    let Some(mut text) = typing.text.take() else { return };
    let id = control.id.with("typed");
    let just_opened = !ui.memory(|memory| memory.had_focus_last_frame(id));
    let field = field(ui, rect, id, typing.invalid, &mut text);
    let words = &words(ui).controls;
    let label = if typing.invalid { (words.typed_no_value)(name) } else { (words.typed)(name) };
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &label));
    if just_opened && !field.has_focus() && control.has_focus() {
        field.request_focus();
    }
    if field.changed() {
        typing.invalid = false;
    }
    let left = field.lost_focus() && !just_opened;
    if !left {
        typing.text = Some(text);
        return;
    }
    let (enter, escape) =
        ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    match param.string_to_normalized_value(&text) {
        _ if escape => typing.invalid = false,
        Some(normalized) => {
            gesture.touch(param, normalized);
            typing.invalid = false;
        }
        // The field stays until the text is corrected or given up.
        None if enter => {
            typing.invalid = true;
            typing.text = Some(text);
            field.request_focus();
        }
        None => typing.invalid = false,
    }
}

fn field(ui: &mut Ui, control: Rect, id: egui::Id, invalid: bool, text: &mut String) -> Response {
    let corner = pos2(control.right() - 4.0, control.top() + 36.0);
    let line = Rect::from_min_max(control.min + vec2(4.0, 15.0), corner);
    let mut line = ui.new_child(UiBuilder::new().max_rect(line));
    if invalid {
        line.visuals_mut().selection.stroke.color = palette(ui).bad;
    }
    let field = TextEdit::singleline(text)
        .id(id)
        .font(BODY)
        .margin(vec2(3.0, 1.0))
        .desired_width(f32::INFINITY)
        .cursor_at_end(true)
        .char_limit(24);
    line.add(field)
}
