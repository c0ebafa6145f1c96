//! Undo, redo and the user's presets, by mouse and keyboard.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use patchveil_veil::Preset;
use patchveil_words::Language;

use super::fixture::Fixture;
use crate::editor::history::{Ask, Buttons};
use crate::editor::user_presets::{Entry, Fit, Message, PresetAction};

type Window = Harness<'static, Fixture>;

const MENU: &str = "My presets";

fn open(mut fixture: Fixture) -> Window {
    fixture.panels.history = Buttons { undo: true, redo: true };
    let mut window = fixture.window(1_000.0, 640.0, 1.0, Theme::Dark);
    window.run();
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) -> Option<Ask> {
    let (pressed, repeat, physical_key) = (true, false, None);
    window.event(Event::Key { key, physical_key, pressed, repeat, modifiers });
    window.step();
    let asked = window.state().requests.history;
    window.run();
    asked
}

#[test]
fn keys_and_buttons_undo_and_redo() {
    let mut window = open(Fixture::busy());
    let shifted = Modifiers::COMMAND | Modifiers::SHIFT;
    assert_eq!(press(&mut window, Modifiers::COMMAND, Key::Z), Some(Ask::Undo));
    assert_eq!(press(&mut window, shifted, Key::Z), Some(Ask::Redo));
    assert_eq!(press(&mut window, Modifiers::COMMAND, Key::Y), Some(Ask::Redo));
    assert_eq!(press(&mut window, Modifiers::NONE, Key::Z), None);
    for (name, ask) in [("Undo", Ask::Undo), ("Redo", Ask::Redo)] {
        window.get_by_label(name).click();
        window.step();
        assert_eq!(window.state().requests.history, Some(ask));
        window.run();
    }
    window.state_mut().panels.history = Buttons::default();
    window.run();
    window.get_by_label("Undo").click();
    window.step();
    assert_eq!(window.state().requests.history, None, "there is nothing to undo");
}

#[test]
fn in_a_text_field_the_keys_are_the_texts() {
    let mut window = open(Fixture::busy());
    window.get_by_label("New").click();
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Name of the class").focus();
    window.run();
    assert_eq!(press(&mut window, Modifiers::COMMAND, Key::Z), None);
}

/// A menu with one preset of each kind.
pub(super) fn with_presets(language: Language) -> Fixture {
    let words = &language.words().user_presets;
    let mut fixture = Fixture::busy().in_language(language);
    let fit = Fit::of(&Preset::Strong.recipe(), &fixture.params).unwrap();
    let usable = |name: &str, note: &str, chosen| Entry {
        name: name.to_owned(),
        note: Ok((fit, note.to_owned())),
        chosen,
    };
    fixture.panels.presets.entries = vec![
        usable("Night Show", "Mark; veil of Balanced at 120 %.", true),
        Entry {
            name: "Four kernels".to_owned(),
            note: Err(words.not_here.to_owned()),
            chosen: false,
        },
        usable("Quiet Mark", "Mark at −3.0 dB.", false),
    ];
    fixture.panels.presets.folder = "/home/ada/.local/share/patchveil/presets".to_owned();
    fixture
}

/// Opens the menu. Returns what the editor is asked for as it opens.
fn open_menu(window: &mut Window) -> Option<PresetAction> {
    window.get_by_label(MENU).click();
    let mut asked = None;
    for _ in 0..4 {
        window.step();
        asked = asked.or(window.state_mut().requests.presets.take());
    }
    asked
}

#[test]
fn the_menu_reads_the_folder_once_as_it_opens_and_uses_what_is_clicked() {
    let mut window = open(with_presets(Language::English));
    assert_eq!(open_menu(&mut window), Some(PresetAction::List));
    window.step();
    assert_eq!(window.state().requests.presets, None);
    assert!(window.query_by_label_contains("has settings that the plug-in has not").is_some());
    window.get_by_label("Quiet Mark").click();
    window.step();
    assert!(matches!(window.state().requests.presets, Some(PresetAction::Use(_))));
    window.run();
    assert!(window.query_by_label("Quiet Mark").is_none(), "it has closed");
}

#[test]
fn settings_are_saved_under_a_typed_name_and_the_chosen_preset_removed() {
    let mut window = open(with_presets(Language::English));
    open_menu(&mut window);
    window.get_by_role_and_label(Role::TextInput, "Save these settings as").focus();
    window.run();
    window.event(Event::Text("My show".to_owned()));
    window.run();
    window.get_by_label("Save").click();
    window.step();
    let saved = PresetAction::Save("My show".to_owned());
    assert_eq!(window.state().requests.presets, Some(saved));
    window.state_mut().panels.presets.message = Some(Message::Failed("There is one.".to_owned()));
    window.run();
    assert!(window.query_by_label("There is one.").is_some());
    window.get_by_label("Remove “Night Show”").click();
    window.step();
    let removed = PresetAction::Remove("Night Show".to_owned());
    assert_eq!(window.state().requests.presets, Some(removed));
}

/// Draws the open menu and compares.
fn picture_of_the_menu(name: &str, size: (f32, f32), scale: f32, theme: Theme) {
    let mut fixture = with_presets(Language::English);
    fixture.panels.history = Buttons { undo: true, redo: false };
    let mut window = fixture.window(size.0, size.1, scale, theme);
    window.run();
    window.get_by_label(MENU).click();
    window.run();
    window.snapshot(name);
}

#[test]
fn the_menu_as_a_picture() {
    picture_of_the_menu("my-presets-dark", (1_000.0, 640.0), 1.0, Theme::Dark);
}

#[test]
fn the_menu_in_a_small_window_as_a_picture() {
    picture_of_the_menu("my-presets-small-light-2x", (640.0, 400.0), 2.0, Theme::Light);
}
