//! A keyring of the test's own.

use std::path::PathBuf;
use std::sync::OnceLock;

use patchveil_keyring::{Keyring, PATH_VARIABLE};
use patchveil_veil::{ClassKey, FORMER_NAME_OF_LIGHT, Fingerprint, Preset};

/// The name of the class every test keyring has.
pub const CLASS: &str = "Night Show";

/// The key of [`CLASS`].
#[must_use]
pub fn key() -> ClassKey {
    ClassKey::from_bytes([42; 32])
}

/// The fingerprint of [`key`].
#[must_use]
pub fn fingerprint() -> Fingerprint {
    key().fingerprint()
}

/// The keyring of this process: made once, with or without a default class, and named to the
/// plug-in by the environment. To be called before any plug-in is loaded.
pub fn keyring(default: bool) -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let path = tempfile::tempdir().unwrap().keep().join("keyring");
        Keyring::update(
            &path,
            || None,
            |keyring| {
                keyring.import(CLASS, key())?;
                keyring.import("Other", ClassKey::from_bytes([43; 32]))?;
                keyring.set_default(default.then_some(CLASS))
            },
        )
        .unwrap();
        // SAFETY: no plug-in is loaded yet, and the tests' own threads go through this lock.
        unsafe {
            std::env::set_var(PATH_VARIABLE, &path);
            // A log file would have a thread of its own.
            std::env::remove_var("NICE_LOG");
        }
        path
    })
}

/// The preset as sessions hold it. `light` has the id of its former name.
#[must_use]
pub fn preset_param(preset: Preset) -> String {
    let id = if preset == Preset::Light { FORMER_NAME_OF_LIGHT } else { preset.name() };
    format!(r#""preset":{{"string":"{id}"}}"#)
}

/// A session that has chosen this class, as the plug-in would save it.
#[must_use]
pub fn session(fingerprint: Fingerprint, params: &str) -> Vec<u8> {
    session_with_setup(fingerprint, params, "{}")
}

/// The same with the setup of the editor, as JSON.
#[must_use]
pub fn session_with_setup(fingerprint: Fingerprint, params: &str, setup: &str) -> Vec<u8> {
    let setup = setup.replace('"', "\\\"");
    let class = format!(
        r#"{{\"class\":{{\"fingerprint\":\"{fingerprint}\",\"name\":\"{CLASS}\"}},\"recipe\":1,\"state\":1}}"#
    );
    let json = format!(
        r#"{{"version":"0.1.0","params":{{{params}}},"fields":{{"class":"{class}","editor":"{setup}"}}}}"#
    );
    framed(json.as_bytes())
}

/// The framework puts the length before its JSON in CLAP.
#[must_use]
pub fn framed(json: &[u8]) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes()[..], json].concat()
}
