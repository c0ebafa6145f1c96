//! What `restore` claims without a record: a file that was changed since it was protected must never come back
//! with a high figure.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::process::Command;

use crate::support::command::User;
use crate::support::{chunk, fmt_body, integer_bytes, integers, riff};
use patchveil_test_support::compare::{power, snr_db};
use patchveil_test_support::signal;
use patchveil_veil::Preset;
use serde_json::Value;

const RATE: u32 = 48_000;

/// Restores `name` to back.wav, and gives the table and the line of JSON.
fn restore(user: &User, name: &str, options: &[&str]) -> (String, Value) {
    let restore = [&["restore", name, "-o", "back.wav"], options].concat();
    let _ = std::fs::remove_file(user.path("back.wav"));
    let table = user.run(&restore).succeeds().out;
    std::fs::remove_file(user.path("back.wav")).unwrap();
    let json = user.run(&[&restore[..], &["--json"]].concat()).succeeds().json();
    (table, json[0].clone())
}

/// Checks that no figure is claimed.
fn assert_unknown((table, line): &(String, Value), what: &str) {
    assert_eq!(line["claim"], "unknown", "{what}: {line}");
    assert!(
        line["expected_snr_db"].is_null() && line["snr_at_most_db"].is_null(),
        "{what}: {line}"
    );
    assert!(table.contains("unknown") && !table.contains("dB below"), "{what}: {table}");
}

const AT_0: [&str; 4] = ["--preset", "balanced", "--offset", "0"];

#[test]
fn an_encoded_file_comes_back_without_a_figure() {
    let user = User::with_key();
    user.put("demo.wav", include_bytes!("../../../../assets/demo.wav"));
    let voice: Vec<f32> = user.samples("demo.wav").iter().map(|x| 0.4954 * x).collect();
    user.put("a.wav", integers(24, RATE, &voice));
    user.run(&["protect", "a.wav", "--preset", "balanced", "--no-manifest"]).succeeds();
    for (codec, name) in [
        (&["-c:a", "libmp3lame", "-b:a", "64k"][..], "a.mp3"),
        (&["-c:a", "libopus", "-b:a", "32k"], "a.opus"),
    ] {
        let encoded = user.path(name);
        let run = |args: &[&str], from: &std::path::Path, to: &std::path::Path| {
            let mut ffmpeg = Command::new("ffmpeg");
            ffmpeg.args(["-loglevel", "error", "-y", "-i"]).arg(from).args(args).arg(to);
            ffmpeg.status().is_ok_and(|status| status.success())
        };
        let decoded = user.path("mixed/a.wav");
        std::fs::create_dir_all(decoded.parent().unwrap()).unwrap();
        if !run(codec, &user.path("a.protected.wav"), &encoded) {
            eprintln!("skipped: ffmpeg with {name} is not installed");
            continue;
        }
        assert!(run(&["-c:a", "pcm_s24le"], &encoded, &decoded));
        let claimed = restore(&user, "mixed/a.wav", &AT_0);
        let snr = snr_db(&voice, &user.samples("back.wav"));
        assert!(snr < 30.0, "{name}: {snr} dB, so this shows nothing");
        assert_unknown(&claimed, name);
        // Nor is it taken for several parts.
        let restored = &claimed.1["restored"];
        assert_eq!(restored.as_array().map(Vec::len), Some(1), "{restored}");
        assert_eq!(restored[0]["to_s"], claimed.1["seconds"]);
    }
}

#[test]
fn a_music_bed_as_loud_as_the_voice_gives_no_figure() {
    let user = User::with_key();
    let rate = 16_000;
    let (voice, bed) = (signal::speech(3, rate, 12.0), signal::music(0, rate, 12.0));
    user.put("a.wav", integers(24, rate, &voice));
    user.run(&["protect", "a.wav", "--preset", "balanced", "--no-manifest"]).succeeds();
    let veiled = user.samples("a.protected.wav");
    let loudness = |x: &[f32]| power(&x.iter().map(|x| f64::from(*x)).collect::<Vec<_>>()).sqrt();
    let gain = (loudness(&voice) / loudness(&bed)) as f32;
    let mixed: Vec<f32> = veiled.iter().zip(&bed).map(|(a, b)| a + gain * b).collect();
    user.put("mix.wav", integers(24, rate, &mixed));
    let claimed = restore(&user, "mix.wav", &AT_0);
    assert!(snr_db(&voice, &user.samples("back.wav")) < 10.0);
    assert!(claimed.1["expected_snr_db"].is_null(), "{}", claimed.1);
    assert!(claimed.1["snr_at_most_db"].as_f64().is_none_or(|snr| snr < 15.0), "{}", claimed.1);
}

#[test]
fn a_position_or_preset_that_fits_less_well_is_told_and_gives_no_high_figure() {
    let user = User::with_key();
    let rate = 16_000;
    let voice = signal::speech(3, rate, 24.0);
    user.put("a.wav", integers(24, rate, &voice));
    user.run(&["protect", "a.wav", "--preset", "balanced", "--no-manifest"]).succeeds();
    let balanced = serde_json::to_value(Preset::Balanced.recipe()).unwrap();
    for (asked, told, field, better) in [
        (["balanced", "4"], "offset 0 clearly fits better", "better_offset", &0.into()),
        (["balanced", "-9"], "offset 0 clearly fits better", "better_offset", &0.into()),
        (["strong", "0"], "recipe balanced clearly fits better", "better_recipe", &balanced),
        (["light", "0"], "recipe balanced clearly fits better", "better_recipe", &balanced),
    ] {
        let options = ["--preset", asked[0], "--offset", asked[1]];
        let (table, line) = restore(&user, "a.protected.wav", &options);
        assert!(table.contains(told), "{asked:?}: {table}");
        assert_eq!(&line[field], better, "{asked:?}: {line}");
        assert!(line["expected_snr_db"].is_null(), "{asked:?}: {line}");
        let real = snr_db(&voice, &user.samples("back.wav"));
        // A milder preset would also fit better if the file had been changed since.
        let claimed = line["snr_at_most_db"].as_f64();
        assert_eq!(claimed.is_none(), asked[0] == "strong", "{asked:?}: {line}");
        assert!(claimed.is_none_or(|snr| (snr - real).abs() < 2.0), "{asked:?}: {real}, {line}");
    }
    // What is right is not questioned.
    let right = restore(&user, "a.protected.wav", &AT_0);
    assert_unknown(&right, "the right one");
    assert!(right.1["better_offset"].is_null() && right.1["better_recipe"].is_null());
    assert!(!right.0.contains("fits better"), "{}", right.0);
}

#[test]
fn the_manifest_says_what_is_right_where_something_else_is_asked_for() {
    let user = User::with_key();
    let rate = 16_000;
    let voice = signal::speech(3, rate, 8.0);
    user.put("a.wav", integers(24, rate, &voice));
    user.run(&["protect", "a.wav", "--preset", "balanced"]).succeeds();
    for asked in [["--offset", "4"], ["--preset", "light"]] {
        let (table, line) = restore(&user, "a.protected.wav", &asked);
        let real = snr_db(&voice, &user.samples("back.wav"));
        let claimed = line["snr_at_most_db"].as_f64().unwrap();
        assert!((claimed - real).abs() < 1.0, "{asked:?}: {claimed} dB claimed, {real} dB real");
        assert!(table.contains("fits better"), "{asked:?}: {table}");
    }
}

#[test]
fn a_file_that_is_not_the_one_on_record_is_said_to_be_another() {
    let user = User::with_key();
    let rate = 16_000;
    user.put("a.wav", integers(24, rate, &signal::speech(3, rate, 12.0)));
    user.run(&["protect", "a.wav", "--preset", "balanced"]).succeeds();
    // Somebody made it quieter, which leaves its length as it was.
    let veiled = user.samples("a.protected.wav");
    let quieter: Vec<f32> = veiled.iter().map(|x| 0.7 * x).collect();
    user.put("a.protected.wav", integers(24, rate, &quieter));
    let (table, line) = restore(&user, "a.protected.wav", &[]);
    assert_eq!(line["claim"], "not_the_protected_file", "{line}");
    assert!(line["expected_snr_db"].is_null() && line["snr_at_most_db"].is_null(), "{line}");
    assert!(table.contains("not the file that was protected"), "{table}");
}

#[test]
fn sixteen_bits_in_a_wider_file_prove_themselves_over_the_whole_length() {
    let user = User::with_key();
    let rate = 16_000;
    let rounded = |x: &f32| (x * 32_768.0).round() / 32_768.0;
    let voice: Vec<f32> = signal::speech(3, rate, 12.0).iter().map(rounded).collect();
    user.put("a.wav", integers(24, rate, &voice));
    user.run(&["protect", "a.wav", "--preset", "balanced", "--no-manifest"]).succeeds();
    let (table, line) = restore(&user, "a.protected.wav", &AT_0);
    assert_eq!((&line["claim"], &line["integers"]["bits"]), (&"integers".into(), &16.into()));
    assert_eq!(line["integers"]["share"], 1.0, "{line}");
    assert!(table.contains("integers of 16 bits"), "{table}");
    assert!(user.samples("back.wav") == voice, "every sample is the original's");
    // Its second half was mixed with something since.
    let mut veiled = user.samples("a.protected.wav");
    let bed = signal::music(0, rate, 12.0);
    let half = veiled.len() / 2;
    veiled[half..].iter_mut().zip(&bed).for_each(|(x, bed)| *x += 0.01 * bed);
    user.put("mixed.wav", integers(24, rate, &veiled));
    let claimed = restore(&user, "mixed.wav", &AT_0);
    assert_unknown(&claimed, "half of it");
    let share = claimed.1["integers"]["share"].as_f64().unwrap();
    assert!((0.3..0.7).contains(&share), "{share}");
    let back = user.samples("back.wav");
    assert!(back[..half - 2_048] == voice[..half - 2_048], "the first half is exact");
}

#[test]
fn the_timeline_of_a_broadcast_file_says_where_it_begins() {
    let user = User::with_key();
    let rate = 16_000;
    let late = 12_345_u64;
    let mut bext = vec![0; 602];
    bext[338..346].copy_from_slice(&late.to_le_bytes());
    let voice = signal::speech(3, rate, 8.0);
    let broadcast = riff(&[
        chunk(b"bext", &bext),
        chunk(b"fmt ", &fmt_body(1, 1, rate, 24)),
        chunk(b"data", &integer_bytes(24, &voice)),
    ]);
    user.put("a.wav", broadcast);
    let protect = ["protect", "a.wav", "--preset", "balanced", "--timeline", "bext"];
    user.run(&[&protect[..], &["--no-manifest"]].concat()).succeeds();
    for position in
        [&["--timeline", "bext"][..], &["--offset", "12345"], &["--offset", "0.7715625s"]]
    {
        let options = [&["--preset", "balanced"], position].concat();
        let (_, line) = restore(&user, "a.protected.wav", &options);
        assert_eq!((&line["offset"], &line["evidence"]), (&late.into(), &"detection".into()));
        let back = user.samples("back.wav");
        assert!(snr_db(&voice, &back) > 80.0, "{position:?}");
    }
    user.put("plain.wav", integers(24, rate, &user.samples("a.protected.wav")));
    user.run(&["restore", "plain.wav", "--timeline", "bext"])
        .fails(1, &["plain.wav: has no bext chunk", "--offset"]);
    let both = user.run(&["restore", "plain.wav", "--timeline", "bext", "--offset", "0"]);
    assert!(both.code == Some(2) && both.err.contains("cannot be used with"), "{both:?}");
}
