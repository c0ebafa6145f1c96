//! `patchveil restore` on files of which only a part was protected: the rest stays as it is, bit for bit.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::ops::Range;

use crate::support::command::User;
use crate::support::{floats, integers};
use patchveil_test_support::compare::snr_db;
use patchveil_test_support::signal;

const RATE: u32 = 16_000;

/// Chords with a decay and drum hits: a jingle as radio stations have.
fn jingle(seconds: f64) -> Vec<f32> {
    let (tones, hits) = (signal::music(2, RATE, seconds), signal::noise(7, tones_len(seconds)));
    let hit = |n: usize| (-((n % (RATE as usize / 2)) as f32) / 600.0).exp();
    let mix = |(n, (tone, noise)): (usize, (&f32, f32))| 0.4 * tone + 0.2 * noise * hit(n);
    tones.iter().zip(hits).enumerate().map(mix).collect()
}

fn tones_len(seconds: f64) -> usize {
    (f64::from(RATE) * seconds) as usize
}

/// Protects `voice` as `file` makes it, puts it between jingles, and restores it all at the offset of
/// the voice. Gives the original, the restored samples and the line of JSON.
fn between_jingles(
    user: &User,
    file: impl Fn(&[f32]) -> Vec<u8>,
    preset: &str,
    (before, after): (&[f32], &[f32]),
    voice: &[f32],
) -> (Vec<f32>, Vec<f32>, serde_json::Value) {
    user.put("voice.wav", file(voice));
    let protect = ["protect", "voice.wav", "--preset", preset, "--no-manifest", "--force"];
    user.run(&protect).succeeds();
    user.put("before.wav", file(before));
    user.put("after.wav", file(after));
    let part = |name: &str| user.samples(name);
    let original = [part("before.wav"), part("voice.wav"), part("after.wav")].concat();
    let all = [part("before.wav"), part("voice.protected.wav"), part("after.wav")].concat();
    user.put("all/a.wav", file(&all));
    let offset = format!("-{}", before.len());
    let restore = ["restore", "all/a.wav", "--preset", preset, "--offset", &offset];
    let table = user.run(&[&restore[..], &["-o", "table.wav"]].concat()).succeeds().out;
    std::fs::remove_file(user.path("table.wav")).unwrap();
    assert!(table.contains("restored from"), "{table}");
    let line = user.run(&[&restore[..], &["-o", "back.wav", "--json"]].concat()).succeeds().json();
    let back = user.samples("back.wav");
    std::fs::remove_file(user.path("back.wav")).unwrap();
    (original, back, line[0].clone())
}

/// The stretches that were restored, in samples.
fn stretches(line: &serde_json::Value) -> Vec<Range<usize>> {
    let sample =
        |value: &serde_json::Value| (value.as_f64().unwrap() * f64::from(RATE)).round() as usize;
    let stretches = line["restored"].as_array().unwrap().iter();
    stretches.map(|part| sample(&part["from_s"])..sample(&part["to_s"])).collect()
}

#[test]
fn jingles_around_a_protected_voice_stay_bit_for_bit() {
    let user = User::with_key();
    let voice = signal::speech(3, RATE, 8.0);
    let (before, after) = (jingle(3.01), jingle(2.5));
    let patch = RATE as usize / 25;
    for preset in ["light", "balanced", "strong"] {
        let (original, back, line) =
            between_jingles(&user, |x| integers(24, RATE, x), preset, (&before, &after), &voice);
        let found = stretches(&line);
        let right = before.len()..before.len() + voice.len();
        assert_eq!(found.len(), 1, "{preset}: {line}");
        assert!(found[0].start.abs_diff(right.start) <= patch, "{preset}: {found:?}");
        assert!(found[0].end.abs_diff(right.end) <= patch, "{preset}: {found:?}");
        let (start, end) = (right.start - patch, right.end + patch);
        assert!(original[..start] == back[..start] && original[end..] == back[end..]);
        let inner = right.start + 3 * patch..right.end - patch;
        let snr = snr_db(&original[inner.clone()], &back[inner]);
        assert!(snr > 60.0, "{preset}: {snr} dB");
        // No figure: nothing shows that the voice is exactly as it was protected.
        assert_eq!(line["claim"], "unknown", "{line}");
        assert!(line["expected_snr_db"].is_null() && line["snr_at_most_db"].is_null(), "{line}");
    }
}

#[test]
fn where_the_original_consists_of_integers_the_seams_are_found_to_the_sample() {
    let user = User::with_key();
    let integers = |samples: Vec<f32>| -> Vec<f32> {
        samples.iter().map(|x| (x * 32_768.0).round() / 32_768.0).collect()
    };
    let (before, voice) = (integers(jingle(2.345)), integers(signal::speech(3, RATE, 6.0)));
    let after = integers(jingle(2.111));
    let (original, back, line) =
        between_jingles(&user, |x| floats(RATE, x), "balanced", (&before, &after), &voice);
    let right = before.len()..before.len() + voice.len();
    assert_eq!(stretches(&line), std::slice::from_ref(&right), "{line}");
    assert!(original == back, "every sample is the original's");
    assert_eq!(line["claim"], "integers", "{line}");
    assert_eq!(line["integers"]["bits"], 16, "{line}");
}

#[test]
fn a_wholly_protected_recording_is_never_cut() {
    let user = User::with_key();
    let quiet: Vec<f32> = signal::noise(5, 4 * RATE as usize).iter().map(|x| 4e-5 * x).collect();
    let voice = signal::speech(4, RATE, 6.0);
    let pause = [&voice[..], &quiet, &voice].concat();
    let silence = [&voice[..], &vec![0.0; 5 * RATE as usize], &voice].concat();
    for (name, recording) in [
        ("speech", signal::speech(3, RATE, 12.0)),
        ("music", jingle(12.0)),
        ("tones", signal::music(1, RATE, 12.0)),
        ("noise", signal::noise(3, 12 * RATE as usize).iter().map(|x| 0.3 * x).collect()),
        ("a quiet pause", pause),
        ("digital silence", silence),
    ] {
        for depth in [16, 24] {
            user.put("a.wav", integers(depth, RATE, &recording));
            for preset in ["light", "strong"] {
                let protect = ["protect", "a.wav", "--preset", preset, "--no-manifest", "--force"];
                user.run(&protect).succeeds();
                let restore = ["restore", "a.protected.wav", "--preset", preset, "--offset", "0"];
                let line = user.run(&[&restore[..], &["--force", "--json"]].concat()).succeeds();
                let found = stretches(&line.json()[0]);
                let whole = 0..recording.len();
                assert_eq!(found, std::slice::from_ref(&whole), "{name}, {depth} bits, {preset}");
            }
        }
    }
}
