//! What `key import` reads: a key as text, an export, or an export locked with a passphrase.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchveil_fuzz::{assert_no_key, assert_one_line};
use patchveil_keyring::{Keyring, Passphrase, parse_import};
use zeroize::Zeroizing;

fuzz_target!(|bytes: &[u8]| {
    let ask = || {
        is_cheap(bytes).then(|| {
            let typed = Zeroizing::new("correct horse".to_owned());
            Passphrase::new(typed).expect("it can be typed")
        })
    };
    let imported = match parse_import(bytes, ask) {
        Ok(imported) => imported,
        Err(error) => {
            let message = error.to_string();
            assert_one_line(&message);
            return assert_no_key(&message);
        }
    };
    let mut keyring = Keyring::new();
    let name = imported.name.as_deref().unwrap_or("no name");
    keyring.import(name, imported.key.clone()).expect("the name was checked");
    let text = keyring.export_text(name).expect("it was just imported");
    assert_eq!(text.parse().as_ref(), Ok(&imported.key));
    let export = keyring.export_file(name, None).expect("it was just imported");
    let again = parse_import(&export, || None).expect("it was just exported");
    assert_eq!(again.key, imported.key);
    assert_eq!(again.name.as_deref(), Some(name));
});

/// Whether trying a passphrase takes no time: the header, in the binary form, asks for a work
/// factor of one digit.
fn is_cheap(bytes: &[u8]) -> bool {
    let mut lines = bytes.trim_ascii_start().split(|&byte| byte == b'\n');
    let is_age = lines.next() == Some(b"age-encryption.org/v1".as_slice());
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let all_cheap = lines
        .take_while(|line| !line.starts_with(b"---"))
        .filter(|line| line.starts_with(b"-> "))
        .all(|line| matches!(line, [.., b' ', digit] if is_digit(digit)));
    is_age && all_cheap
}
