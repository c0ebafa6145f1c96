//! Recordings that were protected and encoded in a lossy format in one step are restored by their record.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;

use crate::support::command::{Ran, User, is_there, recording, skipped};
use patchveil_test_support::compare::snr_db;
use serde_json::Value;

/// Restores a file to `back.wav`; gives the line of JSON.
fn restore(user: &User, name: &str, options: &[&str]) -> Value {
    let _ = fs::remove_file(user.path("back.wav"));
    let args = [&["restore", name, "-o", "back.wav", "--json"], options].concat();
    done(user.run(&args)).json()[0].clone()
}

/// Checks that all went well, with a note on the format.
fn done(ran: Ran) -> Ran {
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("is in a lossy format"), "{ran:?}");
    ran
}

/// The samples of a file at 44.1 kHz, as ffmpeg decodes it.
fn decoded(user: &User, name: &str) -> Vec<f32> {
    let args = ["-v", "error", "-y", "-i", name, "-ar", "44100", "-c:a", "pcm_f32le", "is.wav"];
    let ffmpeg = std::process::Command::new("ffmpeg");
    assert!(user.within(ffmpeg, &args).status().unwrap().success(), "{name}");
    user.samples("is.wav")
}

#[test]
fn a_lossy_output_is_restored_by_its_record_and_no_figure_is_claimed() {
    if !is_there("ffmpeg") {
        skipped("restoring lossy outputs", "ffmpeg is not installed", true);
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(44_100, 1, 4.0));
    for (name, rate) in
        [("a.mp3", 44_100), ("a.opus", 48_000), ("a.ogg", 44_100), ("a.m4a", 44_100)]
    {
        let offset = ["--preset", "balanced", "--offset", "100001"];
        user.run(&[&["protect", "a.wav", "-o", name], &offset[..]].concat()).succeeds();
        let line = restore(&user, name, &[]);
        assert_eq!((&line["evidence"], &line["claim"]), (&"manifest".into(), &"unknown".into()));
        assert_eq!(line["is_lossy"], true, "{line}");
        assert!(line["expected_snr_db"].is_null() && line["snr_at_most_db"].is_null(), "{line}");
        let offset = (100_001.0 * f64::from(rate) / 44_100.0).round();
        assert_eq!(line["offset"].as_f64(), Some(offset), "{name}: {line}");
        let original = user.samples("a.wav");
        let (before, after) = (decoded(&user, name), decoded(&user, "back.wav"));
        let len = original.len().min(before.len()).min(after.len());
        let snr = |samples: &[f32]| snr_db(&original[..len], &samples[..len]);
        assert!(
            snr(&after) > snr(&before) + 6.0,
            "{name}: {} dB, and {} dB unrestored",
            snr(&after),
            snr(&before)
        );
    }
    // The record is found whatever the file is called now.
    fs::rename(user.path("a.mp3"), user.path("b.mp3")).unwrap();
    assert_eq!(restore(&user, "b.mp3", &[])["evidence"], "manifest");
    fs::remove_file(user.path("back.wav")).unwrap();
    let ran = done(user.run(&["restore", "b.mp3", "-o", "back.wav"]));
    assert!(ran.out.contains("a file in a lossy format does not show"), "{ran:?}");
    // The original is never replaced by what only comes close.
    let ran = user.run(&["restore", "b.mp3", "-o", "a.wav", "--force"]);
    assert_ne!(ran.code, Some(0), "{ran:?}");
    ran.says(&["is the original itself"]);
}

#[test]
fn a_lossy_output_that_was_changed_since_is_not_the_file_on_record() {
    if !is_there("ffmpeg") {
        skipped("restoring lossy outputs", "ffmpeg is not installed", true);
        return;
    }
    let user = User::with_key();
    user.put("a.wav", recording(44_100, 1, 8.0));
    user.run(&["protect", "a.wav", "-o", "a.mp3", "--preset", "balanced"]).succeeds();
    let changed = [&user.read("a.mp3")[..], b"TAG", &[b' '; 125]].concat();
    user.put("a.mp3", changed);
    let line = restore(&user, "a.mp3", &[]);
    assert_eq!(line["evidence"], "detection", "{line}");
    assert_eq!(line["claim"], "not_the_protected_file", "{line}");
}
