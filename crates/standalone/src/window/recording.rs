//! How to record.

use egui::{ComboBox, Grid, RichText, TextEdit, Ui};
use patchveil_plugin::look::{SMALL, colours};

use super::lists::{choice, show, take_focus};
use crate::recorder::{PRE_ROLL, Samples};
use crate::settings::RecordingSettings;

/// Minutes after which another file begins.
const SPLITS: [u32; 4] = [0, 15, 30, 60];

fn split(minutes: u32) -> String {
    if minutes == 0 { "Never".to_owned() } else { format!("After {minutes} minutes") }
}

/// Draws the panel.
pub(super) fn draw(ui: &mut Ui, settings: &mut RecordingSettings, folder: &mut String) {
    Grid::new("recording").num_columns(4).spacing([10.0, 6.0]).show(ui, |ui| {
        let weak = colours(ui).weak;
        let named = |ui: &mut Ui, text: &str| ui.label(RichText::new(text).font(SMALL).color(weak));
        let label = named(ui, "Folder");
        let field = TextEdit::singleline(folder).desired_width(330.0);
        let field = ui.add(field).labelled_by(label.id);
        take_focus(ui, &field);
        if field.lost_focus() {
            settings.folder = folder.trim().into();
        }
        let label = named(ui, "Format");
        let name = Samples::ALL.iter().find(|(samples, _)| *samples == settings.samples);
        let list = ComboBox::from_id_salt("samples")
            .width(150.0)
            .selected_text(name.map_or("", |(_, name)| name));
        show(ui, list, label.id, &mut settings.samples, |ui, chosen| {
            for (samples, name) in Samples::ALL {
                choice(ui, chosen, samples, name);
            }
        });
        ui.end_row();
        named(ui, "");
        let text = format!("Begin {PRE_ROLL} seconds before the button is pressed");
        ui.checkbox(&mut settings.pre_roll, text);
        let label = named(ui, "Split");
        let list = ComboBox::from_id_salt("split")
            .width(150.0)
            .selected_text(split(settings.split_minutes));
        show(ui, list, label.id, &mut settings.split_minutes, |ui, chosen| {
            for minutes in SPLITS {
                choice(ui, chosen, minutes, split(minutes));
            }
        });
        ui.end_row();
    });
    let note = "32-bit float is bit for bit what was sent; FLAC is that, rounded to 24 bits. Every file gets a \
                line in the folder's manifest, patchveil.jsonl, for “patchveil verify”.";
    ui.label(RichText::new(note).font(SMALL).color(colours(ui).weak));
}
