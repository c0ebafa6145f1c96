//! What can go wrong, in words for the person who sees it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use patchveil_veil::{Fingerprint, KeyError};

/// Why an operation on a keyring, or on an exported key, was refused.
///
/// Every message is one line that says what happened, where, and what to do. None contains a key or a
/// passphrase. When an operation fails, the keyring file is unchanged, with the one exception that
/// [`KeyringError::Io`] documents.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// A passphrase is needed and none was given.
    #[error("{origin} is locked: its passphrase is needed")]
    Locked {
        /// What is locked.
        origin: Origin,
    },
    /// The passphrase does not open it.
    #[error("wrong passphrase for {origin}: try again (mind caps lock and keyboard layout)")]
    WrongPassphrase {
        /// What is locked.
        origin: Origin,
    },
    /// The text cannot be a passphrase.
    #[error("unusable passphrase: {reason}")]
    BadPassphrase {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Opening it would take more work than any genuine file does.
    #[error(
        "{origin} asks for scrypt work factor {asked}, more than {most}: not opened, as it could hang this computer; if you trust it, decrypt it with `age` and lock it again here"
    )]
    TooCostly {
        /// What is locked.
        origin: Origin,
        /// Base-2 logarithm of the scrypt cost it asks for.
        asked: u8,
        /// The highest that is accepted.
        most: u8,
    },
    /// It is not what this program writes; nothing was read from it and nothing written.
    #[error("{origin} is damaged: {reason}; it was left as it is: {}", origin.remedy())]
    Damaged {
        /// What is damaged.
        origin: Origin,
        /// What was found, without quoting its content.
        reason: String,
    },
    /// A keyring in a newer format.
    #[error(
        "keyring {} was made by a newer Patchveil (format version {version}): update Patchveil; the file was left as it is", path.display()
    )]
    Newer {
        /// The keyring file.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
    /// Other users can read or write the file (Unix only).
    #[error(
        "keyring {} can be read or written by others (mode {mode:04o}): run `chmod 600 {}`", path.display(), path.display()
    )]
    TooOpen {
        /// The keyring file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The keyring or its directory cannot be written.
    #[error(
        "keyring {} is read-only, could not {action}: {cause}; make the file and its directory writable, or name another keyring", path.display()
    )]
    ReadOnly {
        /// The keyring file.
        path: PathBuf,
        /// What was attempted.
        action: &'static str,
        /// What the system said.
        cause: io::Error,
    },
    /// Reading or writing failed for another reason.
    ///
    /// If `action` is to sync the directory, the change is made but may not survive a power failure; in
    /// every other case nothing was changed.
    #[error("keyring {}: could not {action}: {cause}; check the path and the disk", path.display())]
    Io {
        /// The keyring file.
        path: PathBuf,
        /// What was attempted.
        action: &'static str,
        /// What the system said.
        cause: io::Error,
    },
    /// Another program kept the lock for too long.
    #[error(
        "keyring {} has been in use by another program for {seconds} s: close that program, then try again", path.display()
    )]
    Busy {
        /// The keyring file.
        path: PathBuf,
        /// How long it was waited for, in seconds.
        seconds: u64,
    },
    /// More keys than fit in a keyring file.
    #[error("keyring {} would grow beyond {most} bytes: remove keys, or start a second keyring", path.display())]
    TooLarge {
        /// The keyring file.
        path: PathBuf,
        /// The largest size of a keyring file in bytes.
        most: usize,
    },
    /// No class of that name.
    #[error("no class named {name} in the keyring: list the keys to see the names")]
    UnknownName {
        /// The name asked for, quoted and made safe to print.
        name: String,
    },
    /// Another class has that name, perhaps in another case.
    #[error("there is already a class named {name}: choose another name, or rename that one")]
    DuplicateName {
        /// The name as the keyring has it, quoted.
        name: String,
    },
    /// The key is in the keyring already.
    #[error(
        "this key is already in the keyring as {name} (fingerprint {fingerprint}): use or rename that one"
    )]
    DuplicateKey {
        /// The name it has, quoted.
        name: String,
        /// The key's fingerprint.
        fingerprint: Fingerprint,
    },
    /// The text cannot be a class name.
    #[error("unusable class name: {reason}")]
    BadName {
        /// What is wrong with it.
        reason: String,
    },
    /// The bytes to import contain no key.
    #[error(
        "no key to import: {reason}; expected one line pvkey1…, or a file exported by Patchveil"
    )]
    NotAKey {
        /// What was found, without quoting its content.
        reason: String,
    },
    /// A new key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The system names no directory for the user's data.
    #[error(
        "this system has no data directory for you: say where the keyring is, or set {variable}"
    )]
    NoDataDir {
        /// The environment variable that names the keyring.
        variable: &'static str,
    },
    /// Something failed that should never fail; nothing was written.
    #[error("could not {action}; nothing was written: please report this")]
    Internal {
        /// What was attempted.
        action: &'static str,
    },
}

impl KeyringError {
    /// A failure to write: for lack of permission, or for another reason.
    pub(crate) fn writing(path: &Path, action: &'static str, cause: io::Error) -> Self {
        let path = path.to_path_buf();
        match cause.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path, action, cause }
            }
            _ => Self::Io { path, action, cause },
        }
    }

    /// A failure to read.
    pub(crate) fn reading(path: &Path, action: &'static str, cause: io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), action, cause }
    }
}

/// Where keys were to be read from or written to, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The keyring file at this path.
    Keyring(PathBuf),
    /// The bytes to import.
    Import,
}

impl Origin {
    /// What to do when it is damaged.
    fn remedy(&self) -> &'static str {
        match self {
            Self::Keyring(_) => "restore it from a backup, or move it away to start a new one",
            Self::Import => "get a fresh copy of the export",
        }
    }

    /// The error that it is damaged.
    pub(crate) fn damaged(&self, reason: impl Into<String>) -> KeyringError {
        KeyringError::Damaged { origin: self.clone(), reason: reason.into() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyring(path) => write!(f, "keyring {}", path.display()),
            Self::Import => f.write_str("the key to import"),
        }
    }
}
