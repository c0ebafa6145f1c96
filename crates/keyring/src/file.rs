//! Keyrings and their files: open, change, lock with a passphrase.

use std::path::Path;

use zeroize::Zeroizing;

use crate::seal::{is_sealed, seal, unseal};
use crate::{Keyring, KeyringError, Passphrase, Place, Stamp, disk, format};

impl Keyring {
    /// Reads the keyring at `path`. A file that does not exist is an empty keyring. If `path` is a
    /// symbolic link, its target is meant.
    ///
    /// `ask` is called, once, only if the file is locked; `None` means that there is no passphrase
    /// to be had. No lock is taken, because files are replaced whole.
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

    /// Changes the keyring at `path`: takes the lock, reads the file anew, applies `change` and
    /// replaces the file, locked by the same passphrase if it was locked. If `change` fails or
    /// changes nothing, nothing is written. The file is created if need be, readable by its owner
    /// only, and so are missing directories.
    ///
    /// `ask` is called, at most once, only if the file is locked, and before the lock is taken, so
    /// that nobody waits for a user to type.
    ///
    /// The lock is on a file of its own beside the keyring, with `.lock` added to the name, which
    /// stays there. The keyring itself would not do: it is replaced, and whoever then waits for the
    /// old file would get a lock on something that is no longer the keyring.
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

    /// Locks the keyring at `path` with the passphrase `new`, whatever it was before; `None` leaves
    /// it unlocked. `ask` gives the present passphrase, as in [`Keyring::update`]. A keyring that
    /// does not exist is created when it is to be locked.
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

    /// Whether a passphrase is needed to open the keyring at `path`; no for one that does not
    /// exist.
    ///
    /// # Errors
    /// [`KeyringError::TooOpen`], [`KeyringError::Io`], or [`KeyringError::Damaged`] for a file too
    /// large to be a keyring.
    pub fn is_locked(path: &Path) -> Result<bool, KeyringError> {
        Ok(disk::read(&disk::target(path)?)?.is_some_and(|bytes| is_sealed(&bytes)))
    }

    /// A cheap sign of the file's state, to notice changes by: reads no content and needs no
    /// passphrase.
    #[must_use]
    pub fn stamp(path: &Path) -> Stamp {
        Stamp::of(path)
    }
}

/// A keyring and what opened it.
struct Opened {
    keyring: Keyring,
    passphrase: Option<Passphrase>,
}

impl Opened {
    fn read(target: &Path, ask: impl FnOnce() -> Option<Passphrase>) -> Result<Self, KeyringError> {
        let place = Place::Keyring(target.to_path_buf());
        let Some(bytes) = disk::read(target)? else {
            return Ok(Self { keyring: Keyring::new(), passphrase: None });
        };
        let (json, passphrase) = if is_sealed(&bytes) {
            let (json, passphrase) = unseal(&bytes, disk::MAX_FILE, &place, ask)?;
            (json, Some(passphrase))
        } else {
            (bytes, None)
        };
        Ok(Self { keyring: format::from_json(&json, &place)?, passphrase })
    }
}

/// Runs `work` on what the file holds while nobody else can change it.
fn exclusively<T>(
    target: &Path,
    ask: impl FnOnce() -> Option<Passphrase>,
    work: impl FnOnce(Opened) -> Result<T, KeyringError>,
) -> Result<T, KeyringError> {
    let mut ask = Some(ask);
    let mut ask_once = || ask.take().and_then(|ask| ask());
    // A first look, so that the user is asked before anybody has to wait.
    let early = if Keyring::is_locked(target)? { ask_once() } else { None };
    let _held = disk::lock(target, disk::PATIENCE)?;
    // Somebody may have locked the file since; then the question is still to be put.
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
