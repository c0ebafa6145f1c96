//! Nothing is left out of a folder, or passed as protected, without a word.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeMap;
use std::fs;

use crate::support::command::{Ran, User, recording};

/// Status by file.
fn statuses(ran: &Ran) -> BTreeMap<String, String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    ran.json().iter().map(|line| (text(&line["input"]), text(&line["status"]))).collect()
}

fn expected(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(file, status)| ((*file).to_owned(), (*status).to_owned())).collect()
}

#[test]
fn a_file_that_is_protected_by_its_name_alone_is_told_and_fails_the_check() {
    let user = User::with_key();
    user.put("show/a.wav", recording(8_000, 1, 0.5));
    user.put("show/ghost.protected.wav", user.read("show/a.wav"));
    let ran = user.run(&["protect", "show", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = ran.says(&["show/ghost.protected.wav: NOT PROTECTED", "no record"]);
    let told = [("show/a.wav", "done"), ("show/ghost.protected.wav", "left_out")];
    assert_eq!(statuses(&ran), expected(&told));
    // One that is on record is skipped as before.
    user.run(&["protect", "show", "--json"])
        .says(&["show/a.protected.wav: skipped, its name says it is protected already"]);

    let ran = user.run(&["verify", "show", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let checked = [
        ("show/a.protected.wav", "as_recorded"),
        ("show/a.wav", "original"),
        ("show/ghost.protected.wav", "not_protected"),
    ];
    assert_eq!(statuses(&ran), expected(&checked));
    assert!(user.run(&["verify", "show"]).out.contains("1 not protected"));
    fs::remove_file(user.path("show/ghost.protected.wav")).unwrap();
    user.run(&["verify", "show"]).succeeds();
}

#[test]
fn audio_under_other_names_is_told_and_fails_the_check() {
    let user = User::with_key();
    user.put("show/a.wav", recording(8_000, 1, 0.5));
    let others = ["show/b.strange", "show/c.xyz", "show/d"];
    user.put(others[0], recording(8_000, 1, 0.5));
    user.put(others[1], b"fLaC\0\0\0\x22 and so on");
    user.put(others[2], b"FORM\0\0\x01\0AIFFCOMM");
    user.put("show/cover.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0");
    user.put("show/notes.txt", "Dear diary");
    let ran = user.run(&["protect", "show", "-o", "out", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let kinds = ["b.strange: LEFT OUT: it looks like WAV", "c.xyz: LEFT OUT: it looks like FLAC"];
    let ran = ran.says(&kinds).says(&["d: LEFT OUT: it looks like AIFF"]);
    assert_eq!(ran.err.lines().count(), 3, "{ran:?}");
    let mut told = vec![("show/a.wav", "done")];
    told.extend(others.map(|file| (file, "left_out")));
    assert_eq!(statuses(&ran), expected(&told));

    user.run(&["verify", "out"]).succeeds();
    for file in others {
        fs::copy(user.path(file), user.path(file.replace("show", "out"))).unwrap();
    }
    let ran = user.run(&["verify", "out", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let checked = [
        ("out/a.wav", "as_recorded"),
        ("out/b.strange", "unreadable"),
        ("out/c.xyz", "unreadable"),
        ("out/d", "unreadable"),
    ];
    assert_eq!(statuses(&ran), expected(&checked));
    let table = user.run(&["verify", "out"]).out;
    assert!(table.contains("LEFT OUT: it looks like FLAC"), "{table}");
}

#[test]
#[cfg(unix)]
fn a_pipe_that_is_named_like_a_recording_is_told() {
    let user = User::with_key();
    user.put("show/a.wav", recording(8_000, 1, 0.5));
    let pipe = user.path("show/live.wav");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    for command in ["protect", "detect", "verify"] {
        let ran = user.run(&[command, "show", "--json"]);
        let line = ran.json().into_iter().find(|line| line["input"] == "show/live.wav").unwrap();
        let reason = line["reason"].as_str().or(line["error"].as_str()).unwrap();
        assert!(reason.contains("it is a pipe"), "{command}: {ran:?}");
    }
}

#[test]
fn every_json_names_its_files_alike_and_has_a_line_for_one_that_is_missing() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "a.wav"]).succeeds();
    for line in [
        "protect gone.wav",
        "restore gone.wav",
        "detect gone.wav",
        "verify gone.wav",
        "inspect gone.wav a.wav",
    ] {
        let words: Vec<&str> = line.split(' ').chain(["--json"]).collect();
        let ran = user.run(&words);
        assert_eq!(ran.code, Some(1), "{line}: {ran:?}");
        let lines = ran.json();
        assert_eq!(lines.len(), 1, "{line}: {ran:?}");
        assert_eq!(lines[0]["input"], "gone.wav", "{line}: {ran:?}");
        let status = if line.starts_with("verify") { "unreadable" } else { "failed" };
        assert_eq!(lines[0]["status"], status, "{line}: {ran:?}");
        assert!(lines[0]["error"].as_str().unwrap().contains("check the spelling"), "{ran:?}");
    }
    let lines = user.run(&["inspect", "a.wav", "a.protected.wav", "--json"]).succeeds().json();
    let line = &lines[0];
    assert_eq!((&line["input"], &line["output"]), (&"a.wav".into(), &"a.protected.wav".into()));
    assert_eq!(line["before"]["path"], "a.wav");
}
