//! Echo keys as people disclose them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil_fuzz::{assert_no_key, assert_one_line};
use patchveil_veil::{ClassKey, EchoKey};

fuzz_target!(|text: &str| {
    match text.parse::<EchoKey>() {
        Ok(key) => {
            let written = key.to_text();
            assert_eq!(written.parse().as_ref(), Ok(&key));
            assert_eq!(written.len(), text.trim().len());
            assert_eq!(key.commitment().len(), 64);
            assert!(!format!("{key:?}").contains("pvecho1"));
            assert!(text.parse::<ClassKey>().is_err());
        }
        Err(error) => {
            let message = error.to_string();
            assert_one_line(&message);
            assert_no_key(&message);
        }
    }
});
