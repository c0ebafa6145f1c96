//! What a passphrase opened, for all instances of this process.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use patchveil_keyring::{Keyring, KeyringError, Origin, Passphrase, Stamp};

/// The unlocked keyrings of this process: one, unless tests use several keyrings.
static UNLOCKED: Mutex<Vec<(PathBuf, Weak<UnlockedKeyring>)>> = Mutex::new(Vec::new());

/// A keyring, and the passphrase to it once somebody has typed it. Both are overwritten when the
/// last instance and the last editor of the process let go of it, and never written anywhere.
///
/// The opened keyring is kept beside the passphrase, because stretching one takes a second and
/// 256 MiB, and there may be dozens of instances.
pub(crate) struct UnlockedKeyring {
    path: PathBuf,
    opened: Mutex<Opened>,
    /// Counts passphrases that came and went.
    version: AtomicU64,
}

#[derive(Default)]
struct Opened {
    passphrase: Option<Passphrase>,
    /// What the file held when it had this stamp.
    keyring: Option<(Stamp, Arc<Keyring>)>,
}

/// A unlocked's file, and how many passphrases came and went.
pub(crate) type UnlockedState = (Stamp, u64);

impl UnlockedKeyring {
    /// The unlocked of the keyring at `path`.
    pub(crate) fn of(path: &Path) -> Arc<Self> {
        let mut opened = UNLOCKED.lock();
        opened.retain(|(_, unlocked)| unlocked.strong_count() > 0);
        if let Some(unlocked) =
            opened.iter().find(|(at, _)| at == path).and_then(|(_, v)| v.upgrade())
        {
            return unlocked;
        }
        let unlocked = Arc::new(Self {
            path: path.to_owned(),
            opened: Mutex::default(),
            version: AtomicU64::new(0),
        });
        opened.push((path.to_owned(), Arc::downgrade(&unlocked)));
        unlocked
    }

    /// What [`UnlockedKeyring::open`] depends on. Reads no content.
    pub(crate) fn state(&self) -> UnlockedState {
        (Keyring::stamp(&self.path), self.version.load(Ordering::Acquire))
    }

    /// The keyring as the file has it now. One that is locked takes a second, and only the first
    /// caller pays it.
    ///
    /// # Errors
    /// As [`Keyring::open`], but never a wrong passphrase: one that does not fit any more is
    /// forgotten, and the keyring is locked.
    pub(crate) fn open(&self) -> Result<Arc<Keyring>, KeyringError> {
        let mut opened = self.opened.lock();
        // Older than what is read, so a change in between is noticed next time.
        let stamp = Keyring::stamp(&self.path);
        if let Some((at, keyring)) = &opened.keyring
            && *at == stamp
        {
            return Ok(keyring.clone());
        }
        opened.keyring = None;
        let mut asked = false;
        let result = Keyring::open(&self.path, || {
            asked = true;
            opened.passphrase.clone()
        });
        match result {
            Ok(keyring) => {
                let keyring = Arc::new(keyring);
                // What is not locked is read again as easily, and need not stay in memory.
                if asked {
                    opened.keyring = Some((stamp, keyring.clone()));
                }
                Ok(keyring)
            }
            Err(KeyringError::WrongPassphrase { .. }) => {
                opened.passphrase = None;
                self.turn();
                Err(KeyringError::Locked { origin: Origin::Keyring(self.path.clone()) })
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the keyring with `passphrase`, and keeps it if it fits.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub(crate) fn unlock(&self, passphrase: Passphrase) -> Result<(), KeyringError> {
        let mut opened = self.opened.lock();
        let stamp = Keyring::stamp(&self.path);
        let mut asked = false;
        let keyring = Keyring::open(&self.path, || {
            asked = true;
            Some(passphrase.clone())
        })?;
        if asked {
            let keyring = Some((stamp, Arc::new(keyring)));
            *opened = Opened { passphrase: Some(passphrase), keyring };
            self.turn();
        }
        Ok(())
    }

    /// Keeps `passphrase`, which the file was just locked with, or forgets all.
    pub(crate) fn keep(&self, passphrase: Option<Passphrase>) {
        *self.opened.lock() = Opened { passphrase, keyring: None };
        self.turn();
    }

    /// The passphrase, to change the file with.
    pub(crate) fn passphrase(&self) -> Option<Passphrase> {
        self.opened.lock().passphrase.clone()
    }

    fn turn(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }
}
