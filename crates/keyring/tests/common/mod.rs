//! What the tests share.

use std::fs;
use std::path::{Path, PathBuf};

use patchveil_keyring::{Keyring, KeyringError, Passphrase};
use patchveil_test_support::keys::test_key;
use patchveil_veil::ClassKey;
use tempfile::TempDir;

/// A directory that goes with the test, and the path of a keyring in it that does not exist yet.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keyring");
    (dir, path)
}

/// The test key of this number.
pub(crate) fn key(byte: u8) -> ClassKey {
    ClassKey::from_bytes(test_key(byte))
}

/// A passphrase whose files open at once. What it weakens is tested where it is set.
pub(crate) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap().with_work_factor(2)
}

/// For keyrings that must not ask.
pub(crate) fn never() -> Option<Passphrase> {
    panic!("asked for a passphrase although none is needed")
}

/// Adds keys with these bytes under the names "class 1", "class 2" …
pub(crate) fn fill(path: &Path, bytes: &[u8]) {
    Keyring::update(
        path,
        || None,
        |keyring| {
            for &byte in bytes {
                keyring.import(&format!("class {byte}"), key(byte))?;
            }
            Ok(())
        },
    )
    .unwrap();
}

/// Names and fingerprints, for comparison.
pub(crate) fn contents(keyring: &Keyring) -> Vec<(String, String)> {
    keyring
        .entries()
        .iter()
        .map(|entry| (entry.name().to_owned(), entry.fingerprint().to_string()))
        .collect()
}

/// Writes a file as a keyring has to be: for its owner only.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    set_mode(path, 0o600);
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_: &Path, _: u32) {}

/// Tries every operation that writes, and asserts that each is refused and the file untouched.
/// Returns all errors that came up.
pub(crate) fn assert_refused_and_untouched(path: &Path) -> Vec<KeyringError> {
    let before = fs::read(path).unwrap();
    let secret = passphrase("any");
    let ask = || Some(secret.clone());
    let errors = vec![
        Keyring::open(path, ask).unwrap_err(),
        Keyring::update(path, ask, |keyring| keyring.create("new")).unwrap_err(),
        Keyring::update(path, ask, |keyring| keyring.set_default(None)).unwrap_err(),
        Keyring::set_passphrase(path, ask, Some(&passphrase("new"))).unwrap_err(),
        Keyring::set_passphrase(path, ask, None).unwrap_err(),
    ];
    assert_eq!(fs::read(path).unwrap(), before, "a refused file was changed");
    for error in &errors {
        assert_eq!(error.to_string().lines().count(), 1, "not one line: {error}");
    }
    errors
}
