//! Parts that several panels are made of.

use egui::{
    Align, Align2, Color32, CornerRadius, Frame, Layout, Margin, Rangef, Rect, Response, RichText,
    Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::icons::{self, Icon, paint_opener};
use super::theme::{BODY, GAP, INSET, NEAR, ROUND, ROUND_SMALL, SMALL, TITLE, palette};

/// Height of a panel's first line, in points.
pub(crate) const HEAD: f32 = 34.0;
/// Height of the buttons in it, in points.
const BUTTON: f32 = 22.0;

/// The background of a panel.
pub(crate) fn card(ui: &Ui, rect: Rect) {
    let colours = palette(ui);
    ui.painter().rect(
        rect,
        CornerRadius::same(ROUND),
        colours.panel,
        Stroke::new(1.0, colours.edge),
        StrokeKind::Inside,
    );
}

/// The background of a panel around pictures that lie on the window's own background, one below the other
/// and equally wide. A large area costs a machine without a graphics card most of its time, so
/// nothing is painted that is painted over.
pub(crate) fn card_around(ui: &Ui, rect: Rect, pictures: &[Rect]) {
    let Some(first) = pictures.first() else { return card(ui, rect) };
    let colours = palette(ui);
    let painter = ui.painter();
    let fill = |x: Rangef, y: Rangef, corners: CornerRadius| {
        painter.rect_filled(Rect::from_x_y_ranges(x, y), corners, colours.panel);
    };
    let (round, none) = (ROUND, CornerRadius::ZERO);
    let (x, top, bottom) = (first.x_range(), rect.top(), rect.bottom());
    // The sides are wide enough for round corners; what is above and below may not be.
    let (left, right) = (Rangef::new(rect.left(), x.min), Rangef::new(x.max, rect.right()));
    fill(left, rect.y_range(), CornerRadius { nw: round, sw: round, ..none });
    fill(right, rect.y_range(), CornerRadius { ne: round, se: round, ..none });
    let tops = pictures.iter().map(Rect::top).chain([bottom]);
    let bottoms = [top].into_iter().chain(pictures.iter().map(Rect::bottom));
    for (above, below) in bottoms.zip(tops) {
        fill(x, Rangef::new(above, below), none);
    }
    let edge = Stroke::new(1.0, colours.edge);
    painter.rect_stroke(rect, CornerRadius::same(round), edge, StrokeKind::Inside);
}

/// A panel's title at the left of its first line; returns where it ends.
pub(crate) fn title(ui: &Ui, head: Rect, text: &str) -> f32 {
    let at = pos2(head.left() + INSET, head.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, text, TITLE, palette(ui).text).right()
}

/// Lays things out from the right end of a panel's first line; returns where they begin.
pub(crate) fn right(ui: &mut Ui, head: Rect, add: impl FnOnce(&mut Ui)) -> f32 {
    let room = head.shrink2(vec2(GAP, 0.0));
    let builder = UiBuilder::new().max_rect(room).layout(Layout::right_to_left(Align::Center));
    let mut line = ui.new_child(builder);
    line.spacing_mut().item_spacing.x = NEAR;
    add(&mut line);
    line.min_rect().left()
}

/// A button that stays down.
pub(crate) fn toggle(ui: &mut Ui, text: &str, on: bool) -> Response {
    let colours = palette(ui);
    let ink = if on { colours.on_accent } else { colours.text };
    let label = ui.painter().layout_no_wrap(text.to_owned(), SMALL, ink);
    let size = vec2(label.size().x + 16.0, BUTTON);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let fill = match (on, response.hovered()) {
        (true, _) => colours.accent,
        (false, true) => colours.hovered,
        (false, false) => colours.raised,
    };
    let rim = if on { colours.accent } else { colours.rim.gamma_multiply(0.6) };
    ui.painter().rect(
        rect,
        CornerRadius::same(ROUND_SMALL),
        fill,
        Stroke::new(1.0, rim),
        StrokeKind::Inside,
    );
    ui.painter().galley(rect.center() - label.size() / 2.0, label, ink);
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, text));
    response
}

/// A small button that opens a list.
pub(crate) fn opener(ui: &mut Ui, text: &str) -> Response {
    let colours = palette(ui);
    let label = ui.painter().layout_no_wrap(text.to_owned(), SMALL, colours.text);
    let size = vec2(label.size().x + 30.0, BUTTON);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let fill = if response.hovered() { colours.hovered } else { colours.raised };
    ui.painter().rect(
        rect,
        CornerRadius::same(ROUND_SMALL),
        fill,
        Stroke::new(1.0, colours.rim.gamma_multiply(0.6)),
        StrokeKind::Inside,
    );
    let top = rect.center().y - label.size().y / 2.0;
    ui.painter().galley(pos2(rect.left() + 8.0, top), label, colours.text);
    paint_opener(ui.painter(), pos2(rect.right() - 12.0, rect.center().y), colours.quiet);
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response
}

/// One line of a list that opens.
pub(crate) fn option(ui: &mut Ui, text: &str, chosen: bool) -> Response {
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
        ui.painter().circle_stroke(dot, 4.0, Stroke::new(1.0, colours.rim));
    }
    let at = pos2(rect.left() + 26.0, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, text, BODY, colours.text);
    if response.has_focus() {
        focus_ring(ui, rect.shrink(1.0));
    }
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, true, chosen, text));
    response
}

/// Shows where the keyboard is.
pub(crate) fn focus_ring(ui: &Ui, rect: Rect) {
    let stroke = Stroke::new(2.0, palette(ui).accent);
    let rect = rect.expand(1.0);
    ui.painter().rect_stroke(rect, CornerRadius::same(ROUND_SMALL), stroke, StrokeKind::Outside);
}

/// A box of lines beside `x` inside `plot`: on the right of it, or on the left where there is no
/// room.
pub(crate) fn reading(ui: &Ui, plot: Rect, x: f32, lines: &[String]) {
    let colours = palette(ui);
    let painter = ui.painter();
    let ink = colours.text;
    let layout = |text: &String| painter.layout_no_wrap(text.clone(), SMALL, ink);
    let lines: Vec<_> = lines.iter().map(layout).collect();
    let width = lines.iter().map(|line| line.size().x).fold(0.0, f32::max) + 2.0 * GAP;
    let height = lines.iter().map(|line| line.size().y).sum::<f32>() + 2.0 * NEAR + 2.0;
    let left = if x + GAP + width <= plot.right() { x + GAP } else { x - GAP - width };
    let rect = Rect::from_min_size(pos2(left, plot.top() + GAP), vec2(width, height));
    painter.rect(
        rect,
        CornerRadius::same(ROUND_SMALL),
        colours.raised,
        Stroke::new(1.0, colours.rim),
        StrokeKind::Inside,
    );
    let mut y = rect.top() + NEAR + 1.0;
    for line in lines {
        let height = line.size().y;
        painter.galley(pos2(rect.left() + GAP, y), line, ink);
        y += height;
    }
}

/// How much a button stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// What is done most of the time.
    Main,
    /// What can be done besides.
    Plain,
    /// What cannot be undone.
    Danger,
}

/// A button.
pub(crate) fn button(ui: &mut Ui, text: &str, weight: Weight) -> Response {
    let colours = palette(ui);
    let (ink, fill, rim) = match weight {
        Weight::Main => (colours.on_accent, colours.accent, colours.accent),
        Weight::Plain => (colours.text, colours.raised, colours.rim),
        Weight::Danger => (colours.bad, colours.raised, colours.bad),
    };
    let label = ui.painter().layout_no_wrap(text.to_owned(), BODY, ink);
    let (rect, response) =
        ui.allocate_exact_size(label.size() + vec2(2.0 * INSET, 9.0), Sense::click());
    let fill = match weight {
        Weight::Main if response.hovered() => fill.gamma_multiply(0.88),
        Weight::Plain | Weight::Danger if response.hovered() => colours.hovered,
        _ => fill,
    };
    let corners = CornerRadius::same(ROUND_SMALL);
    ui.painter().rect(rect, corners, fill, Stroke::new(1.0, rim), StrokeKind::Inside);
    ui.painter().galley(rect.center() - label.size() / 2.0, label, ink);
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response
}

/// A remark.
pub(crate) fn note(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(SMALL).color(palette(ui).quiet));
}

/// Something to mind: an icon, and what `add` draws beside it.
pub(crate) fn notice<R>(
    ui: &mut Ui,
    icon: Icon,
    ink: Color32,
    add: impl FnOnce(&mut Ui) -> R,
) -> R {
    let colours = palette(ui);
    Frame::NONE
        .fill(colours.background)
        .stroke(Stroke::new(1.0, ink))
        .corner_radius(CornerRadius::same(ROUND_SMALL))
        .inner_margin(Margin { left: 30, right: 10, top: 8, bottom: 8 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let at = ui.cursor().min + vec2(-13.0, 8.0);
            let place = Rect::from_center_size(at, vec2(14.0, 14.0));
            icons::paint(ui.painter(), place, icon, ink, colours.background);
            add(ui)
        })
        .inner
}

/// A form's background.
pub(crate) fn sheet(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let colours = palette(ui);
    Frame::NONE
        .fill(colours.raised)
        .stroke(Stroke::new(1.0, colours.edge))
        .corner_radius(CornerRadius::same(ROUND_SMALL))
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            add(ui);
        });
}

/// A line to type in, with its label above; `hidden` shows dots.
pub(crate) fn field(
    ui: &mut Ui,
    label: &str,
    text: &mut String,
    hint: &str,
    hidden: bool,
) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        // By its name: the place changes when a message appears above it.
        let id = egui::Id::unique(("field", label));
        let label = ui.label(RichText::new(label).font(SMALL).color(palette(ui).quiet));
        let edit = egui::TextEdit::singleline(text)
            .id(id)
            .hint_text(RichText::new(hint).color(palette(ui).quiet))
            .password(hidden)
            .margin(vec2(6.0, 4.0))
            .desired_width(f32::INFINITY);
        let field = ui.add(edit).labelled_by(label.id);
        if hidden {
            forget(ui, id);
        }
        field
    })
    .inner
}

/// Lines to paste into, which show dots while the text is a secret.
pub(crate) fn masked(
    ui: &mut Ui,
    label: &str,
    text: &mut String,
    hint: &str,
    is_secret: impl Fn(&str) -> bool,
) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        // By its name: the place changes when a message appears above it.
        let id = egui::Id::unique(("field", label));
        let label = ui.label(RichText::new(label).font(SMALL).color(palette(ui).quiet));
        let ink = palette(ui).text;
        let hidden = is_secret(text);
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            let text = text.as_str();
            let shown = match is_secret(text) {
                true => text.chars().map(|c| if c == '\n' { c } else { '•' }).collect(),
                false => text.to_owned(),
            };
            ui.painter().layout(shown, BODY, ink, width)
        };
        let edit = egui::TextEdit::multiline(text)
            .id(id)
            .hint_text(RichText::new(hint).color(palette(ui).quiet))
            .layouter(&mut layouter)
            // For screen readers as well.
            .password(hidden)
            .margin(vec2(6.0, 4.0))
            .desired_rows(2)
            .desired_width(f32::INFINITY);
        let room = ui.available_width();
        let field = egui::ScrollArea::vertical()
            .id_salt(label.id)
            .max_height(70.0)
            .show(ui, |ui| {
                ui.set_width(room);
                ui.add(edit).labelled_by(label.id)
            })
            .inner;
        forget(ui, id);
        field
    })
    .inner
}

/// A line to search with.
pub(crate) fn search(ui: &mut Ui, text: &mut String, hint: &str) {
    let edit = egui::TextEdit::singleline(text)
        .hint_text(RichText::new(hint).color(palette(ui).quiet))
        .margin(vec2(6.0, 4.0))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search"));
}

/// Whether Enter was pressed in a field.
pub(crate) fn entered(ui: &Ui, field: &Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// Gives a field the focus when it appears.
pub(crate) fn focus_first(ui: &Ui, field: &Response) {
    let id = field.id.with("seen");
    let frame = ui.ctx().cumulative_frame_nr();
    let seen: Option<u64> = ui.data(|data| data.get_temp(id));
    ui.data_mut(|data| data.insert_temp(id, frame));
    if seen.is_none_or(|seen| seen + 1 < frame) {
        field.request_focus();
    }
}

/// Drops what a field remembers for undoing, because it is a secret: it would outlive its form.
fn forget(ui: &Ui, field: egui::Id) {
    if let Some(mut state) = egui::text_edit::TextEditState::load(ui.ctx(), field) {
        state.clear_undoer();
    }
}
