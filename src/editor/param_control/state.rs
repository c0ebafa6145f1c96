//! A control that is in one of two states and says which.

use egui::{Align2, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};

use super::paint;
use super::text::ControlText;
use crate::editor::theme::{BODY, palette};

/// A control that says its state, `text.value`; `on` where that is not the usual one. A note is read out as
/// its value.
pub(crate) fn state(ui: &mut Ui, rect: Rect, text: &ControlText<'_>, on: bool) -> Response {
    let colours = palette(ui);
    let sense = if text.no_effect { Sense::hover() } else { Sense::click() };
    let response = ui.interact(rect, ui.scope_id().with(text.name), sense);
    paint::frame(ui, &response, rect, colours);
    paint::label(ui, rect, text.label, colours.weak);
    let colour = match (on, text.no_effect) {
        (true, _) => colours.warn,
        (_, true) => colours.weak,
        _ => colours.text,
    };
    let at = rect.min + vec2(8.0, 20.0);
    ui.painter().text(at, Align2::LEFT_TOP, &text.value, BODY, colour);
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::Switch, !text.no_effect, on, text.name);
        info.current_text_value = Some(text.note.to_owned());
        info
    });
    paint::tip(response, text, None)
}
