//! Panels, their headers, and frames within them.

use egui::{
    Align, Align2, Color32, CornerRadius, Frame, Layout, Margin, Rangef, Rect, ScrollArea, Sense,
    Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2,
};

use crate::editor::icons::{self, Icon};
use crate::editor::rounded;
use crate::editor::theme::{GAP, INSET, ROUND, ROUND_SMALL, SMALL_GAP, TITLE, palette};

/// Height of a panel's header, in points.
pub(crate) const HEADER: f32 = 34.0;

/// Below this height of a panel, in points, its header is lower.
const SHORT: f32 = 160.0;
const SHORT_HEADER: f32 = 27.0;

/// Height of the header of a panel of plots, in points.
pub(crate) fn header(panel: Rect) -> f32 {
    if panel.height() < SHORT { SHORT_HEADER } else { HEADER }
}

/// Draws the background of a panel.
pub(crate) fn card(ui: &Ui, rect: Rect) {
    let colours = palette(ui);
    rounded::rounded(ui.painter(), rect, ROUND, colours.panel, colours.border);
}

/// Draws the edge of a panel that keeps the background of the window, which costs less than another.
pub(crate) fn outline(ui: &Ui, rect: Rect) {
    rounded::edge(ui.painter(), rect, ROUND, palette(ui).border);
}

/// Draws the background of a panel around plots, which are one below the other, equally wide, and
/// keep the background of the window. Nothing is painted twice, because large areas take most of the
/// time where there is no graphics card.
pub(crate) fn card_around(ui: &Ui, rect: Rect, plots: &[Rect]) {
    let Some(first) = plots.first() else { return card(ui, rect) };
    let colours = palette(ui);
    let painter = ui.painter();
    let fill = |x: Rangef, y: Rangef, corners: CornerRadius| {
        rounded::fill(painter, Rect::from_x_y_ranges(x, y), corners, colours.panel);
    };
    let (round, none) = (ROUND, CornerRadius::ZERO);
    let (x, top, bottom) = (first.x_range(), rect.top(), rect.bottom());
    // The sides are wide enough for round corners; the strips above and below may not be.
    let (left, right) = (Rangef::new(rect.left(), x.min), Rangef::new(x.max, rect.right()));
    fill(left, rect.y_range(), CornerRadius { nw: round, sw: round, ..none });
    fill(right, rect.y_range(), CornerRadius { ne: round, se: round, ..none });
    let tops = plots.iter().map(Rect::top).chain([bottom]);
    let bottoms = [top].into_iter().chain(plots.iter().map(Rect::bottom));
    for (above, below) in bottoms.zip(tops) {
        fill(x, Rangef::new(above, below), none);
    }
    rounded::edge(painter, rect, round, colours.border);
}

/// Draws a panel's title at the left of its header. Returns where it ends.
pub(crate) fn title(ui: &Ui, header: Rect, text: &str) -> f32 {
    let at = pos2(header.left() + INSET, header.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, text, TITLE, palette(ui).text).right()
}

/// Adds widgets at the right end of a panel's header, from left to right, so that the keyboard reaches
/// them in that order; `name` tells headers apart. Returns where they begin.
pub(crate) fn header_buttons(
    ui: &mut Ui,
    name: &str,
    header: Rect,
    add: impl FnOnce(&mut Ui),
) -> f32 {
    let room = header.shrink2(vec2(GAP, 0.0));
    // They are as wide as the last time, or the frame is laid out again.
    let id = egui::Id::unique(("header buttons", name));
    let width = ui.data(|data| data.get_temp(id)).unwrap_or(0.0_f32);
    let place = Rect::from_min_max(pos2(room.right() - width, room.top()), room.max);
    let builder = UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center));
    let mut line = ui.new_child(builder);
    line.spacing_mut().item_spacing.x = SMALL_GAP;
    add(&mut line);
    let now = line.min_rect().width();
    if (now - width).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, now));
        ui.ctx().request_discard("the buttons of a header have another width");
    }
    place.left()
}

/// Marks what has the keyboard focus.
pub(crate) fn focus_ring(ui: &Ui, rect: Rect) {
    let stroke = Stroke::new(2.0, palette(ui).accent);
    let rect = rect.expand(1.0);
    ui.painter().rect_stroke(rect, CornerRadius::same(ROUND_SMALL), stroke, StrokeKind::Outside);
}

/// Scrolls what has the keyboard focus into view when it gets it; the last thing in a scroll area.
pub(crate) fn follow_focus(ui: &Ui) {
    // In the frame of a click, asking where a widget is takes its focus away.
    if ui.input(|input| input.pointer.any_pressed() || input.pointer.any_click()) {
        return;
    }
    let focused = ui.memory(|memory| memory.focused());
    let id = ui.scope_id().with("followed");
    if ui.data(|data| data.get_temp(id)) == Some(focused) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(id, focused));
    let response = focused.and_then(|focused| ui.ctx().read_response(focused));
    // In this area, and not in a list over it.
    let here = |rect: &Rect| ui.min_rect().expand(GAP).contains_rect(*rect);
    if let Some(rect) = response.map(|response| response.rect).filter(here) {
        ui.scroll_to_rect(rect.expand(GAP), None);
    }
}

/// Draws into the whole of `ui`, or, where that is smaller than `smallest`, into as much in an area that
/// scrolls: a window that is scaled up may be too small for everything.
pub(crate) fn scrolled<R>(ui: &mut Ui, smallest: Vec2, add: impl FnOnce(&mut Ui, Rect) -> R) -> R {
    let visible = ui.max_rect();
    if visible.width() >= smallest.x - 1.0 && visible.height() >= smallest.y - 1.0 {
        return add(ui, visible);
    }
    ScrollArea::both()
        .auto_shrink(false)
        .show(ui, |ui| {
            let size = visible.size().max(smallest);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            let added = add(ui, rect);
            follow_focus(ui);
            added
        })
        .inner
}

/// Frames an icon and what `add` draws next to it.
pub(crate) fn notice<R>(
    ui: &mut Ui,
    icon: Icon,
    colour: Color32,
    add: impl FnOnce(&mut Ui) -> R,
) -> R {
    let colours = palette(ui);
    Frame::NONE
        .fill(colours.background)
        .stroke(Stroke::new(1.0, colour))
        .corner_radius(CornerRadius::same(ROUND_SMALL))
        .inner_margin(Margin { left: 30, right: 10, top: 8, bottom: 8 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let at = ui.cursor().min + vec2(-13.0, 8.0);
            let icon_rect = Rect::from_center_size(at, vec2(14.0, 14.0));
            icons::paint(ui.painter(), icon_rect, icon, colour, colours.background);
            add(ui)
        })
        .inner
}

/// Frames a form.
pub(crate) fn form(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let colours = palette(ui);
    Frame::NONE
        .fill(colours.raised)
        .stroke(Stroke::new(1.0, colours.border))
        .corner_radius(CornerRadius::same(ROUND_SMALL))
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            add(ui);
        });
}
