//! The forms to create, import, rename, export and remove keys.

use std::path::PathBuf;

use egui::{RichText, Ui};

use super::secret::Secret;
use super::state::{Form, KeysAction, KeysPanel, Message};
use crate::editor::icons::Icon;
use crate::editor::theme::{CODE, SMALL, palette};
use crate::editor::widgets::{self, Emphasis};
use crate::editor::words::words;
use crate::keys::{Class, Request};

/// An empty form to import a key.
pub(super) fn import() -> Form {
    Form::Import {
        source: Secret::default(),
        name: String::new(),
        passphrase: Secret::default(),
        locked: false,
    }
}

/// A form to export a key, with a path filled in.
pub(super) fn export(class: &Class) -> Form {
    let safe = |c: char| if c.is_alphanumeric() || " -_".contains(c) { c } else { '_' };
    let file: String = class.name.chars().map(safe).collect();
    let folder = std::env::home_dir().unwrap_or_default();
    let path = folder.join(format!("{file}.pvkey")).display().to_string();
    Form::Export { path, passphrase: Secret::default() }
}

/// Draws the forms that belong to no class in the list.
pub(super) fn draw_top(ui: &mut Ui, panel: &mut KeysPanel, actions: &mut Vec<KeysAction>) {
    match panel.form {
        Form::New { .. } => widgets::form(ui, |ui| draw_new(ui, panel, actions)),
        Form::Import { .. } => widgets::form(ui, |ui| draw_import(ui, panel, actions)),
        _ => {}
    }
}

fn draw_new(ui: &mut Ui, panel: &mut KeysPanel, actions: &mut Vec<KeysAction>) {
    let Form::New { name } = &mut panel.form else { return };
    let words = &words(ui).keys;
    let field = widgets::text_field(ui, words.class_name, name, words.class_name_hint, false);
    widgets::focus_first(ui, &field);
    let enter = widgets::entered(ui, &field);
    if widgets::button(ui, words.create, Emphasis::Main).clicked() || enter {
        actions.push(KeysAction::Request(Request::New { name: name.clone() }));
    }
}

/// Draws the form of a class whose row is open.
pub(super) fn draw_of_class(
    ui: &mut Ui,
    class: &Class,
    panel: &mut KeysPanel,
    actions: &mut Vec<KeysAction>,
) {
    let (fingerprint, words) = (class.fingerprint, &words(ui).keys);
    match &mut panel.form {
        Form::Rename { name } => {
            let field = widgets::text_field(ui, words.new_name, name, "", false);
            widgets::focus_first(ui, &field);
            let enter = widgets::entered(ui, &field);
            widgets::note(ui, words.rename_note);
            if widgets::button(ui, words.use_name, Emphasis::Main).clicked() || enter {
                let name = name.clone();
                actions.push(KeysAction::Request(Request::Rename { class: fingerprint, name }));
            }
        }
        Form::Export { .. } => draw_export(ui, class, panel, actions),
        Form::Remove { typed } => {
            let warning = (words.remove_warning)(&class.name);
            let bad = palette(ui).bad;
            widgets::notice(ui, Icon::Warning, bad, |ui| {
                ui.label(RichText::new(warning).font(SMALL).color(palette(ui).text));
            });
            let label = (words.remove_confirm)(&class.name);
            let field = widgets::text_field(ui, &label, typed, "", false);
            widgets::focus_first(ui, &field);
            let enter = widgets::entered(ui, &field);
            if widgets::button(ui, words.remove_for_good, Emphasis::Danger).clicked() || enter {
                if typed.trim() == class.name {
                    actions.push(KeysAction::Request(Request::Remove { class: fingerprint }));
                } else {
                    let text = (words.nothing_removed)(&class.name);
                    panel.message = Some(Message { success: false, text });
                }
            }
        }
        Form::None | Form::New { .. } | Form::Import { .. } | Form::Passphrase { .. } => {}
    }
}

fn draw_import(ui: &mut Ui, panel: &mut KeysPanel, actions: &mut Vec<KeysAction>) {
    let Form::Import { source, name, passphrase, locked } = &mut panel.form else { return };
    let words = &words(ui).keys;
    let field = widgets::masked_field(
        ui,
        words.import_source,
        &mut source.0,
        words.import_source_hint,
        is_secret,
    );
    widgets::focus_first(ui, &field);
    widgets::text_field(ui, words.class_name, name, words.import_name_hint, false);
    let passphrase_field = locked
        .then(|| widgets::text_field(ui, words.import_passphrase, &mut passphrase.0, "", true));
    let clicked = widgets::button(ui, words.import_now, Emphasis::Main).clicked();
    let enter = passphrase_field.as_ref().is_some_and(|field| widgets::entered(ui, field));
    if !clicked && !enter {
        return;
    }
    let name = (!name.trim().is_empty()).then(|| name.clone());
    let passphrase = passphrase.take_some();
    let typed = source.0.trim();
    if is_secret(typed) {
        // The text stays in the field until the import succeeds.
        let text = source.0.clone();
        actions.push(KeysAction::Request(Request::Import { text, name, passphrase }));
    } else {
        let path = PathBuf::from(typed.trim_matches('"'));
        actions.push(KeysAction::Request(Request::ImportFile { path, name, passphrase }));
    }
}

/// Whether a text is, or may become, a key: then it is not drawn, and no message repeats it. All else
/// is a path, which has a separator.
fn is_secret(text: &str) -> bool {
    let text = text.trim();
    let starts =
        |prefix: &str| text.get(..prefix.len()).is_some_and(|s| s.eq_ignore_ascii_case(prefix));
    text.contains('\n')
        || ["pvkey1", "-----BEGIN", "AGE-", "#"].into_iter().any(starts)
        || !text.is_empty() && !text.contains(['/', '\\'])
}

fn draw_export(ui: &mut Ui, class: &Class, panel: &mut KeysPanel, actions: &mut Vec<KeysAction>) {
    let fingerprint = class.fingerprint;
    if panel.shown_key.is_some() {
        draw_key(ui, panel);
        return;
    }
    let Form::Export { path, passphrase } = &mut panel.form else { return };
    let words = &words(ui).keys;
    widgets::note(ui, words.export_note);
    let (name, hint) = (words.export_passphrase, words.export_passphrase_hint);
    widgets::text_field(ui, name, &mut passphrase.0, hint, true);
    let field = widgets::text_field(ui, words.file, path, "", false);
    widgets::focus_first(ui, &field);
    let enter = widgets::entered(ui, &field);
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, words.save, Emphasis::Main).clicked() || enter {
            let (path, passphrase) = (PathBuf::from(path.trim()), passphrase.take_some());
            actions.push(KeysAction::Request(Request::ExportFile {
                class: fingerprint,
                path,
                passphrase,
            }));
        }
        if widgets::button(ui, words.show_key, Emphasis::Plain)
            .on_hover_text(words.show_key_tip)
            .clicked()
        {
            let passphrase = passphrase.take_some();
            actions.push(KeysAction::Request(Request::Export { class: fingerprint, passphrase }));
        }
    });
}

/// Draws the key itself, because the user asked for it.
fn draw_key(ui: &mut Ui, panel: &mut KeysPanel) {
    let Some(text) = &panel.shown_key else { return };
    let (colours, words) = (palette(ui), &words(ui).keys);
    widgets::notice(ui, Icon::Warning, colours.warn, |ui| {
        ui.label(RichText::new(words.secret_note).font(SMALL).color(colours.text));
    });
    ui.label(RichText::new(text.0.as_str()).font(CODE).color(colours.text));
    let mut hide = false;
    ui.horizontal(|ui| {
        if widgets::button(ui, words.copy, Emphasis::Main).on_hover_text(words.copy_tip).clicked() {
            ui.ctx().copy_text(text.0.to_string());
        }
        hide = widgets::button(ui, words.hide, Emphasis::Plain).clicked();
    });
    if hide {
        panel.show(Form::None);
    }
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn what_may_be_a_key_is_hidden_and_a_path_is_not() {
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
