//! `patchveil restore` of files that carry a mark, without their record.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::time::Instant;

use crate::support::command::User;
use crate::support::{integers, programme};
use patchveil_test_support::compare::{snr_db, worst_difference_dbfs};
use patchveil_test_support::signal;
use patchveil_veil::{Preset, Recipe};
use serde_json::Value;

const RATE: u32 = 48_000;
/// 1.234 s, in samples.
const CUT: usize = 59_232;
/// Period of the mark in samples.
const PERIOD: i64 = 61_440;
/// Samples at the start of a part that depend on what was cut off.
const SETTLING: usize = 4_800;

fn rounded(bits: i32, samples: &[f32]) -> Vec<f32> {
    let steps = 2.0_f32.powi(bits - 1);
    samples.iter().map(|x| (x * steps).round() / steps).collect()
}

/// Protects `original` as a file of `bits` bits without a record, and gives the protected samples.
fn protected(user: &User, bits: u16, original: &[f32], options: &[&str]) -> Vec<f32> {
    protected_at(RATE, user, bits, original, options)
}

/// The same for samples at `rate` Hz.
fn protected_at(rate: u32, user: &User, bits: u16, original: &[f32], options: &[&str]) -> Vec<f32> {
    user.put("a.wav", integers(bits, rate, original));
    user.run(&[&["protect", "a.wav", "--no-manifest", "--force"], options].concat()).succeeds();
    user.samples("a.protected.wav")
}

/// Restores a file of these samples as `patchveil restore` does without any option but `options`.
fn restored(user: &User, file: Vec<u8>, options: &[&str]) -> (Value, Vec<f32>) {
    user.put("part.wav", file);
    let _ = std::fs::remove_file(user.path("part.restored.wav"));
    let ran = user.run(&[&["restore", "part.wav", "--json"], options].concat()).succeeds();
    (ran.json().remove(0), user.samples("part.restored.wav"))
}

fn json(recipe: &Recipe) -> Value {
    serde_json::to_value(recipe).unwrap()
}

fn assert_detected(line: &Value, preset: Preset, offset: i64) {
    assert_eq!(line["evidence"], "detection", "{line}");
    assert_eq!(line["recipe"], json(&preset.recipe()), "{preset}: {line}");
    assert_eq!(line["offset"], offset, "{preset}: {line}");
    assert!(line["expected_snr_db"].is_null() && line["snr_at_most_db"].is_null(), "{line}");
}

#[test]
fn a_whole_marked_file_is_restored_without_its_record() {
    let user = User::with_key();
    for bits in [16, 24] {
        let original = rounded(i32::from(bits), &programme(RATE, 6.0));
        let marked = protected(&user, bits, &original, &[]);
        let begun = Instant::now();
        let (line, back) = restored(&user, integers(bits, RATE, &marked), &[]);
        // Most of the time goes into finding the place.
        let (told, took) = (line["took_s"].as_f64().unwrap(), begun.elapsed().as_secs_f64());
        assert!(told > 0.5 * took && told <= took, "{told} s of {took} s");
        assert_detected(&line, Preset::Mark, 0);
        assert_eq!(line["claim"], "unknown", "{line}");
        assert_eq!(line["restored"][0]["to_s"], line["seconds"], "{line}");
        let (snr, worst) = (snr_db(&original, &back), worst_difference_dbfs(&original, &back));
        assert!(bits != 16 || snr >= 75.0, "{snr} dB");
        assert!(bits != 24 || worst <= -118.0, "{worst} dBFS");
    }
}

#[test]
fn integers_show_the_place_of_a_part_to_the_sample() {
    let user = User::with_key();
    let original = rounded(16, &programme(RATE, 6.0));
    let marked = protected(&user, 24, &original, &[]);
    let (line, back) = restored(&user, integers(24, RATE, &marked[CUT..]), &[]);
    assert_detected(&line, Preset::Mark, CUT as i64 % PERIOD);
    assert_eq!((&line["claim"], &line["integers"]["bits"]), (&"integers".into(), &16.into()));
    assert!(back[SETTLING..] == original[CUT + SETTLING..], "every sample is the original's");
}

#[test]
fn the_preset_is_found_by_what_fits_best() {
    let user = User::with_key();
    // Quiet enough for `strong` not to clip.
    let original: Vec<f32> = programme(RATE, 6.0).iter().map(|x| 0.2 * x).collect();
    for preset in [Preset::Light, Preset::Balanced, Preset::Strong] {
        let veiled = protected(&user, 24, &original, &["--preset", preset.name()]);
        let (line, back) = restored(&user, integers(24, RATE, &veiled), &[]);
        assert_detected(&line, preset, 0);
        let worst = worst_difference_dbfs(&original, &back);
        assert!(worst <= -108.0, "{preset}: {worst} dBFS");
    }
}

#[test]
fn a_part_whose_place_no_integer_shows_is_a_guess_to_some_samples() {
    let user = User::with_key();
    for bits in [16, 24] {
        let original = programme(RATE, 6.0);
        let marked = protected(&user, bits, &original, &[]);
        user.put("part.wav", integers(bits, RATE, &marked[CUT..]));
        let _ = std::fs::remove_file(user.path("part.restored.wav"));
        let refused = user.run(&["restore", "part.wav"]);
        assert!(refused.err.contains("not certain to the sample"), "{refused:?}");
        let (line, back) = restored(&user, integers(bits, RATE, &marked[CUT..]), &["--force"]);
        assert_eq!((&line["evidence"], &line["claim"]), (&"guess".into(), &"unknown".into()));
        assert_eq!(line["recipe"], json(&Preset::Mark.recipe()), "{line}");
        let apart = (line["offset"].as_i64().unwrap() - CUT as i64).rem_euclid(PERIOD);
        let apart = apart.min(PERIOD - apart);
        assert!(apart <= 8, "{bits} bits: {apart} samples beside");
        let (marked, snr) = (
            snr_db(&original[CUT + SETTLING..], &marked[CUT + SETTLING..]),
            snr_db(&original[CUT + SETTLING..], &back[SETTLING..]),
        );
        assert!(snr > marked + 25.0, "{bits} bits, {apart} samples beside: {marked} to {snr} dB");
        // Who knows the place has all of it.
        let at = CUT.to_string();
        let options = ["--preset", "mark", "--offset", &at, "--force"];
        let (_, back) = restored(&user, integers(bits, RATE, &user.samples("part.wav")), &options);
        let snr = snr_db(&original[CUT + SETTLING..], &back[SETTLING..]);
        let worst = worst_difference_dbfs(&original[CUT + SETTLING..], &back[SETTLING..]);
        assert!(bits != 16 || snr >= 75.0, "{snr} dB");
        assert!(bits != 24 || worst <= -118.0, "{worst} dBFS");
    }
}

#[test]
fn of_a_file_that_is_marked_in_part_the_rest_stays_as_it_is() {
    let user = User::with_key();
    let voice = programme(RATE, 10.0);
    let marked = protected(&user, 24, &voice, &[]);
    let jingle: Vec<f32> = signal::noise(8, 5 * RATE as usize).iter().map(|x| 0.3 * x).collect();
    let jingle = rounded(24, &jingle);
    let (line, back) =
        restored(&user, integers(24, RATE, &[&jingle[..], &marked].concat()), &["--force"]);
    let from_s = line["restored"][0]["from_s"].as_f64().unwrap();
    assert!((from_s - 5.0).abs() < 0.3, "{line}");
    let untouched = 4 * RATE as usize;
    assert!(back[..untouched] == jingle[..untouched], "the jingle stays bit for bit");
    assert!(line["expected_snr_db"].is_null() && line["snr_at_most_db"].is_null(), "{line}");
}

#[test]
fn a_mix_of_two_protected_sources_comes_back_without_a_figure() {
    let user = User::with_key();
    user.add_other("other");
    // Nothing fits a mix, so all places are tried, which takes long at 48 kHz.
    let rate = 16_000;
    let (voice, bed) =
        (rounded(16, &programme(rate, 6.0)), rounded(16, &signal::music(0, rate, 6.0)));
    for preset in ["mark", "balanced"] {
        let voice = protected_at(rate, &user, 24, &voice, &["--preset", preset]);
        let bed = protected_at(rate, &user, 24, &bed, &["--preset", preset, "--key", "other"]);
        let mix: Vec<f32> = voice.iter().zip(&bed).map(|(a, b)| 0.5 * (a + b)).collect();
        user.put("mix.wav", integers(24, rate, &mix));
        let asked = ["--preset", preset, "--offset", "0", "--force"];
        for options in [&[][..], &asked] {
            for class in [crate::support::command::CLASS, "other"] {
                let restore = ["restore", "mix.wav", "-o", "back.wav", "--json", "--key", class];
                let ran = user.run(&[&restore[..], options].concat());
                if ran.code != Some(0) && options.is_empty() {
                    // Refused, which claims nothing.
                    assert!(!ran.out.contains("snr_db") && !user.path("back.wav").exists());
                    continue;
                }
                let line = ran.json().remove(0);
                assert_eq!(line["claim"], "unknown", "{line}");
                assert!(line["expected_snr_db"].is_null() && line["snr_at_most_db"].is_null());
                std::fs::remove_file(user.path("back.wav")).unwrap();
            }
        }
    }
}
