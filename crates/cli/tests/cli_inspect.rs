//! `patchveil inspect` and `patchveil demo`.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use std::fs;
use std::path::Path;

use patchveil_veil::ClassKey;
use support::command::{User, recording};

fn bundled() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/demo.wav")).unwrap()
}

#[test]
fn figures_and_json_agree_with_what_protect_said() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 2, 1.5));
    let protected = user.run(&["protect", "a.wav", "--json"]).succeeds().json().remove(0);
    let json = user.run(&["inspect", "a.wav", "a.veiled.wav", "--json"]).succeeds().json();
    assert_eq!(json.len(), 1);
    let report = &json[0];
    assert_eq!(report["before"]["path"], "a.wav");
    assert_eq!(report["after"]["path"], "a.veiled.wav");
    for field in ["frames", "channels", "sample_rate_hz", "seconds"] {
        assert_eq!(report[field], protected[field], "{field}");
    }
    for field in ["snr_db", "peak_before_dbfs", "peak_change_db"] {
        let (a, b) = (report[field].as_f64().unwrap(), protected[field].as_f64().unwrap());
        assert!((a - b).abs() < 0.05, "{field}: {a} and {b}");
    }
    let text = user.run(&["inspect", "a.wav", "a.veiled.wav"]).succeeds().out;
    for (label, field, places) in [
        ("SNR", "snr_db", 1),
        ("segmental SNR", "segmental_snr_db", 1),
        ("largest change", "max_difference_dbfs", 1),
    ] {
        let value = format!("{:.places$}", report[field].as_f64().unwrap());
        let line = text.lines().find(|line| line.starts_with(label)).unwrap();
        assert!(line.contains(&value), "{line} without {value}");
    }
    let runs = format!("changed runs      {}", report["run_count"]);
    assert!(text.contains(&runs), "{text}");
}

#[test]
fn files_that_do_not_belong_together_are_named() {
    let user = User::new();
    user.put("a.wav", recording(8_000, 1, 0.5));
    user.put("b.wav", recording(8_000, 2, 0.5));
    user.run(&["inspect", "a.wav", "b.wav"]).fails(
        1,
        &["b.wav has 2 channels but a.wav has 1 channel", "give a recording and its own"],
    );
    user.run(&["inspect", "a.wav", "gone.wav"])
        .fails(1, &["gone.wav: cannot be read", "check the spelling"]);
    assert_eq!(user.run(&["inspect", "a.wav"]).code, Some(2));
}

#[test]
fn a_picture_is_drawn_and_replaces_nothing_without_force_and_no_recording_ever() {
    let user = User::with_key();
    let original = recording(16_000, 1, 1.0);
    user.put("a.wav", &original);
    user.run(&["protect", "a.wav"]).succeeds();
    let veiled = user.read("a.veiled.wav");
    let inspect = ["inspect", "a.wav", "a.veiled.wav", "--png"];
    let ran = user.run(&[&inspect[..], &["pictures/a.png"]].concat()).succeeds();
    assert!(ran.out.contains("pictures/a.png"), "{ran:?}");
    assert!(user.read("pictures/a.png").starts_with(b"\x89PNG"));

    user.put("taken.png", "precious");
    let onto = |file: &'static str| [&inspect[..], &[file]].concat();
    user.run(&onto("taken.png")).fails(1, &["taken.png: exists already", "--force"]);
    assert_eq!(user.read("taken.png"), b"precious");
    for recording in ["a.wav", "a.veiled.wav", "pictures/../a.wav"] {
        user.run(&[&onto(recording)[..], &["--force"]].concat())
            .fails(1, &["is an input itself and is never overwritten"]);
    }
    assert!(user.read("a.wav") == original && user.read("a.veiled.wav") == veiled);
    user.run(&[&onto("taken.png")[..], &["--force", "--json"]].concat()).succeeds();
    assert!(user.read("taken.png").starts_with(b"\x89PNG"));
}

#[test]
fn the_demo_writes_four_files_and_replaces_them_only_by_force() {
    let user = User::new();
    let first = user.run(&["demo", "-o", "out"]).succeeds();
    let files = ["out/demo.png", "out/demo.txt", "out/demo.veiled.wav", "out/demo.wav"];
    assert_eq!(user.files(), files);
    assert_eq!(user.read("out/demo.wav"), bundled());
    assert!(user.read("out/demo.png").starts_with(b"\x89PNG"));
    let text = String::from_utf8(user.read("out/demo.txt")).unwrap();
    assert!(first.out.starts_with(&text), "{first:?}\n{text}");
    assert!(text.contains("(forgotten now)"), "{text}");

    // One file in the way is enough to begin nothing.
    for (n, file) in files.iter().enumerate() {
        let folder = format!("new{n}");
        let name = file.strip_prefix("out/").unwrap();
        user.put(format!("{folder}/{name}"), "precious");
        user.run(&["demo", "-o", &folder]).fails(1, &[name, "exists already", "--force"]);
        assert_eq!(fs::read_dir(user.path(&folder)).unwrap().count(), 1);
        assert_eq!(user.read(format!("{folder}/{name}")), b"precious");
    }
    let veiled = user.read("out/demo.veiled.wav");
    user.run(&["demo", "-o", "out", "--force"]).succeeds();
    // Another key: another veil.
    assert_ne!(user.read("out/demo.veiled.wav"), veiled);
    // Neither asks for a keyring nor makes one.
    assert!(!user.keyring().exists());
    user.run(&["demo", "-o", "out/demo.wav"]).fails(1, &["cannot make its folder"]);
}

#[test]
fn loudness_of_the_bundled_recording_is_kept() {
    let user = User::new();
    user.put("demo.wav", bundled());
    for number in 0..3 {
        let text = ClassKey::from_bytes([number; 32]).to_text();
        let class = format!("class {number}");
        user.run_with_input(&["key", "import", "-", "--name", &class], text.as_bytes()).succeeds();
        // The static EQ is the same for all voices and cannot keep the loudness of each exactly.
        for (preset, most) in [("light", 1.0), ("balanced", 1.5), ("strong", 2.0)] {
            let protect = ["protect", "demo.wav", "--key", &class, "--preset", preset, "--force"];
            user.run(&protect).succeeds();
            let report = user.run(&["inspect", "demo.wav", "demo.veiled.wav", "--json"]).succeeds();
            let change = report.json()[0]["loudness_change_lu"].as_f64().unwrap();
            assert!(change.abs() <= most, "{preset}, {class}: {change} LU");
        }
    }
}
