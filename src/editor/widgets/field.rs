//! Text fields.

use egui::{Response, RichText, Role, Ui, WidgetInfo, vec2};

use crate::editor::theme::{BODY, SMALL, palette};

/// A text field with its label above; `hidden` shows dots.
pub(crate) fn text_field(
    ui: &mut Ui,
    label: &str,
    text: &mut String,
    hint: &str,
    hidden: bool,
) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        // Named by its label: its position changes when a message appears above it.
        let id = egui::Id::unique(("field", label));
        let label = ui.label(RichText::new(label).font(SMALL).color(palette(ui).weak));
        let edit = egui::TextEdit::singleline(text)
            .id(id)
            .hint_text(RichText::new(hint).color(palette(ui).weak))
            .password(hidden)
            .margin(vec2(6.0, 4.0))
            .desired_width(f32::INFINITY);
        let field = ui.add(edit).labelled_by(label.id);
        if hidden {
            forget_undo(ui, id);
        }
        field
    })
    .inner
}

/// A field of several lines, which shows dots while the text is secret.
pub(crate) fn masked_field(
    ui: &mut Ui,
    label: &str,
    text: &mut String,
    hint: &str,
    is_secret: impl Fn(&str) -> bool,
) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        // Named by its label: its position changes when a message appears above it.
        let id = egui::Id::unique(("field", label));
        let label = ui.label(RichText::new(label).font(SMALL).color(palette(ui).weak));
        let colour = palette(ui).text;
        let hidden = is_secret(text);
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            let text = text.as_str();
            let shown = match is_secret(text) {
                true => text.chars().map(|c| if c == '\n' { c } else { '•' }).collect(),
                false => text.to_owned(),
            };
            ui.painter().layout(shown, BODY, colour, width)
        };
        let edit = egui::TextEdit::multiline(text)
            .id(id)
            .hint_text(RichText::new(hint).color(palette(ui).weak))
            .layouter(&mut layouter)
            // For screen readers too.
            .password(hidden)
            .margin(vec2(6.0, 4.0))
            .desired_rows(2)
            .desired_width(f32::INFINITY);
        let width = ui.available_width();
        let field = egui::ScrollArea::vertical()
            .id_salt(label.id)
            .max_height(70.0)
            .show(ui, |ui| {
                ui.set_width(width);
                ui.add(edit).labelled_by(label.id)
            })
            .inner;
        forget_undo(ui, id);
        field
    })
    .inner
}

/// A search field.
pub(crate) fn search_field(ui: &mut Ui, name: &str, text: &mut String, hint: &str) {
    let edit = egui::TextEdit::singleline(text)
        .hint_text(RichText::new(hint).color(palette(ui).weak))
        .margin(vec2(6.0, 4.0))
        .desired_width(f32::INFINITY);
    let response = ui.add(edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
}

/// Whether Enter was pressed in a field.
pub(crate) fn entered(ui: &Ui, field: &Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// Focuses a field when it appears.
pub(crate) fn focus_first(ui: &Ui, field: &Response) {
    let id = field.id.with("seen");
    let frame = ui.ctx().cumulative_frame_nr();
    let seen: Option<u64> = ui.data(|data| data.get_temp(id));
    ui.data_mut(|data| data.insert_temp(id, frame));
    if seen.is_none_or(|seen| seen + 1 < frame) {
        field.request_focus();
    }
}

/// Drops a field's undo history, which would keep a secret after its form is closed.
fn forget_undo(ui: &Ui, field: egui::Id) {
    if let Some(mut state) = egui::text_edit::TextEditState::load(ui.ctx(), field) {
        state.clear_undoer();
    }
}
