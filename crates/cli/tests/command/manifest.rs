//! The manifest: every protected file is recorded, and no record is lost.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::support::command::{CLASS, KEY, User, in_first_names, key, recording, recording_as};
use patchveil::manifest::{Manifest, NAME, Record};
use patchveil_veil::Preset;
use proptest::prelude::*;
use serde_json::Value;

/// The lines of a folder's manifest.
fn lines(user: &User, folder: &str) -> Vec<Value> {
    let text = String::from_utf8(user.read(Path::new(folder).join(NAME))).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_string()
}

#[test]
fn every_protected_file_is_recorded_without_any_secret() {
    let user = User::with_key();
    let original = recording(44_100, 2, 1.5);
    user.put("a.wav", &original);
    user.run(&["protect", "a.wav", "--preset", "strong", "--amount", "70"]).succeeds();
    let veiled = user.read("a.protected.wav");
    let [line] = lines(&user, ".").try_into().unwrap();
    assert_eq!(line["version"], 2);
    assert_eq!(line["file"], "a.protected.wav");
    assert_eq!(line["fingerprint"], key().fingerprint().to_string());
    let mut recipe = Preset::Strong.recipe();
    recipe.veil.as_mut().unwrap().amount = 70.0;
    assert_eq!(line["recipe"], serde_json::to_value(recipe).unwrap());
    assert_eq!((&line["offset"], &line["frames"]), (&0.into(), &66_150.into()));
    assert_eq!((&line["sample_rate_hz"], &line["channels"]), (&44_100.into(), &2.into()));
    assert_eq!((&line["format"], &line["tool"]), (&"i16".into(), &"patchveil 0.1.0".into()));
    // The header of these files is 44 bytes long, and nothing follows the samples.
    assert_eq!(line["audio_before"], hash(&original[44..]));
    assert_eq!(line["audio_after"], hash(&veiled[44..]));
    assert_eq!(line["around"], hash(&original[..44]));
    let time: jiff::Timestamp = line["time"].as_str().unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(time).as_secs().abs() < 600);

    let text = String::from_utf8(user.read(NAME)).unwrap();
    let secret: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    for hidden in [CLASS, "pvkey", &secret, std::str::from_utf8(&KEY).unwrap()] {
        assert!(!text.contains(hidden), "{text}");
    }
}

#[test]
fn a_line_is_of_the_version_that_its_recipe_needs() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    for (preset, version) in [("mark", 2), ("balanced", 2), ("balanced@1", 1)] {
        user.run(&["protect", "a.wav", "-o", "b.wav", "--force", "--preset", preset]).succeeds();
        let line = lines(&user, ".").pop().unwrap();
        assert_eq!(
            (&line["version"], &line["recipe"]["version"]),
            (&version.into(), &version.into())
        );
    }
    let newer =
        String::from_utf8(user.read(NAME)).unwrap().replace("\"version\":2", "\"version\":3");
    user.put(NAME, newer);
    user.run(&["verify", "."]).says(&["has version 3, which is newer than this Patchveil knows"]);
}

#[test]
fn hashes_are_those_of_the_bytes_in_the_file_for_every_shape() {
    let user = User::with_key();
    // Shorter and longer than the pieces that are worked on at once, and of sizes that are no
    // powers of two.
    for (bits, channels, seconds) in
        [(8, 1, 0.01), (16, 1, 12.0), (24, 2, 4.1), (32, 3, 3.0), (0, 7, 1.7), (24, 5, 2.3)]
    {
        let original = recording_as(bits, 48_000, channels, seconds);
        user.put("a.wav", &original);
        let done = user.run(&["protect", "a.wav", "--force", "--json"]).succeeds().json();
        let line = lines(&user, ".").pop().unwrap();
        let data = original.len() - original.len() % 2 - 44;
        let data = (data / usize::from(channels)) * usize::from(channels);
        let veiled = user.read("a.protected.wav");
        let length = u32::from_le_bytes(original[40..44].try_into().unwrap()) as usize;
        assert!(length <= data + 1);
        assert_eq!(line["audio_before"], hash(&original[44..44 + length]), "{bits} bits");
        assert_eq!(line["audio_after"], hash(&veiled[44..44 + length]), "{bits} bits");
        for hash in ["audio_before", "audio_after", "around"] {
            assert_eq!(done[0][hash], line[hash]);
        }
    }
}

#[test]
fn the_record_is_next_to_the_file_wherever_that_goes() {
    let user = User::with_key();
    for name in ["show/a.wav", "show/2025/b.wav", "show/2025/c.wav"] {
        user.put(name, recording(8_000, 1, 0.3));
    }
    user.run(&["protect", "show", "-o", "out"]).succeeds();
    user.run(&["protect", "show/a.wav", "-o", "one/x.wav"]).succeeds();
    let names = |folder| -> Vec<String> {
        let mut names: Vec<String> =
            lines(&user, folder).iter().map(|l| l["file"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names("out"), ["a.wav"]);
    assert_eq!(names("out/2025"), ["b.wav", "c.wav"]);
    assert_eq!(names("one"), ["x.wav"]);
    assert!(!user.path("show").join(NAME).exists());
    user.run(&["protect", "show", "--no-manifest"]).succeeds();
    assert!(!user.path("show").join(NAME).exists());
    assert!(user.path("show/a.protected.wav").exists());
}

#[test]
fn a_file_that_is_protected_again_gets_a_new_line_and_the_old_one_stays() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "a.wav"]).succeeds();
    user.run(&["protect", "a.wav", "--preset", "strong", "--force"]).succeeds();
    let all = lines(&user, ".");
    assert_eq!(all.len(), 2);
    assert_eq!(all[0]["audio_before"], all[1]["audio_before"]);
    assert_ne!(all[0]["audio_after"], all[1]["audio_after"]);
    let manifest = Manifest::load(&user.path(NAME)).unwrap().unwrap();
    let newest = manifest.get(OsStr::new("a.protected.wav")).unwrap();
    assert_eq!(newest.recipe, Preset::Strong.recipe());
    assert_eq!(manifest.records().count(), 1);
    // What fails leaves no record.
    user.run(&["protect", "a.wav"]).fails(1, &["exists already"]);
    assert_eq!(lines(&user, ".").len(), 2);
}

#[test]
fn a_damaged_manifest_is_reported_before_anything_is_written_and_left_as_it_is() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    user.put("b.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "a.wav", "--preset", "balanced"]).succeeds();
    let good = String::from_utf8(user.read(NAME)).unwrap();
    let files = user.files();
    let newer = good.replacen("\"version\":2", "\"version\":3,\"colour\":1", 1);
    let outside = good.replacen("a.protected.wav", "../a.protected.wav", 1);
    let [begin, end] = [&good[..200], &good[200..]];
    for (content, parts) in [
        (format!("{begin}\n{end}"), ["line 1 is damaged", "move it away"]),
        (format!("{good}\n"), ["line 2 is damaged", "left as it is"]),
        (format!("{good}{good}x"), ["line 3 is damaged", "left as it is"]),
        ("Dear diary".to_owned(), ["line 1 is damaged", "left as it is"]),
        (good.replacen("\"offset\"", "\"colour\":1,\"offset\"", 1), ["line 1", "`colour`"]),
        (good.replacen("\"amount\":100.0", "\"amount\":300.0", 1), ["line 1", "0 to 200 %"]),
        (outside, ["line 1 is damaged", "not a plain file name"]),
        (newer, ["line 1 has version 3", "update Patchveil"]),
    ] {
        user.put(NAME, &content);
        user.run(&["protect", "b.wav"]).fails(2, &["patchveil.jsonl: ", parts[0], parts[1]]);
        assert_eq!(user.read(NAME), content.as_bytes());
        assert_eq!(user.files(), files);
    }
    fs::remove_file(user.path(NAME)).unwrap();
    fs::create_dir(user.path(NAME)).unwrap();
    user.run(&["protect", "b.wav"]).fails(2, &["patchveil.jsonl: cannot be read", "regular file"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_manifest_is_given_up_at_its_first_line_however_long_it_is() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "a.wav", "-o", "out/a.wav"]).succeeds();
    // More than there is memory for, and next to nothing on the disk.
    let file = fs::File::create(user.path("out").join(NAME)).unwrap();
    file.set_len(1 << 37).unwrap();
    let parts = ["patchveil.jsonl: line 1 is damaged", "longer than 64 KiB"];
    user.run(&["protect", "a.wav", "-o", "out/b.wav"]).fails(2, &parts);
    user.run(&["restore", "out/a.wav", "-o", "c.wav"]).fails(1, &parts);
    user.run(&["verify", "out"]).fails(2, &parts);
}

#[test]
fn a_long_manifest_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    let line = PRESENT_NAMES.lines().next().unwrap();
    let mut record = Record::parse(line.as_bytes()).unwrap();
    let mut text = String::new();
    for number in 0..3_000 {
        record.file = format!("{number}.wav");
        text += &format!("{}\n", record.to_line().unwrap());
    }
    assert!(text.len() > 1 << 20);
    fs::write(&path, text).unwrap();
    let manifest = Manifest::load(&path).unwrap().unwrap();
    assert_eq!((manifest.records().count(), manifest.is_torn()), (3_000, false));
}

#[test]
fn an_incomplete_line_left_by_a_power_cut_does_no_harm() {
    let user = User::with_key();
    for name in ["a.wav", "b.wav"] {
        user.put(name, recording(8_000, 1, 0.5));
    }
    user.run(&["protect", "a.wav"]).succeeds();
    let first = String::from_utf8(user.read(NAME)).unwrap();
    for cut in [1, 5, 11, 40, first.len() - 2] {
        user.put(NAME, format!("{first}{}", &first[..cut]));
        let manifest = Manifest::load(&user.path(NAME)).unwrap().unwrap();
        assert!(manifest.is_torn() && manifest.records().count() == 1, "{cut}");
        user.run(&["protect", "b.wav", "--force"]).succeeds();
        let now = String::from_utf8(user.read(NAME)).unwrap();
        assert!(now.starts_with(&first) && now.lines().count() == 2, "{now}");
        assert_eq!(lines(&user, ".")[1]["file"], "b.protected.wav");
    }
    // A record that lacks only its line end is whole.
    user.put(NAME, first.trim_end());
    user.run(&["protect", "b.wav", "--force"]).succeeds();
    assert_eq!(lines(&user, ".").len(), 2);
}

#[test]
fn two_processes_at_once_lose_nothing() {
    let user = User::with_key();
    const EACH: usize = 40;
    for n in 0..EACH {
        user.put(format!("a/a{n}.wav"), recording(8_000, 1, 0.1));
        user.put(format!("b/b{n}.wav"), recording(8_000, 1, 0.1));
    }
    let start = |folder: &str| user.command(&["protect", folder, "-o", "out"]).spawn().unwrap();
    let mut both = [start("a"), start("b")];
    for child in &mut both {
        assert!(child.wait().unwrap().success());
    }
    let manifest = Manifest::load(&user.path("out").join(NAME)).unwrap().unwrap();
    assert_eq!(manifest.records().count(), 2 * EACH);
    assert_eq!(lines(&user, "out").len(), 2 * EACH);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_recorded_exactly() {
    use std::os::unix::ffi::OsStrExt;
    let user = User::with_key();
    let name = OsStr::from_bytes(b"caf\xe9.wav");
    user.put(name, recording(8_000, 1, 0.3));
    user.run(&[OsStr::new("protect"), name]).succeeds();
    let manifest = Manifest::load(&user.path(NAME)).unwrap().unwrap();
    let veiled = OsStr::from_bytes(b"caf\xe9.protected.wav");
    assert_eq!(manifest.get(veiled).unwrap().file, "caf\u{fffd}.protected.wav");
    assert!(user.path(manifest.records().next().unwrap().name()).exists());
}

#[cfg(unix)]
#[test]
fn a_manifest_that_cannot_be_written_is_reported_for_every_file() {
    use std::os::unix::fs::PermissionsExt;
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.3));
    user.put(NAME, "");
    fs::set_permissions(user.path(NAME), fs::Permissions::from_mode(0o444)).unwrap();
    if fs::OpenOptions::new().write(true).open(user.path(NAME)).is_ok() {
        return crate::support::command::skipped(
            "unwritable manifest",
            "this user may write it",
            false,
        );
    }
    user.run(&["protect", "a.wav"])
        .fails(1, &["a.protected.wav: protected, but not recorded", "cannot be added to"]);
    assert!(user.path("a.protected.wav").exists());
}

/// A record as the first builds wrote it, whose recipe has other field names. Never changes.
const FIRST_NAMES: &str = include_str!("../golden/record-v1.jsonl");
/// The same record as it is written now. Never changes either.
const PRESENT_NAMES: &str = include_str!("../golden/record-v1-plain-names.jsonl");

/// A record whose recipe has both layers. Never changes either.
const BOTH_LAYERS: &str = include_str!("../golden/record-v2.jsonl");

#[test]
fn a_record_with_both_layers_is_read_and_written_the_same() {
    let record = Record::parse(BOTH_LAYERS.trim_end().as_bytes()).unwrap();
    let alone = Record::parse(PRESENT_NAMES.trim_end().as_bytes()).unwrap();
    assert_eq!((record.version, record.recipe.version), (2, 2));
    assert_eq!(record.recipe.veil, alone.recipe.veil);
    assert_eq!(record.recipe.mark.as_ref().unwrap().level_db, 0.0);
    assert_eq!(record.to_line().unwrap() + "\n", BOTH_LAYERS);
}

#[test]
fn every_record_of_version_1_is_still_read() {
    for golden in [FIRST_NAMES, PRESENT_NAMES] {
        let record = Record::parse(golden.trim_end().as_bytes()).unwrap();
        assert_eq!(record.name(), "Night Show 12.veiled.wav");
        assert_eq!(record.fingerprint, key().fingerprint());
        assert_eq!(record.recipe, Preset::Balanced.recipe_of_version(1).unwrap());
        assert_eq!((record.offset, record.frames), (-48_000, 172_800_000));
        assert_eq!(record.time.to_string(), "2025-11-21T20:15:00.5Z");
        assert_eq!(record.to_line().unwrap() + "\n", PRESENT_NAMES);
    }
    assert_ne!(FIRST_NAMES, PRESENT_NAMES);
}

#[test]
fn files_recorded_by_an_older_build_are_verified_restored_and_not_protected_again() {
    let user = User::with_key();
    user.put("show/a.wav", recording(16_000, 1, 1.0));
    user.run(&["protect", "show", "-o", "out", "--preset", "light@1"]).succeeds();
    let older = in_first_names(&String::from_utf8(user.read("out/patchveil.jsonl")).unwrap());
    user.put("out/patchveil.jsonl", &older);

    user.run(&["verify", "out"]).succeeds();
    // By record, so neither preset nor detection is needed; and either name of the preset agrees.
    for preset in [&[][..], &["--preset", "light@1"], &["--preset", "transparent@1"]] {
        let restore = ["restore", "out/a.wav", "-o", "back.wav", "--force", "--json"];
        let ran = user.run(&[&restore[..], preset].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.json()[0]["evidence"], "manifest", "{preset:?}");
    }
    user.run(&["protect", "show", "-o", "out", "--preset", "light@1"])
        .fails(0, &["skipped, out/a.wav is its protected version"]);
    // A later line has the present names; both kinds are read together.
    user.put("show/b.wav", recording(16_000, 1, 0.7));
    user.run(&["protect", "show/b.wav", "-o", "out/b.wav", "--preset", "light"]).succeeds();
    let both = String::from_utf8(user.read("out/patchveil.jsonl")).unwrap();
    assert!(both.starts_with(&older) && both.lines().count() == 2, "{both}");
    user.run(&["verify", "out"]).succeeds();
}

proptest! {
    #[test]
    fn the_parser_panics_on_no_bytes(bytes: Vec<u8>) {
        let _ = Manifest::parse(Path::new(NAME), &bytes);
    }

    #[test]
    fn what_is_read_of_a_mangled_manifest_can_be_written_and_read_again(
        at in 0_usize..1_200, cut in 0_usize..4, put in prop::collection::vec(any::<u8>(), 0..4)
    ) {
        let mut bytes = [FIRST_NAMES, PRESENT_NAMES].concat().into_bytes();
        let at = at.min(bytes.len() - cut);
        bytes.splice(at..at + cut, put);
        if let Ok(manifest) = Manifest::parse(Path::new(NAME), &bytes) {
            for record in manifest.records() {
                let line = record.to_line().unwrap();
                prop_assert_eq!(&Record::parse(line.as_bytes()).unwrap(), record);
            }
        }
    }
}
