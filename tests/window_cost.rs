//! What the editor's window costs without a graphics card, at 1000 × 640: the figures of the reference.
//!
//! `cargo xtask bench window`
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use patchveil_tests::build::{library, standalone};
use patchveil_tests::clap::{Instance, Module};
use patchveil_tests::display::display;
use patchveil_tests::jack::{Running, microphone, server, with_server};
use patchveil_tests::keys::{CONFIG, fingerprint, keyring, new_session};
use patchveil_tests::player::while_playing;
use patchveil_tests::signal::demo;

/// How long each situation settles: in silence, until the timeline is empty.
const SETTLE: Duration = Duration::from_secs(13);
const MEASURED: Duration = Duration::from_secs(15);

/// Processor time of all threads of a process.
fn cpu_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The program name in brackets may contain anything. User and system time are the 12th and 13th
    // field after it, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2);
    Duration::from_millis(10 * ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>())
}

/// Part of a core that this process takes while `idle` passes the time.
fn share(idle: impl Fn(Duration)) -> f64 {
    share_of(std::process::id(), idle)
}

/// Part of a core that `process` takes while `idle` passes the time.
fn share_of(process: u32, idle: impl Fn(Duration)) -> f64 {
    idle(SETTLE);
    let (begun, before) = (Instant::now(), cpu_time(process));
    idle(MEASURED);
    (cpu_time(process) - before).as_secs_f64() / begun.elapsed().as_secs_f64()
}

fn instance(module: &Module) -> Instance {
    let mut instance = module.instance();
    assert!(instance.load(&new_session(fingerprint(), "")));
    instance.activate(48_000.0, 256);
    instance
}

#[test]
#[ignore = "two minutes, and it measures only in a release build on an idle machine"]
fn the_window_takes_a_fifth_of_a_core_with_sound_and_next_to_nothing_without() {
    display();
    keyring(true);
    let module = Module::load(&library());
    let (sound, silence) = (demo(), vec![0.0; 48_000]);
    let audio = |recording: &[f32]| {
        let instance = instance(&module);
        while_playing(instance.audio(), recording, || share(std::thread::sleep))
    };
    let window = |recording: &[f32], hidden: bool| {
        let instance = instance(&module);
        let editor = instance.open_editor(0, 0);
        if hidden {
            display().hide(editor.window());
        }
        while_playing(instance.audio(), recording, || share(|time| editor.idle(time)))
    };
    let without = audio(&sound);
    println!("audio and host alone: {:.1} % of a core", without * 100.0);
    for (situation, recording, hidden, most) in [
        ("with sound", &sound, false, 0.20),
        ("in silence", &silence, false, 0.02),
        ("hidden, with sound", &sound, true, 0.02),
    ] {
        let share = window(recording, hidden) - without;
        println!("window {situation}: {:.1} % of a core", share * 100.0);
        assert!(share <= most, "window {situation}: {share}");
    }
}

#[test]
#[ignore = "two minutes, and it measures only in a release build on an idle machine"]
fn the_standalone_takes_a_fifth_of_a_core_with_sound_and_next_to_nothing_where_nobody_looks() {
    const SERVER: &str = "patchveil-window-cost";
    let Some(python) = std::env::var_os("PATCHVEIL_PYTHON") else {
        panic!("PATCHVEIL_PYTHON names no interpreter with a JACK client");
    };
    let folder = tempfile::tempdir().unwrap();
    let _server = server(SERVER, 48_000, 512);
    display();
    for (situation, sound, hidden, most) in [
        ("with sound", demo(), false, 0.20),
        ("in silence", vec![0.0; 48_000], false, 0.02),
        ("hidden, with sound", demo(), true, 0.02),
    ] {
        let _microphone = microphone(&python, SERVER, folder.path(), &sound);
        let mut command = Command::new(standalone());
        command.args(["--backend", "jack", "--connect-jack-inputs", "microphone:out"]);
        let child = with_server(&mut command, SERVER)
            .env("PATCHVEIL_KEYRING", keyring(true))
            .env(CONFIG, folder.path().join("standalone.json"))
            .stderr(Stdio::null())
            .spawn();
        let running = Running(child.unwrap());
        let window = display().titled("Patchveil");
        if hidden {
            display().hide(window);
        }
        let share = share_of(running.0.id(), std::thread::sleep);
        println!("standalone {situation}: {:.1} % of a core", share * 100.0);
        assert!(share <= most, "standalone {situation}: {share}");
    }
}
