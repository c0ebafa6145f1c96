//! `patchveil detect --reference`.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::io::Cursor;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use crate::support::command::{CLASS, User, key, recording, skipped};
use patchveil::Watch;
use patchveil::detect::{Candidate, DECOYS_MIN, Request, search};
use patchveil_veil::{ClassKey, Preset};

/// Eleven seconds of speech.
const SPEECH: &[u8] = include_bytes!("../../../../assets/demo.wav");
/// An amount, in percent, at which two seconds are not expected to be enough without the original.
const FAINT: &str = "5";

/// A user with `a.wav`, its protected version, and `part.wav`, two seconds from second 6 on of that.
fn with_excerpt() -> User {
    let user = User::with_key();
    user.put("a.wav", SPEECH);
    user.run(&["protect", "a.wav", "--preset", "balanced@1", "--amount", FAINT]).succeeds();
    user.put("part.wav", part(&user.read("a.protected.wav"), 6.0, 1, |x| x));
    user
}

/// Two seconds of a WAV file from `start_s` on, in as many equal channels as are asked for.
fn part(wav: &[u8], start_s: f64, channels: u16, each: impl Fn(i16) -> i16) -> Vec<u8> {
    let mut reader = hound::WavReader::new(Cursor::new(wav)).unwrap();
    let spec = hound::WavSpec { channels, ..reader.spec() };
    reader.seek((start_s * f64::from(spec.sample_rate)) as u32).unwrap();
    let mut out = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut out, spec).unwrap();
    for sample in reader.samples::<i16>().take(2 * spec.sample_rate as usize) {
        let sample = each(sample.unwrap());
        (0..channels).for_each(|_| writer.write_sample(sample).unwrap());
    }
    writer.finalize().unwrap();
    out.into_inner()
}

/// Asserts that the class is found in `file` with the original, at the right position.
fn is_found_with_the_original(user: &User, file: &str) {
    let with = user.run(&["detect", file, "--reference", "a.wav", "--json"]).succeeds();
    let with = with.json().remove(0);
    assert_eq!((&with["found"], &with["class"]), (&true.into(), &CLASS.into()), "{file}");
    assert_eq!(with["p_value"], 0.001, "{file}");
    assert_eq!(with["reference"], "a.wav", "{file}");
    let start_s = with["reference_start_s"].as_f64().unwrap();
    assert!((start_s - 6.0).abs() < 0.05, "{file}: {start_s} s");
    assert!(with["correlation"].as_f64().unwrap() > 0.7, "{file}: {with}");
}

#[test]
fn two_faint_seconds_are_found_with_the_original() {
    let user = with_excerpt();
    is_found_with_the_original(&user, "part.wav");
    let protected = user.read("a.protected.wav");
    user.put("quiet.wav", part(&protected, 6.0, 1, |x| x / 4));
    is_found_with_the_original(&user, "quiet.wav");
    user.put("stereo.wav", part(&protected, 6.0, 2, |x| -x));
    is_found_with_the_original(&user, "stereo.wav");
}

/// The decoys are drawn from a fixed seed, so that the figures are the same in every run. What is found
/// without the original is not asserted: a detector may get better.
#[test]
fn two_faint_seconds_score_far_above_the_decoys_with_the_original() {
    let user = with_excerpt();
    let preset = |preset: Preset| (preset.to_string(), preset.recipe());
    let request = Request {
        candidates: vec![Candidate { class: CLASS.to_owned(), key: key() }],
        recipes: Preset::restorable()
            .map(preset)
            .filter(|(_, recipe)| recipe.veil.is_some())
            .collect(),
        decoys: DECOYS_MIN,
        seed: 1,
        reference: Some(user.path("a.wav")),
    };
    let watch = Watch { stop: &AtomicBool::new(false), progress: &|_| {} };
    let finding = search(&user.path("part.wav"), &request, &watch).unwrap().findings.remove(0);
    assert!(finding.found && finding.p_value == 0.001, "p = {}", finding.p_value);
    // 6.2 when this was written; 2.8 without the original.
    assert!(finding.sigmas > 5.5, "{} σ", finding.sigmas);
}

#[test]
fn two_faint_seconds_are_found_after_codecs_and_at_another_rate() {
    let user = with_excerpt();
    for (options, to) in [
        (&["-c:a", "libmp3lame", "-b:a", "64k"][..], "part.mp3"),
        (&["-c:a", "libmp3lame", "-b:a", "128k"], "better.mp3"),
        (&["-ar", "16000"], "slow.wav"),
        (&["-ar", "44100", "-ac", "2"], "cd.wav"),
    ] {
        let mut args = vec!["-nostdin", "-v", "error", "-i", "part.wav"];
        args.extend_from_slice(options);
        args.push(to);
        match user.within(Command::new("ffmpeg"), &args).status() {
            Ok(status) => assert!(status.success(), "ffmpeg {args:?}"),
            Err(error) => return skipped("excerpts after codecs", &error.to_string(), true),
        }
        is_found_with_the_original(&user, to);
    }
}

#[test]
fn a_key_that_was_not_used_is_not_found_with_the_original_either() {
    let user = with_excerpt();
    // Always the same, for one key in a thousand is found by chance.
    user.put("key.txt", ClassKey::from_bytes([7; 32]).to_text().as_bytes());
    user.run(&["key", "import", "key.txt", "--name", "Morning Show"]).succeeds();
    let args = ["detect", "part.wav", "--reference", "a.wav", "--all-keys", "--json"];
    let lines = user.run(&args).succeeds().json();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!(line["found"], line["class"] == CLASS, "{line}");
    }
    // Nor is anything found in the original itself.
    user.put("bare.wav", part(SPEECH, 6.0, 1, |x| x));
    let bare = user.run(&["detect", "bare.wav", "--reference", "a.wav", "--json"]);
    assert_eq!(bare.code, Some(3), "{}", bare.err);
    let bare = bare.json().remove(0);
    assert!(bare["correlation"].as_f64().unwrap() > 0.999, "{bare}");
    assert_eq!(bare["p_value"], 1.0, "{bare}");
}

#[test]
fn an_unusable_reference_is_named_with_the_reason() {
    let user = with_excerpt();
    let detect = |reference: &str| user.run(&["detect", "part.wav", "--reference", reference]);
    user.put("other.wav", recording(44_100, 2, 8.0));
    detect("other.wav")
        .fails(1, &["part.wav: is not part of other.wav", "correlation is at most", "original"]);
    user.put("silent.wav", {
        let mut silent = recording(8_000, 1, 1.0);
        silent[44..].fill(0);
        silent
    });
    detect("silent.wav").fails(1, &["silent.wav: the reference is silent"]);
    detect("gone.wav").fails(1, &["gone.wav: cannot be read"]);
    detect("./part.wav").fails(1, &["part.wav: is the reference itself"]);
    user.put("text.mp3", "no audio");
    detect("text.mp3").fails(1, &["text.mp3: is not a WAV"]);
    // The line for scripts is about the input all the same.
    let args = ["detect", "part.wav", "--reference", "other.wav", "--json"];
    let line = user.run(&args).json().remove(0);
    assert_eq!((&line["status"], &line["input"]), (&"failed".into(), &"part.wav".into()));
    user.run(&["detect", "silent.wav", "--reference", "a.wav"])
        .fails(1, &["silent.wav: is silent"]);
}

#[test]
fn a_reference_belongs_to_one_excerpt() {
    let user = with_excerpt();
    user.run(&["detect", "part.wav", "a.protected.wav", "--reference", "a.wav"])
        .fails(2, &["--reference", "one input"]);
    user.put("long.wav", recording(8_000, 1, 301.0));
    user.run(&["detect", "long.wav", "--reference", "a.wav"])
        .fails(1, &["long.wav: is longer than 5 minutes"]);
}

#[test]
fn the_picture_is_drawn_with_a_reference_too() {
    let user = with_excerpt();
    let args = ["detect", "part.wav", "--reference", "a.wav", "--png", "a.png"];
    let ran = user.run(&args).succeeds();
    assert!(ran.out.contains("reference  a.wav, from 6.000 s on"), "{ran:?}");
    assert!(user.read("a.png").starts_with(b"\x89PNG"));
    let original = user.read("a.wav");
    let onto = ["detect", "part.wav", "--reference", "a.wav", "--png", "a.wav", "--force"];
    assert_ne!(user.run(&onto).code, Some(0));
    assert_eq!(user.read("a.wav"), original);
}
