//! The default: a mark and nothing else. What its owner relies on, with the command and real files.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use std::path::Path;

use patchveil::wav::WavReader;
use patchveil_test_support::compare::{peak, power, worst_difference_dbfs};
use patchveil_test_support::signal;
use patchveil_veil::Preset;
use support::command::User;
use support::plain;

const RATE: u32 = 48_000;

/// Speech as loud as programmes are, −20 dBFS or more, with its peaks limited.
fn programme(seconds: f64) -> Vec<f32> {
    let voice = signal::speech(3, RATE, seconds);
    let gain = 0.15 / power(&voice).sqrt();
    voice.iter().map(|x| ((gain * f64::from(*x)).tanh() * 0.9) as f32).collect()
}

/// A mono file of integers of `bits` bits.
fn file(bits: u16, samples: &[f32]) -> Vec<u8> {
    let steps = 2.0_f64.powi(i32::from(bits) - 1);
    let bytes = |x: &f32| {
        let integer = (f64::from(*x) * steps).round() as i32;
        integer.to_le_bytes()[..usize::from(bits / 8)].to_vec()
    };
    let data: Vec<u8> = samples.iter().flat_map(bytes).collect();
    plain(1, 1, RATE, bits, &data)
}

fn samples(user: &User, name: &str) -> Vec<f32> {
    let mut planar = Vec::new();
    WavReader::open(&user.path(Path::new(name)))
        .unwrap()
        .read_block(usize::MAX, &mut planar)
        .unwrap();
    planar.remove(0)
}

/// Signal-to-noise ratio in dB of `back` as a copy of `original`.
fn snr_db(original: &[f32], back: &[f32]) -> f64 {
    let error: Vec<f32> = original.iter().zip(back).map(|(x, y)| y - x).collect();
    10.0 * (power(original) / power(&error)).log10()
}

#[test]
fn a_file_comes_back_to_75_db_from_16_bits_and_within_118_dbfs_from_24() {
    let user = User::with_key();
    for bits in [16, 24] {
        user.put("a.wav", file(bits, &programme(6.0)));
        user.run(&["protect", "a.wav", "--force"]).succeeds();
        let done = user.run(&["restore", "a.veiled.wav", "--force", "--json"]).succeeds().json();
        assert_eq!(done[0]["evidence"], "manifest");
        assert_eq!(done[0]["recipe"], serde_json::to_value(Preset::Mark.recipe()).unwrap());
        let (original, back) = (samples(&user, "a.wav"), samples(&user, "a.restored.wav"));
        let (snr, worst) = (snr_db(&original, &back), worst_difference_dbfs(&original, &back));
        assert!(bits != 16 || snr >= 75.0, "{snr} dB");
        assert!(bits != 24 || worst <= -118.0, "{worst} dBFS");
    }
}

#[test]
fn it_changes_little_and_its_level_can_be_set() {
    let user = User::with_key();
    user.put("a.wav", file(24, &programme(4.0)));
    let change = |options: &[&str]| -> f64 {
        let ran = user.run(&[&["protect", "a.wav", "--force", "--json"], options].concat());
        let line = ran.succeeds().json().remove(0);
        assert_eq!(line["patches"], 0, "the veil's, which is not there");
        line["snr_db"].as_f64().unwrap()
    };
    let usual = change(&[]);
    assert!(usual > 18.0, "{usual} dB");
    let quieter = change(&["--mark-level", "-6"]);
    assert!((quieter - usual - 6.0).abs() < 0.2, "{usual} and {quieter} dB");
    assert!(peak(&samples(&user, "a.veiled.wav")) < 1.0);
}

#[test]
fn a_marked_file_is_on_record_verified_and_not_marked_again() {
    let user = User::with_key();
    user.put("show/a.wav", file(16, &programme(1.0)));
    user.run(&["protect", "show", "-o", "out"]).succeeds();
    user.run(&["verify", "out"]).succeeds();
    let skipped = "skipped, out/a.wav is its protected version";
    assert!(user.run(&["protect", "show", "-o", "out"]).err.contains(skipped));
    user.run(&["protect", "out/a.wav", "-o", "twice.wav"]).fails(1, &["is protected already"]);
    // Other settings are another recipe.
    user.run(&["protect", "show", "-o", "out", "--mark-level", "-3"])
        .fails(1, &["out/a.wav: exists already"]);
}
