//! `patchveil restore` without a manifest, by what the plug-in noted of its renders.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use patchveil_receipts::{NAME, Receipt};
use patchveil_test_support::compare::{snr_db, worst_difference_dbfs};
use patchveil_test_support::signal;
use patchveil_veil::{Preset, Recipe};
use serde_json::Value;
use support::command::{Ran, User, key};
use support::receipts::{note, receipt_at};
use support::{integers, programme};

const RATE: u32 = 16_000;
const SECONDS: f64 = 10.0;
/// Where the render begins in the project: at no whole number of periods.
const POSITION: i64 = 123_456;
const OLDER: &str = "2026-11-01T10:00:00Z";
const NEWER: &str = "2026-11-02T11:30:00Z";

/// A receipt of a render of the whole recording.
fn receipt(recipe: &Recipe, position: i64, time: &str) -> Receipt {
    receipt_at(RATE, recipe, position, (SECONDS * f64::from(RATE)) as usize, time)
}

/// A preset with its mark at another level and its veil, if it has one, at another amount.
fn recipe(preset: Preset, level_db: f64, amount: f64) -> Recipe {
    let mut recipe = preset.recipe();
    recipe.mark.as_mut().unwrap().level_db = level_db;
    if let Some(veil) = &mut recipe.veil {
        veil.amount = amount;
    }
    recipe
}

fn mark(level_db: f64) -> Recipe {
    recipe(Preset::Mark, level_db, 100.0)
}

/// What a host bounces from [`POSITION`] on, `bounce.wav`, as the command makes the same samples.
fn bounce(user: &User, original: &[f32], bits: u16, recipe: &Recipe) {
    user.put("session/a.wav", integers(bits, RATE, original));
    user.put("session/recipe.json", serde_json::to_string(recipe).unwrap());
    let offset = POSITION.to_string();
    let protect = ["protect", "session/a.wav", "--recipe", "session/recipe.json", "--no-manifest"];
    let protect = [&protect[..], &["--offset", &offset, "-o", "bounce.wav", "--force"]].concat();
    user.run(&protect).succeeds();
}

/// Replaces the receipts next to the bounce by these, noted in this order.
fn noted(user: &User, recipes: [&Recipe; 2]) {
    let _ = std::fs::remove_file(user.path(NAME));
    let [older, newer] = recipes;
    note(user, ".", &[receipt(older, POSITION, OLDER), receipt(newer, POSITION, NEWER)]);
}

fn restore(user: &User) -> Ran {
    let _ = std::fs::remove_file(user.path("back.wav"));
    user.run(&["restore", "bounce.wav", "-o", "back.wav", "--json"])
}

fn json(recipe: &Recipe) -> Value {
    serde_json::to_value(recipe).unwrap()
}

#[test]
fn of_two_receipts_the_file_shows_which_is_its_own_and_it_is_restored_as_exactly_as_by_a_manifest()
{
    let user = User::with_key();
    let original = programme(RATE, SECONDS);
    let pairs = [
        (16, [mark(-3.0), mark(0.0)]),
        (24, [mark(0.0), mark(-3.0)]),
        (24, [recipe(Preset::Balanced, -3.0, 100.0), recipe(Preset::Strong, 0.0, 66.6)]),
    ];
    for (bits, [own, other]) in &pairs {
        bounce(&user, &original, *bits, own);
        let before = user.samples("session/a.wav");
        for (recipes, time) in [([own, other], OLDER), ([other, own], NEWER)] {
            noted(&user, recipes);
            let done = restore(&user).succeeds().json().remove(0);
            assert_eq!((&done["recipe"], &done["evidence"]), (&json(own), &"detection".into()));
            assert_eq!((&done["offset"], &done["claim"]), (&POSITION.into(), &"unknown".into()));
            assert_eq!(done["receipt"]["time"], *time, "{done}");
            let after = user.samples("back.wav");
            match bits {
                16 => assert!(snr_db(&before, &after) >= 75.0, "{}", snr_db(&before, &after)),
                _ if own.veil.is_none() => {
                    let apart = worst_difference_dbfs(&before, &after);
                    assert!(apart <= -118.0, "{apart} dBFS");
                }
                _ => assert!(snr_db(&before, &after) >= 100.0, "{}", snr_db(&before, &after)),
            }
        }
    }
    let table = user.run(&["restore", "bounce.wav", "-o", "again.wav"]).succeeds().out;
    assert!(table.contains("detection, by the receipt of 2026-11-02 11:30:00 UTC"), "{table}");
}

#[test]
fn where_no_receipt_fits_that_is_said_and_nothing_is_written() {
    let user = User::with_key();
    let original = programme(RATE, SECONDS);
    bounce(&user, &original, 24, &mark(-3.0));
    let restore = ["restore", "bounce.wav", "-o", "back.wav"];
    let unfit = ["this key is found in it", "none of the 2 renders", "nothing was written"];
    for others in [[mark(-9.0), recipe(Preset::Strong, -3.0, 100.0)], [mark(-9.0), mark(2.0)]] {
        noted(&user, [&others[0], &others[1]]);
        user.run(&restore).fails(1, &unfit);
    }
    // The right recipe for another place.
    std::fs::remove_file(user.path(NAME)).unwrap();
    let elsewhere = [1_000, -3_000].map(|by| receipt(&mark(-3.0), POSITION + by, OLDER));
    note(&user, ".", &elsewhere);
    let far = [i64::MIN, i64::MAX].map(|far| receipt(&mark(-3.0), far, OLDER));
    note(&user, ".", &far);
    user.run(&restore).fails(1, &unfit);
    assert!(!user.path("back.wav").exists());
    // With recipe and place it is restored.
    let given = ["--recipe", "session/recipe.json", "--offset", "123456"];
    user.run(&[&restore[..], &given].concat()).succeeds();
}

#[test]
fn receipts_that_a_file_does_not_tell_apart_are_not_chosen_by_chance() {
    let user = User::with_key();
    let original = programme(RATE, SECONDS);
    bounce(&user, &original, 16, &mark(-3.0));
    noted(&user, [&mark(-3.0), &mark(-3.2)]);
    let ran = user.run(&["restore", "bounce.wav", "-o", "back.wav"]);
    ran.fails(1, &["2026-11-01 10:00:00", "2026-11-02 11:30:00", "fit about as well"]);
    assert!(!user.path("back.wav").exists());
    // Two that are held at the same level are the same.
    let highest = mark(0.0).mark.unwrap().level(&key()).unwrap().highest_db;
    let (louder, loudest) = (mark(highest + 1.0), mark(12.0));
    bounce(&user, &original, 16, &loudest);
    noted(&user, [&loudest, &louder]);
    let done = restore(&user).succeeds().json().remove(0);
    assert_eq!(done["mark_level"]["in_force_db"], highest);
    assert!(snr_db(&user.samples("session/a.wav"), &user.samples("back.wav")) >= 75.0);
}

#[test]
fn receipts_change_nothing_for_a_file_that_was_made_without_the_plug_in() {
    let user = User::with_key();
    user.put("a.wav", integers(24, RATE, &signal::speech(5, RATE, SECONDS)));
    user.run(&["protect", "a.wav", "-o", "bounce.wav", "--no-manifest"]).succeeds();
    note(&user, ".", &[receipt(&mark(-6.0), 0, OLDER)]);
    let done = restore(&user).succeeds().json().remove(0);
    assert_eq!((&done["recipe"], &done["offset"]), (&json(&mark(0.0)), &0.into()));
    assert!(done.get("receipt").is_none());
    assert!(worst_difference_dbfs(&user.samples("a.wav"), &user.samples("back.wav")) <= -118.0);
}
