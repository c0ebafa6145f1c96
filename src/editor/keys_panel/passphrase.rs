//! The passphrase of the keyring.

use egui::Ui;

use super::secret::Secret;
use super::state::{Form, KeysAction, KeysPanel, Message};
use crate::editor::theme::GAP;
use crate::editor::widgets::{self, Emphasis};
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
    ui.horizontal(|ui| {
        if view.has_passphrase
            && widgets::button(ui, "Lock the keyring", Emphasis::Plain)
                .on_hover_text(
                    "Forgets the passphrase in all instances of this program. Instances that are \
                     protecting go on protecting.",
                )
                .clicked()
        {
            panel.close();
            actions.push(KeysAction::Request(Request::Lock));
        }
        let label = if view.has_passphrase { "Passphrase" } else { "Set a passphrase" };
        if widgets::toggle(ui, label, is_open)
            .on_hover_text(
                "Encrypts the keyring file. Each program that uses the keyring asks for the \
                 passphrase once.",
            )
            .clicked()
        {
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
    widgets::note(
        ui,
        "A forgotten passphrase cannot be recovered. Export a copy of each key first.",
    );
    let first = widgets::text_field(ui, "New passphrase", &mut new.0, "", true);
    widgets::focus_first(ui, &first);
    let second = widgets::text_field(ui, "Repeat it", &mut again.0, "", true);
    let enter = widgets::entered(ui, &second);
    let mut remove = false;
    let mut set = false;
    ui.horizontal(|ui| {
        set = widgets::button(ui, "Set this passphrase", Emphasis::Main).clicked() || enter;
        remove = has_passphrase
            && widgets::button(ui, "Remove it", Emphasis::Plain)
                .on_hover_text(
                    "The file then has no passphrase. Only your user account can read it.",
                )
                .clicked();
    });
    if !set && !remove {
        return;
    }
    let (new, again) = (new.take(), again.take());
    if set && new != again {
        let text = "Nothing was changed: the two passphrases differ.".to_owned();
        panel.message = Some(Message { success: false, text });
        return;
    }
    actions.push(KeysAction::Request(Request::SetPassphrase { new: set.then_some(new) }));
}
