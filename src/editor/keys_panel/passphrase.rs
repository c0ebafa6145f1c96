//! The passphrase of the keyring.

use egui::Ui;

use super::secret::Secret;
use super::state::{Form, KeysAction, KeysPanel, Message};
use crate::editor::theme::GAP;
use crate::editor::widgets::{self, Emphasis};
use crate::editor::words::words;
use crate::keys::{KeyringView, Request};

/// Draws what can be done about the passphrase, below the classes.
pub(super) fn draw(
    ui: &mut Ui,
    view: &KeyringView,
    panel: &mut KeysPanel,
    actions: &mut Vec<KeysAction>,
) {
    if view.classes.is_empty() {
        return;
    }
    ui.add_space(GAP);
    let is_open = matches!(panel.form, Form::Passphrase { .. });
    let words = &words(ui).keys;
    ui.horizontal_wrapped(|ui| {
        if view.has_passphrase
            && widgets::button(ui, words.lock, Emphasis::Plain)
                .on_hover_text(words.lock_tip)
                .clicked()
        {
            panel.close();
            actions.push(KeysAction::Request(Request::Lock));
        }
        let label = if view.has_passphrase { words.passphrase } else { words.set_passphrase };
        if widgets::toggle(ui, label, is_open).on_hover_text(words.set_passphrase_tip).clicked() {
            panel.toggle_top(is_open, empty());
        }
    });
    if is_open {
        widgets::form(ui, |ui| form(ui, view.has_passphrase, panel, actions));
    }
}

fn empty() -> Form {
    Form::Passphrase { new: Secret::default(), again: Secret::default() }
}

fn form(ui: &mut Ui, has_passphrase: bool, panel: &mut KeysPanel, actions: &mut Vec<KeysAction>) {
    let Form::Passphrase { new, again } = &mut panel.form else { return };
    let words = &words(ui).keys;
    widgets::note(ui, words.passphrase_note);
    let first = widgets::text_field(ui, words.new_passphrase, &mut new.0, "", true);
    widgets::focus_first(ui, &first);
    let second = widgets::text_field(ui, words.repeat, &mut again.0, "", true);
    let enter = widgets::entered(ui, &second);
    let mut remove = false;
    let mut set = false;
    ui.horizontal_wrapped(|ui| {
        set = widgets::button(ui, words.set_this, Emphasis::Main).clicked() || enter;
        remove = has_passphrase
            && widgets::button(ui, words.remove_passphrase, Emphasis::Plain)
                .on_hover_text(words.remove_passphrase_tip)
                .clicked();
    });
    if !set && !remove {
        return;
    }
    let (new, again) = (new.take(), again.take());
    if set && new != again {
        let text = words.passphrases_differ.to_owned();
        panel.message = Some(Message { success: false, text });
        return;
    }
    actions.push(KeysAction::Request(Request::SetPassphrase { new: set.then_some(new) }));
}
