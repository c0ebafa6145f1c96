//! The keys panel in use, with a keyring of its own.

use std::path::Path;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use patchveil_keyring::{Keyring, Passphrase};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::fixture::{Fixture, key};
use crate::editor::theme;
use crate::keys::{Keys, Problem, Remedy};
use crate::state::ChosenClass;
use crate::status::Status;
use crate::trouble::{KeyringTrouble, NoProtection};

/// The whole editor with a real keyring behind it.
struct Live {
    fixture: Fixture,
    keys: Keys,
    chosen: Vec<ChosenClass>,
    folder: TempDir,
}

type Window = Harness<'static, Live>;

fn open(prepare: impl FnOnce(&Path)) -> Window {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyring");
    prepare(&path);
    let keys = Keys::at(path, || {});
    let live = Live { fixture: Fixture::empty(), keys, chosen: Vec::new(), folder };
    let mut window = Harness::builder()
        .with_size(vec2(1_000.0, 900.0))
        .with_theme(Theme::Dark)
        .with_max_steps(32)
        .with_context_setup(theme::apply)
        .build_ui_state(
            |ui, live: &mut Live| {
                let Live { fixture, keys, chosen, .. } = live;
                fixture.keyring = (*keys.view()).clone();
                fixture.draw(ui);
                let actions = std::mem::take(&mut fixture.requests.keys);
                let chosen = std::cell::RefCell::new(chosen);
                let words = patchveil_words::Language::English.words();
                let choose = |class| chosen.borrow_mut().push(class);
                fixture.panels.keys.handle(actions, keys, words, choose);
            },
            live,
        );
    until(&mut window, |window| window.state().keys.view().loaded);
    window
}

/// Draws until `done`: the keyring's thread needs time.
fn until(window: &mut Window, done: impl Fn(&Window) -> bool) {
    let start = Instant::now();
    loop {
        window.run_steps(3);
        if done(window) {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "timed out");
        std::thread::sleep(Duration::from_millis(10));
    }
    window.run_steps(2);
}

fn reads(window: &mut Window, text: &'static str) {
    until(window, |window| window.query_by_label_contains(text).is_some());
}

fn click(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).click();
    window.run_steps(4);
}

fn fill(window: &mut Window, role: Role, name: &str, text: &str) {
    window.get_by_role_and_label(role, name).focus();
    window.run_steps(2);
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.event(Event::Text(text.to_owned()));
    window.run_steps(2);
}

fn type_in(window: &mut Window, name: &str, text: &str) {
    fill(window, Role::TextInput, name, text);
}

fn unlock(window: &mut Window, passphrase: &str) {
    reads(window, "passphrase is needed");
    fill(window, Role::PasswordInput, "Passphrase", passphrase);
    click(window, "Unlock");
}

fn with_class(path: &Path) {
    Keyring::update(path, || None, |keyring| keyring.import("Night Show", key(1))).unwrap();
}

fn names(window: &Window) -> Vec<String> {
    window.state().keys.view().classes.iter().map(|class| class.name.clone()).collect()
}

#[test]
fn a_class_is_created_used_renamed_and_removed() {
    let mut window = open(|_| {});
    click(&mut window, "New class key");
    // The field has the focus already.
    window.event(Event::Text("Night Show".to_owned()));
    window.run_steps(2);
    click(&mut window, "Create the key");
    // The first is used at once, and by new instances.
    reads(&mut window, "is used here and by new instances");
    until(&mut window, |window| window.state().keys.view().classes[0].default);
    assert!(window.query_by_label_contains("is used here and by new instances").is_some());
    assert_eq!(names(&window), ["Night Show"]);
    click(&mut window, "OK");
    let class = window.state().keys.view().classes[0].clone();
    assert_eq!(window.state().chosen.len(), 1);
    assert_eq!(window.state().chosen[0].fingerprint, class.fingerprint);

    click(&mut window, "Use here");
    assert_eq!(window.state().chosen.len(), 2);
    assert_eq!(window.state().chosen[1].fingerprint, class.fingerprint);

    click(&mut window, "Rename");
    type_in(&mut window, "New name", "Late Show");
    click(&mut window, "Use this name");
    until(&mut window, |window| names(window) == ["Late Show"]);
    assert_eq!(window.state().keys.view().classes[0].fingerprint, class.fingerprint);

    click(&mut window, "Remove");
    type_in(&mut window, "To confirm, type the name: Late Show", "late");
    click(&mut window, "Remove for good");
    reads(&mut window, "Nothing was removed");
    assert_eq!(names(&window), ["Late Show"]);
    // The focus moves from form to form, and Enter confirms.
    click(&mut window, "Export");
    click(&mut window, "Remove");
    window.event(Event::Text("Late Show".to_owned()));
    window.run_steps(2);
    window.key_press(Key::Enter);
    reads(&mut window, "are gone");
    assert!(names(&window).is_empty());
}

#[test]
fn a_further_key_changes_neither_the_class_in_use_nor_the_default() {
    let mut window = open(with_class);
    click(&mut window, "New");
    window.event(Event::Text("Late Show".to_owned()));
    window.run_steps(2);
    click(&mut window, "Create the key");
    reads(&mut window, "is in the keyring");
    assert!(window.state().chosen.is_empty());
    let defaults: Vec<bool> =
        window.state().keys.view().classes.iter().map(|class| class.default).collect();
    assert_eq!(defaults, [true, false]);
}

#[test]
fn the_keyboard_reaches_new_before_import() {
    let mut window = open(with_class);
    let mut reached = Vec::new();
    for _ in 0..30 {
        window.key_press(Key::Tab);
        window.run_steps(2);
        for name in ["New", "Import"] {
            if window.get_by_role_and_label(Role::Button, name).is_focused() {
                reached.push(name);
            }
        }
    }
    assert!(reached.starts_with(&["New", "Import"]), "{reached:?}");
}

#[test]
fn a_key_is_shown_on_request_and_imported_into_another_keyring() {
    let mut window = open(with_class);
    let secret = key(1).to_text();
    click(&mut window, "Night Show");
    click(&mut window, "Export");
    assert!(window.query_by_label_contains("pvkey1").is_none());
    click(&mut window, "Show the key");
    until(&mut window, |window| window.query_by_label(&secret).is_some());
    click(&mut window, "Hide");
    assert!(window.query_by_label_contains("pvkey1").is_none());

    let mut other = open(|_| {});
    click(&mut other, "Import a key");
    fill(&mut other, Role::MultilineTextInput, "Key, or file", &secret);
    // What is pasted is hidden, for screen readers too.
    let field = other.get_by_role_and_label(Role::PasswordInput, "Key, or file");
    assert!(!field.value().unwrap().contains("pvkey1"));
    // Undo does not bring it back after the form was closed, though it was there long enough to be
    // remembered.
    other.run_steps(12);
    for _ in 0..2 {
        let buttons = other.get_all_by_role_and_label(Role::Button, "Import");
        // The one above the list, not that of the form.
        let highest = buttons.min_by(|one, other| one.rect().top().total_cmp(&other.rect().top()));
        highest.unwrap().click();
        other.run_steps(4);
    }
    let field = other.get_by_role_and_label(Role::MultilineTextInput, "Key, or file");
    field.focus();
    other.run_steps(2);
    other.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    other.run_steps(2);
    assert!(other.query_by_role_and_label(Role::PasswordInput, "Key, or file").is_none());
    fill(&mut other, Role::MultilineTextInput, "Key, or file", &secret);
    import(&mut other);
    reads(&mut other, "comes without a name");
    type_in(&mut other, "Name of the class", "Copy");
    import(&mut other);
    until(&mut other, |window| names(window) == ["Copy"]);
    assert_eq!(other.state().keys.view().classes[0].fingerprint, key(1).fingerprint());
}

/// The button of the form, not the one above the list.
fn import(window: &mut Window) {
    let lowest = window
        .get_all_by_role_and_label(Role::Button, "Import")
        .max_by(|one, other| one.rect().top().total_cmp(&other.rect().top()));
    lowest.unwrap().click();
    window.run_steps(4);
}

#[test]
fn an_exported_file_is_imported_with_its_name_and_passphrase() {
    let mut window = open(with_class);
    let file = window.state().folder.path().join("backup.pvkey");
    let path = file.display().to_string();
    click(&mut window, "Night Show");
    click(&mut window, "Export");
    fill(&mut window, Role::PasswordInput, "Passphrase of the copy", "correct horse");
    type_in(&mut window, "File", &path);
    click(&mut window, "Save to this file");
    reads(&mut window, "The key was saved to");
    assert!(file.exists());
    // An existing file is not overwritten, and the message says so.
    click(&mut window, "Export");
    type_in(&mut window, "File", &path);
    click(&mut window, "Save to this file");
    reads(&mut window, "is not overwritten");

    let mut other = open(|_| {});
    click(&mut other, "Import a key");
    fill(&mut other, Role::MultilineTextInput, "Key, or file", &path);
    import(&mut other);
    reads(&mut other, "Passphrase of the key");
    fill(&mut other, Role::PasswordInput, "Passphrase of the key", "correct horse");
    import(&mut other);
    until(&mut other, |window| names(window) == ["Night Show"]);
}

#[test]
fn a_locked_keyring_asks_for_its_passphrase_and_says_if_it_is_wrong() {
    let mut window = open(|path| {
        with_class(path);
        let new = Passphrase::new(Zeroizing::new("open sesame".to_owned())).unwrap();
        let new = new.with_work_factor(4);
        Keyring::set_passphrase(path, || None, Some(&new)).unwrap();
    });
    unlock(&mut window, "open barley");
    reads(&mut window, "Wrong passphrase");
    unlock(&mut window, "open sesame");
    until(&mut window, |window| names(window) == ["Night Show"]);
    click(&mut window, "Lock the keyring");
    reads(&mut window, "passphrase is needed");
}

#[test]
fn a_passphrase_is_set_changed_and_removed() {
    let mut window = open(with_class);
    let type_twice = |window: &mut Window, first: &str, second: &str| {
        fill(window, Role::PasswordInput, "New passphrase", first);
        fill(window, Role::PasswordInput, "Repeat it", second);
    };
    click(&mut window, "Set a passphrase");
    type_twice(&mut window, "open sesame", "open barley");
    click(&mut window, "Set this passphrase");
    reads(&mut window, "the two passphrases differ");
    assert!(!window.state().keys.view().has_passphrase);
    type_twice(&mut window, "open sesame", "open sesame");
    window.key_press(Key::Enter);
    reads(&mut window, "locked with the new passphrase");
    assert!(window.query_by_label("New passphrase").is_none(), "the form stays open");
    let path = window.state().folder.path().join("keyring");
    assert!(Keyring::open(&path, || None).is_err());

    click(&mut window, "Lock the keyring");
    unlock(&mut window, "open sesame");
    until(&mut window, |window| names(window) == ["Night Show"]);
    click(&mut window, "OK");
    click(&mut window, "Passphrase");
    type_twice(&mut window, "open barley", "open barley");
    click(&mut window, "Set this passphrase");
    reads(&mut window, "locked with the new passphrase");
    click(&mut window, "Lock the keyring");
    unlock(&mut window, "open barley");
    until(&mut window, |window| names(window) == ["Night Show"]);
    click(&mut window, "Passphrase");
    click(&mut window, "Remove it");
    reads(&mut window, "no longer has a passphrase");
    assert_eq!(Keyring::open(&path, || None).unwrap().entries().len(), 1);
}

#[test]
fn a_damaged_keyring_is_reported_and_returns_when_repaired() {
    let mut window = open(|path| {
        with_class(path);
        std::fs::write(path, "{ torn").unwrap();
    });
    reads(&mut window, "is damaged");
    reads(&mut window, "comes back by itself");
    assert!(window.query_by_label("New").is_none(), "a button that could do nothing");
    let path = window.state().folder.path().join("keyring");
    std::fs::remove_file(&path).unwrap();
    with_class(&path);
    until(&mut window, |window| names(window) == ["Night Show"]);
}

#[cfg(unix)]
#[test]
fn a_keyring_that_others_can_read_is_refused_with_the_command_to_fix_it() {
    use std::os::unix::fs::PermissionsExt;
    let mut window = open(|path| {
        with_class(path);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    });
    reads(&mut window, "chmod 600");
}

#[test]
fn every_problem_is_a_message_that_can_be_closed() {
    let mut window = open(with_class);
    let trouble = KeyringTrouble::ReadOnly("/mnt/keyring".into());
    let problem = Problem { remedy: Remedy::Outside, trouble };
    let words = patchveil_words::Language::English.words();
    window.state_mut().fixture.panels.keys.failed(&problem, words);
    reads(&mut window, "Keyring /mnt/keyring is read-only");
    click(&mut window, "OK");
    assert!(window.query_by_label_contains("read-only").is_none());
    // A name that is taken already.
    click(&mut window, "New");
    type_in(&mut window, "Name of the class", "night show");
    click(&mut window, "Create the key");
    reads(&mut window, "choose another name");
}

#[test]
fn a_missing_key_is_reported_next_to_the_list_of_classes() {
    let mut window = open(with_class);
    let fingerprint = key(9).fingerprint();
    let reason = || NoProtection::NotInKeyring { class: "Gone".to_owned(), fingerprint };
    let sentence = &*format!(
        "The key of “Gone” ({fingerprint}) is not in the keyring; import it, or choose another class."
    );
    for status in [Status::Muted { reason: reason() }, Status::NotRestoring { reason: reason() }] {
        window.state_mut().fixture.status = Status::default();
        until(&mut window, |window| window.query_by_label(sentence).is_none());
        window.state_mut().fixture.status = status;
        until(&mut window, |window| window.query_by_label(sentence).is_some());
    }
    click(&mut window, "Night Show");
    click(&mut window, "Use here");
    assert_eq!(window.state().chosen[0].fingerprint, key(1).fingerprint());
}

#[test]
fn many_classes_can_be_searched_by_name_and_fingerprint() {
    let mut window = open(|path| {
        for n in 1..=9 {
            let name = format!("Show {n}");
            Keyring::update(path, || None, |keyring| keyring.import(&name, key(n))).unwrap();
        }
    });
    reads(&mut window, "Show 9");
    type_in(&mut window, "Search", "show 7");
    assert!(window.query_by_label("Show 7").is_some());
    assert!(window.query_by_label("Show 8").is_none());
    type_in(&mut window, "Search", &key(8).fingerprint().to_string()[..9]);
    assert!(window.query_by_label("Show 8").is_some());
    type_in(&mut window, "Search", "nowhere");
    reads(&mut window, "No class has");
}
