//! How the keyring is kept: open, or locked with a passphrase.

use egui::Ui;

use super::{Act, Form, Panel, Said, Secret};
use crate::editor::theme::GAP;
use crate::editor::widgets::{self, Weight};
use crate::keys::{KeyringView, Request};

/// What can be done about the keyring's passphrase, below its classes.
pub(super) fn draw(ui: &mut Ui, view: &KeyringView, panel: &mut Panel, acts: &mut Vec<Act>) {
    if view.classes.is_empty() {
        return;
    }
    ui.add_space(GAP);
    let filling = matches!(panel.form, Form::Passphrase { .. });
    ui.horizontal(|ui| {
        if view.sealed
            && widgets::button(ui, "Lock the keyring", Weight::Plain)
                .on_hover_text("Forgets the passphrase in all instances of this program. What is being protected stays protected.")
                .clicked()
        {
            panel.close();
            acts.push(Act::Ask(Request::Lock));
        }
        let label = if view.sealed { "Passphrase" } else { "Set a passphrase" };
        if widgets::toggle(ui, label, filling)
            .on_hover_text("Encrypts the keyring's file. The passphrase is asked for once by each program that uses the keyring.")
            .clicked()
        {
            panel.open = None;
            panel.begin(if filling { Form::None } else { empty() });
        }
    });
    if filling {
        widgets::sheet(ui, |ui| form(ui, view.sealed, panel, acts));
    }
}

fn empty() -> Form {
    Form::Passphrase { new: Secret::default(), again: Secret::default() }
}

fn form(ui: &mut Ui, sealed: bool, panel: &mut Panel, acts: &mut Vec<Act>) {
    let Form::Passphrase { new, again } = &mut panel.form else { return };
    widgets::note(
        ui,
        "Nobody can bring a forgotten passphrase back. Export a copy of each key first.",
    );
    let first = widgets::field(ui, "New passphrase", &mut new.0, "", true);
    widgets::focus_first(ui, &first);
    let second = widgets::field(ui, "The same again", &mut again.0, "", true);
    let enter = widgets::entered(ui, &second);
    let mut take_off = false;
    let mut set = false;
    ui.horizontal(|ui| {
        set = widgets::button(ui, "Set this passphrase", Weight::Main).clicked() || enter;
        take_off = sealed
            && widgets::button(ui, "Take it off", Weight::Plain)
                .on_hover_text("The file is kept without a passphrase. Only you can read it.")
                .clicked();
    });
    if !set && !take_off {
        return;
    }
    let (new, again) = (new.take(), again.take());
    if set && new != again {
        let text = "Nothing was changed: the two passphrases differ.".to_owned();
        panel.said = Some(Said { well: false, text });
        return;
    }
    acts.push(Act::Ask(Request::SetPassphrase { new: set.then_some(new) }));
}
