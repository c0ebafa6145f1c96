//! What gestures on the controls do to parameters, and what the host is told.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Pos2, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use nice_plug::prelude::Param;

use super::fixture::Fixture;
use crate::editor::param_gesture::ParamGesture;
use crate::editor::presets::follow_former_preset;
use crate::params::PresetChoice;

type Window = Harness<'static, Fixture>;

/// A new instance with the preset `balanced`: with a mark and a veil, all controls have an effect.
fn window() -> Window {
    open(Fixture::empty().with(PresetChoice::Balanced))
}

fn open(fixture: Fixture) -> Window {
    let mut window = fixture.unfolded().window(1_000.0, 640.0, 1.0, Theme::Dark);
    window.run();
    window
}

fn value(window: &Window, name: &str) -> String {
    window.get_by_label(name).value().unwrap()
}

fn centre(window: &Window, name: &str) -> Pos2 {
    window.get_by_label(name).rect().center()
}

fn log(window: &Window) -> Vec<String> {
    window.state().gesture.take()
}

/// Drags a control to the right, step by step.
fn drag(window: &mut Window, name: &str, points: f32, modifiers: Modifiers) {
    let from = centre(window, name);
    window.event(Event::ModifiersChanged(modifiers));
    window.hover_at(from);
    window.step();
    window.drag_at(from);
    window.step();
    for n in 1..=10 {
        window.hover_at(from + vec2(points * n as f32 / 10.0, 0.0));
        window.step();
    }
    window.drop_at(from + vec2(points, 0.0));
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    window.run();
}

fn double_click(window: &mut Window, name: &str) {
    for _ in 0..2 {
        window.get_by_label(name).click();
        window.step();
    }
    window.run();
}

/// Clicks a control and types into it.
fn write(window: &mut Window, name: &str, text: &str) {
    window.get_by_label(name).click();
    window.run();
    for character in text.chars() {
        window.event(Event::Text(character.to_string()));
        window.step();
    }
    window.key_press(Key::Enter);
    window.run();
}

#[test]
fn a_drag_is_one_gesture_that_begins_sets_and_ends() {
    let mut window = window();
    drag(&mut window, "Amount", 44.0, Modifiers::NONE);
    let log = log(&window);
    assert_eq!(log.first().unwrap(), "begin Amount");
    assert_eq!(log.last().unwrap(), "end Amount");
    let (inner, many) = (&log[1..log.len() - 1], log.len() > 5);
    assert!(many && inner.iter().all(|line| line.starts_with("set Amount")), "{log:?}");
    let amount = window.state().params.veil.amount.value();
    assert!((130.0..=145.0).contains(&amount), "{amount}");
}

#[test]
fn shift_makes_a_drag_ten_times_finer() {
    let mut window = window();
    drag(&mut window, "Amount", 44.0, Modifiers::SHIFT);
    let amount = window.state().params.veil.amount.value();
    assert!((103.0..=104.5).contains(&amount), "{amount}");
}

#[test]
fn a_double_click_resets_to_the_default() {
    let mut window = window();
    let state = window.state();
    state.gesture.touch(&state.params.output.trim, 0.9);
    state.gesture.take();
    window.run();
    double_click(&mut window, "Output trim");
    assert_eq!(log(&window), ["begin Output Trim", "set Output Trim 0.0 dB", "end Output Trim"]);
}

#[test]
fn a_value_can_be_typed_and_an_invalid_one_changes_nothing() {
    let mut window = window();
    write(&mut window, "Patch length", "12,5 ms");
    assert_eq!(
        log(&window),
        ["begin Patch Length", "set Patch Length 12.5 ms", "end Patch Length"]
    );
    write(&mut window, "Amount", "loud");
    assert!(log(&window).is_empty());
    // The field stays, so that the text can be corrected, until Escape.
    assert!(window.query_by_label("Amount typed: not a value").is_some());
    window.key_press(Key::Escape);
    window.run();
    assert!(window.query_by_label_contains("Amount typed").is_none());
    assert!(log(&window).is_empty());
}

#[test]
fn arrow_keys_and_delete_change_a_value() {
    let mut window = window();
    window.get_by_label("Patches per period").focus();
    window.run();
    window.key_press(Key::ArrowUp);
    window.run();
    window.key_press(Key::ArrowRight);
    window.run();
    assert_eq!(window.state().params.patches.count.value(), 2);
    window.key_press(Key::Delete);
    window.run();
    assert_eq!(window.state().params.patches.count.value(), 0);
    let log = log(&window);
    let begun = log.iter().filter(|line| line.starts_with("begin")).count();
    let ended = log.iter().filter(|line| line.starts_with("end")).count();
    assert_eq!((begun, ended, log.len()), (3, 3, 9));
}

#[test]
fn an_arrow_key_moves_a_length_off_the_preset_and_back() {
    let mut window = window();
    for name in ["Patch length", "Period"] {
        let read = |window: &Window| window.get_by_label(name).value().unwrap();
        let before = read(&window);
        assert!(before.ends_with("preset"), "{before}");
        window.get_by_label(name).focus();
        window.run();
        window.key_press(Key::ArrowUp);
        window.run();
        assert!(!read(&window).ends_with("preset"), "{name}");
        window.key_press(Key::ArrowDown);
        window.run();
        assert_eq!(read(&window), before, "{name}");
    }
}

#[test]
fn every_control_is_reached_and_switched_with_the_keyboard() {
    let mut window = window();
    let mut reached = Vec::new();
    for _ in 0..40 {
        window.key_press(Key::Tab);
        window.run();
        for name in ["Preset", "Mark level", "Amount", "Patch length", "Output trim", "Bypass"] {
            if window.get_by_label(name).is_focused() {
                reached.push(name);
            }
        }
    }
    reached.dedup();
    let expected = ["Preset", "Mark level", "Amount", "Patch length", "Output trim", "Bypass"];
    assert!(reached.windows(6).any(|six| six == expected), "{reached:?}");
    window.get_by_label("Bypass").focus();
    window.run();
    window.key_press(Key::Space);
    window.run();
    assert_eq!(log(&window), ["begin Bypass", "set Bypass On", "end Bypass"]);
}

#[test]
fn a_preset_is_chosen_from_a_list() {
    let mut window = window();
    window.get_by_label("Preset").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItemRadio, "Strong").click();
    window.run();
    assert_eq!(log(&window), ["begin Preset", "set Preset Strong", "end Preset"]);
    assert!(window.query_by_role_and_label(Role::MenuItemRadio, "Strong").is_none());
}

#[test]
fn what_the_preset_has_no_layer_for_says_so_and_stays_as_it_is() {
    let mut window = open(Fixture::empty());
    for name in ["Amount", "Patch length", "Period", "Patches per period"] {
        assert_eq!(value(&window, name), "no veil");
        drag(&mut window, name, 44.0, Modifiers::NONE);
        double_click(&mut window, name);
    }
    assert!(log(&window).is_empty());
    drag(&mut window, "Mark level", -44.0, Modifiers::NONE);
    let level = window.state().params.recipe.mark_level.value();
    assert!((-9.0..=-5.0).contains(&level), "{level}");
    let mut window = open(Fixture::empty().with(PresetChoice::Cuda));
    assert_eq!(value(&window, "Mark level"), "no mark");
    drag(&mut window, "Mark level", -44.0, Modifiers::NONE);
    assert!(log(&window).is_empty());
    assert_eq!(value(&window, "Amount"), "100.0 %");
}

#[test]
fn a_mark_that_cannot_be_as_loud_as_asked_shows_the_level_that_acts() {
    let mut window = open(Fixture::empty());
    let state = window.state();
    state.gesture.touch(&state.params.recipe.mark_level, 1.0);
    let mark = state.params.recipe_now().mark.unwrap();
    let level = mark.level(&patchveil_veil::ClassKey::from_bytes([1; 32])).unwrap();
    state.params.held_level.set(Some(level));
    window.run();
    assert_eq!(value(&window, "Mark level"), format!("12.0 dB ({:.1})", level.in_force_db));
    window.state().params.held_level.set(None);
    window.run();
    assert_eq!(value(&window, "Mark level"), "12.0 dB");
}

#[test]
fn a_session_of_recipe_version_1_has_the_presets_of_its_time() {
    let mut window = open(Fixture::empty().former());
    assert_eq!(value(&window, "Preset"), "Balanced");
    assert_eq!(value(&window, "Mark level"), "no mark");
    window.get_by_label("Preset").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItemRadio, "Strong").click();
    window.run();
    assert_eq!(value(&window, "Preset"), "Strong");
    let former = ["begin", "set", "end"].map(|step| format!("{step} Preset (Recipe 1)"));
    assert!(log(&window).iter().zip(former).all(|(line, step)| line.starts_with(&step)));
    let state = window.state();
    assert!(state.params.is_former());
    // Another class is protected with the newest recipes, and the preset stays the same by name.
    follow_former_preset(&state.params, &state.gesture);
    assert_eq!(log(&window), ["begin Preset", "set Preset Strong", "end Preset"]);
}

#[test]
fn a_session_of_recipe_version_1_goes_over_to_the_present_presets_by_the_mark() {
    let mut window = open(Fixture::empty().former());
    window.get_by_label("Preset").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItemRadio, "Mark").click();
    window.run();
    assert!(!window.state().params.is_former());
    assert_eq!(value(&window, "Preset"), "Mark");
    assert_eq!(log(&window), ["begin Preset", "set Preset Mark", "end Preset"]);
    window.get_by_label("Preset").click();
    window.run();
    assert!(window.query_by_role_and_label(Role::MenuItemRadio, "Mark").is_some());
}

#[test]
fn the_mode_is_chosen_from_a_list() {
    let mut window = window();
    assert_eq!(value(&window, "Mode"), "Protect");
    window.get_by_role_and_label(Role::ComboBox, "Mode").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItemRadio, "Restore").click();
    window.run();
    assert_eq!(log(&window), ["begin Mode", "set Mode Restore", "end Mode"]);
    assert_eq!(value(&window, "Mode"), "Restore");
}

#[test]
fn a_control_that_follows_the_preset_shows_the_value_in_force() {
    let mut window = window();
    assert_eq!(value(&window, "Patch length"), "40 ms preset");
    assert_eq!(value(&window, "Period"), "80 ms preset");
    assert_eq!(value(&window, "Patches per period"), "2 preset");
    let state = window.state();
    let preset = &state.params.recipe.preset;
    state.gesture.touch(preset, preset.string_to_normalized_value("PosCUDA").unwrap());
    window.run();
    assert_eq!(value(&window, "Patch length"), "50 ms preset");
    assert_eq!(value(&window, "Period"), "500 ms preset");
    // Patches longer than the period are shortened, and the control says so.
    write(&mut window, "Patch length", "800");
    assert_eq!(value(&window, "Patch length"), "500 ms max");
}

#[test]
fn nothing_is_redrawn_while_nothing_changes() {
    for fixture in [Fixture::empty(), Fixture::marked(), Fixture::busy()] {
        let mut window = fixture.window(1_000.0, 640.0, 1.0, Theme::Dark);
        window.run();
        window.step();
        let delay = window.output().viewport_output.values().map(|v| v.repaint_delay).min();
        assert!(delay.unwrap().as_secs() > 60, "{delay:?}");
    }
}
