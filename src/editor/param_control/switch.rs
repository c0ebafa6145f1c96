//! A control that is on or off.

use egui::{Align2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use nice_plug::prelude::BoolParam;

use super::paint;
use super::text::ControlText;
use crate::editor::param_gesture::ParamGesture;
use crate::editor::theme::{BODY, palette};
use crate::editor::words::words;

/// A control that is on or off.
pub(crate) fn switch(
    ui: &mut Ui,
    rect: Rect,
    text: &ControlText<'_>,
    param: &BoolParam,
    gesture: &impl ParamGesture,
) -> Response {
    let on = param.value();
    let colours = palette(ui);
    let response = ui.interact(rect, ui.scope_id().with(text.name), Sense::click());
    if response.clicked() {
        gesture.touch(param, if on { 0.0 } else { 1.0 });
    }
    paint::frame(ui, &response, rect, colours);
    paint::label(ui, rect, text.label, colours.weak);
    let track = Rect::from_min_size(rect.min + vec2(8.0, 21.0), vec2(23.0, 14.0));
    let (fill, outline) =
        if on { (colours.warn, colours.warn) } else { (colours.background, colours.outline) };
    ui.painter().rect(track, 7.0, fill, Stroke::new(1.0, outline), StrokeKind::Inside);
    let knob = if on { track.right() - 7.0 } else { track.left() + 7.0 };
    let colour = if on { colours.background } else { colours.weak };
    ui.painter().circle_filled(pos2(knob, track.center().y), 4.0, colour);
    let at = pos2(track.right() + 5.0, track.center().y);
    let words = &words(ui).window;
    let (word, colour) = if on { (words.on, colours.warn) } else { (words.off, colours.text) };
    ui.painter().text(at, Align2::LEFT_CENTER, word, BODY, colour);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, text.name));
    paint::tip(response, text, None)
}
