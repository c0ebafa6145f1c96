//! The dial, what is said beside it, and the headline with and without sound.

use egui::accesskit::Role;
use egui::{Key, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::fixture::Fixture;
use crate::params::PresetChoice;
use crate::route::Route;

const DIAL: &str = "Strength";

type Window = Harness<'static, Fixture>;

fn open(fixture: Fixture) -> Window {
    let mut window = fixture.window(1_000.0, 640.0, 1.0, Theme::Dark);
    window.run();
    window
}

fn reads(window: &Window, text: &str) -> bool {
    window.query_by_label_contains(text).is_some()
}

/// Clicks the dial at this part of its width.
fn click_at(window: &mut Window, share: f32) {
    let dial = window.get_by_label(DIAL).rect();
    let at = dial.left_top() + vec2(34.0 + share * (dial.width() - 68.0), 35.0);
    window.hover_at(at);
    window.step();
    window.drag_at(at);
    window.step();
    window.drop_at(at);
    window.run();
}

#[test]
fn one_control_leads_from_mark_to_strong() {
    let mut window = open(Fixture::empty());
    assert_eq!(window.get_by_label(DIAL).value().as_deref(), Some("Mark"));
    for (share, name) in [(1.0, "Strong"), (0.3, "Light"), (0.7, "Balanced"), (0.0, "Mark")] {
        click_at(&mut window, share);
        assert_eq!(window.get_by_label(DIAL).value().as_deref(), Some(name));
        let expected = ["begin Preset", &format!("set Preset {name}"), "end Preset"];
        assert_eq!(window.state().gesture.take(), expected);
    }
    window.get_by_role_and_label(Role::Slider, DIAL).focus();
    window.run();
    for (key, preset) in [
        (Key::ArrowRight, PresetChoice::Light),
        (Key::End, PresetChoice::Strong),
        (Key::ArrowDown, PresetChoice::Balanced),
        (Key::Home, PresetChoice::Mark),
        (Key::ArrowLeft, PresetChoice::Mark),
    ] {
        window.key_press(key);
        window.run();
        assert_eq!(window.state().params.recipe.preset.value(), preset);
    }
}

#[test]
fn a_session_from_before_the_mark_goes_over_by_the_dial_only_at_mark() {
    let mut window = open(Fixture::empty().former());
    assert_eq!(window.get_by_label(DIAL).value().as_deref(), Some("Balanced"));
    click_at(&mut window, 1.0);
    assert!(window.state().params.is_former());
    assert_eq!(window.state().gesture.take()[1], "set Preset (Recipe 1) Strong");
    click_at(&mut window, 0.0);
    assert!(!window.state().params.is_former());
    assert_eq!(window.state().gesture.take()[1], "set Preset Mark");
}

#[test]
fn all_settings_fold_away_and_come_back() {
    let mut window = open(Fixture::busy());
    assert!(window.query_by_label("Patch length").is_none());
    for name in ["Delta", "Bypass"] {
        assert!(window.query_by_label(name).is_some(), "{name}");
    }
    window.get_by_label("All settings").click();
    window.run();
    for name in ["Preset", "Patch length", "Output trim", "Delta", "Bypass"] {
        assert!(window.query_by_label(name).is_some(), "{name}");
    }
    assert!(window.state().params.editor.get().all_controls());
}

#[test]
fn what_is_measured_stands_beside_the_dial() {
    let mut window = open(Fixture::marked());
    assert!(reads(&window, "A listener is unlikely to notice. Third-octave levels move 0.04 dB"));
    window.state_mut().view.effect = None;
    window.run();
    assert!(reads(&window, "Measuring"));
    window.state_mut().view.sound = false;
    window.run();
    assert!(reads(&window, "as soon as there is sound"));
}

#[test]
fn nothing_reads_as_protected_while_no_sound_goes_through() {
    let host = Route::Host;
    let devices = Route::Devices("from: Microphone – to: BlackHole".to_owned());
    let nowhere = Route::Nowhere("The audio device is lost.".to_owned());
    for (route, running, started, title) in [
        (&host, true, true, "Silence: nothing to do"),
        (&host, false, true, "No audio from the host"),
        (&devices, true, true, "Silence comes in: nothing to do"),
        (&devices, true, true, "Microphone"),
        (&devices, false, true, "The sound device delivers nothing"),
        (&nowhere, true, true, "The audio device is lost"),
    ] {
        let mut fixture = Fixture::marked();
        fixture.route = route.clone();
        (fixture.view.running, fixture.view.started) = (running, started);
        fixture.view.sound = false;
        let window = open(fixture);
        assert!(reads(&window, title), "{title}");
        assert!(!reads(&window, "Marked (inaudible)"), "{title}");
    }
    let mut fixture = Fixture::marked();
    fixture.route = devices;
    let window = open(fixture);
    assert!(reads(&window, "Marked (inaudible)"));
    assert!(reads(&window, "From: Microphone – to: BlackHole"));
    assert!(reads(&window, "JACK transport 0:12:34.4"));
}

#[test]
fn late_audio_is_said_and_short_delays_are_not() {
    let mut window = open(Fixture::busy());
    assert!(!reads(&window, "times"));
    window.state_mut().view.late = 3;
    window.run();
    assert!(reads(&window, "Late 3 times"));
}
