//! What screen readers and the keyboard get: every control with name, role, value and unit, in reading
//! order.

use egui::Key;
use egui::accesskit::{Live, Role, Toggled};
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, By, NodeT, Queryable};

use patchveil_words::Language;

use super::fixture::{Fixture, key};
use super::seen::{check_controls, check_tab_order, tab_order};
use super::steps_and_presets::with_presets;
use crate::analyzer::Heard;
use crate::editor::history::Buttons;
use crate::params::PresetChoice;
use crate::status::Status;
use crate::trouble::NoProtection;

type Window = Harness<'static, Fixture>;

const SMALL: (f32, f32) = (640.0, 400.0);
const DEFAULT: (f32, f32) = (1_000.0, 640.0);

/// Windows of these sizes that show all panels between them.
fn windows(sizes: [(f32, f32); 2]) -> Vec<Window> {
    let mut all = Vec::new();
    for size in sizes {
        all.push(Fixture::marked().unpainted(size));
        all.push(Fixture::busy().unfolded().unpainted(size));
        all.push(Fixture::busy().with(PresetChoice::Cuda).unfolded().unpainted(size));
        let mut original = Fixture::busy();
        original.view.original = Some(-0.4);
        original.panels.history = Buttons { undo: true, redo: true };
        all.push(original.unpainted(size));
        let keys = || {
            let mut fixture = Fixture::busy();
            fixture.panels.show_keys = true;
            fixture
        };
        let mut open = keys();
        open.panels.keys.open_row(key(2).fingerprint());
        open.panels.keys.listening = true;
        open.view.heard = Some(Heard::default());
        all.push(open.unpainted(size));
        for form in 0..5 {
            let mut fixture = keys();
            fixture.panels.keys.open_form(form, &fixture.keyring.classes[1]);
            all.push(fixture.unpainted(size));
        }
        let mut empty = Fixture::empty();
        empty.panels.show_keys = true;
        all.push(empty.unpainted(size));
        let mut muted = keys();
        muted.status = Status::Muted { reason: NoProtection::NoClass };
        all.push(muted.unpainted(size));
    }
    for window in &mut all {
        window.run();
    }
    all
}

#[test]
fn every_control_has_a_name_a_role_and_a_value() {
    for window in windows([SMALL, DEFAULT]) {
        assert!(check_controls(&window) > 5);
    }
}

#[test]
fn the_menu_of_presets_and_the_form_of_receipts_are_named_and_reached_by_tab() {
    for size in [SMALL, DEFAULT] {
        let mut window = with_presets(Language::English).unpainted(size);
        window.run();
        window.get_by_label("My presets").click();
        window.run();
        check_controls(&window);
        let reached = tab_order(&mut window);
        for name in ["Night Show", "Quiet Mark", "Save these settings as", "Save"] {
            assert!(reached.iter().any(|(_, reached)| reached == name), "{name} in {reached:?}");
        }
        let mut window = Fixture::busy().unpainted(size);
        window.run();
        for label in ["View", "Receipts of renders …"] {
            window.get_by_label(label).click();
            window.run();
        }
        check_controls(&window);
        let reached = tab_order(&mut window);
        let names: Vec<_> = reached.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["Folder", "Save"], "what is behind the form is out of reach");
    }
}

#[test]
fn undo_redo_and_the_original_say_what_they_are() {
    let mut fixture = Fixture::busy();
    fixture.view.original = Some(-0.4);
    fixture.panels.history = Buttons { undo: true, redo: false };
    let mut window = fixture.unpainted(DEFAULT);
    window.run();
    let original = window.get_by_label("A/B");
    assert_eq!(original.accesskit_node().toggled(), Some(Toggled::True));
    assert_eq!(original.value().as_deref(), Some("−0.4 dB"));
    for (name, disabled) in [("Undo", false), ("Redo", true)] {
        let node = window.get_by_label(name).accesskit_node();
        assert_eq!((node.role(), node.is_disabled()), (Role::Button, disabled), "{name}");
    }
}

#[test]
fn values_come_with_their_units() {
    let mut window = Fixture::busy().unfolded().unpainted(DEFAULT);
    window.run();
    for (name, value) in [
        ("Mark level", "0.0 dB"),
        ("Amount", "120.0 %"),
        ("Patch length", "40 ms preset"),
        ("Period", "80 ms preset"),
        ("Patches per period", "2 preset"),
        ("Output trim", "−3.0 dB"),
        ("Preset", "Balanced"),
        ("Strength", "Balanced"),
        ("Mode", "Protect"),
        ("FFT size", "FFT 4096"),
        ("Kernel", "Kernel 1 of 2"),
    ] {
        assert_eq!(window.get_by_label(name).value().as_deref(), Some(value), "{name}");
    }
    for (name, on) in [("Delta", false), ("Bypass", false), ("Peaks", false), ("10 s", true)] {
        let toggled = window.get_by_label(name).accesskit_node().toggled();
        assert_eq!(toggled, Some(Toggled::from(on)));
    }
}

#[test]
fn a_screen_reader_can_move_and_set_values() {
    let mut window = Fixture::busy().unfolded().unpainted(DEFAULT);
    window.run();
    window.get_by_label("Output trim").increment_accesskit();
    window.run();
    assert_eq!(window.get_by_label("Output trim").value().as_deref(), Some("−2.5 dB"));
    window.get_by_label("Output trim").decrement_accesskit();
    window.run();
    assert_eq!(window.get_by_label("Output trim").value().as_deref(), Some("−3.0 dB"));
    window.get_by_label("Output trim").set_value_accesskit(0.5);
    window.run();
    assert_eq!(window.get_by_label("Output trim").value().as_deref(), Some("0.0 dB"));
    window.state().gesture.take();
    window.get_by_label("Strength").increment_accesskit();
    window.run();
    assert_eq!(window.get_by_label("Strength").value().as_deref(), Some("Strong"));
    assert_eq!(window.state().gesture.take(), ["begin Preset", "set Preset Strong", "end Preset"]);
}

#[test]
fn a_change_of_the_headline_is_announced() {
    let mut window = Fixture::busy().unpainted(DEFAULT);
    window.run();
    let live = |node: &AccessKitNode<'_>| node.live() == Live::Polite;
    let said = |window: &Window| {
        let node = window.get(By::new().recursive(true).predicate(live));
        node.value().unwrap_or_default()
    };
    assert!(said(&window).starts_with("Marked and veiled (audible)"), "{}", said(&window));
    window.state_mut().status = Status::NotProtecting;
    window.run();
    assert!(said(&window).starts_with("Not protected"), "{}", said(&window));
}

#[test]
fn tab_reaches_every_control_in_reading_order() {
    // High enough that nothing scrolls meanwhile.
    for mut window in windows([(640.0, 900.0), (1_000.0, 900.0)]) {
        check_tab_order(&mut window);
    }
}

#[test]
fn at_double_scale_everything_can_be_reached_in_a_small_window() {
    // 640 × 400 points of the system are 320 × 200 of the editor's.
    let mut window = Fixture::marked().unfolded().unpainted((320.0, 200.0));
    window.run();
    let screen = window.ctx.content_rect();
    let mut reached = Vec::new();
    for _ in 0..40 {
        window.key_press(Key::Tab);
        window.run();
        let has_focus = |node: &AccessKitNode<'_>| node.is_focused() && node.role() != Role::Window;
        let focused = By::new().recursive(true).predicate(has_focus);
        for node in window.query_all(focused) {
            let name = node.accesskit_node().label().unwrap_or_default();
            assert!(screen.intersects(node.rect()), "{name} is out of sight: {:?}", node.rect());
            reached.push(name);
        }
    }
    for name in ["View", "Strength", "Mode", "All settings", "Bypass", "Preset", "Keys"] {
        assert!(reached.iter().any(|reached| reached == name), "{name} in {reached:?}");
    }
}
