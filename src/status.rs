//! What an instance does, in words for its user.

use std::fmt;

use patchveil_veil::Fingerprint;

use crate::trouble::{KeyringTrouble, NoProtection};

/// What happens to the audio, and why. Its `Display` is one sentence for messages and logs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Status {
    /// The host has not activated the plug-in yet, so no key was read.
    #[default]
    Idle,
    /// Audio passes unchanged, because no class is chosen and there is no default.
    NotProtecting,
    /// Audio is protected.
    Protecting {
        /// The class's name.
        class: String,
        /// The key's fingerprint.
        fingerprint: Fingerprint,
        /// Why the keyring can no longer be read. The key read earlier stays in use.
        trouble: Option<KeyringTrouble>,
    },
    /// The veil is taken off.
    Restoring {
        /// The class's name.
        class: String,
        /// The key's fingerprint.
        fingerprint: Fingerprint,
        /// Why the keyring can no longer be read. The key read earlier stays in use.
        trouble: Option<KeyringTrouble>,
    },
    /// Audio passes unchanged, because it cannot be restored.
    NotRestoring {
        /// Why, and what to do.
        reason: NoProtection,
    },
    /// Silence: a class is or may be chosen, but its veil cannot be applied.
    Muted {
        /// Why, and what to do.
        reason: NoProtection,
    },
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle => f.write_str("waiting for the host to start"),
            Self::NotProtecting => f.write_str("not protecting: no class was chosen"),
            Self::Protecting { class, fingerprint, trouble } => {
                write!(f, "protecting “{class}” ({fingerprint})")?;
                write_trouble(f, trouble.as_ref())
            }
            Self::Restoring { class, fingerprint, trouble } => {
                write!(f, "restoring “{class}” ({fingerprint})")?;
                write_trouble(f, trouble.as_ref())
            }
            Self::NotRestoring { reason } => {
                write!(f, "not restoring, audio passes unchanged: {reason}")
            }
            Self::Muted { reason } => write!(f, "muted: {reason}"),
        }
    }
}

fn write_trouble(f: &mut fmt::Formatter<'_>, trouble: Option<&KeyringTrouble>) -> fmt::Result {
    match trouble {
        Some(trouble) => write!(f, "; the key read earlier stays in use, because {trouble}"),
        None => Ok(()),
    }
}
