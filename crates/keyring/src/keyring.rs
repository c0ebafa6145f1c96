//! The keys of one user, in memory.

use jiff::Timestamp;
use patchveil_veil::{ClassKey, Fingerprint};

use crate::error::KeyringError;
use crate::name::{clean, fold, shown};

/// The keys of one user, in the order in which they were added.
///
/// Changes reach the file only inside [`Keyring::update`].
#[derive(Debug, Default)]
pub struct Keyring {
    entries: Vec<KeyEntry>,
    /// By fingerprint rather than name, so that it survives a rename.
    default: Option<Fingerprint>,
}

/// One class: its name and its key.
#[derive(Debug)]
pub struct KeyEntry {
    name: String,
    /// Boxed, so that growing the list of entries leaves no copies of keys behind.
    key: Box<ClassKey>,
    fingerprint: Fingerprint,
    created: Timestamp,
}

impl KeyEntry {
    pub(crate) fn new(name: String, key: ClassKey, created: Timestamp) -> Self {
        let fingerprint = key.fingerprint();
        Self { name, key: Box::new(key), fingerprint, created }
    }

    /// The class's name, as the user wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The secret key.
    #[must_use]
    pub fn key(&self) -> &ClassKey {
        &self.key
    }

    /// The key's public name.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// When the key was made, or imported into this keyring: UTC, in whole seconds.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.created
    }
}

impl Keyring {
    /// A keyring without keys, in memory only.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The caller ensures that names and keys are unique.
    pub(crate) fn from_entries(entries: Vec<KeyEntry>) -> Self {
        Self { entries, default: None }
    }

    /// All classes, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[KeyEntry] {
        &self.entries
    }

    /// The class of this name; case, and spaces around the name, do not matter.
    ///
    /// # Errors
    /// [`KeyringError::UnknownName`].
    pub fn get(&self, name: &str) -> Result<&KeyEntry, KeyringError> {
        self.position(name).map(|at| &self.entries[at])
    }

    /// The class whose key has this fingerprint.
    #[must_use]
    pub fn by_fingerprint(&self, fingerprint: Fingerprint) -> Option<&KeyEntry> {
        self.entries.iter().find(|entry| entry.fingerprint == fingerprint)
    }

    /// Adds a class with a new random key and returns the key's fingerprint. The first class of a keyring is
    /// its default: nobody makes it for another purpose.
    ///
    /// A name has 1 to 64 characters of any script, not counting spaces around it, none of them a control
    /// character, a line separator or a mark that reverses the text direction; and it is not a key. It
    /// is kept as typed, but names that differ only in case are the same.
    ///
    /// # Errors
    /// [`KeyringError::BadName`], [`KeyringError::DuplicateName`], or [`KeyringError::Key`] when
    /// the system has no random bytes.
    pub fn create(&mut self, name: &str) -> Result<Fingerprint, KeyringError> {
        self.import(name, ClassKey::generate()?)
    }

    /// Adds a class with a key made elsewhere and returns the key's fingerprint. For names and the default see
    /// [`Keyring::create`].
    ///
    /// # Errors
    /// [`KeyringError::DuplicateKey`] if the keyring has the key already, whatever its name;
    /// [`KeyringError::BadName`] or [`KeyringError::DuplicateName`].
    pub fn import(&mut self, name: &str, key: ClassKey) -> Result<Fingerprint, KeyringError> {
        let name = clean(name)?;
        let fingerprint = key.fingerprint();
        if let Some(present) = self.by_fingerprint(fingerprint) {
            return Err(KeyringError::DuplicateKey { name: shown(&present.name), fingerprint });
        }
        if let Ok(present) = self.get(name) {
            return Err(KeyringError::DuplicateName { name: shown(&present.name) });
        }
        if self.entries.is_empty() {
            self.default = Some(fingerprint);
        }
        self.entries.push(KeyEntry::new(name.to_owned(), key, this_second()));
        Ok(fingerprint)
    }

    /// Renames the class `old` to `new`, which may differ in case only. The key is unchanged, and the class
    /// stays the default if it was.
    ///
    /// # Errors
    /// [`KeyringError::UnknownName`], [`KeyringError::BadName`] or
    /// [`KeyringError::DuplicateName`].
    pub fn rename(&mut self, old: &str, new: &str) -> Result<(), KeyringError> {
        let at = self.position(old)?;
        let new = clean(new)?;
        if let Ok(holder) = self.position(new)
            && holder != at
        {
            return Err(KeyringError::DuplicateName { name: shown(&self.entries[holder].name) });
        }
        self.entries[at].name = new.to_owned();
        Ok(())
    }

    /// Removes the class and returns it. Without a backup of its key, its recordings can never be restored
    /// or recognised again. If it was the default, there is none afterwards.
    ///
    /// # Errors
    /// [`KeyringError::UnknownName`].
    pub fn remove(&mut self, name: &str) -> Result<KeyEntry, KeyringError> {
        let entry = self.entries.remove(self.position(name)?);
        self.default = self.default.filter(|&default| default != entry.fingerprint);
        Ok(entry)
    }

    /// The default class, used where none is named.
    #[must_use]
    pub fn default_entry(&self) -> Option<&KeyEntry> {
        self.default.and_then(|fingerprint| self.by_fingerprint(fingerprint))
    }

    /// Chooses the default class; `None` for none.
    ///
    /// # Errors
    /// [`KeyringError::UnknownName`]; the default is then unchanged.
    pub fn set_default(&mut self, name: Option<&str>) -> Result<(), KeyringError> {
        self.default = name.map(|name| self.get(name).map(KeyEntry::fingerprint)).transpose()?;
        Ok(())
    }

    fn position(&self, name: &str) -> Result<usize, KeyringError> {
        let wanted = fold(name);
        self.entries
            .iter()
            .position(|entry| fold(&entry.name) == wanted)
            .ok_or_else(|| KeyringError::UnknownName { name: shown(name) })
    }
}

/// The time in whole seconds; fractions would only clutter the file.
fn this_second() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
