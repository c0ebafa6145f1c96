//! The keyring that a test process has for itself, and sessions that name its classes.

use std::path::PathBuf;
use std::sync::OnceLock;

use patchveil_keyring::{Keyring, PATH_VARIABLE};
use patchveil_receipts::SETTINGS_VARIABLE;
use patchveil_test_support::keys::test_key;
use patchveil_veil::{ClassKey, FORMER_NAME_OF_LIGHT, Fingerprint, Preset};

/// The environment variable that names the standalone's settings: tests leave those of this machine alone.
pub const CONFIG: &str = "PATCHVEIL_STANDALONE_CONFIG";
/// The name of the class every test keyring has.
pub const CLASS: &str = "Night Show";

/// The key of [`CLASS`].
#[must_use]
pub fn key() -> ClassKey {
    ClassKey::from_bytes(test_key(42))
}

/// The fingerprint of [`key`].
#[must_use]
pub fn fingerprint() -> Fingerprint {
    key().fingerprint()
}

/// The key of the other class that every test keyring has.
fn other_key() -> ClassKey {
    ClassKey::from_bytes(test_key(43))
}

/// The fingerprint of the other class that every test keyring has.
#[must_use]
pub fn other_fingerprint() -> Fingerprint {
    other_key().fingerprint()
}

/// The fingerprint of a class that no test keyring has.
#[must_use]
pub fn missing_fingerprint() -> Fingerprint {
    ClassKey::from_bytes(test_key(99)).fingerprint()
}

/// The path of this process's keyring, which the plug-in finds in the environment. The first call
/// creates it, with [`CLASS`] as default class if `default`; call it before loading a plug-in.
pub fn keyring(default: bool) -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let path = tempfile::tempdir().unwrap().keep().join("keyring");
        Keyring::update(
            &path,
            || None,
            |keyring| {
                keyring.import(CLASS, key())?;
                keyring.import("Other", other_key())?;
                keyring.set_default(default.then_some(CLASS))
            },
        )
        .unwrap();
        // SAFETY: no plug-in is loaded yet, and all threads of the test pass through this lock.
        unsafe {
            std::env::set_var(PATH_VARIABLE, &path);
            std::env::set_var(SETTINGS_VARIABLE, path.with_file_name("plugin.json"));
            // Writing a log file would start a thread.
            std::env::remove_var("NICE_LOG");
        }
        path
    })
}

/// The names of the classes in this process's keyring.
#[must_use]
pub fn classes() -> Vec<String> {
    let keyring = Keyring::open(keyring(true), || None).unwrap();
    keyring.entries().iter().map(|entry| entry.name().to_owned()).collect()
}

/// The preset as a session of recipe version 2 stores it.
#[must_use]
pub fn new_preset_param(preset: Preset) -> String {
    format!(r#""preset_2":{{"string":"{preset}"}}"#)
}

/// The preset as a session of recipe version 1 stores it. `light` is stored under its former name.
#[must_use]
pub fn preset_param(preset: Preset) -> String {
    let id = if preset == Preset::Light { FORMER_NAME_OF_LIGHT } else { preset.name() };
    format!(r#""preset":{{"string":"{id}"}}"#)
}

/// A session of recipe version 1 with this class chosen, as the plug-in would save it.
#[must_use]
pub fn session(fingerprint: Fingerprint, params: &str) -> Vec<u8> {
    session_of_version(1, fingerprint, params, "{}")
}

/// A session of recipe version 2 with this class chosen, as the plug-in would save it.
#[must_use]
pub fn new_session(fingerprint: Fingerprint, params: &str) -> Vec<u8> {
    new_session_with_setup(fingerprint, params, "{}")
}

/// [`new_session`] with the state of the editor, as JSON.
#[must_use]
pub fn new_session_with_setup(fingerprint: Fingerprint, params: &str, setup: &str) -> Vec<u8> {
    session_of_version(2, fingerprint, params, setup)
}

/// A session whose recipe and state both have this version.
fn session_of_version(
    version: u32,
    fingerprint: Fingerprint,
    params: &str,
    setup: &str,
) -> Vec<u8> {
    let setup = setup.replace('"', "\\\"");
    let class = format!(
        r#"{{\"class\":{{\"fingerprint\":\"{fingerprint}\",\"name\":\"{CLASS}\"}},\"recipe\":{version},\"state\":{version}}}"#
    );
    let json = format!(
        r#"{{"version":"0.1.0","params":{{{params}}},"fields":{{"class":"{class}","editor":"{setup}"}}}}"#
    );
    framed(json.as_bytes())
}

/// A CLAP session around `json`: the framework writes the length first.
#[must_use]
pub fn framed(json: &[u8]) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes()[..], json].concat()
}
