//! Pictures of the real editor in a real window, with the demo recording running through it.
//! `cargo xtask screenshots` calls it with the folder to write to.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use patchveil_keyring::Keyring;
use patchveil_tests::build::library;
use patchveil_tests::clap::Module;
use patchveil_tests::display::display;
use patchveil_tests::keys::{fingerprint, keyring, session};
use patchveil_tests::player::while_playing;
use patchveil_tests::signal::demo;

/// What is pictured: file name, and the setup of the editor as a session saves it.
const PICTURES: [(&str, &str); 2] = [("editor-dark", "Dark"), ("editor-light", "Light")];

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
    for (name, _) in PICTURES {
        take(&module, &recording, &folder.join(format!("{name}.png")));
    }
}

fn take(module: &Module, recording: &[f32], path: &Path) {
    let mut instance = module.instance();
    assert!(instance.load(&session(fingerprint(), "")));
    instance.activate(48_000.0, 256);
    let editor = instance.open_editor(0, 0);
    while_playing(instance.audio(), recording, || {
        editor.idle(Duration::from_millis(10_500));
        editor.picture().save(path);
    });
    println!("{}", path.display());
}
