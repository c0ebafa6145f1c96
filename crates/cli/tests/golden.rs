//! The bytes of protected files for a fixed key and a fixed recording.
//!
//! They may change only together with the recipe's version: whoever protected a recording must be
//! able to protect it the same way, and to restore it, with every later release. So a change to a file in
//! `golden` in a review is a question, and what is released is never written anew. What is not yet:
//! `PATCHVEIL_BLESS=1 cargo test -p patchveil --test golden`.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

#[expect(dead_code, reason = "the other test programs use the rest of it")]
mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use support::command::{User, recording_as};

/// Also fixes the text form of keys.
const KEY: &str = "pvkey19g4z52329g4z52329g4z52329g4z52329g4z52329g4z52329g4q89meu5";

/// Presets with the file of their hashes, and whether these were released.
const PRESETS: [(&str, &str, bool); 3] = [
    ("balanced@1", "balanced.txt", true),
    ("mark", "mark.txt", false),
    ("light", "light.txt", false),
];

#[test]
fn protected_files_are_pinned() {
    let user = User::new();
    user.run_with_input(&["key", "import", "-", "--name", "golden"], KEY.as_bytes()).succeeds();
    let bless = std::env::var_os("PATCHVEIL_BLESS").is_some_and(|value| value == "1");
    for (preset, file, released) in PRESETS {
        let hashes = hashes(&user, preset);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        if bless && !released {
            fs::write(&path, &hashes).unwrap();
        }
        let pinned = fs::read_to_string(&path).expect("the pinned hashes are there");
        assert!(
            hashes == pinned,
            "files protected with {preset} are not what they were; this must not happen without a \
             new recipe version (see the top of this test)\nnow:\n{hashes}pinned:\n{pinned}"
        );
    }
}

/// The hashes of recordings before and after.
fn hashes(user: &User, preset: &str) -> String {
    let mut hashes = String::new();
    // 3.5 seconds: more than one chunk, and more than 40 periods.
    for (name, bits) in [("i16", 16), ("f32", 0)] {
        let input = recording_as(bits, 44_100, 2, 3.5);
        user.put("in.wav", &input);
        let protect = ["protect", "in.wav", "-o", "out.wav", "--key", "golden", "--force"];
        user.run(&[&protect[..], &["--preset", preset]].concat()).succeeds();
        for (what, bytes) in [("input", input), ("output", user.read("out.wav"))] {
            writeln!(hashes, "{name} {what} {}", blake3::hash(&bytes)).unwrap();
        }
    }
    hashes
}
