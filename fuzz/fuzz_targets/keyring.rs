//! The keyring file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil_fuzz::{assert_no_key, assert_one_line, private_file};
use patchveil_keyring::{KeyEntry, Keyring, Passphrase};
use patchveil_veil::ClassKey;

fuzz_target!(|bytes: &[u8]| {
    let path = private_file(bytes);
    // Without a passphrase: what one costs is for the sealed exports.
    let keyring = match Keyring::open(&path, no_passphrase) {
        Ok(keyring) => keyring,
        Err(error) => {
            let message = error.to_string();
            assert_one_line(&message);
            return assert_no_key(&message);
        }
    };
    for entry in keyring.entries() {
        assert_eq!(keyring.get(entry.name()).expect("names are unique").key(), entry.key());
        assert_eq!(entry.fingerprint(), entry.key().fingerprint());
    }

    // Written again, with one more key, it holds the same.
    let name = "one more, whatever else there is";
    let added = Keyring::update(&path, no_passphrase, |keyring| {
        keyring.import(name, ClassKey::from_bytes([0x5a; 32]))
    });
    if let Err(error) = added {
        // The fuzzer made the same name or key.
        let message = error.to_string();
        assert_one_line(&message);
        return assert_no_key(&message);
    }
    let mut again = Keyring::open(&path, no_passphrase).expect("it was just written");
    again.remove(name).expect("it was just added");
    let facts = |keyring: &Keyring| {
        let entry =
            |entry: &KeyEntry| (entry.name().to_owned(), entry.key().to_text(), entry.created());
        let default = keyring.default_entry().map(KeyEntry::fingerprint);
        (keyring.entries().iter().map(entry).collect::<Vec<_>>(), default)
    };
    assert!(facts(&again) == facts(&keyring));
});

fn no_passphrase() -> Option<Passphrase> {
    None
}
