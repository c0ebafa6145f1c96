//! The editor in windows of a host, on a display, with a user in front of it.
#![cfg(target_os = "linux")]

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use patchveil_keyring::Keyring;
use patchveil_tests::build::library;
use patchveil_tests::clap::{Instance, Module};
use patchveil_tests::display::{display, wait_for};
use patchveil_tests::editor::Editor;
use patchveil_tests::keys::{fingerprint, keyring, session};
use patchveil_tests::player::while_playing;
use patchveil_tests::signal::demo;

/// Where the button for a new class is, from the top right corner of the editor.
const NEW: (i32, i32) = (-91, 69);
/// Where the panel of the class keys begins, from the right edge.
const KEYS: usize = 310;

/// One test at a time has display and keyboard, and the keyring.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    display();
    keyring(true);
    turn
}

fn instance(module: &Module) -> Instance {
    let mut instance = module.instance();
    assert!(instance.load(&session(fingerprint(), "")));
    instance.activate(48_000.0, 256);
    instance
}

/// Makes a class with mouse and keyboard.
fn make_class(editor: &Editor, name: &str) {
    let width = i32::from(display().size(editor.window()).0);
    // The host's window has the keyboard, as after a click on its title.
    display().focus(editor.window());
    display().click(editor.window(), width + NEW.0, NEW.1);
    editor.idle(Duration::from_millis(500));
    display().user(&["type", "--delay", "40", name]);
    editor.idle(Duration::from_millis(300));
    display().user(&["key", "Return"]);
}

fn classes() -> Vec<String> {
    let keyring = Keyring::open(keyring(true), || None).unwrap();
    keyring.entries().iter().map(|entry| entry.name().to_owned()).collect()
}

/// What the panel of the class keys shows.
fn keys_panel(editor: &Editor) -> Vec<[u8; 3]> {
    let picture = editor.picture();
    let rows = 90..picture.height / 2;
    rows.flat_map(|y| (picture.width - KEYS..picture.width).map(move |x| (x, y)))
        .map(|(x, y)| picture.at(x, y))
        .collect()
}

#[test]
fn what_is_typed_in_a_host_window_arrives() {
    let _turn = turn();
    let module = Module::load(&library());
    let instance = instance(&module);
    let editor = instance.open_editor(0, 0);
    editor.idle(Duration::from_millis(500));
    make_class(&editor, "Typed with ten fingers");
    wait_for("class of that name", || {
        editor.idle(Duration::from_millis(20));
        classes().contains(&"Typed with ten fingers".to_owned()).then_some(())
    });
}

#[test]
fn a_class_made_in_one_editor_appears_in_the_other() {
    let _turn = turn();
    let module = Module::load(&library());
    let (first, second) = (instance(&module), instance(&module));
    let here = first.open_editor(0, 0);
    let there = second.open_editor(1_100, 0);
    there.idle(Duration::from_millis(1_500));
    let before = keys_panel(&there);
    there.idle(Duration::from_millis(700));
    assert!(keys_panel(&there) == before, "it changes by itself");
    make_class(&here, "For both");
    wait_for("class in the keyring", || {
        here.idle(Duration::from_millis(5));
        classes().contains(&"For both".to_owned()).then_some(())
    });
    // A quarter of a second is due; on a busy machine drawing takes as long again.
    there.idle(Duration::from_secs(1));
    assert!(keys_panel(&there) != before, "the other editor shows what it showed before");
}

fn count(path: &str) -> usize {
    fs::read_dir(path).unwrap().count()
}

/// Open files, threads, and resident memory in MiB of this process.
fn held() -> (usize, usize, usize) {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    let resident: usize = pages.split(' ').nth(1).unwrap().parse().unwrap();
    (count("/proc/self/fd"), count("/proc/self/task"), resident * 4_096 / (1 << 20))
}

#[test]
fn opened_resized_and_closed_fifty_times_nothing_is_left_behind() {
    const SIZES: [(u32, u32); 4] = [(700, 420), (1_000, 640), (1_300, 700), (640, 400)];
    let _turn = turn();
    // Every window has threads of its own, and the allocator would keep a pool for each.
    // SAFETY: no pointers.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    let module = Module::load(&library());
    let instance = instance(&module);
    let recording = demo();
    let mut memory = Vec::new();
    let mut size = None;
    while_playing(instance.audio(), &recording, || {
        let closed = held();
        for round in 0..50 {
            let editor = instance.open_editor(0, 0);
            let (width, height) = display().size(editor.window());
            let (width, height) = (u32::from(width), u32::from(height));
            assert!(size.is_none_or(|size| size == (width, height)), "it forgot its size");
            let (width, height) = SIZES[round % SIZES.len()];
            editor.resize(width, height);
            editor.idle(Duration::from_millis(200));
            size = Some((width, height));
            drop(editor);
            // The window's thread ends a little after the window.
            let after = wait_for("end of the window's threads", || {
                let after = held();
                (after.1 <= closed.1).then_some(after)
            });
            assert!(after.0 <= closed.0 + 2, "{} files before, {} after", closed.0, after.0);
            memory.push(after.2);
        }
    });
    // Caches of the graphics driver and pools of the allocator fill in a few large steps, on a busy
    // machine even late. What is lost with each window, a picture of 1 to 3 MiB say, makes every
    // round take more than the one before.
    println!("MiB after each round: {memory:?}");
    let grown = memory[25..].windows(2).filter(|two| two[1] > two[0]).count();
    assert!(grown <= 12, "MiB after each round: {memory:?}");
}

#[test]
fn the_window_shows_audio_as_long_as_it_runs_and_then_rests() {
    let _turn = turn();
    let module = Module::load(&library());
    let instance = instance(&module);
    let editor = instance.open_editor(0, 0);
    let recording = demo();
    let first = while_playing(instance.audio(), &recording, || {
        editor.idle(Duration::from_millis(2_000));
        let first = editor.picture();
        editor.idle(Duration::from_millis(1_000));
        assert!(editor.picture() != first, "the picture stands still while audio runs");
        first
    });
    editor.idle(Duration::from_millis(2_000));
    let rest = editor.picture();
    assert!(rest != first);
    editor.idle(Duration::from_millis(1_000));
    assert!(editor.picture() == rest, "the picture moves though nothing does");
}
