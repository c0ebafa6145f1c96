//! The editor in a host's window, used with a screen reader.
#![cfg(target_os = "linux")]

use std::time::Duration;

use patchveil_tests::build::library;
use patchveil_tests::clap::Module;
use patchveil_tests::display::{display, wait_for};
use patchveil_tests::keys::{fingerprint, keyring, session};
use patchveil_tests::screen_reader::Session;

fn threads() -> Vec<String> {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|e| std::fs::read_to_string(e.unwrap().path().join("comm")).ok())
        .collect()
}

#[test]
fn explore() {
    display();
    keyring(true);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bus");
    unsafe { std::env::set_var("DBUS_SESSION_BUS_ADDRESS", Session::address(&path)) };
    let module = Module::load(&library());
    let mut instance = module.instance();
    assert!(instance.load(&session(fingerprint(), "")));
    instance.activate(48_000.0, 256);
    println!("{:?}", threads());
    let t = std::time::Instant::now();
    {
        let editor = instance.open_editor(0, 0);
        editor.idle(Duration::from_millis(300));
        println!("{:?}", threads());
    }
    println!("without bus {:?}, {:?}", t.elapsed(), threads());
    let s = Session::start(&path);
    println!("bus {:?}", t.elapsed());
    let editor = instance.open_editor(30, 40);
    editor.idle(Duration::from_millis(500));
    println!("open {:?} {:?}", t.elapsed(), threads());
    let reader = s.reader();
    println!("reader {:?}", t.elapsed());
    let window = wait_for("window", || {
        editor.idle(Duration::from_millis(20));
        reader.windows().pop()
    });
    println!("window {:?} {:?} {:?}", t.elapsed(), threads(), window);
    println!("{:?}", reader.place(&window));
    for seen in reader.inside(&window) {
        println!(
            "{:30} {:20} {:5} {} {:?}",
            seen.name,
            seen.role,
            seen.is_control,
            seen.description,
            reader.place(&seen)
        );
    }
    println!("listed {:?}", t.elapsed());
    drop(editor);
    println!("closed {:?} {:?}", t.elapsed(), threads());
}
