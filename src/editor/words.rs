//! The language that a window is drawn in.

use egui::{Context, Id, Ui};
use patchveil_words::{Language, Words};

/// Where a window keeps it.
fn place() -> Id {
    Id::unique("language")
}

/// Draws all of a window in `language` from now on.
pub(crate) fn set_language(context: &Context, language: Language) {
    context.data_mut(|data| data.insert_temp(place(), language));
}

/// The texts that `ui` is drawn with; English where no language was set.
pub(crate) fn words(ui: &Ui) -> &'static Words {
    ui.data(|data| data.get_temp::<Language>(place())).unwrap_or_default().words()
}
