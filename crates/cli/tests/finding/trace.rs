//! `patchveil trace` and `patchveil key echo`, as a user runs them.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::sync::Arc;

use crate::support::command::{CLASS, User, key};
use crate::support::integers;
use patchveil_test_support::signal::speech_noise;
use patchveil_veil::{ClassKey, EchoKey, Mark, MarkSettings, Marker};
use serde_json::Value;

const RATE: u32 = 16_000;

/// A recording of noise like speech as a model would make it that was trained on recordings with this key: with
/// the echo, without the pattern.
fn learned(key: &ClassKey, seed: u64, seconds: f64) -> Vec<u8> {
    let settings = MarkSettings { pattern: None, ..MarkSettings::default() };
    let mark = Mark::new(key, &settings, RATE).unwrap();
    let mut audio = speech_noise(seed, RATE, seconds);
    Marker::new(Arc::new(mark), 1).process(0, &mut [&mut audio]);
    integers(16, RATE, &audio)
}

fn plain(seed: u64, seconds: f64) -> Vec<u8> {
    integers(16, RATE, &speech_noise(seed, RATE, seconds))
}

/// A user with three recordings that carry the echo of [`CLASS`] in the folder `made`.
fn user() -> User {
    let user = User::with_key();
    for (n, name) in (1..).zip(["a", "b", "c"]) {
        user.put(format!("made/{name}.wav"), learned(&key(), n, 8.0));
    }
    user
}

fn trace(user: &User, options: &[&str]) -> Value {
    let ran = user.run(&[&["trace", "made", "--json"], options].concat()).succeeds();
    let mut objects = ran.json();
    assert_eq!(objects.len(), 1, "{ran:?}");
    objects.remove(0)
}

#[test]
fn an_object_says_all_that_was_found_and_how_to_repeat_it() {
    let user = user();
    let found = trace(&user, &["--decoys", "999", "--decoy-seed", "7"]);
    for (field, value) in [
        ("status", "done".into()),
        ("command", "trace".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("class", CLASS.into()),
        ("fingerprint", key().fingerprint().to_string().into()),
        ("echo_commitment", key().echo_key().commitment().into()),
        ("found", true.into()),
        ("found_p", 1e-6.into()),
        ("decoys", 999.into()),
        ("decoy_seed", 7.into()),
        ("decoy_p_value", 0.001.into()),
        ("seconds", 24.0.into()),
        ("unmarked", Value::Null),
        ("without_copies", Value::Null),
        ("failed", Value::Array(Vec::new())),
        ("left_out", Value::Array(Vec::new())),
    ] {
        assert_eq!(found[field], value, "{field} in {found}");
    }
    let number = |field: &str| found[field].as_f64().unwrap();
    assert!(number("p_value") <= 1e-6 && number("sigmas") > number("highest_decoy"));
    assert!(number("active_s") > 20.0 && number("took_s") > 0.0);
    assert!((1.0..=24.0).contains(&number("needed_s")), "{found}");
    let recordings = found["recordings"].as_array().unwrap();
    assert_eq!(recordings.len(), 3);
    for (recording, name) in recordings.iter().zip(["a", "b", "c"]) {
        assert_eq!(recording["input"], format!("made/{name}.wav").as_str());
        assert_eq!(recording["blake3"].as_str().unwrap().len(), 64);
        assert_eq!(
            (&recording["sample_rate_hz"], &recording["channels"]),
            (&16_000.into(), &1.into())
        );
        assert_eq!(recording["copy"], false, "a model's work has no pattern");
        assert!(recording["sigmas"].is_number() && recording["active_s"].is_number());
    }
    let curve = found["curve"].as_array().unwrap();
    assert!(curve.len() >= 10, "{found}");
    let last = curve.last().unwrap();
    for field in ["seconds", "sigmas", "p_value"] {
        assert_eq!(last[field], found[field], "{field}");
    }
    let again = trace(&user, &["--decoys", "999", "--decoy-seed", "7"]);
    for field in ["sigmas", "p_value", "highest_decoy", "curve", "needed_s"] {
        assert_eq!(found[field], again[field], "{field}");
    }
}

#[test]
fn the_echo_key_alone_gives_the_same_result_and_shows_no_more() {
    let user = user();
    let wrote = user.run(&["key", "echo", CLASS, "-o", "echo.key"]).succeeds();
    assert!(wrote.out.contains("can find and remove the echo") && !wrote.out.contains("pvecho1"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(user.path("echo.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
    }
    let content = String::from_utf8(user.read("echo.key")).unwrap();
    let (text, rest) = content.split_once('\n').unwrap();
    assert_eq!(text.parse::<EchoKey>().unwrap(), key().echo_key());
    assert_eq!(rest, format!("commitment {}\n", key().echo_key().commitment()));
    assert_eq!(user.run(&["key", "echo", CLASS]).succeeds().out, format!("{text}\n"));
    user.run(&["key", "echo", CLASS, "-o", "echo.key"]).fails(1, &["never overwritten"]);

    let by_class = trace(&user, &["--decoy-seed", "7"]);
    let other = User::new();
    other.put("echo.key", content);
    for name in ["made/a.wav", "made/b.wav", "made/c.wav"] {
        other.put(name, user.read(name));
    }
    let by_echo = trace(&other, &["--echo-key", "echo.key", "--decoy-seed", "7"]);
    for field in ["echo_commitment", "sigmas", "p_value", "decoy_p_value", "curve", "needed_s"] {
        assert_eq!(by_class[field], by_echo[field], "{field}");
    }
    assert_eq!((&by_echo["class"], &by_echo["fingerprint"]), (&Value::Null, &Value::Null));
    assert_eq!(by_echo["recordings"][0]["copy"], Value::Null, "an echo key has no pattern");
}

#[test]
fn what_is_no_echo_key_is_refused_without_repeating_it() {
    let user = user();
    user.put("typo", key().echo_key().to_text().replacen("pvecho1", "pvecho1q", 1));
    user.put("class.key", key().to_text().as_bytes());
    user.put("binary", [0xff, 0xfe]);
    for (file, part) in [
        ("typo", "must begin with pvecho1"),
        ("class.key", "must begin with pvecho1"),
        ("binary", "cannot be read"),
        ("gone", "cannot be read"),
    ] {
        user.run(&["trace", "made", "--echo-key", file]).fails(2, &[file, part]);
    }
    for text in [key().echo_key().to_text(), key().to_text()] {
        let refused = user.run(&["trace", "made", "--echo-key", &text]);
        assert!(!refused.fails(2, &["give the file it is in"]).err.contains(&text[10..40]));
    }
    user.run(&["trace", "made", "--preset", "balanced@1"]).fails(2, &["has no echo to trace"]);
}

#[test]
fn a_table_tells_people_and_a_missing_trace_is_exit_code_3() {
    let user = user();
    let found = user.run(&["trace", "made", "--png", "curve.png"]).succeeds().out;
    for part in ["made/a.wav", "Night Show: trace found in 24.0 s", "rank 1 of 10000", "curve.png"]
    {
        assert!(found.contains(part), "{part:?} is not in {found}");
    }
    assert_eq!(&user.read("curve.png")[1..4], b"PNG");
    user.run(&["trace", "made", "--png", "curve.png"]).fails(1, &["exists already"]);

    user.add_other("Other");
    let other = user.run(&["trace", "made", "--key", "Other", "--decoys", "0"]);
    assert_eq!(other.code, Some(3), "{other:?}");
    assert!(other.out.contains("Other: no trace found"), "{other:?}");

    user.put("silent.wav", integers(16, RATE, &[0.0; 32_000]));
    let silent = user.run(&["trace", "silent.wav", "--json"]);
    assert_eq!(silent.code, Some(3), "{silent:?}");
    let silent = &silent.json()[0];
    assert_eq!(silent["status"], "nothing to judge");
    assert_eq!((&silent["p_value"], &silent["needed_s"]), (&1.0.into(), &Value::Null));
}

#[test]
fn unreadable_files_are_told_and_repeats_count_once() {
    let user = user();
    let score = trace(&user, &["--decoys", "0"])["sigmas"].clone();
    user.put("made/d.wav", user.read("made/b.wav"));
    user.put("made/broken.mp3", "no audio");
    let ran = user.run(&["trace", "made", "--json", "--decoys", "0"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ran = ran
        .says(&["made/broken.mp3: ", "made/d.wav: skipped, it has the same bytes as made/b.wav"]);
    let all = &ran.json()[0];
    assert_eq!(all["sigmas"], score);
    assert_eq!(all["recordings"].as_array().unwrap().len(), 3);
    assert_eq!(all["left_out"][0]["input"], "made/d.wav");
    assert_eq!(all["failed"][0]["input"], "made/broken.mp3");
}

#[test]
fn a_copy_is_told_from_what_a_model_made() {
    let user = user();
    user.put("own.wav", plain(9, 12.0));
    user.run(&["protect", "own.wav", "-o", "made/own.wav"]).succeeds();
    let found = trace(&user, &[]);
    let copies: Vec<&Value> =
        found["recordings"].as_array().unwrap().iter().map(|one| &one["copy"]).collect();
    assert_eq!(copies, [false, false, false, true]);
    assert!(found["recordings"][3]["pattern_p_value"].as_f64().unwrap() <= 1e-6);
    let without = &found["without_copies"];
    assert_eq!((&without["seconds"], &without["found"]), (&24.0.into(), &true.into()));
    let copy = user.run(&["trace", "made/own.wav"]).out;
    assert!(copy.contains("without the copies: no trace found in 0.0 s"), "{copy}");
    let table = user.run(&["trace", "made"]).succeeds().out;
    assert!(table.contains("found: a copy") && table.contains("a copy and not a model's work"));
}

/// A marked recording of noise like speech.
fn marked(seed: u64, seconds: f64) -> Vec<f32> {
    let mark = Mark::new(&key(), &MarkSettings::default(), RATE).unwrap();
    let mut audio = speech_noise(seed, RATE, seconds);
    Marker::new(Arc::new(mark), 1).process(0, &mut [&mut audio]);
    audio
}

#[test]
fn a_copy_at_another_speed_is_told_too() {
    let user = user();
    let whole = marked(9, 30.0);
    // Every sample 1.02 further on: 2 % faster.
    let faster = |n: usize| {
        let at = n as f64 * 1.02;
        let share = at.fract() as f32;
        whole[at as usize] * (1.0 - share) + whole[at as usize + 1] * share
    };
    let faster: Vec<f32> = (0..(whole.len() as f64 / 1.02) as usize - 2).map(faster).collect();
    user.put("made/faster.wav", integers(16, RATE, &faster));
    let found = trace(&user, &[]);
    assert_eq!(found["recordings"][3]["copy"], true, "{found}");
}

#[test]
fn many_short_copies_show_together_and_nothing_is_left_without_them() {
    let user = User::with_key();
    let whole = marked(9, 15.0);
    for (n, piece) in whole.chunks_exact(RATE as usize / 2).enumerate() {
        user.put(format!("made/{n:02}.wav"), integers(16, RATE, piece));
    }
    let found = trace(&user, &["--decoys", "0"]);
    let recordings = found["recordings"].as_array().unwrap();
    assert!(recordings.iter().all(|one| one["copy"] == false), "too short to show: {found}");
    let together = &found["pattern_together"];
    assert_eq!((&together["files"], &together["copies"]), (&30.into(), &true.into()));
    assert_eq!(together["p_value"], 0.001);
    let without = &found["without_copies"];
    assert_eq!((&without["seconds"], &without["found"]), (&0.0.into(), &false.into()));
    let table = user.run(&["trace", "made", "--decoys", "0"]).out;
    assert!(table.contains("not shown") && table.contains("together they carry the pattern"));
    // Those of a model that learned the echo do not.
    for n in 0..30 {
        user.put(format!("model/{n}.wav"), learned(&key(), n, 0.5));
    }
    let model = &user.run(&["trace", "model", "--json", "--decoys", "0"]).json()[0];
    assert_eq!(model["pattern_together"]["copies"], false, "{model}");
    assert_eq!(model["without_copies"], Value::Null);
}

#[test]
fn recordings_can_be_compared_with_unmarked_ones() {
    let user = user();
    for (name, seed) in [("own/1.wav", 31), ("own/2.wav", 32)] {
        user.put(name, plain(seed, 10.0));
    }
    let found = trace(&user, &["--unmarked", "own"]);
    assert_eq!(found["unmarked"]["seconds"], 20.0);
    assert_eq!(found["unmarked"]["recordings"].as_array().unwrap().len(), 2);
    assert_eq!(found["found"], true);
    // Those that carry the echo hide it.
    for n in 40..44 {
        user.put(format!("marked/{n}.wav"), learned(&key(), n, 10.0));
    }
    let ran = user.run(&["trace", "made", "--unmarked", "marked"]);
    ran.says(&["given with --unmarked seem to carry the echo themselves"]);
}
