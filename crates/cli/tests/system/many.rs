//! Many files: lists, patterns, parts, dry runs, and runs that were killed.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use crate::support::command::{CLASS, Ran, User, recording};
use patchveil::manifest::{Manifest, NAME};
use patchveil_test_support::Rng;
use serde_json::Value;

/// A user with so many recordings in `show`, every other one in a folder below, all different.
fn user_with_show(files: usize) -> User {
    let user = User::with_key();
    for n in 0..files {
        let folder = if n % 2 == 0 { "show" } else { "show/deep" };
        user.put(format!("{folder}/{n}.wav"), recording(8_000, 1, 0.3 + 0.05 * n as f64));
    }
    user
}

/// One field of the lines with this status.
fn field(ran: &Ran, status: &str, field: &str) -> Vec<String> {
    let lines = ran.json();
    let lines = lines.iter().filter(|line| line["status"] == status);
    let mut values: Vec<String> = lines.map(|line| line[field].as_str().unwrap().into()).collect();
    values.sort();
    values
}

#[test]
fn inputs_come_from_a_list_and_keep_their_paths() {
    let user = user_with_show(4);
    user.put("list.txt", "show/0.wav\r\n\nshow/deep/1.wav\n./show/2.wav");
    for (list, null) in [("list.txt", false), ("list.nul", true)] {
        user.put("list.nul", "show/0.wav\0show/deep/1.wav\0./show/2.wav\0");
        let mut line = vec!["protect", "--files-from", list, "-o", "out", "--json", "--force"];
        line.extend(null.then_some("--null"));
        let ran = user.run(&line).succeeds();
        let outputs = ["out/show/0.wav", "out/show/2.wav", "out/show/deep/1.wav"];
        assert_eq!(field(&ran, "done", "output"), outputs);
    }
    let ran = user.run_with_input(&["detect", "--files-from", "-", "--json"], b"out/show/0.wav\n");
    assert_eq!(ran.json()[0]["input"], "out/show/0.wav");
    user.run_with_input(&["verify", "--files-from", "-"], b"out/show/0.wav\n").succeeds();
    let ran = user.run_with_input(
        &["restore", "--files-from", "-", "show/gone.wav", "--dry-run", "--json"],
        b"out/show/0.wav\nout/show/2.wav\n",
    );
    assert_eq!(field(&ran, "would_do", "input"), ["out/show/0.wav", "out/show/2.wav"]);
    assert_eq!(field(&ran, "failed", "input"), ["show/gone.wav"]);
    user.put("empty.txt", "\n");
    user.run(&["protect", "--files-from", "empty.txt"]).fails(2, &["list", "is empty"]);
    user.run(&["protect", "--files-from", "gone.txt"]).fails(2, &["gone.txt: cannot be read"]);
}

#[test]
fn quoted_patterns_are_expanded_and_names_come_first() {
    let user = user_with_show(4);
    user.put("show/[0].wav", recording(8_000, 1, 0.3));
    for (pattern, inputs) in [
        ("show/*.wav", &["show/0.wav", "show/2.wav", "show/[0].wav"][..]),
        ("show/**/[13].wav", &["show/deep/1.wav", "show/deep/3.wav"]),
        ("show/[0].wav", &["show/[0].wav"]),
        ("show/?.wav", &["show/0.wav", "show/2.wav"]),
    ] {
        let ran = user.run(&["protect", pattern, "-o", "out/", "--dry-run", "--json"]).succeeds();
        assert_eq!(field(&ran, "would_do", "input"), inputs, "{pattern}");
    }
    user.run(&["protect", "show/*.aiff"]).fails(1, &["show/*.aiff: cannot be read"]);
    user.run(&["protect", "show/a[.wav"]).fails(2, &["show/a[.wav: "]);
}

#[test]
fn two_inputs_do_not_become_one_file_or_a_folder_of_that_name() {
    let user = user_with_show(2);
    for inputs in [&["show/0.wav", "show/deep/1.wav"][..], &["show"]] {
        let line = [&["protect"], inputs, &["-o", "both.wav"]].concat();
        user.run(&line).fails(2, &["both.wav: names one file", "give a folder"]);
    }
    user.run(&["protect", "show", "-o", "both.wav/"]).succeeds();
}

#[test]
fn parts_are_everything_once_on_any_machine() {
    let user = user_with_show(9);
    let whole = user.run(&["protect", "show", "-o", "whole", "--json"]).succeeds();
    let whole = field(&whole, "done", "input");
    let mut parts = Vec::new();
    for n in 1..=3 {
        let part = format!("{n}/3");
        let line = ["protect", "show", "-o", "parts", "--json", "--shard", &part, "--jobs", "1"];
        parts.extend(field(&user.run(&line).succeeds(), "done", "input"));
        let same = ["protect", "show", "-o", "parts", "--json", "--shard", &part];
        assert!(field(&user.run(&same), "done", "input").is_empty());
    }
    parts.sort();
    assert_eq!(parts, whole);
    user.run(&["verify", "parts"]).succeeds();
    let checked: BTreeSet<String> = (1..=3)
        .flat_map(|n| {
            let ran = user.run(&["verify", "parts", "--json", "--shard", &format!("{n}/3")]);
            field(&ran, "as_recorded", "input")
        })
        .collect();
    assert_eq!(checked.len(), whole.len());
    user.run(&["protect", "show", "--shard", "4/3"]).says(&["not a part such as 1/8"]);
}

#[test]
fn a_dry_run_says_what_would_happen_and_does_nothing() {
    let user = user_with_show(3);
    user.run(&["protect", "show/0.wav", "-o", "out/"]).succeeds();
    user.put("out/2.wav", "somebody's");
    user.put("show/ghost.protected.wav", recording(8_000, 1, 0.3));
    let before = user.files();
    let ran = user.run(&["protect", "show", "gone.wav", "-o", "out", "--dry-run", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(field(&ran, "would_do", "output"), ["out/deep/1.wav"]);
    assert_eq!(field(&ran, "would_skip", "input"), ["show/0.wav"]);
    assert_eq!(field(&ran, "failed", "input"), ["gone.wav", "show/2.wav"]);
    assert_eq!(field(&ran, "left_out", "input"), ["show/ghost.protected.wav"]);
    let ran = user.run(&["protect", "show/deep", "--dry-run"]).succeeds();
    assert!(ran.out.contains("show/deep/1.wav → show/deep/1.protected.wav"), "{ran:?}");
    assert!(ran.out.contains("1 file would be written; nothing was done"), "{ran:?}");
    assert_eq!(user.files(), before);
}

#[test]
fn outputs_are_read_back_if_that_is_asked_for() {
    let user = user_with_show(2);
    user.run(&["protect", "show", "-o", "out", "--verify"]).succeeds();
    user.run(&["restore", "out", "-o", "back", "--verify"]).succeeds();
    user.run(&["verify", "out"]).succeeds();
}

#[test]
fn failures_come_last_in_the_order_of_the_files() {
    let user = user_with_show(2);
    user.put("show/bad-1.wav", "text");
    user.put("show/bad-2.wav", "");
    let ran = user.run(&["protect", "gone.wav", "show", "-o", "out", "--json"]);
    let lines = ran.json();
    let statuses: Vec<&Value> = lines.iter().map(|line| &line["status"]).collect();
    assert_eq!(statuses, ["done", "done", "failed", "failed", "failed"]);
    let inputs: Vec<&Value> = lines[2..].iter().map(|line| &line["input"]).collect();
    assert_eq!(inputs, ["gone.wav", "show/bad-1.wav", "show/bad-2.wav"]);
    let said: Vec<&str> = ran.err.lines().collect();
    assert!(said[3].contains("3 failed, 2 done") && said[0].contains("gone.wav"), "{ran:?}");
}

#[test]
fn a_key_map_gives_each_recording_the_key_of_its_class() {
    let user = user_with_show(4);
    user.run(&["key", "new", "Deep"]).succeeds();
    user.put("map.csv", "pattern,class\ndeep/*.wav,Deep\n0.wav,Night Show\n");
    let ran = user.run(&["protect", "show", "-o", "out", "--key-map", "map.csv", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ran = ran.says(&["show/2.wav: no line of the key map matches it"]);
    assert_eq!(field(&ran, "failed", "input"), ["show/2.wav"]);
    for (file, class) in
        [("out/0.wav", CLASS), ("out/deep/1.wav", "Deep"), ("out/deep/3.wav", "Deep")]
    {
        let lines = user.run(&["verify", file, "--json"]).succeeds().json();
        assert_eq!(lines[0]["class"], class, "{file}");
    }
    assert!(!user.path("out/2.wav").exists());
    user.put("map.csv", "*,Nobody\n");
    let before = user.files();
    let ran = user.run(&["protect", "show", "-o", "new", "--key-map", "map.csv"]);
    ran.fails(2, &["Nobody"]);
    assert_eq!(user.files(), before);
}

/// What the records of a folder's manifest say, but when.
fn records(user: &User, folder: &str) -> Vec<Value> {
    let path = user.path(folder).join(NAME);
    let manifest = Manifest::load(&path).unwrap();
    let without_time = |record| {
        let mut value = serde_json::to_value(record).unwrap();
        value.as_object_mut().unwrap().remove("time");
        value
    };
    manifest.iter().flat_map(Manifest::records).map(without_time).collect()
}

#[test]
fn a_run_that_is_killed_at_any_moment_is_finished_by_resume() {
    let user = user_with_show(5);
    user.run(&["protect", "show", "-o", "whole", "--json"]).succeeds();
    let expected = |folder: &str| {
        let below = |file: &String| file.strip_prefix(&format!("{folder}/")).map(str::to_owned);
        let files: Vec<String> = user.files().iter().filter_map(below).collect();
        let read = |file: &String| (file.clone(), user.read(format!("{folder}/{file}")));
        files.iter().map(read).collect::<Vec<_>>()
    };
    let whole = expected("whole");
    let mut rng = Rng::new(15);
    // As long as a run takes, on whatever machine this is.
    let mut latest_s = 0.12;
    let (mut killed, mut tries) = (0, 0);
    while killed < 20 {
        tries += 1;
        assert!(tries <= 200, "{killed} runs were killed");
        let line = ["protect", "show", "-o", "out", "--resume", "--verify", "--json"];
        let mut child = user.command(&line).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(latest_s * rng.unit()));
        child.kill().unwrap();
        if child.wait().unwrap().code().is_some() {
            latest_s *= 0.8;
            fs::remove_dir_all(user.path("out")).unwrap();
            continue;
        }
        (killed, latest_s) = (killed + 1, latest_s * 1.1);
        let ran = user.run(&line);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(expected("out") == whole, "{ran:?}");
        for below in ["", "/deep"] {
            let [out, whole] =
                ["out", "whole"].map(|folder| records(&user, &format!("{folder}{below}")));
            assert_eq!(out, whole);
        }
        user.run(&["verify", "out"]).succeeds();
        fs::remove_dir_all(user.path("out")).unwrap();
    }
}

/// An unfinished output that nobody has written to for two days.
fn put_old(user: &User, name: &str) {
    let path = user.put(name, "half");
    let then = SystemTime::now() - Duration::from_hours(48);
    File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
}

#[test]
fn resume_completes_what_is_not_on_record_and_never_touches_what_differs() {
    let user = user_with_show(3);
    user.run(&["protect", "show", "-o", "out"]).succeeds();
    // As if the run had been killed between the last rename and its record, and while a file was written.
    fs::remove_file(user.path("out").join(NAME)).unwrap();
    user.put("out/2.wav", user.read("show/2.wav"));
    put_old(&user, "out/.patchveil-0123abcd-aBc123");
    user.put("out/.patchveil-mine.txt", "somebody's");
    let ran = user.run(&["protect", "show", "-o", "out", "--resume", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(field(&ran, "done", "input"), ["show/0.wav"]);
    assert_eq!(field(&ran, "skipped", "input"), ["show/deep/1.wav"]);
    assert_eq!(field(&ran, "failed", "input"), ["show/2.wav"]);
    ran.says(&[
        "out/.patchveil-0123abcd-aBc123: removed",
        "out/2.wav: exists already",
        "1 of 3 were done already",
    ]);
    assert_eq!(user.read("out/2.wav"), user.read("show/2.wav"));
    assert!(user.path("out/.patchveil-mine.txt").exists());
    assert!(!user.path("out/.patchveil-0123abcd-aBc123").exists());
    user.run(&["verify", "out/0.wav"]).succeeds();
}

#[test]
fn restoring_is_resumed_too() {
    let user = user_with_show(3);
    user.run(&["protect", "show", "-o", "out"]).succeeds();
    user.run(&["restore", "out/0.wav", "-o", "back/"]).succeeds();
    put_old(&user, "back/.patchveil-0123abcd-aBc123");
    let ran = user.run(&["restore", "out", "-o", "back", "--resume", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let done = field(&ran, "done", "input").len() + field(&ran, "skipped", "input").len();
    assert_eq!(done, 3, "{ran:?}");
    let before = user.read("back/2.wav");
    let ran = user.run(&["restore", "out", "-o", "back", "--resume"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(user.read("back/2.wav"), before);
    assert_eq!(user.files().iter().filter(|file| file.contains(".patchveil-")).count(), 0);
}

/// Waits until a file is there.
#[cfg(unix)]
fn wait_for(user: &User, file: &str) {
    let begun = std::time::Instant::now();
    while !user.path(file).exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{file} does not appear");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a run said that Ctrl-C ended.
#[cfg(unix)]
fn interrupted(child: std::process::Child) -> Ran {
    let kill = format!("kill -INT {}", child.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    Ran::new(child.wait_with_output().unwrap())
}

#[test]
#[cfg(unix)]
fn a_drop_folder_is_protected_in_the_format_asked_for_and_two_files_for_one_output_do_not_end_it() {
    let user = User::with_key();
    user.put("drop/a.wav", recording(8_000, 1, 0.3));
    user.put("drop/a.mp3", "of the same name");
    let line = ["protect", "--watch", "drop", "-o", "out", "--settle", "0.2", "--format", "flac"];
    let child = user.command(&[&line[..], &["--strip-metadata"]].concat()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(2_000));
    fs::remove_file(user.path("drop/a.mp3")).unwrap();
    wait_for(&user, "out/a.flac");
    std::thread::sleep(Duration::from_millis(1_000));
    let ran = interrupted(child);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = ran.says(&["left out everything but the samples", "1 done, 0 failed"]);
    assert_eq!(ran.err.matches("would both be written to").count(), 1, "{ran:?}");
    assert!(user.read("out/a.flac").starts_with(b"fLaC"));
}

#[test]
#[cfg(unix)]
fn a_drop_folder_is_protected_as_files_appear_until_ctrl_c() {
    let user = User::with_key();
    user.put("drop/a.wav", recording(8_000, 1, 0.3));
    let line = ["protect", "--watch", "drop", "-o", "out", "--settle", "1", "--json"];
    let child = user.command(&line).spawn().unwrap();
    wait_for(&user, "out/a.wav");
    // One that is still being written is not taken.
    let late = recording(8_000, 1, 0.5);
    user.put("drop/deep/b.wav", &late[..2_000]);
    std::thread::sleep(Duration::from_millis(60));
    user.put("drop/deep/b.wav", &late);
    user.put("drop/bad.wav", "text");
    wait_for(&user, "out/deep/b.wav");
    std::thread::sleep(Duration::from_millis(1_000));
    let ran = interrupted(child);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(field(&ran, "done", "input"), ["drop/a.wav", "drop/deep/b.wav"]);
    assert_eq!(field(&ran, "failed", "input"), ["drop/bad.wav"]);
    let ran = ran.says(&["watching drop; Ctrl-C ends it", "2 done, 1 failed"]);
    assert_eq!(ran.err.lines().count(), 3, "{ran:?}");
    user.run(&["verify", "out"]).succeeds();
}
