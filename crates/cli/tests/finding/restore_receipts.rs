//! `patchveil restore` without a manifest, by what the plug-in noted of its renders. How the right receipt is chosen is tested where it is done.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use crate::support::command::{Ran, User, key};
use crate::support::receipts::{note, receipt_at};
use crate::support::{integers, programme};
use patchveil_receipts::{NAME, Receipt};
use patchveil_test_support::compare::{snr_db, worst_difference_dbfs};
use patchveil_veil::{Preset, Recipe};
use serde_json::Value;

const RATE: u32 = 16_000;
const SECONDS: f64 = 10.0;
/// Of what is refused, which takes long.
const SHORT_S: f64 = 6.0;
/// Where the render begins in the project: at no whole number of periods.
const POSITION: i64 = 123_456;
const OLDER: &str = "2026-11-01T10:00:00Z";
const NEWER: &str = "2026-11-02T11:30:00Z";

/// A receipt of a render of the whole recording.
fn receipt(recipe: &Recipe, position: i64, time: &str) -> Receipt {
    receipt_at(RATE, recipe, position, (SECONDS * f64::from(RATE)) as usize, time)
}

/// The same of a short one.
fn short(recipe: &Recipe, position: i64, time: &str) -> Receipt {
    receipt_at(RATE, recipe, position, (SHORT_S * f64::from(RATE)) as usize, time)
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

/// Replaces the receipts next to the bounce by these.
fn noted(user: &User, receipts: &[Receipt]) {
    let _ = std::fs::remove_file(user.path(NAME));
    note(user, ".", receipts);
}

/// An older and a newer render at [`POSITION`].
fn two(older: &Recipe, newer: &Recipe) -> [Receipt; 2] {
    [receipt(older, POSITION, OLDER), receipt(newer, POSITION, NEWER)]
}

const RESTORE: [&str; 4] = ["restore", "bounce.wav", "-o", "back.wav"];

fn restore(user: &User) -> Ran {
    let _ = std::fs::remove_file(user.path("back.wav"));
    user.run(&[&RESTORE[..], &["--json"]].concat())
}

fn json(recipe: &Recipe) -> Value {
    serde_json::to_value(recipe).unwrap()
}

#[test]
fn of_two_receipts_the_file_shows_which_is_its_own() {
    let user = User::with_key();
    let original = programme(RATE, SECONDS);
    let strong = recipe(Preset::Strong, 0.0, 66.6);
    for (bits, own, other) in [
        (16, mark(-3.0), mark(0.0)),
        (24, mark(0.0), mark(-3.0)),
        (24, recipe(Preset::Balanced, -3.0, 100.0), strong),
    ] {
        bounce(&user, &original, bits, &own);
        noted(&user, &two(&other, &own));
        let done = restore(&user).succeeds().json().remove(0);
        assert_eq!((&done["recipe"], &done["evidence"]), (&json(&own), &"detection".into()));
        assert_eq!((&done["offset"], &done["claim"]), (&POSITION.into(), &"unknown".into()));
        assert_eq!(done["receipt"]["time"], NEWER, "{done}");
        let (before, after) = (user.samples("session/a.wav"), user.samples("back.wav"));
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

#[test]
fn the_table_names_the_receipt_and_the_gain_that_is_still_in_the_result() {
    let user = User::with_key();
    bounce(&user, &programme(RATE, SECONDS), 24, &mark(0.0));
    let own = receipt(&mark(0.0), POSITION, NEWER);
    for (gain, says) in [(Some(0.5), "quieter by 6.0 dB"), (None, "gain varied")] {
        noted(&user, &[Receipt { gain, ..own.clone() }]);
        let done = restore(&user).says(&[says]).json().remove(0);
        assert!(done["note"].as_str().is_some_and(|note| note.contains(says)), "{done}");
    }
    noted(&user, &[own]);
    let _ = std::fs::remove_file(user.path("back.wav"));
    let ran = user.run(&RESTORE).succeeds();
    let table = &ran.out;
    assert!(table.contains("detection, by the receipt of 2026-11-02 11:30:00 UTC"), "{table}");
}

#[test]
fn where_no_receipt_fits_what_is_likeliest_is_said_besides_and_nothing_is_written() {
    let user = User::with_key();
    bounce(&user, &programme(RATE, SHORT_S), 24, &mark(-3.0));
    // Another level, and the right recipe for another place, and of another length.
    let own = short(&mark(-3.0), POSITION, OLDER);
    let others = [
        short(&mark(-9.0), POSITION, NEWER),
        short(&mark(-3.0), POSITION + 1_000, NEWER),
        Receipt { frames: own.frames / 2, ..own },
    ];
    noted(&user, &others);
    let unfit = ["this key is found in it", "nothing was written", "none of the 3 renders", NAME];
    user.run(&RESTORE).fails(1, &unfit);
    assert!(!user.path("back.wav").exists());
    // With recipe and place it is restored.
    let given = ["--recipe", "session/recipe.json", "--offset", "123456"];
    user.run(&[&RESTORE[..], &given].concat()).succeeds();
}

#[test]
fn receipts_that_a_file_does_not_tell_apart_are_not_chosen_by_chance() {
    let user = User::with_key();
    let original = programme(RATE, SECONDS);
    bounce(&user, &original, 16, &mark(-3.0));
    noted(&user, &two(&mark(-3.0), &mark(-3.2)));
    let alike = ["2026-11-01 10:00:00", "2026-11-02 11:30:00", "123456", "mark -3.2 dB", NAME];
    user.run(&RESTORE).fails(1, &[&alike[..], &["fit about as well"]].concat());
    assert!(!user.path("back.wav").exists());
    let done = user.run(&[&RESTORE[..], &["--json", "--force"]].concat()).succeeds().json();
    assert_eq!(done[0]["evidence"], "guess");
    // Two that are held at the same level are the same.
    let highest = mark(0.0).mark.unwrap().level(&key()).unwrap().highest_db;
    let (louder, loudest) = (mark(highest + 1.0), mark(12.0));
    bounce(&user, &original, 16, &loudest);
    noted(&user, &two(&loudest, &louder));
    let done = restore(&user).succeeds().json().remove(0);
    assert_eq!(done["mark_level"]["in_force_db"], highest);
    assert!(snr_db(&user.samples("session/a.wav"), &user.samples("back.wav")) >= 75.0);
}

#[test]
fn of_two_receipts_for_near_places_the_wrong_one_is_never_taken() {
    let user = User::with_key();
    bounce(&user, &programme(RATE, SECONDS), 24, &mark(-3.0));
    let own = receipt(&mark(-3.0), POSITION, OLDER);
    let near = receipt(&mark(-3.0), POSITION + 40, NEWER);
    noted(&user, &[own, near]);
    let done = restore(&user).succeeds().json().remove(0);
    assert_eq!((&done["offset"], &done["evidence"]), (&POSITION.into(), &"detection".into()));
    assert_eq!(done["receipt"]["time"], OLDER);
    bounce(&user, &programme(RATE, SHORT_S), 24, &mark(-3.0));
    noted(&user, &[short(&mark(-3.0), POSITION + 40, NEWER)]);
    restore(&user).fails(1, &["nothing was written"]);
}

#[test]
fn receipts_change_nothing_for_a_file_that_was_made_without_the_plug_in() {
    let user = User::with_key();
    let original = programme(RATE, SECONDS);
    let of_another_length = receipt_at(RATE, &mark(-1.0), 0, 3 * RATE as usize, OLDER);
    for bits in [16, 24] {
        user.put("a.wav", integers(bits, RATE, &original));
        let protect = ["protect", "a.wav", "-o", "bounce.wav", "--no-manifest", "--force"];
        user.run(&protect).succeeds();
        noted(&user, &[of_another_length.clone(), receipt(&mark(-6.0), 0, OLDER)]);
        let done = restore(&user).succeeds().json().remove(0);
        assert_eq!((&done["recipe"], &done["offset"]), (&json(&mark(0.0)), &0.into()));
        assert_eq!(done["evidence"], "detection");
        assert!(done.get("receipt").is_none());
        let (before, after) = (user.samples("a.wav"), user.samples("back.wav"));
        match bits {
            16 => assert!(snr_db(&before, &after) >= 75.0),
            _ => assert!(worst_difference_dbfs(&before, &after) <= -118.0),
        }
    }
    // One of this length and place, with a mark nearly as loud, may be its own.
    noted(&user, &[receipt(&mark(-1.0), 0, OLDER)]);
    restore(&user).fails(1, &["fit about as well", "mark 0 dB", "mark -1 dB"]);
    user.run(&[&RESTORE[..], &["--preset", "mark"]].concat()).succeeds();
}
