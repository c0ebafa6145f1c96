//! One class in the list.

use egui::{
    Align2, CornerRadius, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use super::forms;
use super::state::{Form, KeysAction, KeysPanel};
use crate::editor::icons::{self, Icon};
use crate::editor::theme::{BODY, CODE, GAP, INSET, ROUND_SMALL, SMALL, SMALL_GAP, palette};
use crate::editor::widgets::{self, Emphasis};
use crate::editor::words::words;
use crate::keys::{Class, Request};
use crate::state::ChosenClass;

/// Height of a closed row, in points.
const HEIGHT: f32 = 42.0;

/// Draws the row of `class`, with actions and form if it is open.
pub(super) fn draw(
    ui: &mut Ui,
    class: &Class,
    in_use: bool,
    panel: &mut KeysPanel,
    actions: &mut Vec<KeysAction>,
) {
    let open = panel.open == Some(class.fingerprint);
    let colours = palette(ui);
    // Filled in below, once the height is known.
    let background = ui.painter().add(egui::Shape::Noop);
    let top = ui.cursor().min;
    let width = ui.available_width();
    if draw_line(ui, class, in_use, open) {
        panel.show(Form::None);
        panel.open = (!open).then_some(class.fingerprint);
    }
    if open {
        egui::Frame::NONE
            .inner_margin(egui::Margin { left: 12, right: 12, top: 0, bottom: 10 })
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 6.0;
                draw_actions(ui, class, in_use, panel, actions);
                forms::draw_of_class(ui, class, panel, actions);
            });
        let rect = Rect::from_min_max(top, pos2(top.x + width, ui.min_rect().bottom()));
        let shape = egui::epaint::RectShape::new(
            rect,
            CornerRadius::same(ROUND_SMALL),
            colours.raised,
            Stroke::new(1.0, colours.border),
            StrokeKind::Inside,
        );
        ui.painter().set(background, shape);
    }
}

/// Draws name, fingerprint and date. Returns whether the row was clicked.
fn draw_line(ui: &mut Ui, class: &Class, in_use: bool, open: bool) -> bool {
    let (colours, words) = (palette(ui), &words(ui).keys);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    if response.hovered() && !open {
        ui.painter().rect_filled(rect, f32::from(ROUND_SMALL), colours.hovered);
    }
    let dot = Rect::from_center_size(pos2(rect.left() + 16.0, rect.top() + 14.0), vec2(10.0, 10.0));
    let (icon, colour) =
        if in_use { (Icon::Active, colours.accent) } else { (Icon::Inactive, colours.outline) };
    icons::paint(ui.painter(), dot, icon, colour, colours.panel);

    let mut right = rect.right() - INSET;
    for (tag, colour) in [
        (in_use, (words.in_use, colours.accent)),
        (class.default, (words.is_default, colours.weak)),
    ]
    .into_iter()
    .filter_map(|(shown, tag)| shown.then_some(tag))
    {
        let at = pos2(right, rect.top() + 14.0);
        right = ui.painter().text(at, Align2::RIGHT_CENTER, tag, SMALL, colour).left() - GAP;
    }
    let left = rect.left() + 30.0;
    let name = widgets::elided(ui, &class.name, BODY, colours.text, right - left);
    ui.painter().galley(pos2(left, rect.top() + 14.0 - name.size().y / 2.0), name, colours.text);
    let below = pos2(left, rect.top() + 31.0);
    let fingerprint = class.fingerprint.to_string();
    let code = ui.painter().text(below, Align2::LEFT_CENTER, fingerprint, CODE, colours.weak);
    let date = class.created.to_string();
    let date = date.get(..10).unwrap_or_default();
    let width = rect.right() - INSET - code.right() - INSET;
    if width > 58.0 {
        let at = pos2(rect.right() - INSET, below.y);
        ui.painter().text(at, Align2::RIGHT_CENTER, date, SMALL, colours.weak);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(1.0));
    }
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &class.name));
    response
        .on_hover_ui(|ui| {
            ui.label(RichText::new(&class.name).font(BODY));
            ui.label(RichText::new((words.key)(&class.fingerprint.to_string())).font(SMALL));
            ui.label(RichText::new((words.since)(date)).font(SMALL));
        })
        .clicked()
}

fn draw_actions(
    ui: &mut Ui,
    class: &Class,
    in_use: bool,
    panel: &mut KeysPanel,
    actions: &mut Vec<KeysAction>,
) {
    let words = &words(ui).keys;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(SMALL_GAP, SMALL_GAP);
        if in_use {
            widgets::note(ui, words.uses_this);
        } else if widgets::button(ui, words.use_here, Emphasis::Main)
            .on_hover_text(words.use_here_tip)
            .clicked()
        {
            let (fingerprint, name) = (class.fingerprint, class.name.clone());
            actions.push(KeysAction::Use(ChosenClass { fingerprint, name }));
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(SMALL_GAP, SMALL_GAP);
        let renaming = matches!(panel.form, Form::Rename { .. });
        if widgets::toggle(ui, words.rename, renaming).clicked() {
            let name = class.name.clone();
            panel.show(if renaming { Form::None } else { Form::Rename { name } });
        }
        let exporting = matches!(panel.form, Form::Export { .. });
        if widgets::toggle(ui, words.export, exporting).clicked() {
            panel.show(if exporting { Form::None } else { forms::export(class) });
        }
        let default = widgets::toggle(ui, words.make_default, class.default)
            .on_hover_text(words.make_default_tip);
        if default.clicked() {
            panel.show(Form::None);
            let class = (!class.default).then_some(class.fingerprint);
            actions.push(KeysAction::Request(Request::SetDefault { class }));
        }
        let removing = matches!(panel.form, Form::Remove { .. });
        if widgets::toggle(ui, words.remove, removing).clicked() {
            let typed = String::new();
            panel.show(if removing { Form::None } else { Form::Remove { typed } });
        }
    });
}
