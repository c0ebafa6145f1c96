//! `patchveil protect`: which files it reads and writes, and what it reports.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::support::command::{CLASS, User, key, recording};
use serde_json::Value;

#[test]
fn a_protected_recording_goes_next_to_its_original() {
    let user = User::with_key();
    let original = recording(44_100, 2, 1.0);
    user.put("Show 1.wav", &original);
    let ran = user.run(&["protect", "Show 1.wav", "--key", CLASS]).succeeds();
    for heading in ["file", "seconds", "patches", "SNR dB", "peak dB", "took s", "× real time"] {
        assert!(ran.out.contains(heading), "{ran:?}");
    }
    assert!(ran.out.contains("Show 1.protected.wav"), "{ran:?}");
    assert_eq!(user.files(), ["Show 1.protected.wav", "Show 1.wav"]);
    assert_eq!(user.read("Show 1.wav"), original);
    let veiled = user.read("Show 1.protected.wav");
    assert_eq!((&veiled[..44], veiled.len()), (&original[..44], original.len()));
    assert_ne!(veiled, original);
}

#[test]
fn outputs_go_where_they_are_asked_to() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    fs::create_dir(user.path("there")).unwrap();
    for (output, expected) in
        [("b.wav", "b.wav"), ("new/", "new/a.wav"), ("there", "there/a.wav"), ("x/y", "x/y")]
    {
        user.run(&["protect", "a.wav", "-o", output]).succeeds();
        assert!(user.path(expected).is_file(), "{output}");
    }
    let first = user.read("b.wav");
    for same in ["new/a.wav", "there/a.wav", "x/y"] {
        assert_eq!(user.read(same), first);
    }
    user.put("b/c.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "a.wav", "b/c.wav", "--output", "both"]).succeeds();
    assert!(user.path("both/a.wav").is_file() && user.path("both/c.wav").is_file());
    user.run(&["protect", "a.wav", "b/c.wav", "--output", "b.wav"])
        .fails(2, &["b.wav: is a file, but the outputs need a folder there"]);
}

#[test]
fn a_folder_keeps_its_tree_and_a_second_run_repeats_nothing() {
    let user = User::with_key();
    for name in ["show/2024/a.wav", "show/2025/a.wav", "show/b.WAV", "show/notes.txt"] {
        user.put(name, recording(8_000, 1, 0.3));
    }
    user.run(&["protect", "show", "-o", "out"]).succeeds();
    let out: Vec<String> = user.files().into_iter().filter(|f| f.starts_with("out/")).collect();
    assert_eq!(out, ["out/2024/a.wav", "out/2025/a.wav", "out/b.WAV"]);

    user.run(&["protect", "show"]).succeeds();
    let count = user.files().len();
    let again = user.run(&["protect", "show", "--preset", "strong"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    let again = again.says(&[
        "a.protected.wav: skipped, its name says it is protected already",
        "b.protected.wav: exists already and is not overwritten; use --force or another name",
        "3 failed, 0 done",
    ]);
    assert_eq!(again.err.lines().count(), 7, "{again:?}");
    // The same once more has nothing to do but what is new.
    user.put("show/c.wav", recording(8_000, 1, 0.2));
    let more = user.run(&["protect", "show", "--json"]);
    assert_eq!(more.code, Some(0), "{more:?}");
    let lines = more.json();
    let status = |name: &str| lines.iter().filter(|line| line["status"] == name).count();
    assert_eq!((status("skipped"), status("done"), lines.len()), (3, 1, 4));
    let more = more.says(&["b.WAV: skipped, show/b.protected.wav is its protected version"]);
    assert_eq!(more.err.lines().count(), 6, "{more:?}");
    fs::remove_file(user.path("show/c.wav")).unwrap();
    fs::remove_file(user.path("show/c.protected.wav")).unwrap();
    // A recording that changed since is none of that, and neither is one whose tags did.
    let mut tagged = user.read("show/2024/a.wav");
    tagged.extend(b"a tag behind the samples");
    user.put("show/2024/a.wav", &tagged);
    user.run(&["protect", "show/2024/a.wav"]).fails(1, &["a.protected.wav: exists already"]);
    user.put("show/b.WAV", recording(8_000, 1, 0.2));
    user.run(&["protect", "show/b.WAV"]).fails(1, &["b.protected.wav: exists already"]);
    assert_eq!(user.files().len(), count);
    let forced = user.run(&["protect", "show", "--force"]);
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert_eq!(user.files().len(), count);
}

#[test]
fn nothing_is_overwritten_without_force_and_an_input_never() {
    let user = User::with_key();
    let original = recording(8_000, 1, 0.5);
    user.put("a.wav", &original);
    user.put("a.protected.wav", "precious");
    user.run(&["protect", "a.wav"]).fails(1, &["a.protected.wav: exists already", "--force"]);
    assert_eq!(user.read("a.protected.wav"), b"precious");
    user.run(&["protect", "a.wav", "--force"]).succeeds();
    assert_eq!(user.read("a.protected.wav").len(), original.len());

    user.put("b/a.wav", &original);
    for args in [
        &["protect", "a.wav", "-o", "a.wav"][..],
        &["protect", "a.wav", "-o", "."],
        &["protect", "a.wav", "-o", "b/../a.wav"],
        &["protect", "b", "-o", "b"],
        // One's output is the other's input.
        &["protect", "a.wav", "a.protected.wav"],
    ] {
        for force in [&[][..], &["--force"]] {
            user.run(&[args, force].concat()).fails(2, &["would be written over the input"]);
        }
    }
    #[cfg(unix)]
    {
        // A soft link shows before anything begins; a hard link only when the file is there to
        // be replaced.
        std::os::unix::fs::symlink("a.wav", user.path("soft.wav")).unwrap();
        user.run(&["protect", "a.wav", "-o", "soft.wav", "--force"])
            .fails(2, &["soft.wav would be written over the input a.wav"]);
        fs::hard_link(user.path("a.wav"), user.path("hard.wav")).unwrap();
        user.run(&["protect", "a.wav", "-o", "hard.wav", "--force"])
            .fails(1, &["hard.wav: is an input itself and is never overwritten"]);
    }
    assert_eq!(user.read("a.wav"), original);
}

#[test]
fn colliding_outputs_are_reported_before_anything_is_written() {
    let user = User::with_key();
    for name in ["1/a.wav", "2/a.wav", "3/x.wav", "3/x.WAVE"] {
        user.put(name, recording(8_000, 1, 0.3));
    }
    let files = user.files();
    user.run(&["protect", "1/a.wav", "2/a.wav", "-o", "out"])
        .fails(2, &["would both be written to out/a.wav", "run them apart"]);
    user.run(&["protect", "3"]).fails(2, &["would both be written to 3/x.protected.wav"]);
    assert_eq!(user.files(), files);
    // The same file twice is done once, and that is said.
    let ran = user.run(&["protect", "1/a.wav", "1/../1/a.wav", "--json"]);
    assert_eq!((ran.code, ran.json().len()), (Some(0), 1), "{ran:?}");
    ran.says(&["1/../1/a.wav: skipped, it is the same file as 1/a.wav"]);
}

#[test]
fn a_class_must_be_named_or_be_the_default() {
    let user = User::new();
    user.put("a.wav", recording(8_000, 1, 0.5));
    let empty = ["the keyring is empty; make a class first: patchveil key new NAME"];
    for arguments in [
        &["protect", "a.wav"][..],
        &["protect", "a.wav", "--key", "x"],
        &["restore", "a.wav", "--key", "x"],
        &["detect", "a.wav"],
        &["detect", "a.wav", "--key", "x"],
        &["detect", "a.wav", "--all-keys"],
        &["verify", "a.wav", "--key", "x"],
        &["trace", "a.wav"],
        &["key", "show", "x"],
        &["key", "export", "x"],
    ] {
        user.run(arguments).fails(2, &empty);
    }
    user.run(&["restore", "a.wav"]).fails(1, &empty);
    assert!(user.run(&["key", "list"]).succeeds().out.contains(empty[0]));
    user.run(&["key", "new", "x"]).succeeds();
    user.run(&["key", "default", "--none"]).succeeds();
    user.run(&["protect", "a.wav"]).fails(2, &["which class?", "--key", "key default"]);
    user.run(&["protect", "a.wav", "--key", "y"]).fails(2, &["no class named “y”"]);
    let mistaken = user.run(&["protect", "a.wav", "--key", &key().to_text()]).fails(2, &[]);
    assert!(!mistaken.err.contains("pvkey1"), "{mistaken:?}");
    user.run(&["key", "default", "x"]).succeeds();
    let by_default = user.run(&["protect", "a.wav", "--json"]).succeeds().json();
    let listed = user.run(&["key", "list", "--json"]).json();
    assert_eq!(by_default[0]["fingerprint"], listed[0]["fingerprint"]);
}

#[test]
fn options_out_of_range_are_refused_with_the_range() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    for (option, value, range) in [
        ("--amount", "201", "0 to 200 %"),
        ("--amount", "-1", "0 to 200 %"),
        ("--amount", "NaN", "0 to 200 %"),
        ("--amount", "inf", "0 to 200 %"),
        ("--patch", "1", "2 to 600000 ms"),
        ("--patch", "-20", "2 to 600000 ms"),
        ("--patch", "nan", "2 to 600000 ms"),
        ("--period", "3", "4 to 600000 ms"),
        ("--period", "1e300", "4 to 600000 ms"),
        ("--frame", "3", "4 to 600000 ms"),
        ("--patches", "0", "1 to 64"),
        ("--patches", "65", "1 to 64"),
        ("--patch", "100", "use fewer or shorter patches"),
        ("--mark-level", "-25", "-24 to 12 dB"),
        ("--mark-level", "inf", "-24 to 12 dB"),
    ] {
        let of_layer = if option == "--mark-level" { "mark" } else { "balanced" };
        user.run(&["protect", "a.wav", "--preset", of_layer, option, value]).fails(2, &[range]);
    }
    for (args, part) in [
        (["--preset", "loud"], "mark, light, balanced, strong, poscuda and cuda"),
        (["--amount", "much"], "--amount"),
        (["--patches", "1.5"], "--patches"),
        (["--colour", "red"], "--colour"),
    ] {
        let ran = user.run(&[&["protect", "a.wav"][..], &args].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        ran.says(&[part]);
    }
    assert_eq!(user.run(&["protect"]).code, Some(2));
    assert_eq!(user.files(), ["a.wav"]);
}

#[test]
fn every_option_changes_the_output_and_amount_zero_changes_nothing() {
    let user = User::with_key();
    let original = recording(16_000, 1, 1.0);
    user.put("a.wav", &original);
    let mut seen = vec![original.clone()];
    for options in [
        &[][..],
        &["--preset", "light"],
        &["--preset", "light@1"],
        &["--preset", "strong"],
        &["--preset", "balanced", "--amount", "50"],
        &["--preset", "balanced", "--patch", "10"],
        &["--preset", "balanced", "--period", "200"],
        &["--preset", "balanced", "--patches", "1"],
        &["--preset", "balanced", "--mark-level", "-3"],
        &["--mark-level", "-3"],
    ] {
        user.run(&[&["protect", "a.wav", "--force"], options].concat()).succeeds();
        let output = user.read("a.protected.wav");
        assert!(!seen.contains(&output), "{options:?}");
        seen.push(output);
    }
    let nothing = ["protect", "a.wav", "--force", "--preset", "balanced@1", "--amount", "0"];
    assert_eq!(user.run(&nothing).code, Some(0));
    assert_eq!(user.read("a.protected.wav"), original);
    let baseline = user.run(&["protect", "a.wav", "--force", "--preset", "cuda"]);
    assert_eq!(baseline.code, Some(0), "{baseline:?}");
    baseline.says(&["the recipe cuda", "cannot be undone, keep the originals"]);
}

#[test]
fn a_protected_file_is_not_protected_again_and_zero_percent_is_warned_about() {
    let user = User::with_key();
    user.put("show/a.wav", recording(8_000, 1, 0.5));
    user.run(&["protect", "show", "-o", "published"]).succeeds();
    let count = user.files().len();
    let once_more = ["published/a.wav: is protected already, with the key", "--force"];
    user.run(&["protect", "published"]).fails(1, &once_more);
    user.run(&["protect", "published/a.wav", "-o", "x.wav"]).fails(1, &once_more);
    user.put("published/renamed.wav", user.read("published/a.wav"));
    user.run(&["protect", "published/renamed.wav"])
        .fails(1, &["published/renamed.wav: is protected already"]);
    fs::remove_file(user.path("published/renamed.wav")).unwrap();
    assert_eq!(user.files().len(), count);
    user.run(&["protect", "published/a.wav", "-o", "x.wav", "--force"]).succeeds();
    let zero = |preset: &str| {
        let ran =
            user.run(&["protect", "show/a.wav", "--preset", preset, "--amount", "0", "--force"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran
    };
    zero("balanced@1").says(&["the amount is 0 %: nothing will be changed"]);
    zero("balanced").says(&["the amount is 0 %: only the mark will be added"]);
}

#[test]
fn json_is_one_object_a_line_with_the_facts_of_the_table() {
    let user = User::with_key();
    user.put("show/a.wav", recording(8_000, 2, 1.5));
    user.put("show/b.wav", "not a recording");
    fs::create_dir(user.path("empty")).unwrap();
    let protect =
        ["protect", "show", "empty", "gone.wav", "--preset", "balanced", "--json", "-o", "out"];
    let ran = user.run(&protect);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let lines = ran.json();
    let with = |status: &str| -> Vec<&Value> {
        lines.iter().filter(|line| line["status"] == status).collect()
    };
    let done = with("done");
    assert_eq!((lines.len(), done.len()), (4, 1), "{ran:?}");
    let done = done[0];
    for (field, value) in [
        ("input", Value::from("show/a.wav")),
        ("output", "out/a.wav".into()),
        ("sample_rate_hz", 8_000.into()),
        ("channels", 2.into()),
        ("format", "i16".into()),
        ("frames", 12_000.into()),
        ("seconds", 1.5.into()),
        ("clipped_samples", 0.into()),
        ("fingerprint", key().fingerprint().to_string().into()),
    ] {
        assert_eq!(done[field], value, "{field}");
    }
    // One every 40 ms.
    let patches = done["patches"].as_u64().unwrap();
    assert!((37..=38).contains(&patches), "{patches}");
    for field in ["snr_db", "peak_before_dbfs", "peak_change_db", "took_s", "realtime"] {
        assert!(done[field].is_number(), "{field}: {done}");
    }
    let mut failed: Vec<&str> =
        with("failed").iter().map(|line| line["input"].as_str().unwrap()).collect();
    failed.sort_unstable();
    assert_eq!(failed, ["empty", "gone.wav", "show/b.wav"]);
    // The errors are those on standard error.
    for line in with("failed") {
        let error = line["error"].as_str().unwrap();
        assert!(ran.err.contains(&format!("patchveil: {error}\n")), "{ran:?}");
    }

    let table = user.run(&["protect", "show/a.wav", "--preset", "balanced"]).succeeds().out;
    for field in ["snr_db", "peak_change_db"] {
        let value = done[field].as_f64().unwrap();
        let text =
            if field == "snr_db" { format!(" {value:.1} ") } else { format!(" {value:+.2} ") };
        assert!(table.contains(&text), "{text} is not in\n{table}");
    }
    assert!(table.contains(&format!(" {patches} ")), "{table}");
}

#[test]
fn one_bad_file_among_good_ones_does_not_stop_them() {
    let user = User::with_key();
    for n in 0..5 {
        user.put(format!("show/{n}.wav"), recording(8_000, 1, 0.4));
    }
    user.put("show/2.wav", "");
    let ran = user.run(&["protect", "show", "-o", "out"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("4 files"), "{ran:?}");
    let ran = ran.says(&["show/2.wav: the file is empty", "1 failed, 4 done"]);
    assert_eq!(ran.err.lines().count(), 2, "{ran:?}");
    let out: Vec<String> = user.files().into_iter().filter(|f| f.starts_with("out/")).collect();
    assert_eq!(out, ["out/0.wav", "out/1.wav", "out/3.wav", "out/4.wav"]);
}

#[test]
fn many_files_are_summed_up() {
    let user = User::with_key();
    let short = recording(8_000, 1, 0.02);
    for n in 0..60 {
        user.put(format!("show/{n}.wav"), &short);
    }
    let ran = user.run(&["protect", "show"]).succeeds();
    assert!(ran.out.contains("60 files (20 not listed)"), "{ran:?}");
    assert_eq!(ran.out.lines().count(), 42);
}

#[cfg(unix)]
#[test]
fn paths_that_are_not_utf8_are_protected_and_reported_exactly() {
    use std::os::unix::ffi::OsStringExt;
    let user = User::with_key();
    let name = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let input = name(b"caf\xe9\n.wav");
    user.put(Path::new(&input), recording(8_000, 1, 0.5));
    let args = |more: &[&str]| -> Vec<OsString> {
        let mut args = vec!["protect".into(), input.clone()];
        args.extend(more.iter().map(OsString::from));
        args
    };
    let ran = user.run(&args(&["--json"])).succeeds();
    let line = &ran.json()[0];
    assert_eq!(line["input"], "caf\u{fffd}\n.wav");
    assert_eq!(line["input_bytes"], Value::from(b"caf\xe9\n.wav".to_vec()));
    assert_eq!(line["output_bytes"], Value::from(b"caf\xe9\n.protected.wav".to_vec()));
    assert!(user.path(name(b"caf\xe9\n.protected.wav")).is_file());
    // In a message it can neither break the line nor be mistaken for two words.
    user.run(&args(&["--mark-level", "1"]))
        .fails(1, &["caf\u{fffd}\\n.protected.wav: exists already"]);
    let table = user.run(&args(&["--force"])).succeeds().out;
    assert!(table.contains("caf\u{fffd}\\n.protected.wav"), "{table}");
    // Text needs no second form.
    user.put("plain.wav", recording(8_000, 1, 0.5));
    let plain = user.run(&["protect", "plain.wav", "--json"]).succeeds().json();
    assert!(plain[0].get("input_bytes").is_none());

    let after = name(b"caf\xe9\n.protected.wav");
    let compared = user.run(&["inspect".into(), input.clone(), after, "--json".into()]).succeeds();
    assert_eq!(compared.json()[0]["before"]["path_bytes"], line["input_bytes"]);
}

#[test]
fn the_key_is_in_nothing_that_is_written_or_printed() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 1, 1.0));
    user.put("bad.wav", "text");
    let mut said = Vec::new();
    for args in [
        &["protect", "a.wav", "bad.wav"][..],
        &["protect", "a.wav", "bad.wav", "--force", "--json"],
        &["protect", "a.wav", "--key", "nobody"],
        &["inspect", "a.wav", "a.protected.wav", "--png", "a.png"],
        &["inspect", "a.wav", "a.protected.wav", "--json"],
        &["key", "list"],
        &["key", "show", CLASS, "--json"],
    ] {
        let ran = user.run(args);
        said.extend([ran.out.into_bytes(), ran.err.into_bytes()]);
    }
    said.extend(user.files().iter().map(|name| user.read(name)));
    let text = key().to_text();
    let secrets = [
        text.as_bytes().to_vec(),
        text.to_uppercase().into_bytes(),
        text.as_bytes()["pvkey1".len()..].to_vec(),
        crate::support::command::KEY.to_vec(),
        crate::support::command::KEY.iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect(),
    ];
    for secret in &secrets {
        for content in &said {
            assert!(!content.windows(secret.len()).any(|window| window == secret.as_slice()));
        }
    }
    // The test would notice.
    let exported = user.run(&["key", "export", CLASS]).out;
    assert!(exported.as_bytes().windows(secrets[0].len()).any(|w| w == secrets[0].as_slice()));
}
