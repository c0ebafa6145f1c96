//! Where receipts of renders go: one setting of the user's, for all sessions.

use std::path::Path;

use egui::{Id, Modal, Ui};
use patchveil_receipts::Settings;

use super::theme::SMALL_GAP;
use super::widgets::{self, Emphasis};

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

/// The option that opens the form, for a menu.
pub(super) fn option(ui: &mut Ui) {
    let settings = Settings::of_user();
    let folder = settings.as_ref().and_then(Settings::receipts_folder);
    if widgets::menu_option(ui, "Receipts of renders …", folder.is_some()).clicked() {
        let folder = folder.map_or_else(String::new, |folder| folder.display().to_string());
        ui.data_mut(|data| data.insert_temp(id(), Form { folder, problem: None }));
    }
}

/// The form, while it is open.
pub(super) fn draw(ui: &Ui) {
    let Some(mut form) = ui.data(|data| data.get_temp::<Form>(id())) else { return };
    let modal = Modal::new(id()).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        let about = "After each offline render of a host with a timeline, a line is added to \
                     patchveil.receipts.jsonl there: fingerprint, recipe, place in the project, time. \
                     Never the key. Without a folder nothing is written.";
        widgets::note(ui, about);
        ui.add_space(SMALL_GAP);
        let field = widgets::text_field(ui, "Folder", &mut form.folder, "none", false);
        let entered = widgets::entered(ui, &field);
        if let Some(problem) = &form.problem {
            widgets::note(ui, problem);
        }
        ui.add_space(SMALL_GAP);
        let save = widgets::button(ui, "Save", Emphasis::Main).clicked();
        save || entered
    });
    let mut close = modal.should_close();
    if modal.inner {
        form.problem = save(form.folder.trim()).err();
        close |= form.problem.is_none();
    }
    ui.data_mut(|data| {
        if close {
            data.remove::<Form>(id());
        } else {
            data.insert_temp(id(), form);
        }
    });
}

/// Saves the folder, or that there is none.
fn save(folder: &str) -> Result<(), String> {
    let settings = Settings::of_user().ok_or("This user has no home for settings.")?;
    let folder = Some(Path::new(folder)).filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_absolute() || !folder.is_dir()) {
        return Err("There is no such folder: name it with its whole path.".to_owned());
    }
    settings.set_receipts_folder(folder).map_err(|error| format!("It could not be saved: {error}."))
}
