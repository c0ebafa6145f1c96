//! The editor in a host's window, used with mouse and keyboard.
#![cfg(target_os = "linux")]

use std::fs;
use std::time::Duration;

use patchveil_tests::build::library;
use patchveil_tests::clap::Module;
use patchveil_tests::display::{display, wait_for};
use patchveil_tests::editor::{Editor, at_work, exclusive};
use patchveil_tests::keys::classes;
use patchveil_tests::player::while_playing;
use patchveil_tests::screen_reader::no_session;
use patchveil_tests::signal::demo;

/// The button for a new class: pixels from the top right corner of the editor.
const NEW: (i32, i32) = (-91, 139);
/// Width of the panel with the class keys at the right edge, in pixels.
const KEYS: usize = 310;

/// Opens the form for a new class with the mouse; the keyboard types its name.
fn open_new_class(editor: &Editor) {
    let width = i32::from(display().size(editor.window()).0);
    // The host's window gets the keyboard focus, as after a click on its title bar.
    display().focus(editor.window());
    let before = keys_panel(editor);
    display().click(editor.window(), width + NEW.0, NEW.1);
    wait_for("form", || {
        editor.idle(Duration::from_millis(20));
        (keys_panel(editor) != before).then_some(())
    });
    editor.idle(Duration::from_millis(500));
}

/// Creates a class with mouse and keyboard.
fn create_class(editor: &Editor, name: &str) {
    open_new_class(editor);
    display().user(&["type", "--delay", "40", name]);
    editor.idle(Duration::from_millis(300));
    display().user(&["key", "Return"]);
}

/// The pixels of the panel with the class keys.
fn keys_panel(editor: &Editor) -> Vec<[u8; 3]> {
    let picture = editor.picture();
    let rows = 160..picture.height / 2;
    rows.flat_map(|y| (picture.width - KEYS..picture.width).map(move |x| (x, y)))
        .map(|(x, y)| picture.at(x, y))
        .collect()
}

#[test]
fn typing_in_a_host_window_reaches_the_editor() {
    let _guard = exclusive(no_session);
    let module = Module::load(&library());
    let instance = at_work(&module);
    let editor = instance.open_editor(0, 0);
    editor.idle(Duration::from_millis(500));
    create_class(&editor, "Typed by hand");
    wait_for("class of that name", || {
        editor.idle(Duration::from_millis(20));
        classes().contains(&"Typed by hand".to_owned()).then_some(())
    });
}

#[test]
fn what_is_typed_follows_the_layout_in_force_and_dead_keys_put_accents_on_letters() {
    // Keys of the rows and, on most layouts outside the USA, the one beside the left shift key.
    const UMLAUT: u8 = 34;
    const ACUTE: u8 = 21;
    const LESS: u8 = 94;
    const Q: u8 = 24;
    const E: u8 = 26;
    const R: u8 = 27;
    const BACKSPACE: u8 = 22;
    const MENU: u8 = 135;
    let _guard = exclusive(no_session);
    display().set_keyboard("us");
    let module = Module::load(&library());
    let instance = at_work(&module);
    let editor = instance.open_editor(0, 0);
    editor.idle(Duration::from_millis(500));
    open_new_class(&editor);
    let press = |places: &[u8]| {
        places.iter().for_each(|place| display().press_place(*place));
        editor.idle(Duration::from_millis(300));
    };
    press(&[UMLAUT, ACUTE, LESS]);
    display().set_keyboard("de");
    press(&[UMLAUT, ACUTE, E, LESS, R, BACKSPACE]);
    display().press_place_with_shift(UMLAUT);
    // Two layouts at once, the second of which is chosen meanwhile.
    display().set_keyboard("de,fr");
    press(&[Q, MENU, Q]);
    display().set_keyboard("us");
    press(&[UMLAUT]);
    display().user(&["key", "Return"]);
    let expected = "[=<üé<Üqa[";
    wait_for("class of that name", || {
        editor.idle(Duration::from_millis(20));
        classes().contains(&expected.to_owned()).then_some(())
    });
}

#[test]
fn a_class_created_in_one_editor_appears_in_the_other() {
    let _guard = exclusive(no_session);
    let module = Module::load(&library());
    let (first, second) = (at_work(&module), at_work(&module));
    let here = first.open_editor(0, 0);
    let there = second.open_editor(1_100, 0);
    there.idle(Duration::from_millis(1_500));
    let before = keys_panel(&there);
    there.idle(Duration::from_millis(700));
    assert!(keys_panel(&there) == before, "the panel changes although nothing happened");
    create_class(&here, "For both");
    wait_for("class in the keyring", || {
        here.idle(Duration::from_millis(5));
        classes().contains(&"For both".to_owned()).then_some(())
    });
    // The editor looks at the keyring every quarter of a second; on a busy machine drawing takes longer.
    wait_for("change in the other editor", || {
        there.idle(Duration::from_millis(20));
        (keys_panel(&there) != before).then_some(())
    });
}

fn count(path: &str) -> usize {
    fs::read_dir(path).unwrap().count()
}

/// Open files, threads, and memory in KiB that this process has asked for and not given back. Unlike the
/// resident memory it has no part that the allocator and the graphics driver keep for later.
fn resources() -> (usize, usize, usize) {
    // SAFETY: takes and gives no pointers.
    let memory = unsafe { libc::mallinfo2() };
    let allocated = (memory.uordblks + memory.hblkhd) / 1_024;
    (count("/proc/self/fd"), count("/proc/self/task"), allocated)
}

#[test]
fn opening_resizing_and_closing_fifty_times_leaks_nothing() {
    const SIZES: [(u32, u32); 4] = [(700, 420), (1_000, 640), (1_300, 700), (640, 400)];
    /// KiB that a window may keep. The framework never gives back the keyboard's layout (baseview 0.4.2), some
    /// 80 KiB; an image of ours would be 1 MiB or more.
    const KEPT: usize = 200;
    /// Rounds after which what is made once has been made.
    const WARM: usize = 10;
    let _guard = exclusive(no_session);
    let module = Module::load(&library());
    let instance = at_work(&module);
    let recording = demo();
    let mut memory = Vec::new();
    let mut size = None;
    while_playing(instance.audio(), &recording, || {
        let closed = resources();
        for round in 0..50 {
            let editor = instance.open_editor(0, 0);
            let (width, height) = display().size(editor.window());
            let (width, height) = (u32::from(width), u32::from(height));
            assert!(size.is_none_or(|size| size == (width, height)), "the editor forgot its size");
            let (width, height) = SIZES[round % SIZES.len()];
            editor.resize(width, height);
            editor.idle(Duration::from_millis(200));
            size = Some((width, height));
            drop(editor);
            // The window's threads end shortly after the window.
            let after = wait_for("end of the window's threads", || {
                let after = resources();
                (after.1 <= closed.1).then_some(after)
            });
            assert!(after.0 <= closed.0 + 2, "{} files before, {} after", closed.0, after.0);
            memory.push(after.2);
        }
    });
    println!("KiB after each round: {memory:?}");
    let (before, after) = (memory[WARM], memory[memory.len() - 1]);
    let rounds = memory.len() - 1 - WARM;
    assert!(after <= before + KEPT * rounds, "KiB after each round: {memory:?}");
}

#[test]
fn the_window_is_redrawn_only_while_audio_runs() {
    let _guard = exclusive(no_session);
    let module = Module::load(&library());
    let instance = at_work(&module);
    let editor = instance.open_editor(0, 0);
    let recording = demo();
    let first = while_playing(instance.audio(), &recording, || {
        editor.idle(Duration::from_millis(2_000));
        let first = editor.picture();
        editor.idle(Duration::from_millis(1_000));
        assert!(editor.picture() != first, "the window does not change while audio runs");
        first
    });
    // What was heard last is searched for the mark; on a busy machine the result comes some seconds later.
    let at_rest = wait_for("window that is at rest", || {
        let picture = editor.picture();
        editor.idle(Duration::from_millis(2_000));
        (editor.picture() == picture).then_some(picture)
    });
    assert!(at_rest != first);
    editor.idle(Duration::from_millis(1_000));
    assert!(editor.picture() == at_rest, "the window changes although nothing happens");
}
