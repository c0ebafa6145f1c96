//! `patchveil probe`: what whoever runs the model gets, and what only the owner can open.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::HashSet;
use std::fs;

use crate::support::command::{CLASS, User, recording};
use serde_json::Value;

/// A small probe in the folder `probe`.
fn probe(user: &User, more: &[&str]) {
    let small =
        ["probe", "make", "-o", "probe", "--decoys", "9", "--clips", "3", "--seconds", "0.5"];
    user.run(&[&small, more].concat()).succeeds();
}

/// The names of its clips.
fn clips(user: &User) -> Vec<String> {
    let names = user.files().into_iter();
    names.filter_map(|name| name.strip_prefix("probe/clips/").map(str::to_owned)).collect()
}

/// Its answer key.
fn answer_key(user: &User) -> Value {
    user.run(&["probe", "open", "probe", "-o", "opened.json"]).succeeds();
    serde_json::from_slice(&user.read("opened.json")).unwrap()
}

/// Answers that give the class's clips a label of their own.
fn knowing_answers(user: &User) -> String {
    let key = answer_key(user);
    let row = |clip: &Value| {
        let label = if clip["key"] == 0 { "ours" } else { "other" };
        format!("{},{label}\n", clip["file"].as_str().unwrap())
    };
    let rows = key["clips"].as_array().unwrap().iter().map(row);
    std::iter::once("file,label\n".to_owned()).chain(rows).collect()
}

#[test]
fn names_sizes_headers_times_and_order_tell_nothing_of_the_key() {
    let user = User::with_key();
    probe(&user, &["--preset", "balanced"]);
    let names = clips(&user);
    let expected: Vec<String> = (1..=30).map(|number| format!("clip-{number:04}.wav")).collect();
    assert_eq!(names, expected);
    let files: Vec<Vec<u8>> =
        names.iter().map(|name| user.read(format!("probe/clips/{name}"))).collect();
    assert!(files.iter().all(|file| file.len() == 44 + 16_000 && file[..44] == files[0][..44]));
    assert_eq!(files.iter().collect::<HashSet<_>>().len(), 30, "every clip is another");
    let meta = |name: &String| fs::metadata(user.path(format!("probe/clips/{name}"))).unwrap();
    let times: HashSet<_> = names.iter().map(|name| meta(name).modified().unwrap()).collect();
    assert_eq!(times.len(), 1);
    let order = |key: &Value| -> Vec<u64> {
        let clips = key["clips"].as_array().unwrap().iter();
        clips.map(|clip| clip["key"].as_u64().unwrap()).collect()
    };
    let first = order(&answer_key(&user));
    assert_eq!((0..10).map(|key| first.iter().filter(|&&own| own == key).count()).max(), Some(3));
    let again = User::with_key();
    probe(&again, &[]);
    assert_ne!(first, order(&answer_key(&again)));
}

#[test]
fn what_is_handed_over_names_neither_class_nor_recipe_nor_key() {
    let user = User::with_key();
    probe(&user, &[]);
    let key = answer_key(&user);
    fs::remove_file(user.path("opened.json")).unwrap();
    let fingerprint = key["fingerprint"].as_str().unwrap();
    for name in user.files() {
        let content = user.read(&name);
        for secret in [CLASS, fingerprint, key["seed"].as_str().unwrap(), "preset"] {
            let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {name}");
        }
    }
    let template = String::from_utf8(user.read("probe/answers-template.csv")).unwrap();
    assert_eq!(template.lines().count(), 31);
    let readme = String::from_utf8(user.read("probe/README.txt")).unwrap();
    let commitment = String::from_utf8(user.read("probe/commitment.txt")).unwrap();
    assert!(readme.contains(commitment.trim()) && !readme.contains('{'), "{readme}");
}

#[test]
fn only_the_class_opens_what_is_sealed_and_changes_are_noticed() {
    let user = User::with_key();
    probe(&user, &[]);
    user.put("answers.csv", knowing_answers(&user));
    let judge = ["probe", "judge", "probe", "answers.csv"];
    user.run(&["key", "new", "Morning Show"]).succeeds();
    user.run(&[&judge[..], &["--key", "Morning Show"]].concat())
        .fails(1, &["sealed.age", "the key of this class does not open it"]);
    let sealed = user.read("probe/sealed.age");
    let mut changed = sealed.clone();
    *changed.last_mut().unwrap() ^= 1;
    for (content, what) in
        [(changed, "was changed or cut short"), (b"no seal".to_vec(), "is not a sealed answer key")]
    {
        user.put("probe/sealed.age", content);
        user.run(&judge).fails(1, &["sealed.age", what]);
    }
    user.put("probe/sealed.age", sealed);
    user.put("probe/commitment.txt", "0".repeat(64));
    user.run(&judge).fails(1, &["sealed.age", "commitment.txt was changed"]);
    user.put("probe/commitment.txt", "none");
    user.run(&judge).fails(1, &["commitment.txt", "is not a commitment"]);
}

#[test]
fn whoever_is_shown_the_answer_key_comes_to_the_same_result_without_the_class() {
    let user = User::with_key();
    probe(&user, &[]);
    user.put("answers.csv", knowing_answers(&user));
    let judge = ["probe", "judge", "probe", "answers.csv", "--json"];
    let own = user.run(&judge);
    assert_eq!(own.code, Some(3), "nine decoys cannot show p ≤ 0.01: {own:?}");
    fs::remove_file(user.keyring()).unwrap();
    let shown = user.run(&[&judge[..], &["--opened", "opened.json"]].concat());
    let [own, shown] = [own, shown].map(|ran| {
        let mut line = ran.json().remove(0);
        line.as_object_mut().unwrap().remove("took_s");
        line
    });
    assert_eq!(own, shown);
    let commitment = String::from_utf8(user.read("probe/commitment.txt")).unwrap();
    assert_eq!(own["sealed_commitment"], commitment.trim());
    assert_eq!((&own["status"], &own["command"]), (&"done".into(), &"probe judge".into()));
    assert_eq!((&own["class"], &own["label"]), (&CLASS.into(), &"ours".into()));
    assert_eq!((&own["rank"], &own["p_value"]), (&1.into(), &0.1.into()));
    assert_eq!((&own["own"], &own["keys"], &own["clips"]), (&3.into(), &10.into(), &3.into()));
    assert_eq!((&own["statistic"], &own["preset"]), (&"labels".into(), &"mark".into()));
    assert_eq!(own["decoys"].as_array().unwrap().len(), 9);
    // Another answer key than the one that was committed to.
    let other = String::from_utf8(user.read("opened.json")).unwrap();
    user.put("opened.json", other.replacen("\"key\": 0", "\"key\": 1", 1));
    user.run(&[&judge[..], &["--opened", "opened.json"]].concat())
        .fails(1, &["opened.json", "is not the answer key that commitment.txt stands for"]);
}

#[test]
fn a_model_that_knows_the_class_ends_with_0_and_one_that_does_not_with_3() {
    let user = User::with_key();
    let make = ["probe", "make", "-o", "probe", "--clips", "1", "--seconds", "0.25"];
    let made = user.run(&make).succeeds();
    assert!(
        made.out.starts_with("100 clips of 0.25 s, 1 under each of 100 keys: 0.8 MB\n"),
        "{made:?}"
    );
    let answers = knowing_answers(&user);
    user.put("answers.csv", &answers);
    let judge = ["probe", "judge", "probe", "answers.csv", "--label", "ours"];
    let ran = user.run(&judge).succeeds();
    assert!(ran.out.contains("found: rank 1 and p ≤ 0.01"), "{ran:?}");
    user.put("answers.csv", answers.replace("ours", "other"));
    user.run(&judge).fails(3, &["no clip was given the label ours", "other"]);
    user.run(&["probe", "judge", "probe", "probe/answers-template.csv"])
        .fails(1, &["answers no clip of this class's key"]);
}

#[test]
fn a_probe_is_written_whole_into_a_folder_of_its_own_or_not_at_all() {
    let user = User::with_key();
    user.put("probe/notes.txt", "mine");
    let make = ["probe", "make", "-o", "probe", "--decoys", "3", "--clips", "2"];
    user.run(&make).fails(2, &["probe: is there already"]);
    assert_eq!(user.files(), ["probe/notes.txt"]);
    fs::remove_file(user.path("probe/notes.txt")).unwrap();
    user.run(&[&make[..], &["--seconds", "0.25"]].concat()).succeeds();
    let before = user.files();
    assert_eq!(before.len(), 8 + 4);
    user.run(&make).fails(2, &["probe: is there already"]);
    assert_eq!(user.files(), before);
    user.run(&["probe", "make", "-o", "b", "--decoys", "9999", "--clips", "11"])
        .fails(2, &["are 110000 files; at most 100000"]);
    user.run(&["probe", "make", "-o", ".."]).fails(2, &["name the folder"]);
}

#[test]
fn clips_are_cut_from_recordings_that_nobody_marked() {
    let user = User::with_key();
    user.put("from/a.wav", recording(8_000, 2, 3.0));
    user.put("from/b.wav", recording(22_050, 1, 3.0));
    user.put("from/c.wav", b"RIFF");
    user.put("from/a.protected.wav", recording(8_000, 1, 3.0));
    user.put("from/b.protected.flac", b"fLaC");
    let make = ["probe", "make", "-o", "probe", "--from", "from", "--decoys", "2", "--clips", "4"];
    let made = user.run(&[&make[..], &["--seconds", "0.5"]].concat());
    assert_eq!(made.code, Some(0), "{made:?}");
    let made = made.says(&["a.protected.wav: skipped", "b.protected.flac: skipped"]);
    assert!(made.err.lines().count() <= 3, "{made:?}");
    let key = answer_key(&user);
    let mut names: Vec<&str> = key["excerpts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["recording"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert!(names.starts_with(&["a.wav"]) && names.ends_with(&["b.wav"]), "{names:?}");
    assert_eq!(clips(&user).len(), 12);
    fs::remove_dir_all(user.path("probe")).unwrap();
    let long = user.run(&[&make[..], &["--seconds", "2"]].concat());
    assert_eq!(long.code, Some(1));
    long.says(&["from: has 2 stretches of 2 s with sound, and 4 are needed"]);
    assert!(!user.path("probe").exists());
}

#[test]
fn an_answer_key_from_others_is_not_trusted() {
    let user = User::with_key();
    probe(&user, &[]);
    user.put("answers.csv", knowing_answers(&user));
    let judge = ["probe", "judge", "probe", "answers.csv", "--opened", "opened.json"];
    let good: Value = serde_json::from_slice(&user.read("opened.json")).unwrap();
    let disclose = |change: fn(&mut Value)| {
        let mut key = good.clone();
        change(&mut key);
        let plain = key.to_string();
        // Whoever makes an answer key can commit to it.
        let commitment = blake3::derive_key("patchveil v1 probe commitment", plain.as_bytes());
        user.put("probe/commitment.txt", blake3::Hash::from(commitment).to_hex().as_bytes());
        user.put("opened.json", plain);
        user.run(&judge)
    };
    let changes: [fn(&mut Value); 3] = [
        |key| key["decoys"] = u32::MAX.into(),
        |key| key["clips"][0] = key["clips"][1].clone(),
        |key| key["clips"][0]["key"] = 10.into(),
    ];
    for change in changes {
        disclose(change).fails(1, &["opened.json", "one clip for each excerpt under each key"]);
    }
    let ran = disclose(|key| key["class"] = "a\u{1b}[2Jb".into());
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.out.contains("[2Jb") && !ran.out.contains('\u{1b}'), "{ran:?}");
    user.run(&["probe", "judge", "probe", "probe", "--opened", "opened.json"])
        .fails(1, &["not a regular file"]);
}
