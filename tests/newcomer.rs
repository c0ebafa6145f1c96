//! A newcomer's minute: from an empty home to a marked recording on disk that `detect` finds, by mouse
//! and keyboard alone.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use patchveil_tests::build::{program, standalone};
use patchveil_tests::display::{display, wait_for};
use patchveil_tests::jack::{Running, microphone, server, with_server};
use patchveil_tests::signal::demo;

const SERVER: &str = "patchveil-newcomer";

/// A command of somebody whose home is this folder.
fn at_home(program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    for variable in
        ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "PATCHVEIL_KEYRING", "PATCHVEIL_STANDALONE_CONFIG"]
    {
        command.env_remove(variable);
    }
    with_server(command.env("HOME", home), SERVER);
    command
}

/// Files in this folder whose names end so.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect()
}

#[test]
#[ignore = "half a minute of sound in real time; `cargo xtask newcomer` runs it and keeps the pictures"]
fn from_an_empty_home_to_a_marked_recording_that_is_found() {
    let Some(python) = std::env::var_os("PATCHVEIL_PYTHON") else {
        panic!("PATCHVEIL_PYTHON names no interpreter with a JACK client");
    };
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let pictures = std::env::var_os("PATCHVEIL_PICTURES").map(PathBuf::from);
    // Built before the clock runs.
    let standalone = standalone();
    let _server = server(SERVER, 48_000, 1_024);
    // Somebody speaks into a microphone.
    let _microphone = microphone(&python, SERVER, home, &demo());

    let begun = Instant::now();
    let display = display();
    let child = at_home(standalone, home).env_remove("NICE_LOG").stderr(Stdio::null()).spawn();
    let mut child = Running(child.unwrap());
    let window = display.titled("Patchveil");
    wait_for("picture", || (display.picture(window).colours() > 16).then_some(()));
    display.focus(window);
    std::thread::sleep(Duration::from_secs(2));
    let picture = |name: &str| {
        std::thread::sleep(Duration::from_millis(700));
        if let Some(folder) = &pictures {
            fs::create_dir_all(folder).unwrap();
            display.picture(window).save(&folder.join(format!("{name}.png")));
        }
    };
    // Step 1: a class. Step 2: its backup. The field of each step has the focus.
    display.user(&["type", "Night Show"]);
    picture("newcomer-1-class");
    display.user(&["key", "Return"]);
    wait_for("keyring", || home.join(".local/share/patchveil/keyring").exists().then_some(()));
    picture("newcomer-2-backup");
    display.user(&["key", "Return"]);
    wait_for("backup", || files(home, ".txt").pop());
    // Step 3: the input is the third list; the microphone its third line.
    std::thread::sleep(Duration::from_secs(1));
    display.user(&["key", "--delay", "150", "Tab", "Tab", "Tab", "space"]);
    picture("newcomer-3-devices");
    display.user(&["key", "--delay", "150", "Tab", "Tab", "Tab", "Return"]);
    std::thread::sleep(Duration::from_secs(2));
    picture("newcomer-4-heard");
    display.user(&["key", "Escape"]);
    std::thread::sleep(Duration::from_secs(1));
    // Ten seconds are enough for the demo recording; a few more for the pictures.
    display.user(&["key", "ctrl+r"]);
    std::thread::sleep(Duration::from_secs(14));
    picture("newcomer-5-recording");
    display.user(&["key", "ctrl+r"]);
    let folder = home.join("Patchveil");
    let recorded = wait_for("recording", || {
        files(&folder, ".wav")
            .into_iter()
            .find(|path| !path.to_string_lossy().contains("(recording)"))
    });
    let taken = begun.elapsed();
    picture("newcomer-6-saved");
    println!("from the start to {} in {:.0} s", recorded.display(), taken.as_secs_f64());
    assert!(taken < Duration::from_secs(60), "it took {taken:?}");

    let command = |args: &[&str], path: &Path| {
        let done = at_home(program(), home).args(args).arg(path).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
        said
    };
    let found = command(&["detect", "--key", "Night Show"], &recorded);
    println!("{found}");
    assert!(found.contains("yes"), "{found}");
    assert!(command(&["verify"], &folder).contains("as recorded"));
    display.close(window);
    let closing = Instant::now();
    assert!(wait_for("end", || child.0.try_wait().unwrap()).success());
    println!("closed in {:?}", closing.elapsed());
    // What was chosen is remembered.
    let settings = fs::read_to_string(home.join(".config/patchveil/standalone.json")).unwrap();
    assert!(
        settings.contains("microphone") && settings.contains("\"welcomed\": true"),
        "{settings}"
    );
}
