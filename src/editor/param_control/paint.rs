//! How controls are painted.

use egui::{Align2, Color32, CornerRadius, Rect, Response, Stroke, StrokeKind, Ui, pos2, vec2};

use super::text::ControlText;
use crate::editor::rounded::rounded;
use crate::editor::theme::{BODY, Palette, ROUND_SMALL, SMALL, SMALL_GAP, palette};

/// Height of a control in points.
pub(crate) const HEIGHT: f32 = 46.0;

pub(super) fn frame(ui: &Ui, response: &Response, rect: Rect, colours: &Palette) {
    let (fill, stroke) = if response.has_focus() {
        (colours.hovered, Stroke::new(2.0, colours.accent))
    } else if response.sense.interactive() && (response.hovered() || response.dragged()) {
        (colours.hovered, Stroke::new(1.0, colours.outline))
    } else {
        (colours.raised, Stroke::new(1.0, colours.border))
    };
    if stroke.width > 1.0 {
        let corners = CornerRadius::same(ROUND_SMALL);
        ui.painter().rect(rect, corners, fill, stroke, StrokeKind::Inside);
    } else {
        rounded(ui.painter(), rect, ROUND_SMALL, fill, stroke.color);
    }
}

pub(super) fn label(ui: &Ui, rect: Rect, text: &str, colour: Color32) {
    ui.painter().with_clip_rect(rect.shrink(2.0)).text(
        rect.min + vec2(8.0, 4.0),
        Align2::LEFT_TOP,
        text,
        SMALL,
        colour,
    );
}

pub(super) fn value(
    ui: &Ui,
    rect: Rect,
    text: &ControlText<'_>,
    colours: &Palette,
    selected: bool,
) {
    let painter = ui.painter().with_clip_rect(rect.shrink(2.0));
    let at = rect.min + vec2(8.0, 18.0);
    let colour = if text.follows { colours.weak } else { colours.text };
    let value = painter.layout_no_wrap(text.value.clone(), BODY, colour);
    let width = value.size().x;
    if selected {
        let marked = Rect::from_min_size(at, value.size()).expand2(vec2(2.0, 0.0));
        painter.rect_filled(marked, 2.0, ui.visuals().selection.bg_fill);
    }
    painter.galley(at, value, colour);
    if !text.note.is_empty() {
        let colour = if text.follows { colours.weak } else { colours.warn };
        let note = painter.layout_no_wrap(text.note.to_owned(), SMALL, colour);
        let at = at + vec2(width + SMALL_GAP, 1.0);
        // That there is no bar says that it follows the preset. Limits are not left out.
        if !text.follows || at.x + note.size().x <= rect.right() - 2.0 {
            painter.galley(at, note, colour);
        }
    }
}

/// A thin bar with a knob at `position`, 0–1, where the value is set here.
pub(super) fn bar(ui: &Ui, rect: Rect, position: f32, text: &ControlText<'_>, colours: &Palette) {
    if text.follows {
        return;
    }
    let track = Rect::from_min_max(
        pos2(rect.left() + 8.0, rect.bottom() - 8.0),
        pos2(rect.right() - 8.0, rect.bottom() - 5.0),
    );
    ui.painter().rect_filled(track, 1.5, colours.border);
    let x = |position: f32| track.left() + position.clamp(0.0, 1.0) * track.width();
    let origin = if text.centred { 0.5 } else { 0.0 };
    let (from, to) = (x(origin).min(x(position)), x(origin).max(x(position)));
    let filled = Rect::from_x_y_ranges(from..=to, track.y_range());
    ui.painter().rect_filled(filled, 1.5, colours.accent);
    ui.painter().circle_filled(pos2(x(position), track.center().y), 3.5, colours.accent);
}

/// Shows what the control does, and how it is used.
pub(super) fn tip(response: Response, text: &ControlText<'_>, usage: Option<&str>) -> Response {
    response.on_hover_ui(|ui| {
        let colours = palette(ui);
        ui.label(egui::RichText::new(text.name).font(BODY).color(colours.text));
        ui.label(egui::RichText::new(text.tip).font(SMALL).color(colours.text));
        if let Some(usage) = usage {
            ui.label(egui::RichText::new(usage).font(SMALL).color(colours.weak));
        }
    })
}
