//! Why nothing is protected or restored.

use std::fmt;

use patchveil_veil::Fingerprint;
use patchveil_words::{Language, Words};

use super::KeyringTrouble;

/// Why nothing is protected or restored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoProtection {
    /// A newer Patchveil has saved the session.
    NewerSession,
    /// Which class the session meant cannot be read.
    DamagedSession,
    /// No class was chosen.
    NoClass,
    /// Whether there is a default class cannot be read.
    DefaultUnknown(KeyringTrouble),
    /// The key is not in the keyring.
    NotInKeyring {
        /// The class's name, safe to print.
        class: String,
        /// The key's fingerprint.
        fingerprint: Fingerprint,
    },
    /// The key cannot be read.
    Unreadable {
        /// The class's name, safe to print.
        class: String,
        /// The key's fingerprint.
        fingerprint: Fingerprint,
        /// Why.
        trouble: KeyringTrouble,
    },
    /// The design thread has ended.
    DesignFailed,
    /// These settings, or this machine, do not allow it: why, in English.
    Said(String),
}

impl NoProtection {
    /// Whether a key is wanted that is not there.
    #[must_use]
    pub fn is_missing_key(&self) -> bool {
        matches!(self, Self::NotInKeyring { .. } | Self::Unreadable { .. })
    }

    /// One sentence: why, and what to do.
    #[must_use]
    pub fn text(&self, words: &Words) -> String {
        let texts = &words.no_protection;
        match self {
            Self::NewerSession => texts.newer_session.to_owned(),
            Self::DamagedSession => texts.damaged_session.to_owned(),
            Self::NoClass => texts.no_class.to_owned(),
            Self::DefaultUnknown(trouble) => (texts.default_unknown)(&trouble.text(words)),
            Self::NotInKeyring { class, fingerprint } => {
                (texts.not_in_keyring)(class, &fingerprint.to_string())
            }
            Self::Unreadable { class, fingerprint, trouble } => {
                (texts.unreadable)(class, &fingerprint.to_string(), &trouble.text(words))
            }
            Self::DesignFailed => texts.design_failed.to_owned(),
            Self::Said(said) => said.clone(),
        }
    }
}

impl fmt::Display for NoProtection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English.words()))
    }
}
