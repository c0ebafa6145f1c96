//! Keyrings and exports with a passphrase.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod common;

use std::cell::Cell;
use std::fs;
use std::io::Read;
use std::path::Path;

use age::armor::ArmoredReader;
use common::{
    assert_refused_and_untouched, contents, fill, key, never, passphrase, place, write_private,
};
use patchveil_keyring::{Keyring, KeyringError, Passphrase, parse_import};

fn right() -> Option<Passphrase> {
    Some(passphrase("right"))
}

fn wrong() -> Option<Passphrase> {
    Some(passphrase("wrong"))
}

/// A keyring of two keys under the passphrase "right".
fn locked(path: &Path) {
    fill(path, &[1, 2]);
    Keyring::set_passphrase(path, never, right().as_ref()).unwrap();
}

/// The file as age has it without the text form.
fn binary(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    ArmoredReader::new(&fs::read(path).unwrap()[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_locked_keyring_opens_with_its_passphrase_only() {
    let (_dir, path) = place();
    locked(&path);
    assert!(Keyring::is_locked(&path).unwrap());
    assert_eq!(Keyring::open(&path, right).unwrap().entries().len(), 2);
    assert!(matches!(Keyring::open(&path, wrong), Err(KeyringError::WrongPassphrase { .. })));
    assert!(matches!(Keyring::open(&path, || None), Err(KeyringError::Locked { .. })));
}

#[test]
fn a_locked_file_shows_neither_keys_nor_names() {
    let (_dir, path) = place();
    locked(&path);
    for bytes in [fs::read(&path).unwrap(), binary(&path)] {
        for text in ["pvkey1", "class 1", &key(1).fingerprint().to_string()] {
            assert!(!contains(&bytes, text), "{text} can be read");
        }
    }
    assert!(contains(&fs::read(&path).unwrap(), "BEGIN AGE ENCRYPTED FILE"));
}

#[test]
fn changes_keep_the_passphrase_and_need_it() {
    let (_dir, path) = place();
    locked(&path);
    Keyring::update(&path, right, |keyring| keyring.create("third")).unwrap();
    assert!(Keyring::is_locked(&path).unwrap());
    assert_eq!(Keyring::open(&path, right).unwrap().entries().len(), 3);

    let before = fs::read(&path).unwrap();
    let refused = Keyring::update(&path, wrong, |keyring| keyring.create("x"));
    assert!(matches!(refused, Err(KeyringError::WrongPassphrase { .. })));
    let refused = Keyring::update(&path, || None, |keyring| keyring.create("x"));
    assert!(matches!(refused, Err(KeyringError::Locked { .. })));
    let refused = Keyring::set_passphrase(&path, wrong, None);
    assert!(matches!(refused, Err(KeyringError::WrongPassphrase { .. })));
    let refused = Keyring::set_passphrase(&path, || None, wrong().as_ref());
    assert!(matches!(refused, Err(KeyringError::Locked { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_passphrase_can_be_set_changed_and_removed_without_loss() {
    let (_dir, path) = place();
    fill(&path, &[1, 2]);
    let plain = fs::read(&path).unwrap();
    let held = contents(&Keyring::open(&path, never).unwrap());

    Keyring::set_passphrase(&path, never, right().as_ref()).unwrap();
    Keyring::set_passphrase(&path, right, wrong().as_ref()).unwrap();
    assert!(matches!(Keyring::open(&path, right), Err(KeyringError::WrongPassphrase { .. })));
    assert_eq!(contents(&Keyring::open(&path, wrong).unwrap()), held);
    Keyring::set_passphrase(&path, wrong, None).unwrap();
    assert_eq!(contents(&Keyring::open(&path, never).unwrap()), held);
    assert_eq!(fs::read(&path).unwrap(), plain);
}

#[test]
fn a_keyring_can_be_locked_before_its_first_key() {
    let (_dir, path) = place();
    Keyring::set_passphrase(&path, never, None).unwrap();
    assert!(!path.exists());
    Keyring::set_passphrase(&path, never, right().as_ref()).unwrap();
    assert!(Keyring::is_locked(&path).unwrap());
    assert!(Keyring::open(&path, right).unwrap().entries().is_empty());
}

#[test]
fn the_user_is_asked_once_and_only_if_need_be() {
    let (_dir, path) = place();
    let asked = Cell::new(0);
    let ask = |answer: fn() -> Option<Passphrase>| {
        let asked = &asked;
        move || {
            asked.set(asked.get() + 1);
            answer()
        }
    };
    fill(&path, &[1, 2]);
    Keyring::open(&path, ask(right)).unwrap();
    Keyring::update(&path, ask(right), |keyring| keyring.remove("class 1")).unwrap();
    Keyring::set_passphrase(&path, ask(right), right().as_ref()).unwrap();
    assert_eq!(asked.get(), 0);
    Keyring::open(&path, ask(right)).unwrap();
    assert_eq!(asked.replace(0), 1);
    Keyring::update(&path, ask(right), |keyring| keyring.create("x")).unwrap();
    assert_eq!(asked.replace(0), 1);
    // No answer is an answer, too.
    Keyring::update(&path, ask(|| None), |keyring| keyring.create("y")).unwrap_err();
    assert_eq!(asked.get(), 1);
}

/// Somebody at a prompt must not keep others from writing.
#[test]
fn nobody_waits_while_the_user_types() {
    let (_dir, path) = place();
    locked(&path);
    let slow_user = || {
        Keyring::update(&path, right, |keyring| keyring.create("meanwhile")).unwrap();
        right()
    };
    Keyring::update(&path, slow_user, |keyring| keyring.create("after")).unwrap();
    let keyring = Keyring::open(&path, right).unwrap();
    assert!(keyring.get("meanwhile").is_ok() && keyring.get("after").is_ok());
}

#[test]
fn the_binary_form_of_age_is_read_as_well() {
    let (_dir, path) = place();
    locked(&path);
    write_private(&path, &binary(&path));
    assert!(Keyring::is_locked(&path).unwrap());
    assert_eq!(Keyring::open(&path, right).unwrap().entries().len(), 2);
}

#[test]
fn a_locked_file_that_was_cut_or_changed_is_damaged_and_left_as_it_is() {
    let (_dir, path) = place();
    let any = passphrase("any");
    Keyring::set_passphrase(&path, never, Some(&any)).unwrap();
    let text = fs::read(&path).unwrap();
    let whole = binary(&path);
    let end = whole.len() - 1;
    let mut flipped = whole.clone();
    flipped[end] ^= 1;
    let recipient = age::x25519::Identity::generate().to_public();
    let inner_garbage = age::encrypt(&low_cost("any"), b"not a keyring").unwrap();
    for (what, bytes) in [
        ("cut", whole[..end].to_vec()),
        ("cut in the header", whole[..60].to_vec()),
        ("cut in the text form", text[..text.len() / 2].to_vec()),
        ("changed", flipped),
        ("longer", [&whole[..], b"x"].concat()),
        ("for a recipient", age::encrypt(&recipient, b"{}").unwrap()),
        ("not a keyring inside", inner_garbage),
        ("nothing inside", age::encrypt(&low_cost("any"), b"").unwrap()),
        ("of a later age", b"age-encryption.org/v9\n--- x\n".to_vec()),
    ] {
        write_private(&path, &bytes);
        for refused in assert_refused_and_untouched(&path) {
            assert!(matches!(refused, KeyringError::Damaged { .. }), "{what}: {refused}");
        }
    }
}

fn low_cost(text: &str) -> age::scrypt::Recipient {
    let mut recipient = age::scrypt::Recipient::new(text.to_owned().into());
    recipient.set_work_factor(2);
    recipient
}

#[test]
fn a_file_that_asks_for_hours_of_work_is_refused_at_once() {
    let (_dir, path) = place();
    locked(&path);
    let mut bytes = binary(&path);
    let line_end = bytes.windows(3).position(|w| w == b" 2\n").unwrap();
    bytes.splice(line_end + 1..line_end + 2, *b"30");
    write_private(&path, &bytes);
    for refused in assert_refused_and_untouched(&path) {
        let KeyringError::TooCostly { asked, most, .. } = refused else { panic!("{refused}") };
        assert_eq!((asked, most), (30, 20));
    }
}

#[test]
fn an_export_is_imported_with_key_and_name() {
    let mut keyring = Keyring::new();
    keyring.import("Ночь \"1\"", key(1)).unwrap();
    let text = keyring.export_text("ночь \"1\"").unwrap();
    let imported = parse_import(text.as_bytes(), never).unwrap();
    assert_eq!((&imported.key, imported.name), (&key(1), None));

    let plain = keyring.export_file("Ночь \"1\"", None).unwrap();
    let sealed = keyring.export_file("Ночь \"1\"", right().as_ref()).unwrap();
    assert!(contains(&plain, &text));
    assert!(!contains(&sealed, "pvkey1"));
    for imported in [parse_import(&plain, never), parse_import(&sealed, right)] {
        let imported = imported.unwrap();
        assert_eq!((&imported.key, imported.name.as_deref()), (&key(1), Some("Ночь \"1\"")));
    }
    assert!(matches!(parse_import(&sealed, wrong), Err(KeyringError::WrongPassphrase { .. })));
    assert!(matches!(parse_import(&sealed, || None), Err(KeyringError::Locked { .. })));
    let cut = &sealed[..sealed.len() - 60];
    assert!(matches!(parse_import(cut, right), Err(KeyringError::Damaged { .. })));
}

#[test]
fn an_export_survives_editors_and_mail() {
    let mut keyring = Keyring::new();
    keyring.import("Night Show", key(1)).unwrap();
    let with_windows_lines = |bytes: &[u8]| {
        String::from_utf8(bytes.to_vec()).unwrap().replace('\n', "\r\n").into_bytes()
    };
    let plain = keyring.export_file("Night Show", None).unwrap();
    let sealed = keyring.export_file("Night Show", right().as_ref()).unwrap();
    for bytes in [
        with_windows_lines(&plain),
        [&b"\xef\xbb\xbf"[..], &plain].concat(),
        [&b"\n\n  "[..], &plain, b"\n\n"].concat(),
        with_windows_lines(&sealed),
        [&b"\n\n"[..], &sealed, b"\n\n"].concat(),
    ] {
        let imported = parse_import(&bytes, right).unwrap();
        assert_eq!((&imported.key, imported.name.as_deref()), (&key(1), Some("Night Show")));
    }
}

#[test]
fn what_is_not_one_key_is_not_imported() {
    let one = key(1).to_text();
    let two = format!("{}\n{}\n", *one, *key(2).to_text());
    let prose = format!("my key is {}", *one);
    for bytes in ["", "\n", "# name: x\n", "hello", &one[..50], &two, &prose, &"#\n".repeat(40_000)]
    {
        let refused = parse_import(bytes.as_bytes(), never).unwrap_err();
        assert!(matches!(refused, KeyringError::NotAKey { .. }), "{refused}");
        assert_eq!(refused.to_string().lines().count(), 1);
    }
    assert!(matches!(parse_import(b"\xff\xfe", never), Err(KeyringError::NotAKey { .. })));
}
