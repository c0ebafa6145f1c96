//! The thread that looks after the keyring while an editor is open.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use patchveil_keyring::{KeyEntry, Keyring, KeyringError, Origin, Passphrase, parse_import};
use patchveil_veil::Fingerprint;
use zeroize::Zeroizing;

use super::{
    Board, Class, KeyText, KeyringView, Outcome, Refusal, Request, RequestId, UnlockedKeyring,
    UnlockedState, WayOut,
};

/// How often the file is looked at.
const POLL: Duration = Duration::from_millis(250);
/// No exported key is longer, in bytes.
const LONGEST_IMPORT: u64 = 1 << 16;

type Answer = Result<Outcome, Refusal>;

pub(super) struct Worker {
    path: PathBuf,
    unlocked: Arc<UnlockedKeyring>,
    board: Arc<Board>,
    changed: Box<dyn Fn() + Send>,
    /// What the view was made from.
    seen: Option<UnlockedState>,
}

impl Worker {
    pub(super) fn new(path: PathBuf, board: Arc<Board>, changed: Box<dyn Fn() + Send>) -> Self {
        Self { unlocked: UnlockedKeyring::of(&path), path, board, changed, seen: None }
    }

    /// Works until the other end hangs up.
    pub(super) fn run(mut self, requests: &Receiver<(RequestId, Request)>) {
        loop {
            self.look();
            match requests.recv_timeout(POLL) {
                _ if self.board.closing.load(Ordering::Acquire) => return,
                Ok((id, request)) => {
                    let answer = self.answer(request);
                    // The list is up to date when the answer is read.
                    self.look();
                    self.board.answer(id, answer);
                    (self.changed)();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Reads the keyring if it has changed.
    fn look(&mut self) {
        let now = self.unlocked.state();
        if self.seen == Some(now) {
            return;
        }
        let opened = self.unlocked.open();
        // Opening may have turned the version; that is no reason to look again.
        self.seen = Some((now.0, self.unlocked.state().1));
        let sealed = Keyring::is_locked(&self.path).unwrap_or(false);
        let (classes, trouble) = match opened {
            Ok(keyring) => (classes(&keyring), None),
            Err(error) => (Vec::new(), Some(refusal(&error))),
        };
        let view = &mut *self.board.view.lock();
        let path = Some(self.path.clone());
        *view = Arc::new(KeyringView {
            path,
            looked: true,
            classes,
            sealed,
            trouble,
            pending: view.pending,
        });
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
                self.import(&read(&path)?, name.as_deref(), passphrase)
            }
            Request::Export { class, passphrase } => {
                let text = match passphrase {
                    None => self.entry_of(class, |_, entry| Ok(entry.key().to_text()))?,
                    Some(passphrase) => as_text(self.backup(class, Some(passphrase))?)?,
                };
                Ok(Outcome::Exported { class, text: KeyText(text) })
            }
            Request::ExportFile { class, path, passphrase } => {
                write(&path, &self.backup(class, passphrase)?)?;
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
                let passphrase = Passphrase::new(passphrase).map_err(|e| refusal(&e))?;
                self.unlocked.unlock(passphrase).map_err(|e| refusal(&e))?;
                Ok(Outcome::Unlocked)
            }
            Request::Lock => {
                self.unlocked.keep(None);
                Ok(Outcome::Locked)
            }
            Request::SetPassphrase { new } => {
                let new = new.map(Passphrase::new).transpose().map_err(|e| refusal(&e))?;
                let ask = || self.unlocked.passphrase();
                Keyring::set_passphrase(&self.path, ask, new.as_ref()).map_err(|e| refusal(&e))?;
                let sealed = new.is_some();
                self.unlocked.keep(new);
                Ok(Outcome::PassphraseSet { sealed })
            }
        }
    }

    /// Changes the keyring in its file.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Keyring) -> Result<T, KeyringError>,
    ) -> Result<T, Refusal> {
        let ask = || self.unlocked.passphrase();
        Keyring::update(&self.path, ask, change).map_err(|error| refusal(&error))
    }

    /// Adds a class to it.
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
        let passphrase = passphrase.map(Passphrase::new).transpose().map_err(|e| refusal(&e))?;
        let found = parse_import(bytes, || passphrase).map_err(|e| refusal(&e))?;
        let Some(name) = name.or(found.name.as_deref()) else {
            let sentence = "this key comes without a name: type one for its class".to_owned();
            return Err(Refusal { way_out: WayOut::Name, sentence });
        };
        self.add(|keyring| keyring.import(name, found.key))
    }

    /// What a backup file of the class holds.
    fn backup(
        &self,
        class: Fingerprint,
        passphrase: Option<Zeroizing<String>>,
    ) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        let passphrase = passphrase.map(Passphrase::new).transpose().map_err(|e| refusal(&e))?;
        self.entry_of(class, |keyring, entry| {
            keyring.export_file(entry.name(), passphrase.as_ref())
        })
    }

    fn entry_of<T>(
        &self,
        class: Fingerprint,
        work: impl FnOnce(&Keyring, &KeyEntry) -> Result<T, KeyringError>,
    ) -> Result<T, Refusal> {
        self.unlocked
            .open()
            .and_then(|keyring| work(&keyring, entry(&keyring, class)?))
            .map_err(|error| refusal(&error))
    }
}

/// The class of this key.
fn entry(keyring: &Keyring, class: Fingerprint) -> Result<&KeyEntry, KeyringError> {
    let gone = || KeyringError::UnknownName { name: format!("with the key {class}") };
    keyring.by_fingerprint(class).ok_or_else(gone)
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

/// The error in words, and what the editor can offer.
fn refusal(error: &KeyringError) -> Refusal {
    let way_out = match error {
        KeyringError::Locked { origin } | KeyringError::WrongPassphrase { origin } => match origin {
            Origin::Import => WayOut::ImportPassphrase,
            _ => WayOut::Unlock,
        },
        KeyringError::DuplicateName { .. } | KeyringError::BadName { .. } => WayOut::Name,
        _ => WayOut::Outside,
    };
    Refusal { way_out, sentence: error.to_string() }
}

fn as_text(bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Refusal> {
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(refusal(&KeyringError::Internal { action: "show the export as text" })),
    }
}

/// What lies in a file to import.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_IMPORT as usize + 1));
    // Opening a pipe would wait for somebody to write to it.
    let result = match path.metadata() {
        Ok(meta) if !meta.is_file() => Err(io::Error::other("it is not a file")),
        Ok(_) => {
            File::open(path).and_then(|file| file.take(LONGEST_IMPORT + 1).read_to_end(&mut bytes))
        }
        Err(error) => Err(error),
    };
    match result {
        Ok(_) => Ok(bytes),
        Err(error) => Err(on_file(path, "cannot be read", &error, "choose another file")),
    }
}

/// Writes a backup: whole or not at all, for its owner only, never over another file.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let written =
        tempfile::Builder::new().prefix(".patchveil-").tempfile_in(folder).and_then(|mut file| {
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist_noclobber(path).map_err(|failed| failed.error)
        });
    match written {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let sentence = format!(
                "{} exists already and is not overwritten: choose another file name",
                path.display()
            );
            Err(Refusal { way_out: WayOut::Path, sentence })
        }
        Err(error) => Err(on_file(path, "cannot be written", &error, "choose another folder")),
    }
}

fn on_file(path: &Path, what: &str, error: &io::Error, way_out: &str) -> Refusal {
    let sentence = format!("{} {what}: {error}; {way_out}", path.display());
    Refusal { way_out: WayOut::Path, sentence }
}
