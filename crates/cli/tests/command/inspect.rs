//! `patchveil inspect` and `patchveil demo`.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::path::Path;

use crate::support::command::{User, recording};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchveil_veil::ClassKey;

fn bundled() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/demo.wav")).unwrap()
}

#[test]
fn figures_and_json_agree_with_what_protect_said() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 2, 1.5));
    let protected = user.run(&["protect", "a.wav", "--json"]).succeeds().json().remove(0);
    let json = user.run(&["inspect", "a.wav", "a.protected.wav", "--json"]).succeeds().json();
    assert_eq!(json.len(), 1);
    let report = &json[0];
    assert_eq!(report["before"]["path"], "a.wav");
    assert_eq!(report["after"]["path"], "a.protected.wav");
    for field in ["frames", "channels", "sample_rate_hz", "seconds"] {
        assert_eq!(report[field], protected[field], "{field}");
    }
    for field in ["snr_db", "peak_before_dbfs", "peak_change_db"] {
        let (a, b) = (report[field].as_f64().unwrap(), protected[field].as_f64().unwrap());
        assert!((a - b).abs() < 0.05, "{field}: {a} and {b}");
    }
    let text = user.run(&["inspect", "a.wav", "a.protected.wav"]).succeeds().out;
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
    let veiled = user.read("a.protected.wav");
    let inspect = ["inspect", "a.wav", "a.protected.wav", "--png"];
    let ran = user.run(&[&inspect[..], &["pictures/a.png"]].concat()).succeeds();
    assert!(ran.out.contains("pictures/a.png"), "{ran:?}");
    assert!(user.read("pictures/a.png").starts_with(b"\x89PNG"));

    user.put("taken.png", "precious");
    let onto = |file: &'static str| [&inspect[..], &[file]].concat();
    user.run(&onto("taken.png")).fails(1, &["taken.png: exists already", "--force"]);
    assert_eq!(user.read("taken.png"), b"precious");
    for recording in ["a.wav", "a.protected.wav", "pictures/../a.wav"] {
        user.run(&[&onto(recording)[..], &["--force"]].concat())
            .fails(1, &["is an input itself and is never overwritten"]);
    }
    assert!(user.read("a.wav") == original && user.read("a.protected.wav") == veiled);
    user.run(&[&onto("taken.png")[..], &["--force", "--json"]].concat()).succeeds();
    assert!(user.read("taken.png").starts_with(b"\x89PNG"));
}

#[test]
fn the_demo_writes_four_files_and_replaces_them_only_by_force() {
    let user = User::new();
    let first = user.run(&["demo", "-o", "out"]).succeeds();
    let files = ["out/demo.png", "out/demo.protected.wav", "out/demo.txt", "out/demo.wav"];
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
    let veiled = user.read("out/demo.protected.wav");
    user.run(&["demo", "-o", "out", "--force"]).succeeds();
    // Another key: another veil.
    assert_ne!(user.read("out/demo.protected.wav"), veiled);
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
            let report =
                user.run(&["inspect", "demo.wav", "demo.protected.wav", "--json"]).succeeds();
            let change = report.json()[0]["loudness_change_lu"].as_f64().unwrap();
            assert!(change.abs() <= most, "{preset}, {class}: {change} LU");
        }
    }
}

/// A page's excerpt of one file: the bytes of its samples.
fn embedded(page: &str, id: &str) -> Vec<u8> {
    let start = format!("id=\"{id}\">");
    let text = page.split_once(&start).unwrap().1.split_once('<').unwrap().0;
    let wav = STANDARD.decode(text).unwrap();
    assert!(wav.starts_with(b"RIFF") && &wav[36..40] == b"data");
    wav[44..].to_vec()
}

#[test]
fn a_page_holds_the_excerpt_of_both_files_bit_for_bit_and_loads_nothing() {
    let user = User::with_key();
    user.put("a.wav", recording(16_000, 2, 3.0));
    user.run(&["protect", "a.wav"]).succeeds();
    let ran = user
        .run(&[
            "inspect",
            "a.wav",
            "a.protected.wav",
            "--html",
            "pages/a",
            "--from",
            "1",
            "--seconds",
            "0.5",
        ])
        .succeeds();
    assert!(ran.out.contains("pages/a/index.html"), "{ran:?}");
    let page = String::from_utf8(user.read("pages/a/index.html")).unwrap();
    for (id, file) in [("before-wav", "a.wav"), ("after-wav", "a.protected.wav")] {
        let samples = user.read(file)[44..].to_vec();
        assert_eq!(embedded(&page, id), samples[4 * 16_000..4 * 24_000], "{file}");
    }
    assert!(page.contains("1.0 s to 1.5 s of 3.0 s"));
    assert!(page.contains("default-src 'none'"));
    for outside in ["http:", "https:", "src=\"//", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("data:image/png;base64,").count(), 4);
}

#[test]
#[cfg_attr(windows, ignore = "such names are not allowed there")]
fn the_name_of_a_file_is_text_on_the_page_whatever_it_is() {
    let user = User::with_key();
    let hostile = "a\"'<script>alert(1)<!--{{facts}}&amp;.wav";
    user.put(hostile, recording(8_000, 1, 1.0));
    user.run(&["protect", hostile, "-o", "b.wav"]).succeeds();
    user.run(&["inspect", hostile, "b.wav", "--html", "page"]).succeeds();
    let page = String::from_utf8(user.read("page/index.html")).unwrap();
    assert!(page.contains("a&quot;&#39;&lt;script&gt;alert(1)&lt;!--{{facts}}&amp;amp;.wav"));
    assert!(!page.contains("<script>alert") && !page.contains("(1)<!--"));
    let facts = page.split_once("id=\"facts\">").unwrap().1.split_once("</script>").unwrap().0;
    let facts: serde_json::Value = serde_json::from_str(facts).unwrap();
    assert_eq!(facts["before"]["name"], hostile);
}

#[test]
fn a_page_replaces_nothing_without_force_and_no_recording_ever() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 1.0));
    user.run(&["protect", "a.wav"]).succeeds();
    let onto = |folder: &'static str| ["inspect", "a.wav", "a.protected.wav", "--html", folder];
    user.put("taken/index.html", "precious");
    user.run(&onto("taken")).fails(1, &["index.html: exists already", "--force"]);
    assert_eq!(user.read("taken/index.html"), b"precious");
    user.run(&[&onto("taken")[..], &["--force"]].concat()).succeeds();
    user.run(&onto("a.wav")).fails(1, &["a.wav: is not a folder"]);

    user.put("named/index.html", user.read("a.wav"));
    let itself = ["inspect", "named/index.html", "a.protected.wav", "--html", "named", "--force"];
    user.run(&itself).fails(1, &["is an input itself and is never overwritten"]);
}

#[test]
fn an_excerpt_that_is_not_there_is_refused_before_anything_is_written() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 1.0));
    user.run(&["protect", "a.wav"]).succeeds();
    let page = ["inspect", "a.wav", "a.protected.wav", "--html", "page"];
    user.run(&[&page[..], &["--from", "1.5"]].concat())
        .fails(1, &["a.wav: is 1.00 s long", "cannot start at 1.50 s"]);
    for wrong in [["--seconds", "0"], ["--seconds", "601"], ["--seconds", "nan"], ["--from", "inf"]]
    {
        assert_eq!(user.run(&[&page[..], &wrong].concat()).code, Some(2), "{wrong:?}");
    }
    assert_eq!(user.run(&["inspect", "a.wav", "a.protected.wav", "--from", "0"]).code, Some(2));
    assert!(!user.path("page").exists());
}

#[test]
#[cfg(unix)]
fn a_page_is_as_private_as_the_recording_it_contains() {
    use std::os::unix::fs::PermissionsExt;

    let user = User::with_key();
    let path = user.put("a.wav", recording(8_000, 1, 1.0));
    user.run(&["protect", "a.wav"]).succeeds();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    user.run(&["inspect", "a.wav", "a.protected.wav", "--html", "page"]).succeeds();
    let mode = fs::metadata(user.path("page/index.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
