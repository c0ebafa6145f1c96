//! Presets of the user's own: recipe files that the command and the plug-in share.

use crate::support::command::{User, recording};
use patchveil_keyring::UserPresets;

#[test]
fn a_saved_recipe_is_a_preset_by_its_name_until_it_is_removed() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 1.0));
    let options = ["--preset", "strong", "--amount", "60", "--mark-level", "-2"];
    let saved = user.run(&[&["recipe", "--save", "Quiet Veil"][..], &options].concat()).succeeds();
    assert!(saved.out.contains("Quiet Veil.json"), "{saved:?}");

    let printed = user.run(&[&["recipe"][..], &options].concat()).succeeds().out;
    assert_eq!(user.run(&["recipe", "--preset", "Quiet Veil"]).succeeds().out, printed);
    let listed = user.run(&["recipe", "--list"]).succeeds().out;
    assert!(listed.starts_with("mark\nlight\n") && listed.ends_with("\nQuiet Veil\n"), "{listed}");

    user.run(&["protect", "a.wav", "-o", "own.wav", "--preset", "Quiet Veil"]).succeeds();
    user.run(&[&["protect", "a.wav", "-o", "same.wav"][..], &options].concat()).succeeds();
    assert!(user.read("own.wav") == user.read("same.wav"));

    user.run(&["recipe", "--save", "Quiet Veil"]).fails(2, &["there is a preset “Quiet Veil”"]);
    user.run(&["recipe", "--remove", "Quiet Veil"]).succeeds();
    user.run(&["recipe", "--remove", "Quiet Veil"]).fails(2, &["no preset of yours"]);
    let gone = user.run(&["recipe", "--preset", "Quiet Veil"]);
    assert_eq!(gone.code, Some(2), "{gone:?}");
    gone.says(&["no preset is called “Quiet Veil”"]);
}

#[test]
fn a_built_in_name_or_one_that_is_no_file_name_cannot_be_taken() {
    let user = User::new();
    for name in ["Strong", "light@1", "a/b", "", ".x"] {
        user.run(&["recipe", "--save", name]).fails(2, &["a preset cannot be called"]);
    }
    assert!(user.files().is_empty());
}

#[test]
fn broken_and_foreign_files_cost_one_line_each_and_hide_nothing() {
    let user = User::new();
    let saved = user.run(&["recipe", "--save", "Good"]).succeeds().out;
    let path = std::path::PathBuf::from(saved.trim().strip_prefix("saved ").unwrap());
    let folder = path.parent().unwrap();
    for (name, content) in [
        ("Foreign.json", "{\"colour\":1}"),
        ("Newer.json", "{\"version\":9}"),
        ("Long.json", &"x".repeat(70_000)),
        ("note.txt", "not listed"),
    ] {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let ran = user.run(&["recipe", "--list"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.ends_with("\nGood\n"), "{ran:?}");
    assert_eq!(ran.err.lines().count(), 3, "{ran:?}");
    ran.says(&["Foreign.json: is not a recipe", "recipe version 9 is newer", "it is too long"]);
    let asked = user.run(&["recipe", "--preset", "Foreign"]);
    assert_eq!(asked.code, Some(2), "{asked:?}");
    asked.says(&["Foreign.json: is not a recipe"]);
    assert_eq!(UserPresets::in_folder(folder.to_owned()).list().unwrap().len(), 4);
}
