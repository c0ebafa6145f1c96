//! The menu of the user's presets.

use egui::{Popup, PopupCloseBehavior, RichText, Ui, vec2};

use super::{Entry, Message, PresetAction, PresetsMenu};
use crate::editor::param_control;
use crate::editor::theme::{SMALL, SMALL_GAP, palette};
use crate::editor::widgets::{self, Emphasis};
use crate::editor::words::words;

/// In points.
const WIDTH: f32 = 320.0;
/// Where the name of a preset begins in the list, in points.
const INDENT: f32 = 26.0;
/// Most height of the list, in points.
const LIST_HEIGHT: f32 = 190.0;

/// Draws the button and, while it is open, the menu. Returns what the user asks for.
pub(crate) fn draw(ui: &mut Ui, menu: &mut PresetsMenu) -> Option<PresetAction> {
    let words = &words(ui).user_presets;
    let button = widgets::menu_button(ui, words.title);
    let popup =
        Popup::menu(&button).width(WIDTH).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let shown = popup.show(|ui| draw_content(ui, menu));
    let open = shown.is_some();
    let just_opened = open && !menu.was_open;
    menu.was_open = open;
    if !open {
        button.on_hover_text(words.tip);
        return None;
    }
    let asked = shown.and_then(|shown| shown.inner);
    asked.or_else(|| just_opened.then_some(PresetAction::List))
}

fn draw_content(ui: &mut Ui, menu: &mut PresetsMenu) -> Option<PresetAction> {
    let mut asked = None;
    let words = &words(ui).user_presets;
    ui.set_width(WIDTH);
    if menu.entries.is_empty() {
        widgets::note(ui, words.none);
    }
    egui::ScrollArea::vertical().max_height(LIST_HEIGHT).show(ui, |ui| {
        ui.set_width(WIDTH);
        for entry in &menu.entries {
            asked = draw_entry(ui, entry).or(asked.take());
        }
    });
    if matches!(asked, Some(PresetAction::Use(_))) {
        ui.close();
        return asked;
    }
    ui.separator();
    let field = widgets::text_field(ui, words.field, &mut menu.name, words.hint, false);
    let entered = widgets::entered(ui, &field);
    ui.horizontal(|ui| {
        if (widgets::button(ui, words.save, Emphasis::Main).clicked() || entered)
            && !menu.name.trim().is_empty()
        {
            asked = Some(PresetAction::Save(menu.name.clone()));
        }
        if let Some(chosen) = menu.entries.iter().find(|entry| entry.chosen) {
            let text = (words.remove)(&chosen.name);
            if widgets::button(ui, &text, Emphasis::Danger).clicked() {
                asked = Some(PresetAction::Remove(chosen.name.clone()));
            }
        }
    });
    ui.add_space(SMALL_GAP);
    match &menu.message {
        Some(Message::Done(text)) => widgets::note(ui, text),
        Some(Message::Failed(text)) => {
            ui.label(RichText::new(text).font(SMALL).color(palette(ui).bad));
        }
        None => widgets::note(ui, &menu.folder),
    }
    asked
}

fn draw_entry(ui: &mut Ui, entry: &Entry) -> Option<PresetAction> {
    match &entry.note {
        Ok((fit, note)) => param_control::option(ui, &entry.name, note, entry.chosen)
            .then_some(PresetAction::Use(*fit)),
        Err(why) => {
            let colours = palette(ui);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 2.0);
                ui.add_space(INDENT);
                ui.vertical(|ui| {
                    ui.label(RichText::new(&entry.name).color(colours.weak));
                    ui.label(RichText::new(why).font(SMALL).color(colours.warn));
                });
            });
            None
        }
    }
}
