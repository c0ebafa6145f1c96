//! `patchveil detect`: the mark, found where it is and nowhere else.

use std::process::Command;

use crate::support::command::{CLASS, User};
use crate::support::integers;
use patchveil_test_support::signal;
use serde_json::Value;

const RATE: u32 = 48_000;
const OTHER: &str = "Morning Show";

/// A voice as loud as programmes are.
fn voice(seed: u64, seconds: f64) -> Vec<f32> {
    let voice = signal::speech(seed, RATE, seconds);
    let peak = voice.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    voice.iter().map(|x| x * 0.5 / peak).collect()
}

/// A user with a marked recording `a.protected.wav` of six seconds, and the original `a.wav`.
fn with_recordings() -> User {
    let user = User::with_key();
    user.put("a.wav", integers(16, RATE, &voice(3, 6.0)));
    user.run(&["protect", "a.wav"]).succeeds();
    user
}

/// What `detect` says of the file in JSON, and its exit code.
fn detect(user: &User, args: &[&str]) -> (Value, Option<i32>) {
    let ran = user.run(&[&["detect", "--json"], args].concat());
    (ran.json().remove(0), ran.code)
}

#[test]
fn a_marked_file_is_distinguished_from_its_original() {
    let user = with_recordings();
    let (found, code) = detect(&user, &["a.protected.wav"]);
    assert_eq!(code, Some(0));
    assert_eq!((&found["status"], &found["class"]), (&"done".into(), &CLASS.into()));
    assert_eq!(found["found"], true);
    let number = |name: &str| found[name].as_f64().unwrap_or_else(|| panic!("{name} in {found}"));
    assert!(number("p_value") < 1e-12, "{found}");
    assert_eq!(number("decoy_p_value"), 0.001);
    assert_eq!(number("speed"), 1.0);
    // It began at 0, known to half a hop.
    let (offset, period) = (number("offset_s"), number("period_samples") / f64::from(RATE));
    assert!(offset.min(period - offset) < 0.006, "{offset} s");
    assert!(number("covered_s") > 5.9 && number("took_s") > 0.0, "{found}");

    let (bare, code) = detect(&user, &["a.wav"]);
    assert_eq!(code, Some(3));
    assert_eq!(bare["found"], false);
    assert!(bare["p_value"].as_f64().unwrap() > 1e-3, "{bare}");
    assert_eq!(bare["covered"].as_array().unwrap().len(), 0);
}

#[test]
fn a_published_excerpt_of_three_seconds_is_enough() {
    let user = with_recordings();
    for (options, to) in [
        (&["-ss", "1.7", "-t", "3", "-c:a", "libmp3lame", "-b:a", "64k"][..], "a.mp3"),
        (&["-ss", "2", "-t", "3", "-c:a", "aac", "-b:a", "128k"], "a.m4a"),
        (&["-ss", "2.9", "-t", "3", "-c:a", "flac", "-sample_fmt", "s16"], "a.flac"),
        (&["-ss", "2.9", "-t", "3", "-c:a", "libvorbis", "-b:a", "96k"], "a.ogg"),
    ] {
        let input = ["-nostdin", "-v", "error", "-i", "a.protected.wav"];
        let args = [&input[..], options, &[to]].concat();
        match user.within(Command::new("ffmpeg"), &args).status() {
            Ok(status) => assert!(status.success(), "ffmpeg {args:?}"),
            Err(_) if std::env::var_os("PATCHVEIL_REQUIRE_TOOLS").is_none() => return,
            Err(error) => panic!("ffmpeg is not there: {error}"),
        }
        let (found, code) = detect(&user, &[to]);
        assert_eq!((code, &found["found"]), (Some(0), &true.into()), "{to}: {found}");
    }
}

#[test]
fn the_seconds_that_carry_the_mark_are_named() {
    let user = User::with_key();
    user.put("a.wav", integers(16, RATE, &voice(3, 10.0)));
    user.run(&["protect", "a.wav"]).succeeds();
    let jingle = voice(9, 12.0);
    let parts = [&jingle[..], &user.samples("a.protected.wav"), &jingle];
    user.put("show.wav", integers(16, RATE, &parts.concat()));
    let (found, _) = detect(&user, &["show.wav"]);
    let covered = found["covered"].as_array().unwrap();
    assert_eq!(covered.len(), 1, "{found}");
    let (start, end) = (covered[0][0].as_f64().unwrap(), covered[0][1].as_f64().unwrap());
    // To one stretch of 2.56 s.
    assert!((start - 12.0).abs() < 2.6 && (end - 22.0).abs() < 2.6, "{start} to {end} s");
}

#[test]
fn two_marked_sources_in_one_mix_are_both_found_and_no_third() {
    let user = User::with_key();
    user.add_other(OTHER);
    user.add_other("Nobody");
    for (name, seed, class) in [("a", 3, CLASS), ("b", 4, OTHER)] {
        user.put(format!("{name}.wav"), integers(16, RATE, &voice(seed, 10.0)));
        user.run(&["protect", &format!("{name}.wav"), "--key", class]).succeeds();
    }
    let (a, b) = (user.samples("a.protected.wav"), user.samples("b.protected.wav"));
    user.put(
        "mix.wav",
        integers(16, RATE, &a.iter().zip(&b).map(|(a, b)| 0.7 * (a + b)).collect::<Vec<_>>()),
    );
    let lines = user.run(&["detect", "mix.wav", "--all-keys", "--json"]).succeeds().json();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(line["found"], line["class"] != "Nobody", "{line}");
        assert_eq!(line["pairs"], 3, "p-values are corrected for all keys");
    }
    // Of several that are asked for by name, all have to be there.
    let ran = user.run(&["detect", "mix.wav", "--key", CLASS, "--key", "Nobody"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.out.contains("yes") && ran.out.contains("no"), "{}", ran.out);
}

#[test]
fn a_file_without_sound_is_nothing_to_judge_and_no_failure() {
    let user = User::with_key();
    user.put("silent.wav", integers(16, RATE, &vec![0.0; 96_000]));
    user.put("short.wav", integers(16, RATE, &voice(1, 0.2)));
    for name in ["silent.wav", "short.wav"] {
        let (line, code) = detect(&user, &[name]);
        assert_eq!((code, &line["status"]), (Some(3), &"nothing to judge".into()));
        assert!(line.get("found").is_none(), "{line}");
    }
    let ran = user.run(&["detect", "silent.wav"]);
    assert!(ran.code == Some(3) && ran.out.contains("nothing to judge"), "{}", ran.out);
}

#[test]
fn a_changed_speed_is_found_and_told() {
    let user = with_recordings();
    // The file says 48,480 Hz: everything runs 1 % faster, as on another clock.
    let mut faster = user.read("a.protected.wav");
    faster[24..28].copy_from_slice(&48_480_u32.to_le_bytes());
    user.put("fast.wav", faster);
    let (found, code) = detect(&user, &["fast.wav"]);
    assert_eq!(code, Some(0), "{found}");
    assert!((found["speed"].as_f64().unwrap() - 1.01).abs() < 0.0015, "{found}");
    assert_eq!(found["pitch_moved"], true);
}

#[test]
fn a_folder_is_searched_and_its_picture_shows_what_was_found() {
    let user = with_recordings();
    user.put("show/1.wav", user.read("a.protected.wav"));
    user.put("show/2.WAV", user.read("a.wav"));
    user.put("show/notes.txt", "no audio");
    user.add_other(OTHER);
    let args = ["detect", "show", "--all-keys", "--png", "show.png"];
    let ran = user.run(&args);
    assert_eq!(ran.code, Some(3), "one of both carries no key");
    assert!(user.read("show.png").starts_with(b"\x89PNG"));
    user.run(&args).fails(1, &["show.png"]);
    let recording = user.read("show/1.wav");
    let onto = user.run(&["detect", "show/1.wav", "--png", "show/1.wav", "--force"]);
    assert_ne!(onto.code, Some(0));
    assert_eq!(user.read("show/1.wav"), recording);

    user.put("show/broken.mp3", "no audio either");
    let ran = user.run(&["detect", "show"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("broken.mp3: is not a WAV, FLAC"), "{}", ran.err);
}

#[test]
fn a_file_of_version_1_is_not_taken_for_marked_and_the_way_to_find_it_is_told() {
    let user = User::with_key();
    user.put("a.wav", integers(16, RATE, &voice(3, 8.0)));
    user.run(&["protect", "a.wav", "--preset", "balanced@1"]).succeeds();
    let ran = user.run(&["detect", "a.protected.wav"]);
    assert!(ran.code == Some(3) && ran.out.contains("--preset balanced@1"), "{}", ran.out);
    user.run(&["detect", "a.protected.wav", "--preset", "balanced@1"]).succeeds();
}

#[test]
fn no_key_is_printed() {
    let user = with_recordings();
    let secret = crate::support::command::key().to_text();
    for args in [&["detect", "a.protected.wav"][..], &["detect", "a.protected.wav", "--json"]] {
        let ran = user.run(args).succeeds();
        assert!(!ran.out.contains(secret.as_str()) && !ran.err.contains(secret.as_str()));
    }
}
