//! The default: a mark and nothing else. What its owner relies on, with the command and real files.

use crate::support::command::{User, key};
use crate::support::{integers, programme};
use patchveil_test_support::compare::{peak, snr_db, worst_difference_dbfs};
use patchveil_veil::Preset;

const RATE: u32 = 48_000;

#[test]
fn a_file_comes_back_to_75_db_from_16_bits_and_within_118_dbfs_from_24() {
    let user = User::with_key();
    for bits in [16, 24] {
        user.put("a.wav", integers(bits, RATE, &programme(RATE, 6.0)));
        user.run(&["protect", "a.wav", "--force"]).succeeds();
        let done = user.run(&["restore", "a.protected.wav", "--force", "--json"]).succeeds().json();
        assert_eq!(done[0]["evidence"], "manifest");
        assert_eq!(done[0]["recipe"], serde_json::to_value(Preset::Mark.recipe()).unwrap());
        let (original, back) = (user.samples("a.wav"), user.samples("a.restored.wav"));
        let (snr, worst) = (snr_db(&original, &back), worst_difference_dbfs(&original, &back));
        assert!(bits != 16 || snr >= 75.0, "{snr} dB");
        assert!(bits != 24 || worst <= -118.0, "{worst} dBFS");
    }
}

#[test]
fn it_changes_little_and_its_level_can_be_set() {
    let user = User::with_key();
    user.put("a.wav", integers(24, RATE, &programme(RATE, 4.0)));
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
    assert!(peak(&user.samples("a.protected.wav")) < 1.0);
}

#[test]
fn a_marked_file_is_on_record_verified_and_not_marked_again() {
    let user = User::with_key();
    user.put("show/a.wav", integers(16, RATE, &programme(RATE, 1.0)));
    user.run(&["protect", "show", "-o", "out"]).succeeds();
    user.run(&["verify", "out"]).succeeds();
    let skipped = "skipped, out/a.wav is its protected version";
    assert!(user.run(&["protect", "show", "-o", "out"]).err.contains(skipped));
    user.run(&["protect", "out/a.wav", "-o", "twice.wav"]).fails(1, &["is protected already"]);
    // Other settings are another recipe.
    user.run(&["protect", "show", "-o", "out", "--mark-level", "-3"])
        .fails(1, &["out/a.wav: exists already"]);
}

#[test]
fn a_mark_that_is_asked_to_be_louder_than_its_key_allows_says_at_what_level_it_acts() {
    let user = User::with_key();
    user.put("a.wav", integers(24, RATE, &programme(RATE, 2.0)));
    let highest = Preset::Mark.recipe().mark.unwrap().level(&key()).unwrap().highest_db;
    let protect = |level: &str, options: &[&str]| {
        let args = ["protect", "a.wav", "--force", "--mark-level", level];
        user.run(&[&args[..], options].concat()).succeeds()
    };
    let held = format!("mark level +12.0 dB is held at {highest:+.1} dB");
    assert!(protect("12", &[]).out.contains(&held));
    let line = protect("12", &["--json"]).json().remove(0);
    let level =
        serde_json::json!({"asked_db": 12.0, "in_force_db": highest, "highest_db": highest});
    assert_eq!(line["mark_level"], level);
    let before_and_after = ["inspect", "a.wav", "a.protected.wav"];
    let inspected = user.run(&before_and_after).succeeds().out;
    let on_record = format!("mark level        +12.0 dB on record, held at {highest:+.1} dB");
    assert!(inspected.contains(&on_record), "{inspected}");
    let inspected = user.run(&[&before_and_after[..], &["--json"]].concat()).succeeds().json();
    assert_eq!(inspected[0]["mark_level"], level);
    let restore = ["restore", "a.protected.wav", "-o", "back.wav"];
    assert!(user.run(&restore).succeeds().out.contains(&held));
    protect("-3", &["-o", "quiet.wav"]);
    let both = ["restore", "a.protected.wav", "quiet.wav", "-o", "both", "--force"];
    let both = user.run(&both).succeeds().out;
    assert!(both.contains(&format!("1 of 2 files: {held}")), "{both}");
    assert_eq!(both.matches("mark level").count(), 1, "{both}");

    // What is said is what acts.
    let loudest = user.samples("a.protected.wav");
    let named = protect(&highest.to_string(), &[]).out;
    assert!(named.contains(&format!("mark level {highest:+.1} dB")) && !named.contains("held"));
    let apart = snr_db(&loudest, &user.samples("a.protected.wav"));
    assert!(apart > snr_db(&user.samples("a.wav"), &loudest) + 40.0, "{apart} dB");
    assert!(!protect("0", &[]).out.contains("mark level"));
}

#[test]
fn a_recipe_that_no_key_lets_be_as_loud_as_asked_says_so() {
    let user = User::new();
    let ran = user.run(&["recipe", "--mark-level", "12"]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(0), 1), "{ran:?}");
    let recipe: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(recipe["mark"]["level_db"], 12.0);
    let all_keys = "by 64 of 64 keys tried";
    ran.says(&["mark level +12.0 dB is held back", all_keys, "protect says what your key does"]);
    user.run(&["recipe", "--mark-level", "0.5"]).succeeds();

    // From the lowest level on that a key holds.
    let all = Preset::Mark.recipe().mark.unwrap().highest_levels_db(64).unwrap();
    let asked = all[0] + 0.1;
    let some = user.run(&["recipe", "--mark-level", &format!("{asked:.1}")]);
    let holding = all.iter().filter(|level| **level < asked - 0.05).count();
    assert!((1..64).contains(&holding) && some.err.lines().count() == 1, "{some:?}");
    some.says(&[&format!("is held back by {holding} of 64 keys tried, at {:+.1} dB", all[0])]);
}
