//! Keyrings and their files: open, update, lock with a passphrase.

use std::path::Path;

use zeroize::Zeroizing;

use crate::disk::{self, Stamp};
use crate::error::{KeyringError, Origin};
use crate::format;
use crate::keyring::Keyring;
use crate::seal::{is_sealed, seal, unseal};
use crate::secret::Passphrase;

impl Keyring {
    /// Reads the keyring at `path`. A file that does not exist is an empty keyring. Symbolic links are
    /// followed.
    ///
    /// `ask` is called, once, only if the file is locked with a passphrase; `None` means that there is
    /// none. No file lock is taken, because files are replaced as a whole.
    ///
    /// # Errors
    /// [`KeyringError::Locked`], [`KeyringError::WrongPassphrase`], [`KeyringError::TooCostly`],
    /// [`KeyringError::Damaged`], [`KeyringError::Newer`], [`KeyringError::TooOpen`] or
    /// [`KeyringError::Io`].
    pub fn open(
        path: &Path,
        ask: impl FnOnce() -> Option<Passphrase>,
    ) -> Result<Self, KeyringError> {
        Ok(Opened::read(&disk::target(path)?, ask)?.keyring)
    }

    /// Changes the keyring at `path`: takes the file lock, reads the file, applies `change` and replaces
    /// the file, with the same passphrase if it had one. If `change` fails or changes nothing, nothing is
    /// written. A missing file is created, readable by its owner only, and so are missing directories.
    ///
    /// `ask` is called, at most once, only if the file has a passphrase, and before the file lock is
    /// taken, so that nobody waits for a user to type.
    ///
    /// The file lock is on a separate file next to the keyring, with `.lock` added to its name, which
    /// stays there. The keyring itself cannot be locked: it is replaced, and whoever waits for the old
    /// file would lock what is no longer the keyring.
    ///
    /// # Errors
    /// As [`Keyring::open`], those of `change`, and [`KeyringError::Busy`],
    /// [`KeyringError::ReadOnly`] or [`KeyringError::TooLarge`].
    pub fn update<T>(
        path: &Path,
        ask: impl FnOnce() -> Option<Passphrase>,
        change: impl FnOnce(&mut Self) -> Result<T, KeyringError>,
    ) -> Result<T, KeyringError> {
        let target = disk::target(path)?;
        exclusively(&target, ask, |mut opened| {
            let before = format::to_json(&opened.keyring)?;
            let outcome = change(&mut opened.keyring)?;
            let after = format::to_json(&opened.keyring)?;
            if after != before {
                write(&target, after, opened.passphrase.as_ref())?;
            }
            Ok(outcome)
        })
    }

    /// Sets the passphrase of the keyring at `path` to `new`; `None` removes it. `ask` gives the present
    /// passphrase, as in [`Keyring::update`]. A missing keyring is created if it gets a passphrase.
    ///
    /// # Errors
    /// As [`Keyring::update`].
    pub fn set_passphrase(
        path: &Path,
        ask: impl FnOnce() -> Option<Passphrase>,
        new: Option<&Passphrase>,
    ) -> Result<(), KeyringError> {
        let target = disk::target(path)?;
        exclusively(&target, ask, |opened| {
            if new.is_none() && opened.passphrase.is_none() {
                return Ok(());
            }
            write(&target, format::to_json(&opened.keyring)?, new)
        })
    }

    /// Whether a passphrase is needed to open the keyring at `path`; false for one that does not exist.
    ///
    /// # Errors
    /// [`KeyringError::TooOpen`], [`KeyringError::Io`], or [`KeyringError::Damaged`] for a file too
    /// large to be a keyring.
    pub fn is_locked(path: &Path) -> Result<bool, KeyringError> {
        Ok(disk::read(&disk::target(path)?)?.is_some_and(|bytes| is_sealed(&bytes)))
    }

    /// The state of the file, to notice changes cheaply: reads no content and needs no passphrase.
    #[must_use]
    pub fn stamp(path: &Path) -> Stamp {
        Stamp::of(path)
    }
}

/// A keyring, and the passphrase that opened it.
struct Opened {
    keyring: Keyring,
    passphrase: Option<Passphrase>,
}

impl Opened {
    fn read(target: &Path, ask: impl FnOnce() -> Option<Passphrase>) -> Result<Self, KeyringError> {
        let origin = Origin::Keyring(target.to_path_buf());
        let Some(bytes) = disk::read(target)? else {
            return Ok(Self { keyring: Keyring::new(), passphrase: None });
        };
        let (json, passphrase) = if is_sealed(&bytes) {
            let (json, passphrase) = unseal(&bytes, disk::MAX_FILE, &origin, ask)?;
            (json, Some(passphrase))
        } else {
            (bytes, None)
        };
        Ok(Self { keyring: format::from_json(&json, &origin)?, passphrase })
    }
}

/// Runs `work` on the content of the file while nobody else can change it.
fn exclusively<T>(
    target: &Path,
    ask: impl FnOnce() -> Option<Passphrase>,
    work: impl FnOnce(Opened) -> Result<T, KeyringError>,
) -> Result<T, KeyringError> {
    let mut ask = Some(ask);
    let mut ask_once = || ask.take().and_then(|ask| ask());
    // Checked first without the lock, so that the user is asked before anybody has to wait.
    let early = if Keyring::is_locked(target)? { ask_once() } else { None };
    let _guard = disk::lock(target, disk::LOCK_TIMEOUT)?;
    // Somebody may have set a passphrase since; then the user is asked now.
    work(Opened::read(target, || early.or_else(ask_once))?)
}

fn write(
    target: &Path,
    json: Zeroizing<Vec<u8>>,
    passphrase: Option<&Passphrase>,
) -> Result<(), KeyringError> {
    let bytes = match passphrase {
        Some(passphrase) => seal(&json, passphrase)?,
        None => json,
    };
    disk::replace(target, &bytes)
}
