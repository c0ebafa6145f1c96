//! Bad recordings: one line each that names the file, what is wrong and what to do, and nothing
//! written.

use crate::support::command::{User, recording};
use crate::support::{chunk, fmt_body, plain, riff};

/// Bad files: name, content, and parts of the message.
fn bad_files() -> Vec<(&'static str, Vec<u8>, [&'static str; 2])> {
    let second = vec![0; 16_000];
    let good = plain(1, 1, 8_000, 16, &second);
    let patched = |at: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let floats = |bad: f32| {
        let mut data = 0.25_f32.to_le_bytes().repeat(8_000);
        data[4_000 * 4..4_001 * 4].copy_from_slice(&bad.to_le_bytes());
        plain(3, 1, 8_000, 32, &data)
    };
    vec![
        ("empty", Vec::new(), ["the file is empty (0 bytes)", "copy it again"]),
        ("text", b"Dear diary,\ntoday".to_vec(), ["it is text", "give a recording"]),
        ("mp3", b"ID3\x04 and more".to_vec(), ["it is MP3 or AAC", "convert it"]),
        ("cut-header", good[..30].to_vec(), ["was cut off", "copy"]),
        ("cut-data", good[..9_000].to_vec(), ["promises 16000 bytes", "copy or export it again"]),
        ("riff-lies", patched(4, &[0, 0, 0, 64]), ["the RIFF size", "copy or export it again"]),
        ("riff-short", patched(4, &[40, 0, 0, 0]), ["the RIFF size", "export it again"]),
        ("data-lies", patched(40, &[0, 0, 0, 64]), ["promises 1073741824", "export it again"]),
        (
            "data-open",
            [patched(40, &[255; 4]), chunk(b"LIST", b"INFO")].concat(),
            ["never filled the size in", "repair it"],
        ),
        ("no-channels", patched(22, &[0, 0]), ["0 channels", "export it again"]),
        ("65-channels", plain(1, 65, 8_000, 16, &second), ["has 65 channels, at most 64", "split"]),
        ("0-hz", patched(24, &[0; 4]), ["says 0 Hz", "export it again"]),
        ("1-hz", patched(24, &[1, 0, 0, 0]), ["1 Hz", "convert the recording first"]),
        ("4-ghz", patched(24, &[255; 4]), ["4294967295 Hz", "export it again"]),
        ("half", plain(3, 1, 8_000, 16, &second), ["16-bit float", "convert it first"]),
        ("adpcm", plain(2, 1, 8_000, 4, &second), ["Microsoft ADPCM", "convert it first"]),
        ("nan", floats(f32::NAN), ["sample 4000 of channel 1 (0.500000 s) is NaN", "repair"]),
        ("inf", floats(f32::INFINITY), ["sample 4000 of channel 1", "is inf"]),
        (
            "no-data",
            riff(&[chunk(b"fmt ", &fmt_body(1, 1, 8_000, 16))]),
            ["no data chunk", "again"],
        ),
        ("no-fmt", riff(&[chunk(b"data", &second)]), ["no fmt chunk", "export it again"]),
        ("no-audio", plain(1, 1, 8_000, 16, &[]), ["0 frames", "leave it out"]),
        ("half-frame", plain(1, 2, 8_000, 16, &[0; 402]), ["not a whole number", "again"]),
    ]
}

#[test]
fn every_bad_recording_is_refused_in_one_line() {
    let user = User::with_key();
    user.put("good.wav", recording(8_000, 1, 1.0));
    for (name, content, parts) in bad_files() {
        let file = format!("{name}.wav");
        user.put(&file, &content);
        let named = format!("patchveil: {file}: ");
        user.run(&["protect", &file]).fails(1, &[&named, parts[0], parts[1]]);
        if name != "1-hz" {
            user.run(&["inspect", &file, "good.wav"]).fails(1, &[&named, parts[0]]);
            user.run(&["inspect", "good.wav", &file]).fails(1, &[&named, parts[0]]);
        }
        std::fs::remove_file(user.path(&file)).unwrap();
        assert_eq!(user.files(), ["good.wav"], "{name}");
    }
}

#[test]
fn bad_recordings_do_not_stop_good_ones() {
    let user = User::with_key();
    let bad = bad_files();
    for (name, content, _) in &bad {
        user.put(format!("show/{name}.wav"), content);
    }
    user.put("show/a-good.wav", recording(8_000, 1, 0.5));
    user.put("show/z-good.wav", recording(8_000, 1, 0.5));
    let ran = user.run(&["protect", "show", "-o", "out", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.json().len(), bad.len() + 2);
    assert_eq!(ran.err.lines().count(), bad.len() + 1, "{ran:?}");
    let out: Vec<String> = user.files().into_iter().filter(|f| f.starts_with("out/")).collect();
    assert_eq!(out, ["out/a-good.wav", "out/z-good.wav"]);
}

#[test]
fn inputs_that_are_not_recordings_are_named() {
    let user = User::with_key();
    user.put("docs/notes.txt", "x");
    user.put("a.wav", recording(8_000, 1, 0.5));
    for (input, parts) in [
        ("docs", ["docs: has no recording in it or below", "give another folder"]),
        ("gone.wav", ["gone.wav: cannot be read", "check the spelling"]),
        ("a.wav/b.wav", ["a.wav/b.wav: cannot be read", "check the spelling"]),
        ("docs/notes.txt", ["docs/notes.txt: not a WAV file: it is text", "give a recording"]),
        #[cfg(unix)]
        ("/dev/null", ["/dev/null: is a device or a pipe", "give a file or a folder"]),
    ] {
        user.run(&["protect", input]).fails(1, &parts);
    }
    // A long name is the system's to refuse.
    user.run(&["protect", &"x".repeat(5_000)]).fails(1, &["cannot be read"]);
    user.run(&["protect", "a.wav", "-o", &"x".repeat(300)]).fails(1, &["xxx: cannot "]);
    user.run(&["protect", "a.wav", "-o", "docs/notes.txt/a.wav"])
        .fails(1, &["cannot make its folder"]);
    assert_eq!(user.run(&["protect", ""]).code, Some(2));
    assert_eq!(user.files(), ["a.wav", "docs/notes.txt"]);
}
