//! `patchveil verify`: what is protected, what is not, and what changed since.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeMap;
use std::fs;

use crate::support::command::{CLASS, Ran, User, key, recording};
use crate::support::{chunk, integers};
use patchveil::manifest::NAME;
use serde_json::Value;

/// Status by file.
fn statuses(ran: &Ran) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    ran.json().iter().map(|line| (text(&line["path"]), text(&line["status"]))).collect()
}

/// A folder with two protected files, one of them below.
fn published(user: &User) {
    for name in ["show/a.wav", "show/2025/b.wav"] {
        user.put(name, recording(8_000, 1, 0.5));
    }
    user.run(&["protect", "show", "-o", "out"]).succeeds();
}

#[test]
fn a_folder_as_recorded_passes() {
    let user = User::with_key();
    published(&user);
    let ran = user.run(&["verify", "out"]).succeeds();
    for part in ["out/2025/b.wav", "out/a.wav", "as recorded", CLASS, "2 as recorded"] {
        assert!(ran.out.contains(part), "{ran:?}");
    }
    let lines = user.run(&["verify", "out", "--json"]).succeeds().json();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!((&line["status"], &line["class"]), (&"as_recorded".into(), &CLASS.into()));
        assert_eq!(line["fingerprint"], key().fingerprint().to_string());
        line["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    }
    // A file at a time, too, and wherever the folder is taken.
    user.run(&["verify", "out/a.wav"]).succeeds();
    fs::rename(user.path("out"), user.path("elsewhere")).unwrap();
    user.run(&["verify", "elsewhere"]).succeeds();
}

#[test]
fn everything_that_is_not_as_recorded_is_named_and_fails() {
    let user = User::with_key();
    for name in ["fine", "tags", "audio", "gone", "swapped", "broken"] {
        user.put(format!("show/{name}.wav"), recording(8_000, 1, 0.5));
    }
    user.run(&["protect", "show", "-o", "out"]).succeeds();
    let mut tagged = user.read("out/tags.wav");
    tagged.extend(chunk(b"LIST", b"INFO"));
    let size = tagged.len() as u32 - 8;
    tagged[4..8].copy_from_slice(&size.to_le_bytes());
    user.put("out/tags.wav", tagged);
    let mut changed = user.read("out/audio.wav");
    changed[4_000] ^= 1;
    user.put("out/audio.wav", changed);
    fs::remove_file(user.path("out/gone.wav")).unwrap();
    user.put("out/swapped.wav", user.read("show/swapped.wav"));
    user.put("out/broken.wav", "RIFF");
    user.put("out/new.wav", recording(8_000, 1, 0.7));
    user.put("out/copy.wav", user.read("out/fine.wav"));

    let ran = user.run(&["verify", "out", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{ran:?}");
    let expected = [
        ("out/audio.wav", "audio_changed"),
        ("out/broken.wav", "unreadable"),
        ("out/copy.wav", "renamed"),
        ("out/fine.wav", "as_recorded"),
        ("out/gone.wav", "missing"),
        ("out/new.wav", "not_recorded"),
        ("out/swapped.wav", "audio_changed"),
        ("out/tags.wav", "tags_changed"),
    ];
    assert_eq!(statuses(&ran), expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
    let table = user.run(&["verify", "out"]).out;
    for part in ["1 as recorded", "2 audio changed", "1 missing", "1 not recorded", "cut off"] {
        assert!(table.contains(part), "{table}");
    }
    for file in ["audio", "gone", "new", "tags"] {
        assert_eq!(user.run(&["verify", &format!("out/{file}.wav")]).code, Some(1), "{file}");
    }
    user.run(&["verify", "out/fine.wav"]).succeeds();
}

#[test]
fn an_original_next_to_its_protected_version_passes() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "a.wav"]).succeeds();
    let ran = user.run(&["verify", ".", "--json"]).succeeds();
    let expected = [("./a.protected.wav", "as_recorded"), ("./a.wav", "original")];
    assert_eq!(statuses(&ran), expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
}

#[test]
fn no_keyring_and_no_passphrase_are_needed() {
    let user = User::with_key();
    published(&user);
    let fingerprint = key().fingerprint().to_string();
    user.put("pass.txt", "a passphrase for this test");
    user.run(&["key", "passphrase", "--new-passphrase-file", "pass.txt"]).succeeds();
    let locked = user.run(&["verify", "out"]).succeeds();
    assert!(locked.out.contains(&fingerprint) && !locked.out.contains(CLASS), "{locked:?}");
    let open = user.run(&["verify", "out", "--passphrase-file", "pass.txt"]).succeeds();
    assert!(open.out.contains(CLASS), "{open:?}");
    fs::remove_file(user.keyring()).unwrap();
    let gone = user.run(&["verify", "out"]).succeeds();
    assert!(gone.out.contains(&fingerprint), "{gone:?}");
}

#[test]
fn a_check_that_would_leave_something_out_fails() {
    let user = User::with_key();
    published(&user);
    user.put("out/2025/patchveil.jsonl", "nonsense\n");
    user.run(&["verify", "out"]).fails(2, &["out/2025/patchveil.jsonl: line 1 is damaged"]);
    // Nothing at all to check is not a success.
    fs::create_dir(user.path("empty")).unwrap();
    let ran = user.run(&["verify", "empty"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), "nothing to check\n"), "{ran:?}");
    let ran = user.run(&["verify", "empty", "--json"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    // A folder without any record has files without a record.
    let ran = user.run(&["verify", "show"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("2 not recorded") && !user.path("show").join(NAME).exists());
}

#[test]
fn keys_are_detected_if_asked_for() {
    let user = User::with_key();
    user.add_other("other");
    // Twelve seconds are enough for noise at this rate.
    user.put("show/a.wav", recording(16_000, 1, 12.0));
    user.run(&["protect", "show", "-o", "out", "--preset", "balanced"]).succeeds();
    let mut stray = user.read("out/a.wav");
    stray.truncate(300_044);
    stray[40..44].copy_from_slice(&300_000_u32.to_le_bytes());
    stray[4..8].copy_from_slice(&300_036_u32.to_le_bytes());
    user.put("out/stray.wav", stray);
    user.put("out/free.wav", recording(16_000, 1, 11.0));
    let ran = user.run(&["verify", "out", "--all-keys", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ours = key().fingerprint().to_string();
    let expected = [
        ("out/a.wav", "as_recorded", vec![ours.clone()]),
        ("out/free.wav", "not_recorded", vec![]),
        ("out/stray.wav", "not_recorded", vec![ours]),
    ];
    for (line, (path, status, detected)) in ran.json().iter().zip(expected) {
        assert_eq!((&line["path"], &line["status"]), (&path.into(), &status.into()));
        assert_eq!(line["detected"], serde_json::to_value(detected).unwrap(), "{path}");
    }
    let other = user.run(&["verify", "out/a.wav", "--key", "other", "--json"]).succeeds();
    assert_eq!(other.json()[0]["detected"], serde_json::json!([]));
    let unasked = user.run(&["verify", "out/a.wav", "--json"]).succeeds();
    assert!(unasked.json()[0]["detected"].is_null());
    user.run(&["verify", "out", "--key", "nobody"]).fails(2, &["no class named"]);
}

#[test]
fn a_veil_without_a_mark_is_detected_where_it_is_on_record_and_for_that_key_alone() {
    let user = User::with_key();
    user.add_other("other");
    user.put("show/a.wav", recording(16_000, 1, 12.0));
    user.run(&["protect", "show", "-o", "out", "--preset", "balanced@1"]).succeeds();
    let veiled = user.samples("out/a.wav");
    // What was cut out of it has no record of its own, but the folder's manifest names its recipe.
    user.put("out/part.wav", integers(16, 16_000, &veiled[8_000..176_000]));
    user.put("elsewhere/part.wav", user.read("out/part.wav"));
    let ours = serde_json::json!([key().fingerprint().to_string()]);
    let detected = |folder: &str, class: &[&str]| {
        let lines = user.run(&[&["verify", folder, "--json"], class].concat()).json();
        lines.iter().map(|line| line["detected"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(detected("out", &["--all-keys"]), [ours.clone(), ours]);
    assert_eq!(
        detected("out", &["--key", "other"]),
        [serde_json::json!([]), serde_json::json!([])]
    );
    assert_eq!(detected("elsewhere", &["--all-keys"]), [serde_json::json!([])]);
}

#[test]
fn marks_are_detected_if_asked_for() {
    let user = User::with_key();
    user.add_other("other");
    user.put("show/a.wav", recording(16_000, 1, 8.0));
    user.run(&["protect", "show", "-o", "out"]).succeeds();
    fs::create_dir(user.path("found")).unwrap();
    fs::rename(user.path("out/a.wav"), user.path("found/marked.wav")).unwrap();
    user.put("found/free.wav", recording(16_000, 1, 8.0));
    let ran = user.run(&["verify", "found", "--all-keys", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ours = key().fingerprint().to_string();
    let found: Vec<Value> = ran.json().iter().map(|line| line["detected"].clone()).collect();
    assert_eq!(found, [serde_json::json!([]), serde_json::json!([ours])], "{ran:?}");
    let table = user.run(&["verify", "found", "--key", CLASS]);
    let names =
        |name: &str| table.out.lines().any(|line| line.contains(name) && line.contains(CLASS));
    assert!(names("marked.wav") && !names("free.wav"), "{table:?}");
}
