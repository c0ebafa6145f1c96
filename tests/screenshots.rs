//! Takes screenshots of the editor in a window while the demo recording plays, and prints how much
//! processor time the editor takes without a graphics card. `cargo xtask screenshots` runs it with the
//! folder to write to.
#![cfg(target_os = "linux")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use patchveil_keyring::Keyring;
use patchveil_tests::build::library;
use patchveil_tests::clap::Module;
use patchveil_tests::display::display;
use patchveil_tests::editor::Editor;
use patchveil_tests::keys::{fingerprint, keyring, new_preset_param, new_session_with_setup};
use patchveil_tests::player::while_playing;
use patchveil_tests::signal::demo;
use patchveil_veil::Preset;

/// File names, and the state of the editor as a session stores it.
const SCREENSHOTS: [(&str, &str); 3] = [
    ("editor-dark", r#"{"width":1000.0,"height":640.0,"scale":200,"light":false}"#),
    ("editor-light", r#"{"width":1000.0,"height":640.0,"scale":200,"light":true}"#),
    ("editor-small", r#"{"width":640.0,"height":400.0,"scale":200,"light":false}"#),
];
/// The editor as it first opens; its processor time is printed.
const DEFAULT: &str = r#"{"width":1000.0,"height":640.0,"scale":100,"light":false}"#;
/// How long the recording plays before a screenshot, so that the ten seconds of the timeline are full.
const LEAD_IN: Duration = Duration::from_millis(12_900);

fn main() {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: screenshots FOLDER");
        std::process::exit(2);
    };
    std::fs::create_dir_all(&folder).unwrap();
    display();
    let path = keyring(true);
    Keyring::update(
        path,
        || None,
        |keyring| {
            keyring.rename("Other", "Interviews")?;
            keyring.create("Audiobook 2027")
        },
    )
    .unwrap();
    let module = Module::load(&library());
    let recording = demo();
    for (name, state) in SCREENSHOTS {
        let path = folder.join(format!("{name}.png"));
        play(&module, state, &recording, |editor| {
            editor.idle(LEAD_IN);
            editor.picture().save(&path);
        });
        println!("{}", path.display());
    }
    let share = play(&module, DEFAULT, &recording, |editor| {
        editor.idle(Duration::from_secs(2));
        let (begun, before) = (Instant::now(), cpu_time());
        editor.idle(Duration::from_secs(20));
        (cpu_time() - before).as_secs_f64() / begun.elapsed().as_secs_f64()
    });
    println!("editor, audio and host take {:.0} % of a core at 1000 × 640", share * 100.0);
}

/// Opens the editor in this state and runs `work` while the recording plays.
fn play<T>(
    module: &Module,
    state: &str,
    recording: &[f32],
    work: impl FnOnce(&Editor<'_>) -> T,
) -> T {
    let mut instance = module.instance();
    // A veil has more to show than a mark.
    let params = new_preset_param(Preset::Balanced);
    assert!(instance.load(&new_session_with_setup(fingerprint(), &params, state)));
    instance.activate(48_000.0, 256);
    let editor = instance.open_editor(0, 0);
    while_playing(instance.audio(), recording, || work(&editor))
}

/// Processor time of all threads of this process.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The program name in brackets may contain anything. User and system time are the 12th and 13th
    // field after it, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2);
    Duration::from_millis(10 * ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>())
}
