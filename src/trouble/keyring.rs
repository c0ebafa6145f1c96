//! The keyring, and keys to import.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use patchveil_keyring::{KeyringError, Origin};
use patchveil_words::{Language, Words};

use super::FileTrouble;

/// Why the keyring, or a key to import or export, cannot be used. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyringTrouble {
    /// The passphrase of the keyring at this path is needed.
    Locked(PathBuf),
    /// The passphrase of the key to import is needed.
    ImportLocked,
    /// The passphrase does not open the keyring at this path.
    WrongPassphrase(PathBuf),
    /// The passphrase does not open the key to import.
    ImportWrongPassphrase,
    /// The text cannot be a passphrase.
    BadPassphrase,
    /// Others can read or write the keyring.
    TooOpen {
        /// Where it is.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The keyring cannot be written.
    ReadOnly(PathBuf),
    /// The keyring is not what Patchveil writes.
    Damaged {
        /// Where it is.
        path: PathBuf,
        /// What was found, in English.
        found: String,
    },
    /// The key to import is not what Patchveil writes: what was found, in English.
    ImportDamaged(String),
    /// A newer Patchveil has written it.
    Newer(PathBuf),
    /// Another program keeps its lock.
    Busy(PathBuf),
    /// A class has that name: the name, quoted.
    DuplicateName(String),
    /// The key is there already: the name it has, quoted.
    DuplicateKey(String),
    /// The text cannot be a name: what is wrong with it, in English.
    BadName(String),
    /// There is no key to import: what was found, in English.
    NotAKey(String),
    /// The key to import comes without a name.
    NoName,
    /// The system names no folder for data; this variable could.
    NoFolder(&'static str),
    /// The thread that reads it has ended.
    NotWatched,
    /// A file cannot be used.
    File(FileTrouble),
    /// Anything else, in English.
    Other(String),
}

impl From<&KeyringError> for KeyringTrouble {
    fn from(error: &KeyringError) -> Self {
        use KeyringError as E;
        match error {
            E::Locked { origin: Origin::Keyring(path) } => Self::Locked(path.clone()),
            E::Locked { origin: Origin::Import } => Self::ImportLocked,
            E::WrongPassphrase { origin: Origin::Keyring(path) } => {
                Self::WrongPassphrase(path.clone())
            }
            E::WrongPassphrase { origin: Origin::Import } => Self::ImportWrongPassphrase,
            E::BadPassphrase { .. } => Self::BadPassphrase,
            E::TooOpen { path, mode } => Self::TooOpen { path: path.clone(), mode: *mode },
            E::ReadOnly { path, .. } => Self::ReadOnly(path.clone()),
            E::Io { path, cause, .. } => Self::io(path, cause),
            E::Damaged { origin: Origin::Keyring(path), reason } => {
                Self::Damaged { path: path.clone(), found: reason.clone() }
            }
            E::Damaged { origin: Origin::Import, reason } => Self::ImportDamaged(reason.clone()),
            E::Newer { path, .. } => Self::Newer(path.clone()),
            E::Busy { path, .. } => Self::Busy(path.clone()),
            E::DuplicateName { name } => Self::DuplicateName(name.clone()),
            E::DuplicateKey { name, .. } => Self::DuplicateKey(name.clone()),
            E::BadName { reason } => Self::BadName(reason.clone()),
            E::NotAKey { reason } => Self::NotAKey(reason.clone()),
            E::NoDataDir { variable } => Self::NoFolder(variable),
            other => Self::Other(other.to_string()),
        }
    }
}

impl KeyringTrouble {
    fn io(path: &Path, cause: &io::Error) -> Self {
        let file = match cause.kind() {
            // Of the keyring itself, which is made where there is none.
            io::ErrorKind::PermissionDenied => FileTrouble::reading(path, cause),
            _ => FileTrouble::writing(path, cause),
        };
        Self::File(file)
    }

    /// One sentence: what happened, where, and what to do.
    #[must_use]
    pub fn text(&self, words: &Words) -> String {
        let texts = &words.keyring_trouble;
        let at = |text: fn(&str) -> String, path: &Path| text(&path.display().to_string());
        match self {
            Self::Locked(path) => at(texts.locked, path),
            Self::ImportLocked => texts.import_locked.to_owned(),
            Self::WrongPassphrase(path) => at(texts.wrong_passphrase, path),
            Self::ImportWrongPassphrase => texts.import_wrong_passphrase.to_owned(),
            Self::BadPassphrase => texts.bad_passphrase.to_owned(),
            Self::TooOpen { path, mode } => {
                (texts.too_open)(&path.display().to_string(), &format!("{mode:04o}"))
            }
            Self::ReadOnly(path) => at(texts.read_only, path),
            Self::Damaged { path, found } => (texts.damaged)(&path.display().to_string(), found),
            Self::ImportDamaged(found) => (texts.import_damaged)(found),
            Self::Newer(path) => at(texts.newer, path),
            Self::Busy(path) => at(texts.busy, path),
            Self::DuplicateName(name) => (texts.duplicate_name)(name),
            Self::DuplicateKey(name) => (texts.duplicate_key)(name),
            Self::BadName(found) => (texts.bad_name)(found),
            Self::NotAKey(found) => (texts.not_a_key)(found),
            Self::NoName => texts.no_name.to_owned(),
            Self::NoFolder(variable) => (texts.no_folder)(variable),
            Self::NotWatched => texts.not_watched.to_owned(),
            Self::File(file) => file.text(&words.files),
            Self::Other(said) => (texts.other)(said),
        }
    }
}

impl fmt::Display for KeyringTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English.words()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PATH: &str = "/home/anna/keyring";

    /// What users meet, with a path in it.
    fn errors() -> Vec<KeyringError> {
        let origin = || Origin::Keyring(PATH.into());
        let io = |kind: io::ErrorKind| KeyringError::Io {
            path: PATH.into(),
            action: "write it",
            cause: kind.into(),
        };
        vec![
            KeyringError::Locked { origin: origin() },
            KeyringError::WrongPassphrase { origin: origin() },
            KeyringError::TooOpen { path: PATH.into(), mode: 0o644 },
            KeyringError::Damaged { origin: origin(), reason: "no JSON".to_owned() },
            KeyringError::Newer { path: PATH.into(), version: 9 },
            KeyringError::Busy { path: PATH.into(), seconds: 5 },
            io(io::ErrorKind::StorageFull),
            io(io::ErrorKind::PermissionDenied),
            io(io::ErrorKind::NotFound),
        ]
    }

    #[test]
    fn each_error_names_the_file_and_reads_differently_in_every_language() {
        for error in errors() {
            let trouble = KeyringTrouble::from(&error);
            assert!(!matches!(trouble, KeyringTrouble::Other(_)), "{error}");
            let texts = Language::ALL.map(|language| trouble.text(language.words()));
            assert!(texts.iter().all(|text| text.contains(PATH)), "{texts:#?}");
            assert_eq!(BTreeSet::from(texts.clone()).len(), texts.len(), "{texts:#?}");
        }
    }

    #[test]
    fn what_no_text_is_made_for_is_said_as_it_is_behind_one() {
        let trouble = KeyringTrouble::from(&KeyringError::Internal { action: "count to ten" });
        let german = trouble.text(Language::German.words());
        assert!(
            german.starts_with("der Schlüsselbund") && german.contains("count to ten"),
            "{german}"
        );
    }
}
