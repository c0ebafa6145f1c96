//! Pictures of the whole editor, drawn by software Vulkan. `UPDATE_SNAPSHOTS=true` makes new ones.

use egui::Theme;
use egui_kittest::kittest::Queryable;
use patchveil_words::Language;

use super::fixture::{Fixture, key};
use crate::analyzer::{Found, Heard, HeardKey, View};
use crate::editor::param_gesture::ParamGesture;
use crate::route::Route;
use crate::status::Status;
use crate::trouble::NoProtection;

const SMALL: (f32, f32) = (640.0, 400.0);
const DEFAULT: (f32, f32) = (1_000.0, 640.0);
const LARGE: (f32, f32) = (1_200.0, 750.0);

/// Draws the editor and compares.
fn compare(name: &str, fixture: Fixture, size: (f32, f32), scale: f32, theme: Theme) {
    let mut window = fixture.window(size.0, size.1, scale, theme);
    window.run();
    window.snapshot(name);
}

#[test]
fn a_new_instance() {
    compare("empty-dark", Fixture::empty(), DEFAULT, 1.0, Theme::Dark);
}

#[test]
fn a_new_instance_small_and_light_at_double_resolution() {
    compare("empty-small-light-2x", Fixture::empty(), SMALL, 2.0, Theme::Light);
}

#[test]
fn marking() {
    compare("marked-dark", Fixture::marked(), DEFAULT, 1.0, Theme::Dark);
}

/// The whole editor, with a veil, in another language.
fn compare_in(language: Language) {
    let name = format!("busy-dark-{}", language.code());
    let fixture = Fixture::busy().unfolded().in_language(language);
    compare(&name, fixture, DEFAULT, 1.0, Theme::Dark);
}

#[test]
fn protecting_in_german() {
    compare_in(Language::German);
}

#[test]
fn protecting_in_french() {
    compare_in(Language::French);
}

#[test]
fn protecting_in_spanish() {
    compare_in(Language::Spanish);
}

#[test]
fn at_double_scale_a_small_window_scrolls() {
    // 640 × 400 points of the system, of which each point of the editor takes two.
    compare("scaled-small-dark", Fixture::marked(), (320.0, 200.0), 2.0, Theme::Dark);
}

#[test]
fn the_menu_of_colours_language_and_scale() {
    let mut window =
        Fixture::marked().in_language(Language::German).window(SMALL.0, SMALL.1, 1.0, Theme::Light);
    window.run();
    window.get_by_label("Ansicht").click();
    window.run();
    window.snapshot("view-menu-small-light-de");
}

#[test]
fn the_form_of_receipts_over_a_small_window() {
    let mut window =
        Fixture::marked().in_language(Language::French).window(SMALL.0, SMALL.1, 1.0, Theme::Dark);
    window.run();
    let words = Language::French.words();
    for label in [words.window.view, words.receipts.option] {
        window.get_by_label(label).click();
        window.run();
    }
    window.get_by_label(words.receipts.folder).focus();
    window.run();
    window.get_by_label(words.receipts.folder).type_text("Musique/reçus");
    window.run();
    window.get_by_label(words.receipts.save).click();
    window.run();
    window.snapshot("receipts-small-dark-fr");
}

#[test]
fn marking_small_and_light() {
    compare("marked-small-light", Fixture::marked(), SMALL, 1.0, Theme::Light);
}

#[test]
fn choosing_a_preset_in_a_small_window() {
    let mut window = Fixture::marked().unfolded().window(SMALL.0, SMALL.1, 1.0, Theme::Dark);
    window.run();
    window.get_by_label("Preset").click();
    window.run();
    window.snapshot("presets-small-dark");
}

#[test]
fn choosing_a_preset_in_a_session_from_before_the_mark() {
    let mut window =
        Fixture::busy().former().unfolded().window(SMALL.0, SMALL.1, 1.0, Theme::Light);
    window.run();
    window.get_by_label("Preset").click();
    window.run();
    window.snapshot("former-presets-small-light");
}

#[test]
fn protecting() {
    compare("busy-dark", Fixture::busy(), DEFAULT, 1.0, Theme::Dark);
}

#[test]
fn protecting_large_and_light() {
    compare("busy-large-light", Fixture::busy().unfolded(), LARGE, 1.0, Theme::Light);
}

#[test]
fn protecting_small() {
    compare("busy-small-dark", Fixture::busy(), SMALL, 1.0, Theme::Dark);
}

#[test]
fn protecting_small_at_double_resolution() {
    compare("busy-small-dark-2x", Fixture::busy(), SMALL, 2.0, Theme::Dark);
}

#[test]
fn keys_fill_a_small_window() {
    let mut fixture = Fixture::busy();
    fixture.panels.show_keys = true;
    fixture.panels.keys.open_row(key(2).fingerprint());
    compare("keys-small-light", fixture, SMALL, 1.0, Theme::Light);
}

#[test]
fn all_settings_in_a_small_window() {
    let fixture = Fixture::marked().unfolded();
    compare("marked-unfolded-small-dark", fixture, SMALL, 1.0, Theme::Dark);
}

#[test]
fn the_standalone_without_an_input() {
    let mut fixture = Fixture::marked();
    let why = "No input is connected. Choose one in Devices.";
    fixture.route = Route::Nowhere(why.to_owned());
    fixture.view =
        View { running: true, started: true, sample_rate: 48_000, load: 0.003, ..View::default() };
    compare("no-input-dark", fixture, DEFAULT, 1.0, Theme::Dark);
}

#[test]
fn the_standalone_after_its_device_is_lost() {
    let mut fixture = Fixture::marked();
    fixture.route = Route::Nowhere("The audio device is lost.".to_owned());
    (fixture.view.running, fixture.view.sound) = (false, false);
    compare("stopped-small-light-2x", fixture, SMALL, 2.0, Theme::Light);
}

#[test]
fn listening_to_marked_sound() {
    let mut fixture = Fixture::marked();
    fixture.panels.keys.listening = true;
    fixture.view.found = Found::Searching { seconds: 3.0, expected: Some(14.0) };
    let key =
        HeardKey { name: "Morning Brief".to_owned(), fingerprint: key(2).fingerprint(), p: 3e-14 };
    fixture.view.heard = Some(Heard { seconds: 5.0, keys: vec![key], unreadable: false });
    compare("listening-light", fixture, DEFAULT, 1.0, Theme::Light);
}

#[test]
fn restoring() {
    let mut fixture = Fixture::busy();
    let (class, fingerprint) = ("Night Show".to_owned(), key(1).fingerprint());
    fixture.status = Status::Restoring { class, fingerprint, trouble: None };
    fixture.gesture.set(&fixture.params.mode, 1.0);
    compare("restoring-small-light", fixture, SMALL, 1.0, Theme::Light);
}

#[test]
fn muted_without_the_key() {
    let mut fixture = Fixture::busy();
    let (class, fingerprint) = ("Night Show".to_owned(), key(1).fingerprint());
    fixture.status = Status::Muted { reason: NoProtection::NotInKeyring { class, fingerprint } };
    fixture.keyring.classes.remove(0);
    fixture.panels.timeline.last_second = true;
    fixture.panels.analyzer.peaks = true;
    fixture.panels.keys.open_row(key(2).fingerprint());
    compare("muted-dark", fixture, DEFAULT, 1.0, Theme::Dark);
}
