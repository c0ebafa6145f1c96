//! What the editor asks, what it is answered, and what it shows of the keyring.

use std::fmt;
use std::path::PathBuf;

use patchveil_keyring::Timestamp;
use patchveil_veil::Fingerprint;
use zeroize::Zeroizing;

use crate::trouble::KeyringTrouble;

/// The content of the keyring, without any key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyringView {
    /// Where the keyring is, if the system says so.
    pub path: Option<PathBuf>,
    /// Whether it has been read, or tried to be.
    pub loaded: bool,
    /// The classes, oldest first; empty while there is a problem.
    pub classes: Vec<Class>,
    /// Whether the file has a passphrase.
    pub has_passphrase: bool,
    /// Why it cannot be read.
    pub problem: Option<Problem>,
    /// Requests that are not answered yet.
    pub pending: usize,
}

/// One class, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// As the user wrote it.
    pub name: String,
    /// The public name of its key.
    pub fingerprint: Fingerprint,
    /// When it was created or imported, UTC.
    pub created: Timestamp,
    /// Whether new instances choose it.
    pub default: bool,
}

/// Tells the answers to requests apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(super) u64);

/// A request. Classes are named by fingerprint, so a rename in between does no harm.
pub enum Request {
    /// Creates a class with a new random key.
    New {
        /// 1–64 characters.
        name: String,
    },
    /// Renames a class.
    Rename {
        /// The class.
        class: Fingerprint,
        /// 1–64 characters.
        name: String,
    },
    /// Adds a class from text: `pvkey1…`, or the content of an exported file.
    Import {
        /// Holds the key.
        text: Zeroizing<String>,
        /// Its name; `None` for the name that comes with the key.
        name: Option<String>,
        /// The passphrase it is locked with.
        passphrase: Option<Zeroizing<String>>,
    },
    /// Adds a class from an exported file.
    ImportFile {
        /// Where it is.
        path: PathBuf,
        /// Its name; `None` for the name that comes with the key.
        name: Option<String>,
        /// The passphrase it is locked with.
        passphrase: Option<Zeroizing<String>>,
    },
    /// Returns the key itself, to be shown or copied. With a passphrase: an age file as text.
    Export {
        /// The class.
        class: Fingerprint,
        /// The passphrase to lock it with.
        passphrase: Option<Zeroizing<String>>,
    },
    /// Writes a backup file that only its owner can read. An existing file is left alone.
    ExportFile {
        /// The class.
        class: Fingerprint,
        /// Where to write it.
        path: PathBuf,
        /// The passphrase to lock it with.
        passphrase: Option<Zeroizing<String>>,
    },
    /// Removes a class and its key for good.
    Remove {
        /// The class.
        class: Fingerprint,
    },
    /// Sets the class that new instances choose; `None` for no class.
    SetDefault {
        /// The class.
        class: Option<Fingerprint>,
    },
    /// Unlocks the keyring in all instances of this process, until the last of them is gone.
    Unlock {
        /// The passphrase it is locked with.
        passphrase: Zeroizing<String>,
    },
    /// Forgets the passphrase and the keys in all instances of this process. Audio that is being
    /// protected stays protected.
    Lock,
    /// Locks the file with a new passphrase; `None` for no passphrase.
    SetPassphrase {
        /// The new one.
        new: Option<Zeroizing<String>>,
    },
}

impl fmt::Debug for Request {
    /// Prints the kind of request only: its content may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New { .. } => "New",
            Self::Rename { .. } => "Rename",
            Self::Import { .. } => "Import",
            Self::ImportFile { .. } => "ImportFile",
            Self::Export { .. } => "Export",
            Self::ExportFile { .. } => "ExportFile",
            Self::Remove { .. } => "Remove",
            Self::SetDefault { .. } => "SetDefault",
            Self::Unlock { .. } => "Unlock",
            Self::Lock => "Lock",
            Self::SetPassphrase { .. } => "SetPassphrase",
        })
    }
}

/// A key as text. `Debug` does not print it.
#[derive(PartialEq, Eq)]
pub struct KeyText(pub Zeroizing<String>);

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText")
    }
}

/// The outcome of a request that succeeded.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The class is in the keyring.
    Added(Class),
    /// The class was renamed, or the default class changed.
    Changed,
    /// The class is gone.
    Removed {
        /// Its name.
        name: String,
    },
    /// The secret, as requested.
    Exported {
        /// Its class.
        class: Fingerprint,
        /// `pvkey1…`, or an age file.
        text: KeyText,
    },
    /// The backup is written.
    Saved {
        /// Where.
        path: PathBuf,
    },
    /// The keyring is unlocked.
    Unlocked,
    /// The keyring is locked.
    Locked,
    /// The passphrase was set or removed.
    PassphraseSet {
        /// Whether there is one.
        has_passphrase: bool,
    },
}

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What would help.
    pub remedy: Remedy,
    /// What happened. Never holds a secret.
    pub trouble: KeyringTrouble,
}

/// What would help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The passphrase of the keyring: [`Request::Unlock`].
    Unlock,
    /// The passphrase of the key to import.
    ImportPassphrase,
    /// Another name for the class.
    Name,
    /// Another file name.
    Path,
    /// What the message says, outside Patchveil. When the file changes it is read again.
    Outside,
}
