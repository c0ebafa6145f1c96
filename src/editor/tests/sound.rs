//! The pictures of the sound, the status and the appearance, in use.

use egui::{Key, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::scenes::Stage;

const PLOT: &str = "Spectra, to be read with the arrow keys";

fn window(stage: Stage) -> Harness<'static, Stage> {
    let mut window = stage.window(1_000.0, 640.0, 1.0, Theme::Dark);
    window.run();
    window
}

fn reading(window: &Harness<'static, Stage>) -> String {
    window.get_by_label(PLOT).value().unwrap_or_default()
}

#[test]
fn the_pointer_reads_frequency_note_and_levels() {
    let mut window = window(Stage::busy());
    assert_eq!(reading(&window), "");
    window.get_by_label(PLOT).hover();
    window.run();
    let said = reading(&window);
    for part in
        ["Hz", " ct", "Before −", "After −", "dBFS", "Difference", "In its patches", "Designed"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn the_arrow_keys_read_a_semitone_further() {
    let mut window = window(Stage::busy());
    window.get_by_label(PLOT).focus();
    window.run();
    assert!(reading(&window).contains("1.00 kHz   B5"), "{}", reading(&window));
    window.key_press(Key::ArrowRight);
    window.run();
    assert!(reading(&window).contains("1.06 kHz   C6"), "{}", reading(&window));
}

#[test]
fn a_frozen_picture_stays_while_the_sound_goes_on() {
    let mut window = window(Stage::busy());
    window.get_by_label("Freeze").click();
    window.run();
    window.get_by_label(PLOT).focus();
    window.run();
    let before = reading(&window);
    window.state_mut().view.spectra.points.iter_mut().for_each(|point| point.before -= 30.0);
    window.run();
    assert_eq!(reading(&window), before);
    window.get_by_label("Freeze").click();
    window.run();
    window.get_by_label(PLOT).focus();
    window.run();
    assert_ne!(reading(&window), before);
}

#[test]
fn peaks_begin_anew_when_they_are_switched_on() {
    let mut window = window(Stage::busy());
    window.get_by_label("Peaks").click();
    let mut asked = 0;
    for _ in 0..6 {
        window.step();
        asked += u32::from(window.state().wanted.spectra.clear_peaks);
    }
    assert_eq!(asked, 1);
    assert!(window.state().panels.spectra.peaks);
}

#[test]
fn the_window_of_the_analysis_can_be_chosen() {
    let mut window = window(Stage::busy());
    window.get_by_label("FFT 4096").click();
    window.run();
    window.get_by_label("8192 samples").click();
    let mut asked = Vec::new();
    for _ in 0..6 {
        window.step();
        asked.extend(window.state().wanted.spectra.size);
    }
    assert_eq!(asked, [8_192]);
}

#[test]
fn the_figures_say_what_is_happening_in_words() {
    let window = window(Stage::busy());
    for text in [
        "Protecting “Night Show”. Key qsf5-wp7q-65xj-t2xm",
        "12 min 34 s protected",
        "Latency 0 samples",
        "Load 0.4 %, peak 1.3 %",
        "48 kHz",
        "Host's timeline 0:12:34.4",
        "In a patch",
    ] {
        assert!(window.query_by_label(text).is_some(), "{text}");
    }
}

#[test]
fn colours_and_scale_are_chosen_from_a_list_and_kept_with_the_session() {
    let mut window = window(Stage::busy());
    for choice in ["Light", "150 %"] {
        window.get_by_label("View").click();
        window.run();
        window.get_by_label(choice).click();
        window.run();
    }
    let setup = window.state().params.editor.get();
    assert_eq!((setup.theme(), setup.zoom()), (Theme::Light, 1.5));
}

#[test]
fn where_there_is_little_room_sound_and_keys_take_turns() {
    let mut window = Stage::busy().window(640.0, 400.0, 1.0, Theme::Dark);
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
