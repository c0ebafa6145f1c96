//! Where receipts of renders go: one setting of the user's, for all sessions.

use std::path::{Path, PathBuf};

use egui::{Id, Modal, Ui};
use patchveil_receipts::Settings;
use patchveil_words::Receipts;

use super::theme::SMALL_GAP;
use super::widgets::{self, Emphasis};
use super::words::words;

/// Width of the form, in points.
const WIDTH: f32 = 420.0;

/// The form while it is open: what is typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
struct Form {
    folder: String,
    problem: Option<String>,
}

fn id() -> Id {
    Id::unique("receipts of renders")
}

/// The folder as it was when the menu opened, and the last pass in which the menu was drawn.
#[derive(Debug, Clone, PartialEq)]
struct Opened {
    pass: u64,
    folder: Option<PathBuf>,
}

impl Opened {
    /// What holds in this pass: the folder is read when the menu opens, and not in every frame.
    fn in_pass(last: Option<Self>, pass: u64, read: impl FnOnce() -> Option<PathBuf>) -> Self {
        match last {
            Some(last) if pass <= last.pass + 1 => Self { pass, ..last },
            _ => Self { pass, folder: read() },
        }
    }
}

/// The option that opens the form, for a menu.
pub(super) fn option(ui: &mut Ui) {
    let read = || Settings::of_user().and_then(|settings| settings.receipts_folder());
    let last = ui.data(|data| data.get_temp::<Opened>(id()));
    let opened = Opened::in_pass(last, ui.ctx().cumulative_pass_nr(), read);
    let folder = opened.folder.clone();
    ui.data_mut(|data| data.insert_temp(id(), opened));
    if widgets::menu_option(ui, words(ui).receipts.option, folder.is_some()).clicked() {
        let folder = folder.map_or_else(String::new, |folder| folder.display().to_string());
        ui.data_mut(|data| data.insert_temp(id(), Form { folder, problem: None }));
    }
}

/// The form, while it is open.
pub(super) fn draw(ui: &Ui) {
    let Some(mut form) = ui.data(|data| data.get_temp::<Form>(id())) else { return };
    let words = &words(ui).receipts;
    let modal = Modal::new(id()).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        widgets::note(ui, words.about);
        ui.add_space(SMALL_GAP);
        let field = widgets::text_field(ui, words.folder, &mut form.folder, words.none, false);
        let entered = widgets::entered(ui, &field);
        if let Some(problem) = &form.problem {
            widgets::note(ui, problem);
        }
        ui.add_space(SMALL_GAP);
        let save = widgets::button(ui, words.save, Emphasis::Main).clicked();
        save || entered
    });
    let mut close = modal.should_close();
    if modal.inner {
        form.problem = save(form.folder.trim(), words).err();
        close |= form.problem.is_none();
    }
    ui.data_mut(|data| {
        if close {
            data.remove::<Form>(id());
            data.remove::<Opened>(id());
        } else {
            data.insert_temp(id(), form);
        }
    });
}

/// Saves the folder, or that there is none.
fn save(folder: &str, words: &Receipts) -> Result<(), String> {
    let settings = Settings::of_user().ok_or(words.no_home)?;
    let folder = Some(Path::new(folder)).filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_absolute() || !folder.is_dir()) {
        return Err(words.no_such_folder.to_owned());
    }
    let failed = |error| (words.not_saved)(&format!("{error}"));
    settings.set_receipts_folder(folder).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_read_when_the_menu_opens_and_not_again_while_it_is_open() {
        let (first, second) = (Some(PathBuf::from("/first")), Some(PathBuf::from("/second")));
        let mut opened = Opened::in_pass(None, 10, || first.clone());
        for pass in 11..20 {
            opened = Opened::in_pass(Some(opened), pass, || unreachable!("it is open"));
        }
        assert_eq!(opened, Opened { pass: 19, folder: first });
        let again = Opened::in_pass(Some(opened), 21, || second.clone());
        assert_eq!(again.folder, second);
    }
}
