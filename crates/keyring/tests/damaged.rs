//! What is not a keyring is refused, left as it is, and never quoted.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

#[expect(dead_code, reason = "this file does not need every helper")]
mod common;

use std::time::{Duration, Instant};

use common::{assert_refused_and_untouched, key, never, passphrase, place, write_private};
use patchveil_keyring::{Keyring, KeyringError, parse_import};
use proptest::prelude::*;

/// One entry as JSON, with a fingerprint of one's choice.
fn entry(name: &str, byte: u8, fingerprint_of: u8) -> String {
    format!(
        r#"{{"name":"{name}","key":"{}","fingerprint":"{}","created":"2026-01-31T20:15:00Z"}}"#,
        *key(byte).to_text(),
        key(fingerprint_of).fingerprint()
    )
}

fn file(version: &str, more: &str, entries: &[String]) -> String {
    let keys = entries.join(",");
    format!(r#"{{"format":"patchveil-keyring","version":{version}{more},"keys":[{keys}]}}"#)
}

#[test]
fn the_pieces_used_here_make_a_good_keyring() {
    let (_dir, path) = place();
    let good = file("1", r#","default":"a""#, &[entry("a", 1, 1), entry("b", 2, 2)]);
    write_private(&path, good.as_bytes());
    assert_eq!(Keyring::open(&path, never).unwrap().entries().len(), 2);
}

#[test]
fn damage_of_every_kind_is_refused_and_left_as_it_is() {
    let a = || entry("a", 1, 1);
    let good = file("1", "", &[a()]);
    let secret = key(1).to_text();
    let wrong_letter = if &secret[20..21] == "q" { "p" } else { "q" };
    let mistyped = [&secret[..20], wrong_letter, &secret[21..]].concat();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", vec![]),
        ("only spaces", b"  \n".to_vec()),
        ("cut short", good.as_bytes()[..good.len() - 2].to_vec()),
        ("cut within the key", good.as_bytes()[..120].to_vec()),
        ("something after it", format!("{good}x").into_bytes()),
        ("two keyrings", good.repeat(2).into_bytes()),
        ("binary", (0..=255).cycle().take(5000).collect()),
        ("not UTF-8", [good.as_bytes(), b"\xff"].concat()),
        ("other JSON", b"[1, 2, 3]".to_vec()),
        ("other format", good.replace("patchveil-keyring", "other").into_bytes()),
        ("version 0", file("0", "", &[a()]).into_bytes()),
        ("version -1", file("-1", "", &[a()]).into_bytes()),
        ("version 1.5", file("1.5", "", &[a()]).into_bytes()),
        ("no keys", br#"{"format":"patchveil-keyring","version":1}"#.to_vec()),
        ("unknown field", file("1", r#","more":1"#, &[a()]).into_bytes()),
        ("unknown field in a key", good.replace(r#""name""#, r#""x":1,"name""#).into_bytes()),
        (
            "key as a field",
            good.replace(r#""name""#, &format!(r#""{}":1,"name""#, *secret)).into_bytes(),
        ),
        ("key as the version", file(&format!("\"{}\"", *secret), "", &[a()]).into_bytes()),
        ("key as the format", good.replace("patchveil-keyring", &secret).into_bytes()),
        (
            "key as the default",
            file("1", &format!(r#","default":"{}""#, *secret), &[a()]).into_bytes(),
        ),
        ("key as the name", file("1", "", &[entry(&secret, 1, 1)]).into_bytes()),
        (
            "key as the fingerprint",
            good.replace(&key(1).fingerprint().to_string(), &secret).into_bytes(),
        ),
        (
            "key as the keys",
            good.replace(&format!("[{}]", a()), &format!("\"{}\"", *secret)).into_bytes(),
        ),
        ("key as the date", good.replace("2026-01-31T20:15:00Z", &secret).into_bytes()),
        ("no date", good.replace("2026-01-31T20:15:00Z", "yesterday").into_bytes()),
        ("wrong fingerprint", file("1", "", &[entry("a", 1, 2)]).into_bytes()),
        ("mistyped key", good.replace(&**secret, &mistyped).into_bytes()),
        ("short key", good.replace(&**secret, &secret[..40]).into_bytes()),
        ("name twice", file("1", "", &[a(), entry("a", 2, 2)]).into_bytes()),
        ("name twice in other case", file("1", "", &[a(), entry("A", 2, 2)]).into_bytes()),
        ("key twice", file("1", "", &[a(), entry("b", 1, 1)]).into_bytes()),
        ("unusable name", file("1", "", &[entry("a\\nb", 1, 1)]).into_bytes()),
        ("name with spaces around", file("1", "", &[entry(" a", 1, 1)]).into_bytes()),
        ("unknown default", file("1", r#","default":"b""#, &[a()]).into_bytes()),
        ("too large", vec![b' '; 5 * 1024 * 1024]),
        ("deeply nested", "[".repeat(100_000).into_bytes()),
    ];
    for (what, bytes) in cases {
        let (_dir, path) = place();
        assert_ne!(bytes, good.as_bytes(), "{what} is not damaged at all");
        write_private(&path, &bytes);
        for refused in assert_refused_and_untouched(&path) {
            assert!(matches!(refused, KeyringError::Damaged { .. }), "{what}: {refused}");
            let said = refused.to_string();
            assert!(said.contains(path.to_str().unwrap()), "{said}");
            assert!(said.contains("restore it from a backup"), "{said}");
            assert_hidden(&said, &secret);
            assert_hidden(&format!("{refused:?} {refused:#?}"), &secret);
        }
    }
}

#[test]
fn a_keyring_of_a_newer_version_is_recognised_whatever_it_holds() {
    for bytes in [
        file("2", "", &[entry("a", 1, 1)]),
        r#"{"version":18446744073709551615,"rings":{},"format":"patchveil-keyring"}"#.to_owned(),
    ] {
        let (_dir, path) = place();
        write_private(&path, bytes.as_bytes());
        for refused in assert_refused_and_untouched(&path) {
            assert!(matches!(refused, KeyringError::Newer { .. }), "{refused}");
            assert!(refused.to_string().contains("update Patchveil"), "{refused}");
        }
    }
}

/// Neither the key nor a telling part of it.
fn assert_hidden(said: &str, secret: &str) {
    let said = said.to_lowercase();
    for at in 6..=secret.len() - 12 {
        assert!(!said.contains(&secret[at..at + 12]), "a key in: {said}");
    }
}

#[test]
fn no_error_and_no_debug_output_shows_a_key() {
    let secret = key(1).to_text();
    let mut keyring = Keyring::new();
    keyring.import("a", key(1)).unwrap();
    let mangled = format!("{}x", *secret);
    let export = keyring.export_file("a", None).unwrap();
    let twice = [&export[..], &export[..]].concat();
    let cut = &export[..export.len() - 5];
    let mut shown = vec![
        format!("{keyring:?} {keyring:#?}"),
        format!("{:?}", parse_import(secret.as_bytes(), never).unwrap()),
    ];
    let upper = secret.to_uppercase();
    for text in [secret.as_str(), &upper, &mangled] {
        for error in [
            keyring.get(text).map(|_| ()).unwrap_err(),
            keyring.create(text).unwrap_err(),
            keyring.import(text, key(2)).unwrap_err(),
            keyring.rename("a", text).unwrap_err(),
            keyring.rename(text, "b").unwrap_err(),
            keyring.remove(text).unwrap_err(),
            keyring.set_default(Some(text)).unwrap_err(),
            keyring.export_text(text).unwrap_err(),
        ] {
            shown.push(format!("{error} {error:?} {error:#?}"));
        }
    }
    for error in [
        keyring.import("b", key(1)).unwrap_err(),
        parse_import(mangled.as_bytes(), never).unwrap_err(),
        parse_import(cut, never).unwrap_err(),
        parse_import(&twice, never).unwrap_err(),
    ] {
        shown.push(format!("{error} {error:?} {error:#?}"));
    }
    for said in shown {
        assert_hidden(&said, &secret);
        assert!(!said.contains("[1, 1, 1"), "key bytes in: {said}");
    }
}

#[test]
fn a_hostile_file_does_not_keep_the_program_busy() {
    let lines = "-> a\nYWJj\n".repeat(350_000);
    let many: Vec<String> = (0..20_000).map(|i| format!(r#"{{"name":"{i}"}}"#)).collect();
    for bytes in [
        format!("age-encryption.org/v1\n{lines}"),
        format!("age-encryption.org/v1\n{}", "x".repeat(4_000_000)),
        format!("-----BEGIN AGE ENCRYPTED FILE-----\n{lines}"),
        file("1", "", &many),
    ] {
        let (_dir, path) = place();
        write_private(&path, bytes.as_bytes());
        let start = Instant::now();
        assert!(matches!(Keyring::open(&path, never), Err(KeyringError::Damaged { .. })));
        assert!(parse_import(bytes.as_bytes(), never).is_err());
        assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(
        start in prop::sample::select(vec![
            "", "{", "{\"format\":\"patchveil-keyring\",\"version\":1,", "age-encryption.org/v1\n",
            "-----BEGIN AGE ENCRYPTED FILE-----\n", "pvkey1", "# name: ", "\u{feff}",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let (_dir, path) = place();
        let bytes = [start.as_bytes(), &bytes].concat();
        write_private(&path, &bytes);
        assert_refused_and_untouched(&path);
        prop_assert!(parse_import(&bytes, || Some(passphrase("any"))).is_err());
    }

    #[test]
    fn one_changed_byte_is_noticed_or_harmless(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let (_dir, path) = place();
        let mut bytes = file("1", "", &[entry("a", 1, 1)]).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = to;
        write_private(&path, &bytes);
        // A name, a date or the case of a letter may change; the key may not.
        if let Ok(keyring) = Keyring::open(&path, || None) {
            prop_assert_eq!(keyring.entries()[0].key(), &key(1));
        }
    }

    #[test]
    fn any_text_is_a_name_that_works_or_is_refused(name in "\\PC{0,70}|.{0,70}") {
        let (_dir, path) = place();
        let made = Keyring::update(&path, never, |keyring| keyring.import(&name, key(1)));
        let keyring = Keyring::open(&path, never).unwrap();
        match made {
            Ok(fingerprint) => {
                prop_assert_eq!(keyring.get(&name).unwrap().fingerprint(), fingerprint);
                let export = keyring.export_file(&name, None).unwrap();
                let imported = parse_import(&export, never).unwrap();
                prop_assert_eq!(imported.name.as_deref(), Some(keyring.entries()[0].name()));
            }
            Err(refused) => {
                let is_bad_name = matches!(refused, KeyringError::BadName { .. });
                prop_assert!(is_bad_name, "{}", refused);
                prop_assert!(keyring.entries().is_empty());
            }
        }
    }
}
