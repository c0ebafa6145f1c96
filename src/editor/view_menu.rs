//! The menu of colours, language and scale.

use egui::{RichText, Ui, vec2};
use patchveil_words::Language;

use super::receipts;
use super::theme::{GAP, SMALL, SMALL_GAP, palette};
use super::widgets;
use super::words::{set_language, words};
use crate::editor_state::SCALES;
use crate::params::PatchveilParams;

/// Widths of its two columns, in points.
const COLUMNS: (f32, f32) = (170.0, 90.0);

/// Draws the button that opens it.
pub(super) fn draw(ui: &mut Ui, params: &PatchveilParams) {
    let words = &words(ui).window;
    let button = widgets::menu_button(ui, words.view).on_hover_text(words.view_tip);
    widgets::menu(&button, COLUMNS.0 + GAP + COLUMNS.1, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing = vec2(GAP, SMALL_GAP);
            column(ui, COLUMNS.0, |ui| {
                draw_colours(ui, params);
                ui.add_space(SMALL_GAP);
                draw_languages(ui, params);
            });
            column(ui, COLUMNS.1, |ui| draw_scales(ui, params));
        });
        ui.add_space(SMALL_GAP);
        receipts::option(ui);
    });
    receipts::draw(ui);
}

fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        add(ui);
    });
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).font(SMALL).color(palette(ui).weak));
}

fn draw_colours(ui: &mut Ui, params: &PatchveilParams) {
    let words = &words(ui).window;
    heading(ui, words.colours);
    let current = params.editor.get().theme();
    for (theme, name) in [(egui::Theme::Dark, words.dark), (egui::Theme::Light, words.light)] {
        if widgets::menu_option(ui, name, theme == current).clicked() {
            params.editor.set_theme(theme);
            ui.ctx().set_theme(theme);
        }
    }
}

fn draw_languages(ui: &mut Ui, params: &PatchveilParams) {
    let words = &words(ui).window;
    heading(ui, words.language);
    let current = params.editor.get().chosen_language();
    let named = Language::ALL.map(|language| (Some(language), language.name()));
    for (language, name) in [(None, words.system)].into_iter().chain(named) {
        if widgets::menu_option(ui, name, language == current).clicked() {
            params.editor.set_language(language);
            set_language(ui.ctx(), params.editor.get().language());
        }
    }
}

fn draw_scales(ui: &mut Ui, params: &PatchveilParams) {
    heading(ui, words(ui).window.scale);
    let current = (params.editor.get().zoom() * 100.0).round();
    for scale in SCALES {
        let chosen = current == f32::from(scale);
        if widgets::menu_option(ui, &format!("{scale} %"), chosen).clicked() {
            params.editor.set_scale(scale);
            ui.ctx().set_zoom_factor(f32::from(scale) / 100.0);
        }
    }
}
