//! The editor in a host's window, used with a screen reader.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use patchveil_tests::build::library;
use patchveil_tests::clap::Module;
use patchveil_tests::display::{display, wait_for};
use patchveil_tests::editor::{Editor, at_work, exclusive};
use patchveil_tests::keys::{CLASS, classes};
use patchveil_tests::player::while_playing;
use patchveil_tests::screen_reader::{Reader, Seen, announce, start_session};

/// What the open editor has to be used by, beside what is drawn.
const CONTROLS: [&str; 14] = [
    "A/B",
    "All settings",
    "Bypass",
    CLASS,
    "Delta",
    "Freeze",
    "Import",
    "Listen",
    "Mode",
    "My presets",
    "New",
    "Strength",
    "Undo",
    "View",
];

/// The only window that there is.
fn window(reader: &Reader, editor: &Editor) -> Seen {
    wait_for("window", || {
        editor.idle(Duration::from_millis(10));
        let mut windows = reader.windows();
        assert!(windows.len() < 2, "{windows:?}");
        windows.pop()
    })
}

/// What has this name in a window.
fn find(reader: &Reader, editor: &Editor, name: &str) -> Seen {
    let window = window(reader, editor);
    wait_for(name, || {
        editor.idle(Duration::from_millis(10));
        reader.inside(&window).into_iter().find(|seen| seen.name == name)
    })
}

fn wait_until(editor: &Editor, what: &str, mut is_so: impl FnMut() -> bool) {
    wait_for(what, || {
        editor.idle(Duration::from_millis(10));
        is_so().then_some(())
    });
}

#[test]
fn a_screen_reader_finds_every_control_by_its_name_and_can_use_it() {
    let _guard = exclusive(start_session);
    let module = Module::load(&library());
    let instance = at_work(&module);
    let editor = instance.open_editor(30, 40);
    // It comes while the editor is open.
    let reader = announce();
    let window = window(&reader, &editor);
    assert_eq!(window.name, "Patchveil");
    assert_eq!(reader.place(&window), (30, 40, 1_000, 640));

    let inside = reader.inside(&window);
    for name in CONTROLS {
        assert!(inside.iter().any(|seen| seen.name == name), "{name} is not among {inside:#?}");
    }
    for seen in &inside {
        assert!(!seen.is_control || !seen.name.is_empty(), "{seen:?}");
    }

    // The host hears of changes as it processes.
    while_playing(instance.audio(), &[0.0], || {
        let bypass = instance.param("Bypass").id;
        reader.press(&find(&reader, &editor, "Bypass"));
        wait_until(&editor, "bypass", || instance.value(bypass) == 1.0);

        let dial = find(&reader, &editor, "Strength");
        assert!(dial.description.starts_with("Balanced."), "{dial:?}");
        reader.set_value(&dial, reader.value(&dial) - 1.0);
        wait_until(&editor, "word of the other preset", || {
            find(&reader, &editor, "Strength").description.starts_with("Light.")
        });
    });

    drop(editor);
    // It is there when the next editor opens.
    let editor = instance.open_editor(0, 0);
    find(&reader, &editor, "Strength");
    drop(reader);
    editor.idle(Duration::from_millis(300));
    // It comes back.
    find(&announce(), &editor, "Strength");
}

#[test]
fn what_a_screen_reader_gives_the_focus_gets_the_keyboard() {
    let _guard = exclusive(start_session);
    let module = Module::load(&library());
    let instance = at_work(&module);
    let editor = instance.open_editor(0, 0);
    let reader = announce();
    reader.focus(&find(&reader, &editor, "New"));
    wait_until(&editor, "focus", || display().has_focus_inside(editor.window()));
    display().user(&["key", "Return"]);
    find(&reader, &editor, "Name of the class");
    display().user(&["type", "--delay", "40", "By ear"]);
    editor.idle(Duration::from_millis(200));
    display().user(&["key", "Return"]);
    wait_until(&editor, "class of that name", || classes().contains(&"By ear".to_owned()));
    find(&reader, &editor, "By ear");
}

/// A host that opens an editor of the library at `path`, and unloads the library; `with` has the editor meanwhile.
fn load_and_unload(path: &Path, with: impl FnOnce(&Editor) + Send) {
    // SAFETY: the library is the plug-in that this repository builds.
    let library = unsafe { libloading::Library::new(path) }.unwrap();
    std::thread::scope(|scope| {
        let host = scope.spawn(|| {
            let module = Module::load_for_now(path);
            let instance = at_work(&module);
            let editor = instance.open_editor(0, 0);
            with(&editor);
        });
        // What a thread has to clear up at its very end keeps the library loaded until then.
        host.join().unwrap();
    });
    library.close().unwrap();
}

fn is_loaded(path: &Path) -> bool {
    fs::read_to_string("/proc/self/maps").unwrap().contains(path.to_str().unwrap())
}

#[test]
fn a_host_can_unload_the_library_and_a_screen_reader_is_not_in_its_way() {
    let _guard = exclusive(start_session);
    let directory = tempfile::tempdir().unwrap();
    let copy = |name| -> PathBuf {
        let path = directory.path().join(name);
        fs::copy(library(), &path).unwrap();
        path
    };
    let (without, with) = (copy("without.clap"), copy("with.clap"));
    load_and_unload(&without, |editor| editor.idle(Duration::from_millis(600)));
    assert!(!is_loaded(&without), "something of it still runs");

    let reader = announce();
    load_and_unload(&with, |editor| drop(find(&reader, editor, "Strength")));
    assert!(is_loaded(&with), "threads of it still run");
    drop(reader);
    load_and_unload(&with, |editor| editor.idle(Duration::from_millis(100)));
}
