//! The panels of the audio, the headline, the figures and the view menu, in use.

use egui::{Key, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use patchveil_words::Language;

use super::fixture::Fixture;

const PLOT: &str = "Spectra, read with the arrow keys";

fn open(fixture: Fixture) -> Harness<'static, Fixture> {
    let mut window = fixture.window(1_000.0, 640.0, 1.0, Theme::Dark);
    window.run();
    window
}

fn readout(window: &Harness<'static, Fixture>) -> String {
    window.get_by_label(PLOT).value().unwrap_or_default()
}

#[test]
fn the_pointer_reads_frequency_note_and_levels() {
    let mut window = open(Fixture::busy());
    assert_eq!(readout(&window), "");
    window.get_by_label(PLOT).hover();
    window.run();
    let text = readout(&window);
    for part in ["Hz", " ct", "Before −", "After −", "dBFS", "Difference", "Measured", "Designed"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn an_arrow_key_moves_the_readout_by_a_semitone() {
    let mut window = open(Fixture::busy());
    window.get_by_label(PLOT).focus();
    window.run();
    assert!(readout(&window).contains("1.00 kHz   B5"), "{}", readout(&window));
    window.key_press(Key::ArrowRight);
    window.run();
    assert!(readout(&window).contains("1.06 kHz   C6"), "{}", readout(&window));
}

#[test]
fn frozen_spectra_stay_while_audio_continues() {
    let mut window = open(Fixture::busy());
    window.get_by_label("Freeze").click();
    window.run();
    window.get_by_label(PLOT).focus();
    window.run();
    let before = readout(&window);
    window.state_mut().view.spectra.points.iter_mut().for_each(|point| point.before -= 30.0);
    window.run();
    assert_eq!(readout(&window), before);
    window.get_by_label("Freeze").click();
    window.run();
    window.get_by_label(PLOT).focus();
    window.run();
    assert_ne!(readout(&window), before);
}

#[test]
fn switching_peaks_on_clears_them() {
    let mut window = open(Fixture::busy());
    window.get_by_label("Peaks").click();
    let mut cleared = 0;
    for _ in 0..6 {
        window.step();
        cleared += u32::from(window.state().requests.analyzer.clear_peaks);
    }
    assert_eq!(cleared, 1);
    assert!(window.state().panels.analyzer.peaks);
}

#[test]
fn the_fft_size_can_be_chosen() {
    let mut window = open(Fixture::busy());
    assert_eq!(window.get_by_label("FFT size").value().as_deref(), Some("FFT 4096"));
    window.get_by_label("FFT size").click();
    window.run();
    window.get_by_label("8192 samples").click();
    let mut requested = Vec::new();
    for _ in 0..6 {
        window.step();
        requested.extend(window.state().requests.analyzer.fft_size);
    }
    assert_eq!(requested, [8_192]);
}

#[test]
fn screen_readers_get_headline_figures_and_what_acts() {
    let window = open(Fixture::busy());
    for text in [
        "Marked and veiled (audible). “Night Show”, key qsf5-wp7q-65xj-t2xm",
        "12 min 34 s protected",
        "Latency 0 samples",
        "Load 0.4 %",
        "48 kHz",
        "Host timeline 0:12:34.4",
        "Patches cover 100 %",
        "A listener will notice. Third-octave levels move 3.23 dB on average, 7.92 dB at most. \
         Loudness −0.41 LU, last 10 s. Mark found in 3 s (p ≤ 1e−20)",
    ] {
        assert!(window.query_by_label(text).is_some(), "{text}");
    }
}

#[test]
fn a_mark_without_a_veil_shows_no_kernel_and_no_patch() {
    let mut window = open(Fixture::marked());
    for text in [
        "Marked (inaudible). “Night Show”, key qsf5-wp7q-65xj-t2xm",
        "The mark acts on every sample",
    ] {
        assert!(window.query_by_label(text).is_some(), "{text}");
    }
    assert!(window.query_by_label_contains("Patches cover").is_none());
    window.get_by_label(PLOT).focus();
    window.run();
    assert!(readout(&window).contains("Difference") && !readout(&window).contains("Designed"));
}

#[test]
fn colours_and_scale_are_chosen_from_a_menu_and_saved() {
    let mut window = open(Fixture::busy());
    for choice in ["Light", "150 %"] {
        window.get_by_label("View").click();
        window.run();
        window.get_by_label(choice).click();
        window.run();
    }
    let state = window.state().params.editor.get();
    assert_eq!((state.theme(), state.zoom()), (Theme::Light, 1.5));
}

#[test]
fn the_language_is_chosen_from_a_menu_and_saved() {
    let mut window = open(Fixture::busy());
    for (menu, choice, headline) in [
        ("View", "Deutsch", "Markiert und verschleiert (hörbar)"),
        ("Ansicht", "Français", "Marqué et voilé (audible)"),
        ("Affichage", "Español", "Marcado y velado (audible)"),
    ] {
        window.get_by_label(menu).click();
        window.run();
        window.get_by_label(choice).click();
        window.run();
        assert!(window.query_by_label_contains(headline).is_some(), "{headline}");
        let code = window.state().params.editor.get().language().code();
        assert_eq!(Language::from_tag(code).unwrap().name(), choice);
    }
    // Names and values towards the host stay as they are.
    window.get_by_label("Intensidad").focus();
    window.run();
    window.key_press(Key::Home);
    window.run();
    assert_eq!(window.get_by_label("Intensidad").value().as_deref(), Some("Marca"));
    assert_eq!(window.state().gesture.take(), ["begin Preset", "set Preset Mark", "end Preset"]);
}

#[test]
fn a_folder_for_receipts_that_does_not_exist_is_refused_where_it_is_typed() {
    let mut window = open(Fixture::busy());
    window.get_by_label("View").click();
    window.run();
    window.get_by_label("Receipts of renders …").click();
    window.run();
    window.get_by_label("Folder").focus();
    window.run();
    window.get_by_label("Folder").type_text("no/such/folder");
    window.run();
    window.get_by_label("Save").click();
    window.run();
    assert!(window.query_by_label_contains("no such folder").is_some());
    window.key_press(egui::Key::Escape);
    window.run();
    assert!(window.query_by_label("Save").is_none());
}

#[test]
fn a_small_window_shows_either_audio_or_keys() {
    let mut window = Fixture::busy().window(640.0, 400.0, 1.0, Theme::Dark);
    window.run();
    assert!(
        window.query_by_label(PLOT).is_some() && window.query_by_label("Morning Brief").is_none()
    );
    window.get_by_label("Keys").click();
    window.run();
    assert!(
        window.query_by_label(PLOT).is_none() && window.query_by_label("Morning Brief").is_some()
    );
}
