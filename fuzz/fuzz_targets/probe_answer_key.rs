//! What a probe leaves for its judge: the sealed answer key, and the answer key that an owner disclosed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil::probe::{Answers, Opened, judge};
use patchveil_fuzz::{assert_no_key, assert_one_line, class_key, folder, private_file};

fuzz_target!(|bytes: &[u8]| {
    let commitment = blake3::derive_key("patchveil v1 probe commitment", bytes);
    let commitment = blake3::Hash::from_bytes(commitment).to_string();
    let files: [(&str, &[u8]); 3] =
        [("sealed.age", bytes), ("plain.json", bytes), ("commitment.txt", commitment.as_bytes())];
    let folder = folder("probe", &files);
    // Nobody can make a sealed one whose commitment is right without the key.
    let sealed = Opened::with_key(&folder, &class_key()).expect_err("nobody sealed it");
    let message = sealed.to_string();
    assert_one_line(&message);
    assert_no_key(&message);
    let opened = match Opened::from_file(&folder, &folder.join("plain.json")) {
        Ok(opened) => opened,
        Err(error) => {
            let message = error.to_string();
            assert_one_line(&message);
            return assert_no_key(&message);
        }
    };
    assert_eq!((&opened.plain[..], &opened.commitment), (bytes, &commitment));
    let answer_key = opened.answer_key;
    assert_eq!(answer_key.clips.len(), answer_key.keys() * answer_key.clips_per_key());
    let name = answer_key.clips.first().map_or("a.wav", |clip| &clip.file);
    let csv = format!("file,label\n{name},yes\n");
    match Answers::read(&private_file(csv.as_bytes()), &answer_key) {
        Ok(answers) => drop(judge(&answer_key, &answers, None)),
        Err(error) => assert_one_line(&error.to_string()),
    }
});
