//! `patchveil detect` for the veils of version 1, which have no mark.
#![expect(clippy::panic, reason = "a failed test may panic")]

use std::process::Command;

use crate::support::command::{CLASS, User, recording};
use patchveil_veil::ClassKey;

/// What the recordings are protected with.
const VEIL: &str = "balanced@1";

/// Runs ffmpeg on the desk of a user; false where there is none and nobody requires it.
fn ffmpeg(user: &User, args: &[&str]) -> bool {
    let done = user.within(Command::new("ffmpeg"), args).status();
    match done {
        Ok(status) => {
            assert!(status.success(), "ffmpeg {args:?}");
            true
        }
        Err(_) if std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_none() => false,
        Err(error) => panic!("ffmpeg is not there: {error}"),
    }
}

/// A user with a protected and an unprotected recording of some seconds.
fn with_recordings() -> User {
    let user = User::with_key();
    user.put("a.wav", recording(48_000, 2, 8.0));
    user.run(&["protect", "a.wav", "--preset", "balanced@1"]).succeeds();
    user
}

#[test]
fn a_protected_file_is_distinguished_from_its_original() {
    let user = with_recordings();
    let found = user
        .run(&["detect", "a.protected.wav", "--preset", VEIL, "--json"])
        .succeeds()
        .json()
        .remove(0);
    assert_eq!(found["status"], "done");
    assert_eq!(found["input"], "a.protected.wav");
    assert_eq!(found["class"], CLASS);
    assert_eq!(found["found"], true);
    assert_eq!(found["p_value"], 0.001);
    assert!(found["recipes"].as_array().unwrap().iter().any(|name| name == VEIL));
    let period = found["period_samples"].as_f64().unwrap();
    let offset = found["offset_samples"].as_f64().unwrap();
    assert!(offset.min(period - offset) < 48.0, "{offset} of {period}");
    assert!((period - 3_840.0).abs() < 1e-9 && found.get("frame_samples").is_none(), "{found}");
    assert!(found["covered_s"].as_f64().unwrap() > 7.0, "{found}");

    let bare = user.run(&["detect", "a.wav", "--preset", VEIL, "--json"]);
    assert_eq!(bare.code, Some(3));
    let bare = bare.json().remove(0);
    assert_eq!(bare["found"], false);
    assert_eq!(bare["covered"].as_array().unwrap().len(), 0);
}

#[test]
fn published_formats_are_read() {
    let user = with_recordings();
    let encode = |options: &[&str], to: &str| {
        let mut args = vec!["-nostdin", "-v", "error", "-i", "a.protected.wav"];
        args.extend_from_slice(options);
        args.push(to);
        ffmpeg(&user, &args)
    };
    for (options, to) in [
        (&["-c:a", "libmp3lame", "-b:a", "128k"][..], "a.mp3"),
        (&["-c:a", "aac", "-b:a", "128k"], "a.m4a"),
        (&["-c:a", "aac", "-b:a", "128k"], "a.aac"),
        (&["-c:a", "flac"], "a.flac"),
        (&["-c:a", "libvorbis", "-b:a", "128k"], "a.ogg"),
        (&["-c:a", "libopus", "-b:a", "64k"], "a.opus"),
    ] {
        if !encode(options, to) {
            return;
        }
        let found =
            user.run(&["detect", to, "--preset", VEIL, "--json"]).succeeds().json().remove(0);
        assert_eq!((&found["found"], &found["channels"]), (&true.into(), &2.into()), "{to}");
    }
}

#[test]
fn every_class_is_looked_for_and_reported_by_name() {
    let user = with_recordings();
    // Of random keys, one in a thousand beats all decoys.
    let other = ClassKey::from_bytes([9; 32]).to_text();
    let import = ["key", "import", "-", "--name", "Morning Show"];
    user.run_with_input(&import, other.as_bytes()).succeeds();
    let lines = user
        .run(&["detect", "a.protected.wav", "--preset", VEIL, "--all-keys", "--json"])
        .succeeds()
        .json();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!(line["found"], line["class"] == CLASS, "{line}");
    }
    // Of two that are asked for by name, both have to be there.
    let named =
        ["detect", "a.protected.wav", "--preset", VEIL, "--key", CLASS, "--key", "Morning Show"];
    let ran = user.run(&named);
    assert_eq!(ran.code, Some(3));
    let rows: Vec<&str> = ran.out.lines().filter(|line| line.contains("Show")).collect();
    assert!(rows[0].contains("yes") && rows[0].contains("balanced"), "{rows:?}");
    assert!(rows[1].contains("no"), "{rows:?}");
}

#[test]
fn a_recipe_that_is_not_a_preset_has_to_be_given() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 8.0));
    let recipe = ["--preset", VEIL, "--patch", "20", "--period", "200"];
    user.run(&[&["protect", "a.wav"][..], &recipe].concat()).succeeds();
    assert_eq!(user.run(&["detect", "a.protected.wav", "--preset", VEIL]).code, Some(3));
    user.run(&[&["detect", "a.protected.wav"][..], &recipe].concat()).succeeds();
    user.run(&["detect", "a.protected.wav", "--preset", "cuda"])
        .fails(1, &["a.protected.wav: ", "nothing to detect"]);
}

#[test]
fn a_folder_is_searched_and_unreadable_files_are_named() {
    let user = with_recordings();
    user.put("show/1.wav", user.read("a.protected.wav"));
    user.put("show/2.WAV", user.read("a.protected.wav"));
    user.put("show/notes.txt", "no audio");
    let lines = user.run(&["detect", "show", "--preset", VEIL, "--json"]).succeeds().json();
    assert_eq!(lines.len(), 2);
    user.put("show/broken.mp3", "no audio either");
    user.put("show/empty.wav", "");
    user.put("show/silent.wav", {
        let mut silent = recording(8_000, 1, 1.0);
        silent[44..].fill(0);
        silent
    });
    let ran = user.run(&["detect", "show", "--preset", VEIL]);
    assert_eq!(ran.code, Some(1));
    for line in
        ["broken.mp3: is not a WAV, FLAC", "empty.wav: the file is empty", "silent.wav: is silent"]
    {
        assert!(ran.err.contains(line), "{line} is not in {}", ran.err);
    }
    user.run(&["detect", "gone.wav", "--preset", VEIL]).fails(1, &["gone.wav: cannot be read"]);
    user.run(&["detect", "a.wav", "--preset", VEIL, "--key", "nobody"]).fails(2, &["nobody"]);
    let few = user
        .run(&["detect", "a.wav", "--preset", VEIL, "--decoys", "10"])
        .says(&["--decoys", "999"]);
    assert_eq!(few.code, Some(2));
}

#[test]
fn the_picture_is_written_and_nothing_is_overwritten() {
    let user = with_recordings();
    user.run(&["detect", "a.protected.wav", "--preset", VEIL, "--png", "a.png"]).succeeds();
    assert!(user.read("a.png").starts_with(b"\x89PNG"));
    user.run(&["detect", "a.protected.wav", "--preset", VEIL, "--png", "a.png"])
        .fails(1, &["a.png"]);
    user.run(&["detect", "a.protected.wav", "--preset", VEIL, "--png", "a.png", "--force"])
        .succeeds();
    let recording = user.read("a.protected.wav");
    assert_ne!(
        user.run(&[
            "detect",
            "a.protected.wav",
            "--preset",
            VEIL,
            "--png",
            "a.protected.wav",
            "--force"
        ])
        .code,
        Some(0)
    );
    assert_eq!(user.read("a.protected.wav"), recording);
    user.run(&["detect", "a.wav", "--preset", VEIL, "a.protected.wav", "--png", "b.png"])
        .fails(2, &["--png"]);
}

#[test]
fn no_key_is_printed() {
    let user = with_recordings();
    let secret = crate::support::command::key().to_text();
    for args in [
        &["detect", "a.protected.wav", "--preset", VEIL][..],
        &["detect", "a.protected.wav", "--preset", VEIL, "--json"],
    ] {
        let ran = user.run(args).succeeds();
        assert!(!ran.out.contains(secret.as_str()) && !ran.err.contains(secret.as_str()));
    }
}
