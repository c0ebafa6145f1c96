//! What is filled in to make, take in, name, give out and remove keys.

use std::path::PathBuf;

use egui::{FontId, RichText, Ui};

use super::{Act, Form, Panel, Said, Secret};
use crate::editor::icons::Icon;
use crate::editor::theme::{CODE, SMALL, palette};
use crate::editor::widgets::{self, Weight};
use crate::keys::{Class, Request};

/// An empty form to take a key in.
pub(super) fn import() -> Form {
    Form::Import {
        source: Secret::default(),
        name: String::new(),
        passphrase: Secret::default(),
        locked: false,
    }
}

/// A form to give a key out, with a place that makes sense.
pub(super) fn export(class: &Class) -> Form {
    let safe = |c: char| if c.is_alphanumeric() || " -_".contains(c) { c } else { '_' };
    let file: String = class.name.chars().map(safe).collect();
    let folder = std::env::home_dir().unwrap_or_default();
    let path = folder.join(format!("{file}.pvkey")).display().to_string();
    Form::Export { path, passphrase: Secret::default() }
}

/// The forms that belong to no class in the list.
pub(super) fn top(ui: &mut Ui, panel: &mut Panel, acts: &mut Vec<Act>) {
    match panel.form {
        Form::New { .. } => widgets::sheet(ui, |ui| draw_new(ui, panel, acts)),
        Form::Import { .. } => widgets::sheet(ui, |ui| draw_import(ui, panel, acts)),
        _ => {}
    }
}

fn draw_new(ui: &mut Ui, panel: &mut Panel, acts: &mut Vec<Act>) {
    let Form::New { name } = &mut panel.form else { return };
    let field = widgets::field(ui, "Name of the class", name, "A show, a voice, an artist", false);
    widgets::focus_first(ui, &field);
    let enter = widgets::entered(ui, &field);
    if widgets::button(ui, "Make the key", Weight::Main).clicked() || enter {
        acts.push(Act::Ask(Request::New { name: name.clone() }));
    }
}

/// The forms of a class whose row is unfolded.
pub(super) fn of_class(ui: &mut Ui, class: &Class, panel: &mut Panel, acts: &mut Vec<Act>) {
    let fingerprint = class.fingerprint;
    match &mut panel.form {
        Form::Rename { name } => {
            let field = widgets::field(ui, "New name", name, "", false);
            widgets::focus_first(ui, &field);
            let enter = widgets::entered(ui, &field);
            widgets::note(ui, "The key stays the same, and so does what it protects.");
            if widgets::button(ui, "Give it this name", Weight::Main).clicked() || enter {
                let name = name.clone();
                acts.push(Act::Ask(Request::Rename { class: fingerprint, name }));
            }
        }
        Form::Export { .. } => draw_export(ui, class, panel, acts),
        Form::Remove { typed } => {
            let warning = format!(
                "Removes “{}” and its key for good. Without a copy of the key, nothing that it \
                 protected can be restored or recognised any more.",
                class.name
            );
            let bad = palette(ui).bad;
            widgets::notice(ui, Icon::Warning, bad, |ui| {
                ui.label(RichText::new(warning).font(SMALL).color(palette(ui).text));
            });
            let label = format!("To confirm, type the name: {}", class.name);
            let field = widgets::field(ui, &label, typed, "", false);
            widgets::focus_first(ui, &field);
            let enter = widgets::entered(ui, &field);
            if widgets::button(ui, "Remove for good", Weight::Danger).clicked() || enter {
                if typed.trim() == class.name {
                    acts.push(Act::Ask(Request::Remove { class: fingerprint }));
                } else {
                    let text = format!("Nothing was removed: type “{}” to confirm.", class.name);
                    panel.said = Some(Said { well: false, text });
                }
            }
        }
        Form::None | Form::New { .. } | Form::Import { .. } | Form::Passphrase { .. } => {}
    }
}

fn draw_import(ui: &mut Ui, panel: &mut Panel, acts: &mut Vec<Act>) {
    let Form::Import { source, name, passphrase, locked } = &mut panel.form else { return };
    let field = widgets::masked(
        ui,
        "Key, or file",
        &mut source.0,
        "Paste pvkey1…, or the path of an exported file",
        is_secret,
    );
    widgets::focus_first(ui, &field);
    widgets::field(ui, "Name of the class", name, "Empty: the name that comes with the key", false);
    let lock =
        locked.then(|| widgets::field(ui, "Passphrase of the key", &mut passphrase.0, "", true));
    let clicked = widgets::button(ui, "Import", Weight::Main).clicked();
    let enter = lock.as_ref().is_some_and(|lock| widgets::entered(ui, lock));
    if !clicked && !enter {
        return;
    }
    let name = (!name.trim().is_empty()).then(|| name.clone());
    let passphrase = passphrase.take_some();
    let typed = source.0.trim();
    if is_secret(typed) {
        // It stays in the field until it has worked.
        let text = source.0.clone();
        acts.push(Act::Ask(Request::Import { text, name, passphrase }));
    } else {
        let path = PathBuf::from(typed.trim_matches('"'));
        acts.push(Act::Ask(Request::ImportFile { path, name, passphrase }));
    }
}

/// Whether a text is, or may be, a key, or part of one: then it is not drawn, and no message repeats
/// it. Everything else is a path, and has a separator.
fn is_secret(text: &str) -> bool {
    let text = text.trim();
    let starts =
        |mark: &str| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
    text.contains('\n')
        || ["pvkey1", "-----BEGIN", "AGE-", "#"].into_iter().any(starts)
        || !text.is_empty() && !text.contains(['/', '\\'])
}

fn draw_export(ui: &mut Ui, class: &Class, panel: &mut Panel, acts: &mut Vec<Act>) {
    let fingerprint = class.fingerprint;
    if panel.shown.is_some() {
        draw_shown(ui, panel);
        return;
    }
    let Form::Export { path, passphrase } = &mut panel.form else { return };
    widgets::note(
        ui,
        "Whoever has the key can take the protection off. Keep the copy as you would a password.",
    );
    let hint = "Empty: the copy is not locked";
    widgets::field(ui, "Passphrase of the copy", &mut passphrase.0, hint, true);
    let field = widgets::field(ui, "File", path, "", false);
    widgets::focus_first(ui, &field);
    let enter = widgets::entered(ui, &field);
    ui.horizontal(|ui| {
        if widgets::button(ui, "Save to this file", Weight::Main).clicked() || enter {
            let (path, passphrase) = (PathBuf::from(path.trim()), passphrase.take_some());
            acts.push(Act::Ask(Request::ExportFile { class: fingerprint, path, passphrase }));
        }
        if widgets::button(ui, "Show the key", Weight::Plain)
            .on_hover_text("Shows the secret on the screen, to copy it. Mind who is watching.")
            .clicked()
        {
            let passphrase = passphrase.take_some();
            acts.push(Act::Ask(Request::Export { class: fingerprint, passphrase }));
        }
    });
}

/// The key itself, because the user asked for it.
fn draw_shown(ui: &mut Ui, panel: &mut Panel) {
    let Some(text) = &panel.shown else { return };
    let colours = palette(ui);
    widgets::notice(ui, Icon::Warning, colours.warn, |ui| {
        ui.label(
            RichText::new("This is the secret. Copy it to a safe place, then hide it.")
                .font(SMALL)
                .color(colours.text),
        );
    });
    let font: FontId = CODE;
    ui.label(RichText::new(text.0.as_str()).font(font).color(colours.text));
    let mut hide = false;
    ui.horizontal(|ui| {
        if widgets::button(ui, "Copy", Weight::Main)
            .on_hover_text("Puts the key on the clipboard, where other programs can read it.")
            .clicked()
        {
            ui.ctx().copy_text(text.0.to_string());
        }
        hide = widgets::button(ui, "Hide", Weight::Plain).clicked();
    });
    if hide {
        panel.begin(Form::None);
    }
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn what_may_be_a_key_is_hidden_and_a_path_is_a_path() {
        for key in [
            "pvkey1qqqq",
            "PVKEY1QQQQ",
            " pvkey1qqqq",
            "vkey1qqqq",
            "# Night Show\npvkey1qqqq",
            "-----BEGIN AGE ENCRYPTED FILE-----",
            "one\ntwo",
            "p",
        ] {
            assert!(is_secret(key), "{key}");
        }
        for path in [
            "",
            "/",
            "/home/me/pvkey1.txt",
            "~/VOYAGE-2026/a",
            "C:\\C# keys\\x.pvkey",
            "\"/a b/k\"",
        ] {
            assert!(!is_secret(path), "{path}");
        }
    }
}
