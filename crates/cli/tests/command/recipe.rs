//! `patchveil recipe` and `--recipe FILE`: what is printed can be edited, and is used as it is.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use crate::support::command::{User, in_first_names, recording};
use patchveil_veil::{MarkSettings, Preset, Recipe};

/// The JSON of `balanced` with one thing changed.
fn changed(change: impl FnOnce(&mut Recipe)) -> String {
    let mut recipe = Preset::Balanced.recipe_of_version(1).unwrap();
    change(&mut recipe);
    serde_json::to_string(&recipe).unwrap()
}

#[test]
fn a_printed_recipe_protects_like_the_options_it_was_printed_for() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 1.0));
    for options in [
        &[][..],
        &["--preset", "light"],
        &["--preset", "strong", "--amount", "60"],
        &["--preset", "balanced", "--patch", "10.5", "--period", "200", "--patches", "4"],
        &["--preset", "balanced@1", "--amount", "40"],
        &["--mark-level", "-3.5"],
        &["--preset", "strong", "--amount", "60", "--mark-level", "0.5"],
    ] {
        let printed = user.run(&[&["recipe"][..], options].concat()).succeeds().out;
        user.put("recipe.json", &printed);
        user.run(&[&["protect", "a.wav", "-o", "options.wav", "--force"], options].concat())
            .succeeds();
        user.run(&["protect", "a.wav", "-o", "file.wav", "--force", "--recipe", "recipe.json"])
            .succeeds();
        assert!(user.read("options.wav") == user.read("file.wav"), "{options:?}");
        let again = user.run(&["recipe", "--recipe", "recipe.json"]).succeeds().out;
        assert_eq!(again, printed);
    }
}

#[test]
fn amount_and_mark_level_still_apply_to_a_recipe_from_a_file() {
    let user = User::with_key();
    let recipe = user.run(&["recipe", "--preset", "strong"]).succeeds().out;
    user.put("recipe.json", recipe);
    for option in [["--amount", "25"], ["--mark-level", "-6"]] {
        let with = |choice: [&str; 2]| user.run(&[&["recipe"], &choice[..], &option].concat());
        let file = with(["--recipe", "recipe.json"]).succeeds();
        assert_eq!(file.out, with(["--preset", "strong"]).succeeds().out);
    }
    user.run(&["recipe", "--recipe", "recipe.json", "--amount", "-1"]).fails(2, &["0 to 200 %"]);
}

#[test]
fn options_for_a_layer_that_the_recipe_lacks_are_refused_in_one_line() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    for option in [["--amount", "50"], ["--patch", "10"], ["--period", "200"], ["--patches", "2"]] {
        for command in
            [&["protect", "a.wav"][..], &["recipe"], &["detect", "a.wav"], &["restore", "a.wav"]]
        {
            let ran = user.run(&[command, &option[..]].concat()).fails(
                2,
                &[option[0], "changes the veil, and the recipe mark has none", "--preset light"],
            );
            assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
        }
    }
    for preset in ["balanced@1", "cuda"] {
        user.run(&["protect", "a.wav", "--preset", preset, "--mark-level", "3"]).fails(
            2,
            &["--mark-level changes the mark, and the recipe", preset, "has none", "--preset mark"],
        );
    }
    for level in ["-24.1", "12.5", "nan"] {
        user.run(&["recipe", "--mark-level", level]).fails(2, &["-24 to 12 dB"]);
    }
    assert_eq!(user.files(), ["a.wav"]);
}

#[test]
fn the_default_recipe_is_the_mark_alone() {
    let user = User::new();
    let printed = user.run(&["recipe"]).succeeds().out;
    assert_eq!(serde_json::from_str::<Recipe>(&printed).unwrap(), Preset::Mark.recipe());
    assert_eq!(user.run(&["recipe", "--preset", "mark"]).succeeds().out, printed);
    let recipe = user.run(&["recipe", "--preset", "balanced@1"]).succeeds().out;
    assert_eq!(
        recipe.trim_end(),
        serde_json::to_string_pretty(&serde_json::from_str::<Recipe>(&changed(|_| ())).unwrap())
            .unwrap()
    );
    let none = user.run(&["recipe", "--preset", "mark@1"]);
    assert_eq!(none.code, Some(2), "{none:?}");
    none.says(&["the preset mark has no version “1”"]);
}

#[test]
fn a_recipe_file_can_have_settings_that_no_preset_has() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 1.0));
    user.run(&["protect", "a.wav", "-o", "preset.wav", "--preset", "balanced@1"]).succeeds();
    user.put("recipe.json", changed(|recipe| recipe.veil.as_mut().unwrap().kernels = 1));
    user.run(&["protect", "a.wav", "-o", "file.wav", "--recipe", "recipe.json"]).succeeds();
    assert!(user.read("preset.wav") != user.read("file.wav"));
}

#[test]
fn a_file_that_is_not_a_recipe_is_refused_in_one_line() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    let newer = changed(|recipe| recipe.version = 3).replacen('{', "{\"colour\":1,", 1);
    for (content, parts) in [
        (String::new(), ["is not a recipe", "start from what “patchveil recipe” prints"]),
        ("{}".to_owned(), ["is not a recipe: missing field", "line 1"]),
        (changed(|_| ()).replacen('{', "{\"colour\":1,", 1), ["unknown field `colour`", "line 1"]),
        (changed(|_| ()) + "}", ["is not a recipe", "trailing characters"]),
        (newer, ["recipe version 3 is newer", "update Patchveil"]),
        (
            changed(|_| ()).replacen('{', "{\"mark\":null,", 1),
            ["unknown field `mark`", "expected one of"],
        ),
        (
            changed(|recipe| (recipe.version, recipe.veil) = (2, None)),
            ["neither a mark nor a veil", "at least one"],
        ),
        (
            changed(|recipe| {
                recipe.version = 2;
                recipe.mark = Some(MarkSettings { level_db: 13.0, ..MarkSettings::default() });
            }),
            ["the mark's level is changed by 13 dB", "-24 to 12 dB"],
        ),
        (
            changed(|recipe| recipe.veil.as_mut().unwrap().amount = 300.0),
            ["the amount is 300 %", "0 to 200 %"],
        ),
        (
            changed(|recipe| recipe.veil.as_mut().unwrap().placement.patches = 9),
            ["9 patches of 40 ms do not fit in", "use fewer"],
        ),
        (" ".repeat(70_000), ["is not a recipe", "too long"]),
    ] {
        user.put("recipe.json", &content);
        for args in [&["protect", "a.wav"][..], &["recipe"]] {
            user.run(&[args, &["--recipe", "recipe.json"]].concat())
                .fails(2, &["recipe.json: ", parts[0], parts[1]]);
        }
    }
    user.put("recipe.json", [0xff, 0xfe, 0, 1]);
    user.run(&["recipe", "--recipe", "recipe.json"]).fails(2, &["recipe.json: ", "not text"]);
    user.run(&["recipe", "--recipe", "gone.json"])
        .fails(2, &["gone.json: cannot be read", "check the spelling"]);
    assert_eq!(user.files(), ["a.wav", "recipe.json"]);
}

#[test]
fn a_recipe_file_of_an_older_build_is_read_and_printed_with_the_present_names() {
    let user = User::new();
    let printed = user.run(&["recipe", "--preset", "strong@1"]).succeeds().out;
    user.put("recipe.json", in_first_names(&printed));
    assert_eq!(user.run(&["recipe", "--recipe", "recipe.json"]).succeeds().out, printed);
}

#[test]
fn the_former_name_of_light_works_with_a_note() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 1.0));
    let light = user.run(&["recipe", "--preset", "light"]).succeeds().out;
    let note = ["the preset transparent is now called light", "7 dB", "was not transparent"];
    let former = user.run(&["recipe", "--preset", "transparent"]).fails(0, &note);
    assert_eq!(former.out, light);
    let ran = user.run(&["protect", "a.wav", "--preset", "transparent", "--json"]).fails(0, &note);
    assert_eq!(ran.json().len(), 1);
    user.run(&["protect", "a.wav", "-o", "light.wav", "--preset", "light"]).succeeds();
    assert!(user.read("a.protected.wav") == user.read("light.wav"));
    user.run(&["restore", "a.protected.wav", "--preset", "transparent"]).fails(0, &note);
    let ran =
        user.run(&["detect", "a.protected.wav", "--preset", "transparent", "--json"]).says(&note);
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    assert_eq!(ran.json()[0]["found"], true, "{ran:?}");
}

#[test]
fn the_former_name_of_the_period_works_and_help_has_the_present_one() {
    let user = User::new();
    let with = |option| {
        let recipe = ["recipe", "--preset", "balanced", option, "200", "--patches", "4"];
        user.run(&recipe).succeeds().out
    };
    assert_eq!(with("--frame"), with("--period"));
    user.put("recipe.json", changed(|_| ()));
    let both = user.run(&["recipe", "--recipe", "recipe.json", "--frame", "200"]);
    assert_eq!(both.code, Some(2), "{both:?}");
    let help = user.run(&["recipe", "--help"]).succeeds().out;
    assert!(help.contains("--period <MS>") && !help.contains("frame"), "{help}");
    assert!(help.contains("light, balanced or strong") && !help.contains("transparent"), "{help}");
}

#[test]
fn a_recipe_file_excludes_options_that_would_change_it() {
    let user = User::with_key();
    user.put("recipe.json", changed(|_| ()));
    for option in
        [["--preset", "strong"], ["--patch", "10"], ["--period", "200"], ["--patches", "4"]]
    {
        let ran = user.run(&[&["recipe", "--recipe", "recipe.json"], &option[..]].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        ran.says(&["cannot be used with", option[0]]);
    }
}
