//! The open keyring and its passphrase, for all instances of this process.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use patchveil_keyring::{Keyring, KeyringError, Origin, Passphrase, Stamp};

/// The unlocked keyrings of this process: one, unless tests use several keyrings.
static UNLOCKED: Mutex<Vec<(PathBuf, Weak<UnlockedKeyring>)>> = Mutex::new(Vec::new());

/// A keyring, and its passphrase once the user has typed it. Both are overwritten when the last
/// instance and the last editor of the process drop it, and never written anywhere.
///
/// The open keyring is cached with the passphrase, because stretching one takes a second and
/// 256 MiB, and there may be dozens of instances.
pub(crate) struct UnlockedKeyring {
    path: PathBuf,
    cache: Mutex<Cache>,
    /// Counts changes of the passphrase.
    version: AtomicU64,
}

#[derive(Default)]
struct Cache {
    passphrase: Option<Passphrase>,
    /// The content of the file when it had this stamp.
    keyring: Option<(Stamp, Arc<Keyring>)>,
}

/// The stamp of the keyring file, and the version of the passphrase.
pub(crate) type UnlockedState = (Stamp, u64);

impl UnlockedKeyring {
    /// The unlocked keyring at `path`, shared by all who use it.
    pub(crate) fn of(path: &Path) -> Arc<Self> {
        let mut all = UNLOCKED.lock();
        all.retain(|(_, keyring)| keyring.strong_count() > 0);
        if let Some(keyring) = all.iter().find(|(at, _)| at == path).and_then(|(_, k)| k.upgrade())
        {
            return keyring;
        }
        let keyring = Arc::new(Self {
            path: path.to_owned(),
            cache: Mutex::default(),
            version: AtomicU64::new(0),
        });
        all.push((path.to_owned(), Arc::downgrade(&keyring)));
        keyring
    }

    /// Changes whenever [`UnlockedKeyring::open`] may return something else. Does not read the file.
    pub(crate) fn state(&self) -> UnlockedState {
        (Keyring::stamp(&self.path), self.version.load(Ordering::Acquire))
    }

    /// The keyring as it is in the file now. The first call after a locked file has changed takes a
    /// second.
    ///
    /// # Errors
    /// As [`Keyring::open`], but never a wrong passphrase: one that no longer fits is forgotten, and
    /// the keyring is locked.
    pub(crate) fn open(&self) -> Result<Arc<Keyring>, KeyringError> {
        let mut cache = self.cache.lock();
        // Taken before reading, so that a change in between is noticed next time.
        let stamp = Keyring::stamp(&self.path);
        if let Some((at, keyring)) = &cache.keyring
            && *at == stamp
        {
            return Ok(keyring.clone());
        }
        cache.keyring = None;
        let mut asked = false;
        let result = Keyring::open(&self.path, || {
            asked = true;
            cache.passphrase.clone()
        });
        match result {
            Ok(keyring) => {
                let keyring = Arc::new(keyring);
                // A file without a passphrase is quick to read again and need not stay in memory.
                if asked {
                    cache.keyring = Some((stamp, keyring.clone()));
                }
                Ok(keyring)
            }
            Err(KeyringError::WrongPassphrase { .. }) => {
                cache.passphrase = None;
                self.count_change();
                Err(KeyringError::Locked { origin: Origin::Keyring(self.path.clone()) })
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the keyring with `passphrase`, and remembers it if it fits.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub(crate) fn unlock(&self, passphrase: Passphrase) -> Result<(), KeyringError> {
        let mut cache = self.cache.lock();
        let stamp = Keyring::stamp(&self.path);
        let mut asked = false;
        let keyring = Keyring::open(&self.path, || {
            asked = true;
            Some(passphrase.clone())
        })?;
        if asked {
            let keyring = Some((stamp, Arc::new(keyring)));
            *cache = Cache { passphrase: Some(passphrase), keyring };
            self.count_change();
        }
        Ok(())
    }

    /// Remembers the new passphrase of the file, or forgets passphrase and keyring.
    pub(crate) fn remember(&self, passphrase: Option<Passphrase>) {
        *self.cache.lock() = Cache { passphrase, keyring: None };
        self.count_change();
    }

    /// The passphrase, for changing the file.
    pub(crate) fn passphrase(&self) -> Option<Passphrase> {
        self.cache.lock().passphrase.clone()
    }

    fn count_change(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }
}
