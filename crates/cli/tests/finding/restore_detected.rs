//! `patchveil restore` without a manifest: recipe and position are found in the audio, or the file is
//! refused.

use crate::support::command::{CLASS, User};
use crate::support::{floats, integers};
use patchveil_test_support::signal;
use patchveil_veil::Preset;

/// Speech-like sound, as floats that no integer format holds exactly.
fn speech(rate: u32, seconds: f64) -> Vec<f32> {
    signal::speech(3, rate, seconds)
}

/// Period of the presets in samples at 16 kHz.
const PERIOD: i64 = 1_280;

#[test]
fn the_position_of_a_part_without_a_record_is_found_to_the_sample() {
    let user = User::with_key();
    let original = speech(16_000, 24.0);
    for recipe in [&["--preset", "balanced@1"][..], &[]] {
        user.put("a.wav", floats(16_000, &original));
        user.run(&["protect", "a.wav", "--preset", "balanced@1", "--force", "--no-manifest"])
            .succeeds();
        let cut = 54_321;
        user.put("part.wav", floats(16_000, &user.samples("a.protected.wav")[cut..]));
        let ran = user.run(&[&["restore", "part.wav", "--force", "--json"], recipe].concat());
        let done = &ran.succeeds().json()[0];
        assert_eq!((&done["evidence"], &done["is_original"]), (&"detection".into(), &().into()));
        assert_eq!(
            done["recipe"],
            serde_json::to_value(Preset::Balanced.recipe_of_version(1).unwrap()).unwrap()
        );
        assert_eq!(done["offset"].as_i64().unwrap(), cut as i64 % PERIOD, "{recipe:?}");
        let apart = original[cut..].iter().zip(user.samples("part.restored.wav"));
        // For a few milliseconds, the beginning depends on what was cut off.
        let worst = apart.skip(2_000).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-6, "{recipe:?}: {worst}");
    }
}

#[test]
fn both_layers_are_taken_off_a_part_by_preset_and_place() {
    let user = User::with_key();
    let original = speech(16_000, 12.0);
    user.put("a.wav", floats(16_000, &original));
    user.run(&["protect", "a.wav", "--preset", "balanced", "--no-manifest"]).succeeds();
    let cut = 54_321;
    user.put("part.wav", floats(16_000, &user.samples("a.protected.wav")[cut..]));
    let restore = ["restore", "part.wav", "--preset", "balanced", "--offset", "54321", "--json"];
    let done = user.run(&restore).succeeds().json();
    assert_eq!((&done[0]["evidence"], &done[0]["offset"]), (&"detection".into(), &cut.into()));
    let apart = original[cut..].iter().zip(user.samples("part.restored.wav"));
    let worst = apart.skip(4_000).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "{worst}");
}

#[test]
fn both_layers_are_found_and_taken_off_a_part_without_its_record() {
    let user = User::with_key();
    let original = speech(16_000, 16.0);
    user.put("a.wav", floats(16_000, &original));
    user.run(&["protect", "a.wav", "--preset", "balanced", "--no-manifest"]).succeeds();
    let cut = 54_321;
    user.put("part.wav", floats(16_000, &user.samples("a.protected.wav")[cut..]));
    let done = user.run(&["restore", "part.wav", "--json"]).succeeds().json();
    let recipe = serde_json::to_value(Preset::Balanced.recipe()).unwrap();
    assert_eq!((&done[0]["recipe"], &done[0]["claim"]), (&recipe, &"unknown".into()));
    // The mark's period is 1.28 s.
    assert_eq!(done[0]["offset"], cut % 20_480);
    let apart = original[cut..].iter().zip(user.samples("part.restored.wav"));
    let worst = apart.skip(4_000).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "{worst}");
}

#[test]
fn a_few_seconds_are_enough_for_a_float_file_made_from_integers() {
    let user = User::with_key();
    let original = speech(16_000, 12.0);
    let rounded: Vec<f32> = original.iter().map(|x| (x * 32_768.0).round() / 32_768.0).collect();
    user.put("a.wav", floats(16_000, &rounded));
    user.run(&["protect", "a.wav", "--preset", "balanced@1", "--no-manifest"]).succeeds();
    let veiled = user.samples("a.protected.wav");
    user.put("part.wav", floats(16_000, &veiled[12_345..108_345]));
    user.run(&["restore", "part.wav", "--preset", "balanced@1"]).succeeds();
    let restored = user.samples("part.restored.wav");
    assert!(restored[800..] == rounded[13_145..108_345], "exactly, but for the beginning");
}

#[test]
fn a_file_that_does_not_carry_the_key_is_not_restored() {
    let user = User::with_key();
    user.add_other("other");
    user.put("a.wav", integers(16, 16_000, &speech(16_000, 12.0)));
    user.run(&["protect", "a.wav", "--preset", "balanced@1", "--no-manifest"]).succeeds();
    user.put("short.wav", integers(16, 16_000, &speech(16_000, 0.1)));
    let files = user.files();
    let not_found = ["this key is not found in it", "nothing was written", "--force"];
    user.run(&["restore", "a.protected.wav", "--key", "other"]).fails(1, &not_found);
    user.run(&["restore", "a.wav"]).fails(1, &not_found);
    user.run(&["restore", "short.wav"])
        .fails(1, &["too short or too quiet", "nothing was written"]);
    user.run(&["restore", "a.protected.wav", "--preset", "balanced@1", "--offset", "1000"])
        .fails(1, &["not at --offset 1000", "near ", "leave --offset out"]);
    assert_eq!(user.files(), files);
    user.run(&["restore", "a.protected.wav", "--preset", "balanced@1", "--offset", "0"]).succeeds();
    // By force it is restored, but replaces nothing.
    let restored = user.read("a.restored.wav");
    for forced in [["a.wav", CLASS], ["a.protected.wav", "other"]] {
        user.run(&["restore", forced[0], "--key", forced[1], "--force"])
            .fails(1, &["a.restored.wav: exists already", "a result that is only forced"]);
    }
    assert!(user.read("a.restored.wav") == restored);
    user.run(&["restore", "a.wav", "--key", CLASS, "--force", "-o", "forced.wav"]).succeeds();
}

#[test]
fn a_file_that_was_changed_since_is_not_restored_by_its_record() {
    let user = User::with_key();
    let original = speech(16_000, 12.0);
    user.put("a.wav", floats(16_000, &original));
    user.run(&["protect", "a.wav", "--preset", "balanced@1"]).succeeds();
    // Moved by some samples, which leaves length and record as they were.
    let mut moved = user.samples("a.protected.wav");
    moved.rotate_left(700);
    user.put("a.protected.wav", floats(16_000, &moved));
    let done = user.run(&["restore", "a.protected.wav", "--force", "--json"]).succeeds().json();
    assert_eq!((&done[0]["evidence"], &done[0]["offset"]), (&"detection".into(), &700.into()));
    let restored = user.samples("a.restored.wav");
    let apart = original[1_500..190_000].iter().zip(&restored[800..]);
    assert!(apart.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) < 1e-6);
}
