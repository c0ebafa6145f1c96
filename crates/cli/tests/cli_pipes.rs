//! Pipes: named ones never make a command wait for somebody at the other end.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use support::command::{Ran, User, recording};

/// Longer than any refusal takes, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(20);

fn make_pipe(user: &User, name: &str) {
    assert!(Command::new("mkfifo").arg(user.path(name)).status().unwrap().success());
}

/// A user with a recording, its protected version, and a pipe that nobody uses.
fn user_with_pipe() -> User {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "a.wav", "-o", "b.wav"]).succeeds();
    make_pipe(&user, "pipe");
    user
}

/// What came of a run, which has to end by itself.
#[track_caller]
fn ends(mut child: Child, what: &str) -> Ran {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{what} waits for ever");
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ran::new(child.wait_with_output().unwrap())
}

#[test]
fn a_named_pipe_in_any_place_is_refused_at_once() {
    let user = user_with_pipe();
    let before = user.files();
    for line in [
        "protect a.wav -o pipe",
        "protect a.wav -o pipe --force",
        "protect pipe",
        "protect a.wav -o c.wav --recipe pipe",
        "restore b.wav -o pipe --force",
        "restore pipe",
        "detect pipe",
        "detect b.wav --reference pipe",
        "detect b.wav --png pipe --force",
        "verify pipe",
        "inspect a.wav pipe",
        "inspect pipe a.wav",
        "inspect pipe a.wav --png c.png",
        "inspect a.wav b.wav --png pipe --force",
        "trace pipe",
        "trace a.wav --unmarked pipe",
        "trace a.wav --echo-key pipe",
        "key import pipe",
        "key list --passphrase-file pipe",
        "demo -o pipe",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let ran = ends(user.command(&words).spawn().unwrap(), line);
        // A keyring without a passphrase is opened without asking for one.
        if line.starts_with("key list") {
            ran.succeeds();
            continue;
        }
        assert!(matches!(ran.code, Some(1 | 2)), "{line}: {ran:?}");
        assert!(ran.err.contains("pipe") || ran.out.contains("pipe"), "{line}: {ran:?}");
        assert_eq!(user.files(), before, "{line}");
    }
}

#[test]
fn short_files_may_come_through_a_pipe() {
    let user = user_with_pipe();
    let recipe = user.run(&["recipe", "--preset", "light"]).succeeds().out;
    let child = user.command(&["protect", "a.wav", "-o", "c.wav", "--recipe", "pipe"]).spawn();
    // Later than the command looks for a writer the first time, and in two pieces.
    thread::sleep(Duration::from_millis(200));
    let mut pipe = fs::OpenOptions::new().write(true).open(user.path("pipe")).unwrap();
    pipe.write_all(&recipe.as_bytes()[..100]).unwrap();
    thread::sleep(Duration::from_millis(200));
    pipe.write_all(&recipe.as_bytes()[100..]).unwrap();
    drop(pipe);
    ends(child.unwrap(), "a recipe from a pipe").succeeds();
    user.run(&["protect", "a.wav", "-o", "d.wav", "--preset", "light"]).succeeds();
    assert!(user.read("c.wav") == user.read("d.wav"));
}

#[test]
fn a_run_that_waits_for_a_pipe_is_ended_by_ctrl_c() {
    let user = user_with_pipe();
    let child = user.command(&["protect", "a.wav", "-o", "c.wav", "--recipe", "pipe"]).spawn();
    let mut child = child.unwrap();
    // A writer that never writes.
    let pipe = fs::OpenOptions::new().write(true).open(user.path("pipe")).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let begun = Instant::now();
    child.wait().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    drop(pipe);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!said.contains("panicked"), "{said}");
}
