//! Several writers at once, in threads and in processes.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

#[expect(dead_code, reason = "this file does not need every helper")]
mod common;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use common::{never, passphrase, place};
use patchveil_keyring::{Keyring, Passphrase};

const KEYS_EACH: usize = 10;
/// Tell a child process which keyring to use, and who it is.
const CHILD_PATH: &str = "PATCHVEIL_TEST_CHILD_PATH";
const CHILD_NAME: &str = "PATCHVEIL_TEST_CHILD_NAME";

fn add_keys(path: &Path, who: &str, ask: impl Fn() -> Option<Passphrase>) {
    for n in 0..KEYS_EACH {
        Keyring::update(path, &ask, |keyring| keyring.create(&format!("{who}-{n}"))).unwrap();
    }
}

fn assert_all_there(keyring: &Keyring, writers: usize) {
    assert_eq!(keyring.entries().len(), writers * KEYS_EACH);
    for writer in 0..writers {
        for n in 0..KEYS_EACH {
            keyring.get(&format!("{writer}-{n}")).unwrap();
        }
    }
}

/// Starts this test program again, to run only the test `role` in a process of its own.
fn child(role: &str, path: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([role, "--exact", "--ignored"])
        .env(CHILD_PATH, path)
        .env(CHILD_NAME, name)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn orders() -> Option<(std::path::PathBuf, String)> {
    Some((std::env::var_os(CHILD_PATH)?.into(), std::env::var(CHILD_NAME).ok()?))
}

#[test]
#[ignore = "run as a process of its own by the tests below"]
fn child_that_adds_keys() {
    if let Some((path, name)) = orders() {
        add_keys(&path, &name, never);
    }
}

#[test]
#[ignore = "run as a process of its own by the tests below"]
fn child_that_writes_until_killed() {
    if let Some((path, name)) = orders() {
        for n in 0.. {
            Keyring::update(&path, never, |keyring| keyring.create(&format!("{name}-{n}")))
                .unwrap();
        }
    }
}

#[test]
fn four_processes_writing_at_once_lose_nothing() {
    let (_dir, path) = place();
    let children: Vec<Child> =
        (0..4).map(|n| child("child_that_adds_keys", &path, &n.to_string())).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_all_there(&Keyring::open(&path, never).unwrap(), 4);
}

#[test]
fn eight_threads_writing_at_once_lose_nothing_and_readers_never_see_a_part() {
    let (_dir, path) = place();
    let start = Barrier::new(9);
    thread::scope(|scope| {
        for writer in 0..8 {
            let (path, start) = (&path, &start);
            scope.spawn(move || {
                start.wait();
                add_keys(path, &writer.to_string(), never);
            });
        }
        start.wait();
        let mut seen = 0;
        while seen < 8 * KEYS_EACH {
            let now = Keyring::open(&path, never).unwrap().entries().len();
            assert!(now >= seen, "keys vanished: {seen}, then {now}");
            seen = now;
        }
    });
    assert_all_there(&Keyring::open(&path, never).unwrap(), 8);
}

#[test]
fn writers_to_a_locked_keyring_lose_nothing() {
    let (_dir, path) = place();
    let secret = passphrase("right");
    Keyring::set_passphrase(&path, never, Some(&secret)).unwrap();
    thread::scope(|scope| {
        for writer in 0..2 {
            let (path, secret) = (&path, &secret);
            scope.spawn(move || add_keys(path, &writer.to_string(), || Some(secret.clone())));
        }
    });
    assert_all_there(&Keyring::open(&path, || Some(secret)).unwrap(), 2);
}

#[test]
fn a_writer_killed_at_any_moment_leaves_a_whole_keyring_and_no_lock() {
    let (dir, path) = place();
    let mut held = 0;
    for round in 0..20 {
        let mut writer = child("child_that_writes_until_killed", &path, &round.to_string());
        // Wait for its first key, so that every kill hits a process that is writing.
        while Keyring::open(&path, never).unwrap().entries().len() == held {
            assert!(writer.try_wait().unwrap().is_none(), "the writer ended by itself");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(700 * round));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let now = Keyring::open(&path, never).unwrap().entries().len();
        assert!(now > held, "keys vanished: {held}, then {now}");
        held = now;
    }
    Keyring::update(&path, never, |keyring| keyring.create("last")).unwrap();
    assert_eq!(Keyring::open(&path, never).unwrap().entries().len(), held + 1);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "leftovers remain");
}
