//! One policy for `protect`, `restore`, `detect` and `verify`: what cannot be read is named and counted,
//! and the rest is done.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use crate::support::command::{Ran, User, recording};
use crate::support::permissions::{chmod, without_privilege};

/// The folder `work` with `a.wav` and `b/c.wav`, which are recordings for `protect` and protected files
/// on record for the others.
fn with_work(command: &str) -> User {
    let user = User::with_key();
    for name in ["show/a.wav", "show/b/c.wav"] {
        user.put(name, recording(16_000, 1, 4.0));
    }
    if command == "protect" {
        fs::rename(user.path("show"), user.path("work")).unwrap();
    } else {
        user.run(&["protect", "show", "-o", "work"]).succeeds();
    }
    user
}

fn arguments(command: &str) -> Vec<&str> {
    let output: &[&str] = match command {
        "protect" | "restore" => &["-o", "new"],
        _ => &[],
    };
    [&[command, "work", "--json"], output].concat()
}

const COMMANDS: [&str; 4] = ["protect", "restore", "detect", "verify"];

/// Whether each file was done, by its path; with the error where it was not.
fn results(ran: &Ran) -> BTreeMap<String, Result<(), String>> {
    let result = |line: &serde_json::Value| {
        let text = |field: &str| line[field].as_str().map(str::to_owned);
        let path = text("input").or(text("path")).unwrap();
        match text("status").unwrap().as_str() {
            "done" | "as_recorded" => (path, Ok(())),
            "failed" | "unreadable" => (path, Err(text("error").unwrap())),
            other => panic!("{path}: {other}"),
        }
    };
    ran.json().iter().map(result).collect()
}

/// Asserts that these files, and no others, failed for the reason given, and the two others were done.
#[track_caller]
fn assert_failed(command: &str, ran: &Ran, failed: &[(&str, &str)], done: &[&str]) {
    assert_eq!(ran.code, Some(1), "{command}: {ran:?}");
    let results = results(ran);
    for file in done {
        assert_eq!(results.get(*file), Some(&Ok(())), "{command}, {file}: {ran:?}");
    }
    for (file, reason) in failed {
        let Some(Err(error)) = results.get(*file) else { panic!("{command}, {file}: {ran:?}") };
        assert!(error.contains(reason), "{command}, {file}: {error}");
        // The table of `verify` has them all; the others say so on standard error.
        let named = ran.err.contains(&format!("patchveil: {file}: "));
        assert_eq!(named, command != "verify", "{command}, {file}: {ran:?}");
    }
    assert_eq!(results.len(), failed.len() + done.len(), "{command}: {ran:?}");
    if command != "verify" {
        let counts = format!("{} failed, {} done", failed.len(), done.len());
        assert!(ran.err.contains(&counts), "{command}: {ran:?}");
    }
}

#[test]
fn a_dead_link_named_like_a_recording_fails_and_the_rest_is_done() {
    for command in COMMANDS {
        let user = with_work(command);
        symlink("gone.wav", user.path("work/dead.wav")).unwrap();
        symlink("gone", user.path("work/readme")).unwrap();
        symlink("gone.wav", user.path("named.wav")).unwrap();
        let both = [&arguments(command)[..], &["named.wav"]].concat();
        let ran = user.run(&both);
        let dead = [("named.wav", "cannot be read"), ("work/dead.wav", "cannot be read")];
        assert_failed(command, &ran, &dead, &["work/a.wav", "work/b/c.wav"]);
    }
    // One that is on record is not merely missing.
    let user = with_work("verify");
    fs::rename(user.path("work/a.wav"), user.path("elsewhere.wav")).unwrap();
    symlink("gone.wav", user.path("work/a.wav")).unwrap();
    let ran = user.run(&["verify", "work", "--json"]);
    assert_failed("verify", &ran, &[("work/a.wav", "cannot be read")], &["work/b/c.wav"]);
}

#[test]
fn a_file_that_does_not_exist_fails_and_the_rest_is_done() {
    for command in COMMANDS {
        let user = with_work(command);
        let ran = user.run(&[&arguments(command)[..], &["gone.wav"]].concat());
        let gone = [("gone.wav", "check the spelling")];
        assert_failed(command, &ran, &gone, &["work/a.wav", "work/b/c.wav"]);
    }
    let user = with_work("verify");
    let ran = user.run(&["verify", "nowhere"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("cannot be read") && ran.out.contains("1 unreadable"), "{ran:?}");
}

#[test]
fn unreadable_files_and_folders_fail_and_the_rest_is_done() {
    for command in COMMANDS {
        let user = with_work(command);
        user.put("work/locked/d.wav", recording(16_000, 1, 4.0));
        chmod(&user, "work/a.wav", 0);
        chmod(&user, "work/locked", 0);
        let ran = without_privilege(&user, &arguments(command));
        chmod(&user, "work/locked", 0o755);
        let Some(ran) = ran else { return };
        let locked = [("work/a.wav", "cannot be read"), ("work/locked", "you need permission")];
        assert_failed(command, &ran, &locked, &["work/b/c.wav"]);
    }
}

#[test]
fn links_that_lead_back_to_their_folder_are_skipped_with_a_note() {
    for command in COMMANDS {
        let user = with_work(command);
        symlink("..", user.path("work/b/up")).unwrap();
        let ran = user.run(&arguments(command));
        assert!(matches!(ran.code, Some(0 | 3)), "{command}: {ran:?}");
        assert_eq!(ran.code == Some(3), command == "detect" && ran.out.contains("\"found\":false"));
        assert_eq!(ran.err, "patchveil: work/b/up: skipped, the link leads back to itself\n");
        let done = ["work/a.wav", "work/b/c.wav"].map(|file| (file.to_owned(), Ok(())));
        assert_eq!(results(&ran), done.into(), "{command}");
    }
}
