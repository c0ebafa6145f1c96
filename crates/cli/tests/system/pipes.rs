//! Pipes: named ones never make a command wait for somebody at the other end.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::command::{Ran, User, is_there, recording, skipped};

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
fn a_run_that_waits_for_a_pipe_is_ended_by_a_signal() {
    let user = user_with_pipe();
    let child = user.command(&["protect", "a.wav", "-o", "c.wav", "--recipe", "pipe"]).spawn();
    let mut child = child.unwrap();
    // A writer that never writes.
    let pipe = fs::OpenOptions::new().write(true).open(user.path("pipe")).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    // Not INT, which is ignored here if a shell started the tests in the background.
    let kill = format!("kill -TERM {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let begun = Instant::now();
    child.wait().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    drop(pipe);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!said.contains("panicked"), "{said}");
}

/// Runs the command with these bytes as standard input; its standard output as bytes.
fn through(user: &User, line: &str, input: &[u8]) -> (Option<i32>, Vec<u8>, String) {
    let words: Vec<&str> = line.split(' ').collect();
    let mut child = user.command(&words).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn recordings_go_through_pipes_as_through_files() {
    let user = User::with_key();
    let wav = recording(48_000, 2, 4.0);
    user.put("a.wav", &wav);
    user.run(&["protect", "a.wav", "--no-manifest"]).succeeds();
    let expected = user.read("a.protected.wav");
    let before = user.files();

    let (code, protected, said) = through(&user, "protect - -o -", &wav);
    assert_eq!(code, Some(0), "{said}");
    assert!(protected == expected && said.contains("seconds"), "{said}");
    // As ffmpeg writes it where it cannot go back: lengths that were left open.
    let mut open = wav.clone();
    open[4..8].fill(0xff);
    open[40..44].fill(0xff);
    let (code, protected, said) = through(&user, "protect - -o - --json", &open);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(protected.len(), expected.len());
    assert!(protected[44..] == expected[44..], "{said}");
    let lines: Vec<_> = said.lines().filter(|line| line.starts_with('{')).collect();
    assert!(lines[0].contains("\"input\":\"-\",\"output\":\"-\""), "{said}");
    // Samples without a header.
    let (code, raw, said) = through(&user, "protect - -o - --raw 48000:2:s16le", &wav[44..]);
    assert_eq!((code, raw == expected[44..]), (Some(0), true), "{said}");
    let (code, _, said) = through(&user, "protect - -o - --raw 48000:2:s16le", &wav[45..]);
    assert!(code == Some(1) && said.contains("not a whole number of frames"), "{said}");
    assert_eq!(user.files(), before);
    assert!(!user.path("patchveil.jsonl").exists());

    // Into a file, which is put on record; out of one.
    let (code, none, said) = through(&user, "protect - -o new/b.wav", &wav);
    assert_eq!((code, none.is_empty()), (Some(0), false), "{said}");
    assert!(user.read("new/b.wav") == expected);
    user.run(&["verify", "new"]).succeeds();
    let (code, out, said) = through(&user, "protect a.wav -o -", b"");
    assert_eq!((code, out == expected), (Some(0), true), "{said}");
    user.run(&[
        "restore",
        "a.protected.wav",
        "-o",
        "back.wav",
        "--offset",
        "0",
        "--preset",
        "mark",
    ]);
    let line = "restore - -o - --offset 0 --preset mark";
    let (code, restored, said) = through(&user, line, &expected);
    assert_eq!((code, restored == user.read("back.wav")), (Some(0), true), "{said}");
}

#[test]
fn detect_trace_and_inspect_read_standard_input() {
    let user = User::with_key();
    user.put("a.wav", recording(48_000, 1, 12.0));
    user.run(&["protect", "a.wav"]).succeeds();
    let protected = user.read("a.protected.wav");
    for line in ["detect @ --json", "trace @ --json", "inspect a.wav @ --json"] {
        let words = |name| line.split(' ').map(move |word| if word == "@" { name } else { word });
        let piped: Vec<&str> = words("-").collect();
        let named: Vec<&str> = words("a.protected.wav").collect();
        let (piped, named) = (user.run_with_input(&piped, &protected), user.run(&named));
        assert_eq!(piped.code, named.code, "{line}: {piped:?}");
        for key in ["sigmas", "snr_db"] {
            assert_eq!(piped.json()[0][key], named.json()[0][key], "{line}");
        }
    }
}

#[test]
fn verify_judges_standard_input_by_the_manifest_of_the_folder_it_runs_in() {
    let user = User::with_key();
    let original = recording(48_000, 1, 4.0);
    user.put("a.wav", &original);
    user.run(&["protect", "a.wav"]).succeeds();
    let protected = user.read("a.protected.wav");
    let mut tagged = protected.clone();
    tagged.extend_from_slice(b"LIST\x04\0\0\0INFO");
    let mut changed = protected.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    for (input, status, code) in [
        (&protected, "as_recorded", 0),
        (&original, "original", 0),
        (&tagged, "tags_changed", 1),
        (&changed, "not_recorded", 1),
        (&b"text".to_vec(), "unreadable", 1),
    ] {
        let ran = user.run_with_input(&["verify", "-", "--json"], input);
        assert_eq!((ran.code, &ran.json()[0]["status"]), (Some(code), &status.into()), "{ran:?}");
    }
    let raw = ["verify", "-", "--raw", "48000:1:s16le", "--json"];
    let ran = user.run_with_input(&raw, &protected[44..]);
    // The samples are on record, a header is not.
    assert_eq!(ran.json()[0]["status"], "tags_changed", "{ran:?}");
}

#[test]
fn samples_without_a_header_are_examined_too() {
    let user = User::with_key();
    user.put("a.wav", recording(48_000, 1, 12.0));
    user.run(&["protect", "a.wav"]).succeeds();
    let protected = &user.read("a.protected.wav")[44..];
    for line in ["detect @ --json", "trace @ --json", "inspect a.wav @ --json"] {
        let raw = line.replace('@', "- --raw 48000:1:s16le");
        let raw = user.run_with_input(&raw.split(' ').collect::<Vec<_>>(), protected);
        let named = line.replace('@', "a.protected.wav");
        let named = user.run(&named.split(' ').collect::<Vec<_>>());
        assert_eq!(raw.code, named.code, "{line}: {raw:?}");
        for key in ["sigmas", "snr_db"] {
            assert_eq!(raw.json()[0][key], named.json()[0][key], "{line}");
        }
    }
    for line in ["inspect - -", "trace - --unmarked -", "detect - --reference -"] {
        let ran = user.run_with_input(&line.split(' ').collect::<Vec<_>>(), protected);
        ran.fails(2, &["one of the recordings that are compared, not both"]);
    }
    user.run(&["detect", "a.wav", "--raw", "48000:1:s16le"]).fails(2, &["give - as the input"]);
}

#[test]
fn what_cannot_go_through_a_pipe_is_refused_and_a_closed_reader_is_an_error() {
    let user = User::with_key();
    let wav = recording(48_000, 2, 4.0);
    for (line, part) in [
        ("protect -", "where should it go?"),
        ("protect - a.wav -o -", "-: names one file"),
        ("protect - -o - --verify", "cannot be read again"),
        ("protect a.wav -o b.wav --raw 48000:2:s16le", "give - as the input"),
        ("protect - --files-from - -o b.wav", "either a recording or a list"),
    ] {
        let (code, out, said) = through(&user, line, &wav);
        assert!(code == Some(2) && said.contains(part) && out.is_empty(), "{line}: {said}");
    }
    let (code, out, said) = through(&user, "protect - -o -", b"text");
    assert!(code == Some(1) && out.is_empty() && said.starts_with("patchveil: -: "), "{said}");
    // The reader goes before anything is written.
    let mut child =
        user.command(&["protect", "-", "-o", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(&wav).unwrap();
    let ran = Ran::new(child.wait_with_output().unwrap());
    ran.fails(1, &["-: cannot write it: Broken pipe"]);
    assert!(user.files().is_empty());
    // One that never writes does not keep the command from being stopped.
    let child = user.command(&["protect", "-", "-o", "-"]).stdin(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    thread::sleep(Duration::from_millis(200));
    // Not INT, which is ignored here if a shell started the tests in the background.
    let kill = format!("kill -TERM {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let begun = Instant::now();
    let stdin = child.stdin.take();
    child.wait().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    drop(stdin);
}

#[test]
fn ffmpeg_can_stand_on_either_side() {
    if !is_there("ffmpeg") {
        return skipped("a pipe of ffmpeg", "there is no ffmpeg", true);
    }
    let user = User::with_key();
    user.put("a.wav", recording(48_000, 2, 4.0));
    user.run(&["protect", "a.wav"]).succeeds();
    let script = "set -o pipefail; ffmpeg -v error -i a.wav -f wav - | \"$0\" protect - -o - 2>/dev/null | \
                  ffmpeg -v error -i - -f s16le out.raw";
    let mut shell = Command::new("bash");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_patchveil")]);
    let ran = Ran::of(&mut user.within::<&str>(shell, &[]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(user.read("out.raw") == user.read("a.protected.wav")[44..]);
}
