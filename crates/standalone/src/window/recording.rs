//! How to record.

use egui::{ComboBox, Grid, RichText, TextEdit, Ui};
use patchveil_plugin::look::{self, SMALL, colours};
use patchveil_words::RecordingWords;

use super::lists::{choice, show, take_focus};
use crate::recorder::{PRE_ROLL, Samples};
use crate::settings::RecordingSettings;

/// Minutes after which another file begins.
const SPLITS: [u32; 4] = [0, 15, 30, 60];

fn split(minutes: u32, words: &RecordingWords) -> String {
    if minutes == 0 { words.never.to_owned() } else { (words.after)(minutes) }
}

fn format(samples: Samples, words: &RecordingWords) -> &'static str {
    match samples {
        Samples::Float32 => words.float32,
        Samples::Int24 => words.int24,
        Samples::Flac => words.flac24,
    }
}

/// Draws the panel.
pub(super) fn draw(ui: &mut Ui, settings: &mut RecordingSettings, folder: &mut String) {
    let words = &look::words(ui).recording;
    Grid::new("recording").num_columns(4).spacing([10.0, 6.0]).show(ui, |ui| {
        let weak = colours(ui).weak;
        let named = |ui: &mut Ui, text: &str| ui.label(RichText::new(text).font(SMALL).color(weak));
        let label = named(ui, words.folder);
        let field = TextEdit::singleline(folder).desired_width(330.0);
        let field = ui.add(field).labelled_by(label.id);
        take_focus(ui, &field);
        if field.lost_focus() {
            settings.folder = folder.trim().into();
        }
        let label = named(ui, words.format);
        let list = ComboBox::from_id_salt("samples")
            .width(150.0)
            .selected_text(format(settings.samples, words));
        show(ui, list, label.id, &mut settings.samples, |ui, chosen| {
            for samples in Samples::ALL {
                choice(ui, chosen, samples, format(samples, words));
            }
        });
        ui.end_row();
        named(ui, "");
        ui.checkbox(&mut settings.pre_roll, (words.pre_roll)(PRE_ROLL));
        let label = named(ui, words.split);
        let list = ComboBox::from_id_salt("split")
            .width(150.0)
            .selected_text(split(settings.split_minutes, words));
        show(ui, list, label.id, &mut settings.split_minutes, |ui, chosen| {
            for minutes in SPLITS {
                choice(ui, chosen, minutes, split(minutes, words));
            }
        });
        ui.end_row();
    });
    ui.label(RichText::new(words.note).font(SMALL).color(colours(ui).weak));
}
