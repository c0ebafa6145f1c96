//! Pictures of the real editor in a real window, with the demo recording running through it.
//! `cargo xtask screenshots` calls it with the folder to write to.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use patchveil_keyring::Keyring;
use patchveil_tests::build::library;
use patchveil_tests::clap::Module;
use patchveil_tests::display::display;
use patchveil_tests::keys::{fingerprint, keyring, session_with_setup};
use patchveil_tests::player::while_playing;
use patchveil_tests::signal::demo;

/// What is pictured: file name, and the setup of the editor as a session saves it.
const PICTURES: [(&str, &str); 3] = [
    ("editor-dark", r#"{"width":1000.0,"height":640.0,"scale":200,"light":false}"#),
    ("editor-light", r#"{"width":1000.0,"height":640.0,"scale":200,"light":true}"#),
    ("editor-small", r#"{"width":640.0,"height":400.0,"scale":200,"light":false}"#),
];
/// How long the recording plays before a picture is taken: the timeline shows ten seconds.
const PLAYED: Duration = Duration::from_millis(10_900);

fn main() {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("screenshots: say into which folder");
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
    for (name, setup) in PICTURES {
        take(&module, setup, &recording, &folder.join(format!("{name}.png")));
    }
}

fn take(module: &Module, setup: &str, recording: &[f32], path: &Path) {
    let mut instance = module.instance();
    assert!(instance.load(&session_with_setup(fingerprint(), "", setup)));
    instance.activate(48_000.0, 256);
    let editor = instance.open_editor(0, 0);
    while_playing(instance.audio(), recording, || {
        editor.idle(PLAYED);
        editor.picture().save(path);
    });
    println!("{}", path.display());
}
