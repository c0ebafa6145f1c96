//! A/B: what the switch offers, and what the window says meanwhile.

use egui::Theme;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::fixture::Fixture;
use crate::editor::param_gesture::ParamGesture;
use crate::route::Route;
use crate::trouble::{KeyringTrouble, NoProtection};

type Window = Harness<'static, Fixture>;

const NAME: &str = "A/B";

fn open(fixture: Fixture) -> Window {
    let mut window = fixture.window(1_000.0, 640.0, 1.0, Theme::Dark);
    window.run();
    window
}

fn reads(window: &Window, text: &str) -> bool {
    window.query_by_label_contains(text).is_some()
}

/// Clicks the switch. Returns what the editor is asked for.
fn click(window: &mut Window) -> Option<bool> {
    window.get_by_label(NAME).click();
    window.step();
    window.state().requests.original
}

#[test]
fn the_switch_says_the_decibels_that_it_applies() {
    let mut fixture = Fixture::busy();
    fixture.view.match_db = Some(-0.44);
    let mut window = open(fixture);
    assert_eq!(window.get_by_label(NAME).value().as_deref(), Some("−0.4 dB"));
    assert_eq!(click(&mut window), Some(true));
    window.state_mut().view.original = Some(-0.4);
    window.run();
    assert_eq!(click(&mut window), Some(false));
}

#[test]
fn while_the_original_is_heard_nothing_reads_as_protected() {
    let mut fixture = Fixture::busy();
    fixture.view.original = Some(1.3);
    let window = open(fixture);
    assert!(reads(&window, "Original: not protected"));
    assert!(reads(&window, "+1.3 dB, as loud as the output (LUFS short-term)"));
    assert!(reads(&window, "The original is heard"));
    assert!(!reads(&window, "Marked and veiled"));
    // What is muted stays muted, and says so.
    let mut fixture = Fixture::busy();
    fixture.view.original = Some(1.3);
    let locked = KeyringTrouble::Locked("/home/anna/keyring".into());
    let reason = NoProtection::DefaultUnknown(locked);
    fixture.status = crate::status::Status::Muted { reason };
    assert!(reads(&open(fixture), "Muted: nothing leaves unprotected"));
}

#[test]
fn it_waits_for_loudness_and_for_what_is_protected() {
    for case in 0..4 {
        let mut fixture = Fixture::busy();
        match case {
            0 => fixture.view.match_db = None,
            1 => fixture.status = crate::status::Status::NotProtecting,
            2 => fixture.gesture.set(&fixture.params.bypass, 1.0),
            _ => fixture.gesture.set(&fixture.params.output.delta, 1.0),
        }
        let mut window = open(fixture);
        assert_eq!(window.get_by_label(NAME).value().as_deref(), Some("no level yet"), "{case}");
        assert_eq!(click(&mut window), None, "{case}");
    }
}

#[test]
fn where_what_is_heard_is_what_is_sent_it_is_not_offered() {
    let mut fixture = Fixture::busy();
    fixture.route = Route::Devices("from: Microphone – to: BlackHole".to_owned());
    assert!(open(fixture).query_by_label(NAME).is_none());
}

#[test]
fn a_small_window_has_all_three_switches() {
    let mut window = Fixture::busy().window(640.0, 400.0, 1.0, Theme::Dark);
    window.run();
    window.get_by_label("Delta").click();
    window.run();
    assert!(window.state().params.output.delta.value());
    window.get_by_label("Delta").click();
    window.get_by_label("Bypass").click();
    window.run();
    assert!(window.state().params.bypass.value());
    window.get_by_label("Bypass").click();
    window.run();
    window.get_by_label_contains("A/B").click();
    window.step();
    assert_eq!(window.state().requests.original, Some(true));
}

/// Draws the editor while the original is heard and compares.
fn picture_of_the_original(name: &str, fixture: Fixture, size: (f32, f32), theme: Theme) {
    let mut fixture = fixture;
    fixture.view.original = Some(-0.4);
    let mut window = fixture.window(size.0, size.1, 1.0, theme);
    window.run();
    window.snapshot(name);
}

#[test]
fn the_original_as_a_picture() {
    picture_of_the_original("original-dark", Fixture::busy(), (1_000.0, 640.0), Theme::Dark);
}

#[test]
fn the_original_in_a_small_window_as_a_picture() {
    let size = (640.0, 400.0);
    picture_of_the_original("original-small-light", Fixture::busy(), size, Theme::Light);
}
