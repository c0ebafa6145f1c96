//! The thread that reads and changes the keyring while an editor is open.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use patchveil_keyring::{KeyEntry, Keyring, KeyringError, Origin, Passphrase, parse_import};
use patchveil_veil::Fingerprint;
use zeroize::Zeroizing;

use super::key_file;
use super::messages::{Class, KeyText, KeyringView, Outcome, Problem, Remedy, Request, RequestId};
use super::shared::{Answer, Shared};
use super::unlocked_keyring::{UnlockedKeyring, UnlockedState};
use crate::trouble::KeyringTrouble;

/// How often the file is checked.
const POLL: Duration = Duration::from_millis(250);

pub(super) struct Worker {
    path: PathBuf,
    unlocked: Arc<UnlockedKeyring>,
    shared: Arc<Shared>,
    /// Called when there is something new to see.
    changed: Box<dyn Fn() + Send>,
    /// What the view was made from.
    loaded: Option<UnlockedState>,
}

impl Worker {
    pub(super) fn new(path: PathBuf, shared: Arc<Shared>, changed: Box<dyn Fn() + Send>) -> Self {
        Self { unlocked: UnlockedKeyring::of(&path), path, shared, changed, loaded: None }
    }

    /// Works until the other end is dropped.
    pub(super) fn run(mut self, requests: &Receiver<(RequestId, Request)>) {
        loop {
            self.refresh();
            match requests.recv_timeout(POLL) {
                _ if self.shared.closing.load(Ordering::Acquire) => return,
                Ok((id, request)) => {
                    let answer = self.answer(request);
                    // The list must be up to date when the answer is read.
                    self.refresh();
                    self.shared.answer(id, answer);
                    (self.changed)();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Reads the keyring if it has changed.
    fn refresh(&mut self) {
        let now = self.unlocked.state();
        if self.loaded == Some(now) {
            return;
        }
        let opened = self.unlocked.open();
        // Opening may itself have changed the version, which is no reason to read again.
        self.loaded = Some((now.0, self.unlocked.state().1));
        let has_passphrase = Keyring::is_locked(&self.path).unwrap_or(false);
        let (classes, problem) = match opened {
            Ok(keyring) => (classes(&keyring), None),
            Err(error) => (Vec::new(), Some(problem(&error))),
        };
        let view = &mut *self.shared.view.lock();
        let path = Some(self.path.clone());
        let pending = view.pending;
        *view =
            Arc::new(KeyringView { path, loaded: true, classes, has_passphrase, problem, pending });
        (self.changed)();
    }

    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::New { name } => self.add(|keyring| keyring.create(&name)),
            Request::Rename { class, name } => self.change(|keyring| {
                let old = entry(keyring, class)?.name().to_owned();
                keyring.rename(&old, &name)?;
                Ok(Outcome::Changed)
            }),
            Request::Import { text, name, passphrase } => {
                self.import(text.as_bytes(), name.as_deref(), passphrase)
            }
            Request::ImportFile { path, name, passphrase } => {
                self.import(&key_file::read(&path)?, name.as_deref(), passphrase)
            }
            Request::Export { class, passphrase } => {
                let text = match passphrase {
                    None => self.entry_of(class, |_, entry| Ok(entry.key().to_text()))?,
                    Some(passphrase) => as_text(self.backup(class, Some(passphrase))?)?,
                };
                Ok(Outcome::Exported { class, text: KeyText(text) })
            }
            Request::ExportFile { class, path, passphrase } => {
                key_file::write(&path, &self.backup(class, passphrase)?)?;
                Ok(Outcome::Saved { path })
            }
            Request::Remove { class } => self.change(|keyring| {
                let name = entry(keyring, class)?.name().to_owned();
                keyring.remove(&name)?;
                Ok(Outcome::Removed { name })
            }),
            Request::SetDefault { class } => self.change(|keyring| {
                let name = class.map(|class| entry(keyring, class)).transpose()?;
                let name = name.map(|entry| entry.name().to_owned());
                keyring.set_default(name.as_deref())?;
                Ok(Outcome::Changed)
            }),
            Request::Unlock { passphrase } => {
                let passphrase = Passphrase::new(passphrase).map_err(|e| problem(&e))?;
                self.unlocked.unlock(passphrase).map_err(|e| problem(&e))?;
                Ok(Outcome::Unlocked)
            }
            Request::Lock => {
                self.unlocked.remember(None);
                Ok(Outcome::Locked)
            }
            Request::SetPassphrase { new } => self.set_passphrase(new),
        }
    }

    fn set_passphrase(&self, new: Option<Zeroizing<String>>) -> Answer {
        let new = optional(new)?;
        let ask = || self.unlocked.passphrase();
        Keyring::set_passphrase(&self.path, ask, new.as_ref()).map_err(|e| problem(&e))?;
        let has_passphrase = new.is_some();
        self.unlocked.remember(new);
        Ok(Outcome::PassphraseSet { has_passphrase })
    }

    /// Changes the keyring file.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Keyring) -> Result<T, KeyringError>,
    ) -> Result<T, Problem> {
        let ask = || self.unlocked.passphrase();
        Keyring::update(&self.path, ask, change).map_err(|error| problem(&error))
    }

    /// Adds a class to the keyring.
    fn add(&self, add: impl FnOnce(&mut Keyring) -> Result<Fingerprint, KeyringError>) -> Answer {
        self.change(|keyring| {
            let fingerprint = add(keyring)?;
            Ok(Outcome::Added(class(keyring, entry(keyring, fingerprint)?)))
        })
    }

    fn import(
        &self,
        bytes: &[u8],
        name: Option<&str>,
        passphrase: Option<Zeroizing<String>>,
    ) -> Answer {
        let passphrase = optional(passphrase)?;
        let found = parse_import(bytes, || passphrase).map_err(|e| problem(&e))?;
        let Some(name) = name.or(found.name.as_deref()) else {
            return Err(Problem { remedy: Remedy::Name, trouble: KeyringTrouble::NoName });
        };
        self.add(|keyring| keyring.import(name, found.key))
    }

    /// The content of a backup file of the class.
    fn backup(
        &self,
        class: Fingerprint,
        passphrase: Option<Zeroizing<String>>,
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let passphrase = optional(passphrase)?;
        self.entry_of(class, |keyring, entry| {
            keyring.export_file(entry.name(), passphrase.as_ref())
        })
    }

    fn entry_of<T>(
        &self,
        class: Fingerprint,
        work: impl FnOnce(&Keyring, &KeyEntry) -> Result<T, KeyringError>,
    ) -> Result<T, Problem> {
        self.unlocked
            .open()
            .and_then(|keyring| work(&keyring, entry(&keyring, class)?))
            .map_err(|error| problem(&error))
    }
}

/// Checks a passphrase, if there is one.
fn optional(passphrase: Option<Zeroizing<String>>) -> Result<Option<Passphrase>, Problem> {
    passphrase.map(Passphrase::new).transpose().map_err(|error| problem(&error))
}

/// The entry of the class with this fingerprint.
fn entry(keyring: &Keyring, class: Fingerprint) -> Result<&KeyEntry, KeyringError> {
    let unknown = || KeyringError::UnknownName { name: class.to_string() };
    keyring.by_fingerprint(class).ok_or_else(unknown)
}

fn classes(keyring: &Keyring) -> Vec<Class> {
    keyring.entries().iter().map(|entry| class(keyring, entry)).collect()
}

fn class(keyring: &Keyring, entry: &KeyEntry) -> Class {
    let fingerprint = entry.fingerprint();
    Class {
        name: entry.name().to_owned(),
        fingerprint,
        created: entry.created(),
        default: keyring.default_entry().is_some_and(|entry| entry.fingerprint() == fingerprint),
    }
}

/// What happened, and what would help.
fn problem(error: &KeyringError) -> Problem {
    let remedy = match error {
        KeyringError::Locked { origin } | KeyringError::WrongPassphrase { origin } => {
            match origin {
                Origin::Import => Remedy::ImportPassphrase,
                _ => Remedy::Unlock,
            }
        }
        KeyringError::DuplicateName { .. } | KeyringError::BadName { .. } => Remedy::Name,
        _ => Remedy::Outside,
    };
    Problem { remedy, trouble: error.into() }
}

fn as_text(bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Problem> {
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(problem(&KeyringError::Internal { action: "show the export as text" })),
    }
}
