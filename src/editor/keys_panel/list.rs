//! The list of classes.

use egui::{RichText, Ui};

use super::state::{ClassUse, Form, KeysAction, KeysPanel};
use super::{forms, row};
use crate::editor::theme::{BODY, GAP, palette};
use crate::editor::widgets::{self, Emphasis};
use crate::editor::words::words;
use crate::keys::{Class, KeyringView};

/// The search field is shown from this many classes on.
const SEARCH_FROM: usize = 7;

/// Draws the list, or what to do if there are no classes.
pub(super) fn draw(
    ui: &mut Ui,
    view: &KeyringView,
    class_use: ClassUse<'_>,
    panel: &mut KeysPanel,
    actions: &mut Vec<KeysAction>,
) {
    if view.classes.is_empty() {
        draw_empty(ui, panel);
        return;
    }
    let words = &words(ui).keys;
    if view.classes.len() >= SEARCH_FROM {
        let hint = (words.search_classes)(view.classes.len());
        widgets::search_field(ui, words.search, &mut panel.search, &hint);
    } else {
        panel.search.clear();
    }
    let wanted = panel.search.trim().to_lowercase();
    let matches = |class: &&Class| {
        class.name.to_lowercase().contains(&wanted)
            || class.fingerprint.to_string().contains(&wanted)
    };
    let found: Vec<&Class> = view.classes.iter().filter(matches).collect();
    if found.is_empty() {
        let wanted = panel.search.trim();
        widgets::note(ui, &(words.nothing_found)(wanted));
    }
    for class in found {
        let in_use = class_use == ClassUse::Active(class.fingerprint);
        row::draw(ui, class, in_use, panel, actions);
    }
}

fn draw_empty(ui: &mut Ui, panel: &mut KeysPanel) {
    if !matches!(panel.form, Form::None) {
        return;
    }
    let words = &words(ui).keys;
    ui.add_space(GAP);
    ui.label(RichText::new(words.none_yet).font(BODY).color(palette(ui).text));
    widgets::note(ui, words.none_yet_hint);
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, words.first_new, Emphasis::Main).clicked() {
            panel.show(Form::New { name: String::new() });
        }
        if widgets::button(ui, words.first_import, Emphasis::Plain).clicked() {
            panel.show(forms::import());
        }
    });
}
