//! Buttons, and what opens from them.

use egui::{
    Align2, InnerResponse, Popup, Response, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};

use super::frame::focus_ring;
use crate::editor::icons::paint_opener;
use crate::editor::rounded::rounded;
use crate::editor::theme::{BODY, GAP, HOVERED, INSET, ROUND_SMALL, SMALL, palette};

/// Height of a button in a header, in points.
const HEIGHT: f32 = 22.0;

/// How much a button stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emphasis {
    /// The usual action.
    Main,
    /// Other actions.
    Plain,
    /// What cannot be undone.
    Danger,
}

/// A button.
pub(crate) fn button(ui: &mut Ui, text: &str, emphasis: Emphasis) -> Response {
    let colours = palette(ui);
    let (colour, fill, outline) = match emphasis {
        Emphasis::Main => (colours.on_accent, colours.accent, colours.accent),
        Emphasis::Plain => (colours.text, colours.raised, colours.outline),
        Emphasis::Danger => (colours.bad, colours.raised, colours.bad),
    };
    let label = ui.painter().layout_no_wrap(text.to_owned(), BODY, colour);
    let (rect, response) =
        ui.allocate_exact_size(label.size() + vec2(2.0 * INSET, 9.0), Sense::click());
    let fill = match emphasis {
        Emphasis::Main if response.hovered() => fill.gamma_multiply(HOVERED),
        Emphasis::Plain | Emphasis::Danger if response.hovered() => colours.hovered,
        _ => fill,
    };
    rounded(ui.painter(), rect, ROUND_SMALL, fill, outline);
    ui.painter().galley(rect.center() - label.size() / 2.0, label, colour);
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response
}

/// A small button that does something at once.
pub(crate) fn press(ui: &mut Ui, text: &str) -> Response {
    let response = small(ui, text, false);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response
}

/// A button that stays down.
pub(crate) fn toggle(ui: &mut Ui, text: &str, on: bool) -> Response {
    let response = small(ui, text, on);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, text));
    response
}

/// A small button, without a name for screen readers.
fn small(ui: &mut Ui, text: &str, on: bool) -> Response {
    let colours = palette(ui);
    let colour = if on { colours.on_accent } else { colours.text };
    let label = ui.painter().layout_no_wrap(text.to_owned(), SMALL, colour);
    let size = vec2(label.size().x + 16.0, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let fill = match (on, response.hovered()) {
        (true, _) => colours.accent,
        (false, true) => colours.hovered,
        (false, false) => colours.raised,
    };
    let outline = if on { colours.accent } else { colours.outline.gamma_multiply(0.6) };
    rounded(ui.painter(), rect, ROUND_SMALL, fill, outline);
    ui.painter().galley(rect.center() - label.size() / 2.0, label, colour);
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    response
}

/// A small button that opens a list.
pub(crate) fn menu_button(ui: &mut Ui, text: &str) -> Response {
    let response = opener(ui, text);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response
}

/// What opens a list, without a name for screen readers.
fn opener(ui: &mut Ui, text: &str) -> Response {
    let colours = palette(ui);
    let label = ui.painter().layout_no_wrap(text.to_owned(), SMALL, colours.text);
    let size = vec2(label.size().x + 30.0, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let fill = if response.hovered() { colours.hovered } else { colours.raised };
    rounded(ui.painter(), rect, ROUND_SMALL, fill, colours.outline.gamma_multiply(0.6));
    let top = rect.center().y - label.size().y / 2.0;
    ui.painter().galley(pos2(rect.left() + 8.0, top), label, colours.text);
    paint_opener(ui.painter(), pos2(rect.right() - 12.0, rect.center().y), colours.weak);
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    response
}

/// A small button that opens a list, and shows what is chosen there. Screen readers say its `name` too.
pub(crate) fn choice_button(ui: &mut Ui, name: &str, chosen: &str) -> Response {
    let response = opener(ui, chosen);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, true, name);
        info.current_text_value = Some(chosen.to_owned());
        info
    });
    response
}

/// The list that `button` opens. Where the window is too low for it, it scrolls.
pub(crate) fn menu<R>(
    button: &Response,
    width: f32,
    add: impl FnOnce(&mut Ui) -> R,
) -> Option<InnerResponse<R>> {
    Popup::menu(button).width(width).show(|ui| {
        let room = ui.ctx().content_rect().height() - 2.0 * (GAP + 1.0);
        ScrollArea::vertical().max_height(room).show(ui, add).inner
    })
}

/// One option of a list.
pub(crate) fn menu_option(ui: &mut Ui, text: &str, chosen: bool) -> Response {
    let colours = palette(ui);
    let size = vec2(ui.available_width(), 24.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(ROUND_SMALL), colours.hovered);
    }
    let dot = pos2(rect.left() + 12.0, rect.center().y);
    if chosen {
        ui.painter().circle_filled(dot, 4.0, colours.accent);
    } else {
        ui.painter().circle_stroke(dot, 4.0, Stroke::new(1.0, colours.outline));
    }
    let at = pos2(rect.left() + 26.0, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, text, BODY, colours.text);
    if response.has_focus() {
        focus_ring(ui, rect.shrink(1.0));
    }
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, true, chosen, text));
    response
}
