//! The class keys: the keyring as a list, and what can be done with it.

mod forms;
mod list;
mod passphrase;
mod row;
mod secret;
mod state;

use egui::{Align, Layout, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2};

use self::state::Form;
pub(crate) use self::state::{ClassUse, KeysAction, KeysPanel};
use super::icons::Icon;
use super::theme::{GAP, INSET, SMALL, SMALL_GAP, palette};
use super::widgets::{self, Emphasis, probability, sentence};
use super::words::words;
use crate::analyzer::{Heard, HeardKey};
use crate::keys::{KeyringView, Problem, Remedy, Request};

/// Draws the panel into `rect`. `class_use` is how this instance uses its class.
pub(crate) fn draw(
    ui: &mut Ui,
    rect: Rect,
    view: &KeyringView,
    class_use: ClassUse<'_>,
    heard: Option<&Heard>,
    panel: &mut KeysPanel,
) -> Vec<KeysAction> {
    panel.undecided = class_use == ClassUse::None;
    widgets::card(ui, rect);
    let mut actions = Vec::new();
    let header = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + widgets::HEADER));
    let words = &words(ui).keys;
    widgets::title(ui, header, words.title);
    if view.problem.is_none() && view.loaded {
        draw_buttons(ui, header, panel);
    }
    let body = Rect::from_min_max(
        pos2(rect.left() + INSET, header.bottom() + SMALL_GAP),
        pos2(rect.right() - SMALL_GAP, rect.bottom() - GAP),
    );
    let mut ui = ui.new_child(UiBuilder::new().max_rect(body).layout(Layout::top_down(Align::Min)));
    ui.set_clip_rect(body.expand2(vec2(SMALL_GAP, 0.0)));
    ScrollArea::vertical().auto_shrink([false, false]).show(&mut ui, |ui| {
        ui.set_width(body.width() - GAP);
        ui.spacing_mut().item_spacing.y = 6.0;
        draw_message(ui, panel);
        draw_heard(ui, heard);
        if !view.loaded {
            widgets::note(ui, words.reading);
        } else if let Some(problem) = &view.problem {
            draw_problem(ui, view, problem, panel, &mut actions);
        } else {
            forms::draw_top(ui, panel, &mut actions);
            draw_missing_key(ui, class_use);
            list::draw(ui, view, class_use, panel, &mut actions);
            passphrase::draw(ui, view, panel, &mut actions);
        }
        widgets::follow_focus(ui);
    });
    actions
}

fn draw_buttons(ui: &mut Ui, header: Rect, panel: &mut KeysPanel) {
    let words = &words(ui).keys;
    widgets::header_buttons(ui, "keys", header, |ui| {
        let listen =
            widgets::toggle(ui, words.listen, panel.listening).on_hover_text(words.listen_tip);
        if listen.clicked() {
            panel.listening = !panel.listening;
        }
        let creating = matches!(panel.form, Form::New { .. });
        let new = widgets::toggle(ui, words.new, creating).on_hover_text(words.new_tip);
        if new.clicked() {
            panel.toggle_top(creating, Form::New { name: String::new() });
        }
        let importing = matches!(panel.form, Form::Import { .. });
        let import = widgets::toggle(ui, words.import, importing).on_hover_text(words.import_tip);
        if import.clicked() {
            panel.toggle_top(importing, forms::import());
        }
    });
}

/// The outcome of the last request, until the user closes it.
fn draw_message(ui: &mut Ui, panel: &mut KeysPanel) {
    let words = &words(ui).keys;
    if panel.is_waiting() {
        widgets::note(ui, words.working);
        return;
    }
    let Some(message) = panel.message.clone() else { return };
    let colours = palette(ui);
    let (icon, colour) =
        if message.success { (Icon::Done, colours.good) } else { (Icon::Warning, colours.warn) };
    let button = widgets::notice(ui, icon, colour, |ui| {
        ui.label(RichText::new(&message.text).font(SMALL).color(colours.text));
        widgets::button(ui, words.ok, Emphasis::Plain)
    });
    if button.clicked() {
        panel.message = None;
    }
}

/// Which of the keys the input carries, while the user listens.
fn draw_heard(ui: &mut Ui, heard: Option<&Heard>) {
    let Some(heard) = heard else { return };
    let (colours, words) = (palette(ui), &words(ui).keys);
    let (icon, colour, text) = match heard {
        Heard { unreadable: true, .. } => {
            (Icon::Warning, colours.warn, words.heard_unreadable.to_owned())
        }
        Heard { keys, .. } if !keys.is_empty() => {
            let named = |key: &HeardKey| (words.heard_key)(&key.name, &probability(key.p));
            let names: Vec<String> = keys.iter().map(named).collect();
            (Icon::Done, colours.good, (words.heard)(&names.join(", "), heard.seconds))
        }
        Heard { seconds: 0.0, .. } => {
            (Icon::Waiting, colours.weak, words.heard_nothing_yet.to_owned())
        }
        Heard { seconds, .. } => (Icon::Waiting, colours.weak, (words.heard_none)(*seconds)),
    };
    widgets::notice(ui, icon, colour, |ui| {
        ui.label(RichText::new(text).font(SMALL).color(colours.text));
    });
}

/// Why this instance is muted or cannot restore, which usually is a missing key.
fn draw_missing_key(ui: &mut Ui, class_use: ClassUse<'_>) {
    let colours = palette(ui);
    let (icon, colour, reason) = match class_use {
        ClassUse::Muted(reason) => (Icon::Muted, colours.bad, reason),
        ClassUse::NotRestoring(reason) => (Icon::Unprotected, colours.warn, reason),
        ClassUse::None | ClassUse::Active(_) => return,
    };
    widgets::notice(ui, icon, colour, |ui| {
        ui.label(RichText::new(sentence(&reason.text(words(ui)))).font(SMALL).color(colours.text));
    });
}

/// Why the keyring cannot be read, and what helps.
fn draw_problem(
    ui: &mut Ui,
    view: &KeyringView,
    problem: &Problem,
    panel: &mut KeysPanel,
    actions: &mut Vec<KeysAction>,
) {
    let text = sentence(&problem.trouble.text(words(ui)));
    let (colours, words) = (palette(ui), &words(ui).keys);
    widgets::notice(ui, Icon::Warning, colours.warn, |ui| {
        ui.label(RichText::new(text).font(SMALL).color(colours.text));
    });
    if problem.remedy == Remedy::Unlock {
        let field = widgets::text_field(ui, words.passphrase, &mut panel.passphrase.0, "", true);
        let enter = widgets::entered(ui, &field);
        if widgets::button(ui, words.unlock, Emphasis::Main).clicked() || enter {
            panel.message = None;
            let passphrase = panel.passphrase.take();
            actions.push(KeysAction::Request(Request::Unlock { passphrase }));
        }
        widgets::note(ui, words.unlock_note);
        return;
    }
    if let Some(path) = &view.path {
        let path = path.display().to_string();
        if widgets::button(ui, words.copy_path, Emphasis::Plain).clicked() {
            ui.ctx().copy_text(path);
        }
    }
    widgets::note(ui, words.comes_back);
}
