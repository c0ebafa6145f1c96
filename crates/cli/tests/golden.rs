//! The bytes of protected files for a fixed key and a fixed recording.
//!
//! They may change only together with the recipe's version: whoever protected a recording must be
//! able to protect it the same way, and to restore it, with every later release. So nothing but
//! `PATCHVEIL_BLESS=1 cargo test -p patchveil --test golden` writes `golden/balanced.txt`, and a
//! change to that file in a review is a question.

mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use support::command::{User, recording_as};

/// Also fixes the text form of keys.
const KEY: &str = "pvkey19g4z52329g4z52329g4z52329g4z52329g4z52329g4z52329g4q89meu5";

#[test]
fn protected_files_are_pinned() {
    let user = User::new();
    user.run_with_input(&["key", "import", "-", "--name", "golden"], KEY.as_bytes()).succeeds();
    let mut hashes = String::new();
    // 3.5 seconds: more than one chunk, and more than 40 periods.
    for (name, bits) in [("i16", 16), ("f32", 0)] {
        let input = recording_as(bits, 44_100, 2, 3.5);
        user.put("in.wav", &input);
        let protect = ["protect", "in.wav", "-o", "out.wav", "--key", "golden", "--force"];
        user.run(&[&protect[..], &["--preset", "balanced"]].concat()).succeeds();
        for (what, bytes) in [("input", input), ("output", user.read("out.wav"))] {
            writeln!(hashes, "{name} {what} {}", blake3::hash(&bytes)).unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/balanced.txt");
    if std::env::var_os("PATCHVEIL_BLESS").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &hashes).unwrap();
    }
    let pinned = fs::read_to_string(&path).expect("the pinned hashes are there");
    assert!(
        hashes == pinned,
        "protected files are not what they were; this must not happen without a new recipe \
         version (see the top of this test)\nnow:\n{hashes}pinned:\n{pinned}"
    );
}
