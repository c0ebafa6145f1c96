//! What can be done with the keys of a keyring.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

#[expect(dead_code, reason = "this file does not need every helper")]
mod common;

use common::{contents, key};
use patchveil_keyring::{Keyring, KeyringError, Timestamp};

fn keyring() -> Keyring {
    let mut keyring = Keyring::new();
    keyring.import("Night Show", key(1)).unwrap();
    keyring.import("Day Show", key(2)).unwrap();
    keyring
}

#[test]
fn a_new_key_is_random_and_dated_now() {
    let before = Timestamp::now().as_second();
    let mut keyring = Keyring::new();
    let one = keyring.create("one").unwrap();
    let two = keyring.create("two").unwrap();
    assert_ne!(one, two);
    let made = keyring.get("one").unwrap().created();
    assert!((before..=Timestamp::now().as_second()).contains(&made.as_second()));
    assert_eq!(made.subsec_nanosecond(), 0);
}

#[test]
fn keys_are_found_by_name_in_any_case_and_by_fingerprint() {
    let keyring = keyring();
    for name in ["Night Show", "night show", " NIGHT SHOW "] {
        assert_eq!(keyring.get(name).unwrap().key(), &key(1));
        assert_eq!(keyring.get(name).unwrap().name(), "Night Show");
    }
    assert_eq!(keyring.by_fingerprint(key(2).fingerprint()).unwrap().name(), "Day Show");
    assert!(keyring.by_fingerprint(key(3).fingerprint()).is_none());
    assert!(matches!(keyring.get("Noon"), Err(KeyringError::UnknownName { .. })));
}

#[test]
fn a_name_is_taken_once_whatever_its_case() {
    let mut keyring = keyring();
    for name in ["Night Show", "night show", "  Night Show "] {
        let refused = keyring.create(name);
        assert!(matches!(refused, Err(KeyringError::DuplicateName { .. })), "{name}");
        let refused = keyring.rename("Day Show", name);
        assert!(matches!(refused, Err(KeyringError::DuplicateName { .. })), "{name}");
    }
    assert_eq!(keyring.entries().len(), 2);
    assert_eq!(keyring.get("Day Show").unwrap().key(), &key(2));
}

#[test]
fn a_key_is_held_once_and_the_refusal_says_under_which_name() {
    let mut keyring = keyring();
    for name in ["Night Show", "another"] {
        let refused = keyring.import(name, key(1)).unwrap_err();
        assert!(matches!(refused, KeyringError::DuplicateKey { .. }));
        assert!(refused.to_string().contains("“Night Show”"), "{refused}");
    }
}

#[test]
fn unusable_names_are_refused_everywhere_and_change_nothing() {
    let mut keyring = keyring();
    let before = contents(&keyring);
    for name in ["", "   ", "two\nlines", &"x".repeat(65), &key(9).to_text()] {
        assert!(matches!(keyring.create(name), Err(KeyringError::BadName { .. })));
        assert!(matches!(keyring.import(name, key(3)), Err(KeyringError::BadName { .. })));
        assert!(matches!(keyring.rename("Day Show", name), Err(KeyringError::BadName { .. })));
    }
    assert_eq!(contents(&keyring), before);
}

#[test]
fn names_are_trimmed_and_may_be_64_characters_of_any_script() {
    let mut keyring = Keyring::new();
    let long = "夜".repeat(64);
    keyring.create(&long).unwrap();
    keyring.create("  Ночь  ").unwrap();
    assert_eq!(keyring.entries()[0].name(), long);
    assert_eq!(keyring.entries()[1].name(), "Ночь");
}

#[test]
fn a_rename_keeps_key_date_place_and_default() {
    let mut keyring = keyring();
    keyring.set_default(Some("night show")).unwrap();
    let created = keyring.get("Night Show").unwrap().created();
    keyring.rename("night show", "NIGHT SHOW").unwrap();
    keyring.rename("NIGHT SHOW", "Late Show").unwrap();
    let first = &keyring.entries()[0];
    assert_eq!((first.name(), first.key(), first.created()), ("Late Show", &key(1), created));
    assert_eq!(keyring.default_entry().unwrap().name(), "Late Show");
    assert!(matches!(keyring.rename("Night Show", "x"), Err(KeyringError::UnknownName { .. })));
}

#[test]
fn a_removed_key_is_returned_and_no_longer_the_default() {
    let mut keyring = keyring();
    keyring.set_default(Some("Day Show")).unwrap();
    assert_eq!(keyring.remove("Night Show").unwrap().key(), &key(1));
    assert_eq!(keyring.default_entry().unwrap().name(), "Day Show");
    keyring.remove("day show").unwrap();
    assert!(keyring.default_entry().is_none());
    assert!(keyring.entries().is_empty());
    assert!(matches!(keyring.remove("Day Show"), Err(KeyringError::UnknownName { .. })));
}

#[test]
fn the_first_class_is_the_default_until_another_is_chosen() {
    let mut keyring = keyring();
    assert_eq!(keyring.default_entry().unwrap().name(), "Night Show");
    keyring.remove("Night Show").unwrap();
    keyring.import("Noon", key(3)).unwrap();
    assert!(keyring.default_entry().is_none(), "a later class became the default by itself");
    keyring.remove("Day Show").unwrap();
    keyring.remove("Noon").unwrap();
    assert!(matches!(keyring.create(" "), Err(KeyringError::BadName { .. })));
    assert!(keyring.default_entry().is_none());
    keyring.create("Late Show").unwrap();
    assert_eq!(keyring.default_entry().unwrap().name(), "Late Show");
}

#[test]
fn an_unknown_default_is_refused_and_the_old_one_stays() {
    let mut keyring = keyring();
    keyring.set_default(Some("Day Show")).unwrap();
    let refused = keyring.set_default(Some("Noon"));
    assert!(matches!(refused, Err(KeyringError::UnknownName { .. })));
    assert_eq!(keyring.default_entry().unwrap().name(), "Day Show");
    keyring.set_default(None).unwrap();
    assert!(keyring.default_entry().is_none());
}
