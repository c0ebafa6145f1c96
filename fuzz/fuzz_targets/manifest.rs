//! Manifests: lines of JSON from whoever published the files.
#![no_main]

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use patchveil::manifest::{Manifest, RECORD_VERSION, Record};
use patchveil_fuzz::{assert_audio_stays_finite, assert_one_line};

fuzz_target!(|bytes: &[u8]| {
    for line in bytes.split(|&byte| byte == b'\n').take(8) {
        match Record::parse(line) {
            Ok(record) => check(&record),
            Err(error) => assert_one_line(&error.to_string()),
        }
    }
    let path = Path::new("folder/patchveil.jsonl");
    let manifest = match Manifest::parse(path, bytes) {
        Ok(manifest) => manifest,
        Err(error) => return assert_one_line(&error.to_string()),
    };
    // Written again, it says the same.
    let mut lines = String::new();
    for record in manifest.records() {
        assert_eq!(manifest.get(&record.name()), Some(record));
        lines += &record.to_line().expect("the record is valid");
        lines.push('\n');
    }
    let again = Manifest::parse(path, lines.as_bytes()).expect("it was just written");
    assert!(!again.is_torn());
    assert!(again.records().eq(manifest.records()));
});

fn check(record: &Record) {
    assert!((1..=RECORD_VERSION).contains(&record.version));
    // It names a file of its own folder, and no other.
    let path = Path::new("folder").join(record.name());
    let components: Vec<Component> = path.components().collect();
    assert_eq!(components.len(), 2);
    assert!(matches!(components[1], Component::Normal(name) if name == record.name()));

    let line = record.to_line().expect("the record is valid");
    assert!(!line.contains('\n'));
    assert_eq!(Record::parse(line.as_bytes()).as_ref(), Ok(record));

    assert_audio_stays_finite(&record.recipe, record.offset);
}
