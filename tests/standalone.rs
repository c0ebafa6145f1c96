//! The standalone starts, protects and stops.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use patchveil_tests::build::{program, standalone};
use patchveil_tests::keys::{CLASS, CONFIG, keyring};

#[test]
fn it_protects_with_the_default_class_until_interrupted() {
    let mut child = Command::new(standalone())
        .args(["--backend", "dummy", "--sample-rate", "44100", "--period-size", "64"])
        .env("PATCHVEIL_KEYRING", keyring(true))
        .env(CONFIG, keyring(true).with_file_name("standalone.json"))
        .env_remove("NICE_LOG")
        .env_remove("DISPLAY")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines.find(|line| line.as_ref().unwrap().contains("protecting")).unwrap().unwrap();
    assert!(said.contains(CLASS), "{said}");
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it stopped too early");
    let interrupted =
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it does not stop");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
}

/// The standalone without a window, recording silence into a file.
fn recording(file: &Path) -> Child {
    Command::new(standalone())
        .args(["--backend", "dummy", "--sample-rate", "48000", "--record"])
        .arg(file)
        .env("PATCHVEIL_KEYRING", keyring(true))
        .env(CONFIG, file.with_file_name("standalone.json"))
        .env_remove("NICE_LOG")
        .env_remove("DISPLAY")
        .env("HOME", file.parent().unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until a file is there that is longer than `bytes`.
fn wait_for_bytes(file: &Path, bytes: u64) {
    let begun = Instant::now();
    while file.metadata().map_or(0, |meta| meta.len()) <= bytes {
        assert!(begun.elapsed() < Duration::from_secs(20), "{} does not grow", file.display());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// What `patchveil verify` says of this folder.
fn verified(folder: &Path) -> String {
    let done = Command::new(program())
        .arg("verify")
        .arg(folder)
        .env("PATCHVEIL_KEYRING", keyring(true))
        .output()
        .unwrap();
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[test]
fn a_recording_is_complete_and_in_the_manifest_whatever_signal_ends_the_program() {
    for (signal, name) in [("-TERM", "show.wav"), ("-HUP", "show.flac"), ("-INT", "show.flac")] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        let mut child = recording(&file);
        let (stem, ending) = name.split_once('.').unwrap();
        wait_for_bytes(&folder.path().join(format!("{stem} (recording).{ending}")), 104);
        send(signal, &child);
        assert!(child.wait().unwrap().success(), "{signal}");
        assert!(file.exists(), "{signal}");
        assert!(verified(folder.path()).contains("as recorded"), "{signal}");
    }
}

#[test]
fn a_recording_that_kill_9_has_left_is_completed_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["show.wav", "show.flac"] {
        let file = folder.path().join(name);
        let (stem, ending) = name.split_once('.').unwrap();
        let unfinished = folder.path().join(format!("{stem} (recording).{ending}"));
        let mut child = recording(&file);
        wait_for_bytes(&unfinished, 104);
        send("-KILL", &child);
        child.wait().unwrap();
        assert!(unfinished.exists() && !file.exists());
        let mut child = recording(&folder.path().join("next.wav"));
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = lines.find(|line| line.as_ref().unwrap().contains("cut off")).unwrap().unwrap();
        assert!(said.contains(&file.display().to_string()), "{said}");
        assert!(file.exists() && !unfinished.exists());
        send("-TERM", &child);
        child.wait().unwrap();
    }
}

/// The standalone in a window.
#[cfg(target_os = "linux")]
mod window {
    use std::process::{Child, Command, Stdio};
    use std::sync::{Mutex, PoisonError};
    use std::time::Duration;

    use patchveil_keyring::PATH_VARIABLE;
    use patchveil_tests::build::standalone;
    use patchveil_tests::display::{display, wait_for};
    use patchveil_tests::keys::{CONFIG, keyring};

    /// One window at a time: pictures of covered windows are wrong.
    static ONE_WINDOW: Mutex<()> = Mutex::new(());

    /// The standalone and its window; killed when dropped, in case the test fails.
    struct Running(Child, u32);

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn open() -> Running {
        display();
        let child = Command::new(standalone())
            .args(["--backend", "dummy", "--sample-rate", "48000", "--period-size", "256"])
            .env("PATCHVEIL_KEYRING", keyring(true))
            .env(CONFIG, keyring(true).with_file_name("standalone.json"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let running = Running(child, display().titled("Patchveil"));
        wait_for("picture", || (display().picture(running.1).colours() > 16).then_some(()));
        running
    }

    fn close(mut running: Running) {
        display().close(running.1);
        let status = wait_for("end", || running.0.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }

    #[test]
    fn the_window_opens_resizes_and_closes_fifty_times() {
        let _guard = ONE_WINDOW.lock().unwrap_or_else(PoisonError::into_inner);
        for round in 0..50 {
            let running = open();
            let (width, height) = (700 + 10 * round, 500 + 5 * round);
            display().resize(running.1, width, height);
            wait_for("picture of that size", || {
                let picture = display().picture(running.1);
                // The new lower right corner has been drawn.
                let corner = picture.at(picture.width - 30, picture.height - 50);
                (picture.width == usize::from(width) && corner != [0; 3]).then_some(())
            });
            close(running);
        }
    }

    #[test]
    fn a_keyboard_layout_that_changes_is_followed_and_dead_keys_compose() {
        let _guard = ONE_WINDOW.lock().unwrap_or_else(PoisonError::into_inner);
        display();
        let home = tempfile::tempdir().unwrap();
        let ring = home.path().join("keyring");
        // Without a class it asks for the name of one.
        let child = Command::new(standalone())
            .args(["--backend", "dummy"])
            .env("HOME", home.path())
            .env("LC_ALL", "C.UTF-8")
            .env(PATH_VARIABLE, &ring)
            .env(CONFIG, home.path().join("standalone.json"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let running = Running(child, display().titled("Patchveil"));
        wait_for("picture", || (display().picture(running.1).colours() > 16).then_some(()));
        display().focus(running.1);
        std::thread::sleep(Duration::from_secs(2));
        let layout = |name: &str| {
            let set = Command::new("setxkbmap").arg(name).status();
            assert!(set.expect("apt-get install x11-xkb-utils").success());
            std::thread::sleep(Duration::from_millis(500));
        };
        layout("de");
        // By their place: ü beside P, and in the row of numbers the dead accent, then e.
        display().user(&["key", "--delay", "100", "34", "21", "26"]);
        layout("us");
        display().user(&["key", "--delay", "100", "34", "Return"]);
        wait_for("keyring", || ring.exists().then_some(()));
        std::thread::sleep(Duration::from_millis(500));
        let keyring = std::fs::read_to_string(&ring).unwrap();
        assert!(keyring.contains("üé["), "{keyring}");
    }

    #[test]
    fn closing_or_ending_the_window_completes_what_is_being_recorded() {
        let _guard = ONE_WINDOW.lock().unwrap_or_else(PoisonError::into_inner);
        display();
        for signal in [None, Some("-TERM")] {
            let home = tempfile::tempdir().unwrap();
            let file = home.path().join("show.flac");
            let child = Command::new(standalone())
                .args(["--backend", "dummy", "--record"])
                .arg(&file)
                .env("HOME", home.path())
                .env("PATCHVEIL_KEYRING", keyring(true))
                .env(CONFIG, home.path().join("standalone.json"))
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut running = Running(child, display().titled("Patchveil"));
            wait_for("picture", || (display().picture(running.1).colours() > 16).then_some(()));
            match signal {
                None => display().close(running.1),
                Some(signal) => super::send(signal, &running.0),
            }
            let status = wait_for("end", || running.0.try_wait().unwrap());
            assert!(status.success(), "{status}");
            assert!(super::verified(home.path()).contains("as recorded"));
        }
    }

    #[test]
    fn resizing_does_not_leak_memory() {
        let _guard = ONE_WINDOW.lock().unwrap_or_else(PoisonError::into_inner);
        let running = open();
        let memory = || {
            let pages = std::fs::read_to_string(format!("/proc/{}/statm", running.0.id())).unwrap();
            pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096 / (1 << 20)
        };
        let mut after_fifty = Vec::new();
        for round in 0..200_u16 {
            display().resize(running.1, 700 + 13 * (round % 50), 450 + 7 * (round % 50));
            std::thread::sleep(Duration::from_millis(50));
            if round % 50 == 49 {
                after_fifty.push(memory());
            }
        }
        // A picture that is kept at every size would be 100 MiB and more; the driver's caches may grow late by some 20.
        assert!(after_fifty[3] <= after_fifty[1] + 64, "MiB after each fifty: {after_fifty:?}");
        close(running);
    }
}
