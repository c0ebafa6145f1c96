//! Keys and fingerprints as people type them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil_fuzz::{assert_no_key, assert_one_line};
use patchveil_veil::{ClassKey, Fingerprint};

fuzz_target!(|text: &str| {
    match text.parse::<ClassKey>() {
        Ok(key) => {
            let written = key.to_text();
            assert_eq!(written.parse().as_ref(), Ok(&key));
            assert_eq!(written.len(), text.trim().len());
            assert_no_key(&format!("{key:?}"));
        }
        Err(error) => {
            let message = error.to_string();
            assert_one_line(&message);
            assert_no_key(&message);
        }
    }
    match text.parse::<Fingerprint>() {
        Ok(fingerprint) => {
            let written = fingerprint.to_string();
            assert_eq!(written.len(), 19);
            assert_eq!(written.parse(), Ok(fingerprint));
            let letters = |text: &str| text.trim().to_ascii_lowercase().replace('-', "");
            assert_eq!(letters(&written), letters(text));
        }
        Err(error) => assert_one_line(&error.to_string()),
    }
});
