//! The keyring as an open editor sees and changes it.
//!
//! [`Keys`] has a thread of its own, because stretching a passphrase takes a second and a disk may
//! take longer: no call here waits for either. It notices within a quarter of a second when anyone
//! changes the keyring, and calls back, so that nothing needs to be drawn meanwhile.

mod unlocked_keyring;
mod worker;

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::{Builder, JoinHandle};

use parking_lot::Mutex;
use patchveil_keyring::{Timestamp, resolve_path};
use patchveil_veil::Fingerprint;
pub(crate) use unlocked_keyring::{UnlockedKeyring, UnlockedState};
use zeroize::Zeroizing;

use self::worker::Worker;

/// The keyring at a glance. No key is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyringView {
    /// Where the keyring is, if the system can say so.
    pub path: Option<PathBuf>,
    /// Whether it was looked at yet.
    pub looked: bool,
    /// The classes, oldest first; empty while there is `trouble`.
    pub classes: Vec<Class>,
    /// Whether the file has a passphrase.
    pub sealed: bool,
    /// Why it cannot be read.
    pub trouble: Option<Refusal>,
    /// Requests that are not answered yet.
    pub pending: usize,
}

/// One class, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// As the user wrote it.
    pub name: String,
    /// The key's public name.
    pub fingerprint: Fingerprint,
    /// When it was made or imported, UTC.
    pub created: Timestamp,
    /// Whether new instances take it by themselves.
    pub default: bool,
}

/// What can be asked for. Classes are named by fingerprint, so that a change of name in between
/// does no harm.
pub enum Request {
    /// A class with a new random key.
    New {
        /// 1–64 characters.
        name: String,
    },
    /// Another name for a class.
    Rename {
        /// The class.
        class: Fingerprint,
        /// 1–64 characters.
        name: String,
    },
    /// A class with a key from text: `pvkey1…`, or the content of an exported file.
    Import {
        /// Holds the key.
        text: Zeroizing<String>,
        /// What to call it; `None` for the name that comes along.
        name: Option<String>,
        /// What it is locked with.
        passphrase: Option<Zeroizing<String>>,
    },
    /// The same from a file.
    ImportFile {
        /// Where it is.
        path: PathBuf,
        /// What to call it; `None` for the name that comes along.
        name: Option<String>,
        /// What it is locked with.
        passphrase: Option<Zeroizing<String>>,
    },
    /// The key itself, to be shown or copied. With a passphrase: an age file as text.
    Export {
        /// The class.
        class: Fingerprint,
        /// What to lock it with.
        passphrase: Option<Zeroizing<String>>,
    },
    /// A backup file that only its owner can read. What is there already is left alone.
    ExportFile {
        /// The class.
        class: Fingerprint,
        /// Where to write it.
        path: PathBuf,
        /// What to lock it with.
        passphrase: Option<Zeroizing<String>>,
    },
    /// Takes a class and its key out for good.
    Remove {
        /// The class.
        class: Fingerprint,
    },
    /// The class that new instances take by themselves; `None` for no such class.
    SetDefault {
        /// The class.
        class: Option<Fingerprint>,
    },
    /// Opens a locked keyring, here and in all instances of this process, until the last of them
    /// is gone.
    Unlock {
        /// What it is locked with.
        passphrase: Zeroizing<String>,
    },
    /// Forgets the passphrase and the keys in all instances of this process. What is being
    /// protected stays protected.
    Lock,
    /// Locks the file with a passphrase from now on; `None` for none.
    SetPassphrase {
        /// The new one.
        new: Option<Zeroizing<String>>,
    },
}

impl fmt::Debug for Request {
    /// Which one it is, and nothing of what it holds: that may be a secret.
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

/// What came of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The class is in the keyring now.
    Added(Class),
    /// It has another name, or is the default, or is not any more.
    Changed,
    /// It is gone.
    Removed {
        /// What it was called.
        name: String,
    },
    /// The secret that was asked for.
    Exported {
        /// Whose.
        class: Fingerprint,
        /// `pvkey1…`, or an age file.
        text: KeyText,
    },
    /// The backup was written.
    Saved {
        /// Where.
        path: PathBuf,
    },
    /// The keyring can be read.
    Unlocked,
    /// It can no longer be.
    Locked,
    /// It has a passphrase, or none any more.
    PassphraseSet {
        /// Whether it has one.
        sealed: bool,
    },
}

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What would help.
    pub way_out: WayOut,
    /// What happened, where, and what to do: one sentence to show. Never holds a secret.
    pub sentence: String,
}

/// What would help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut {
    /// The keyring's passphrase: [`Request::Unlock`].
    Unlock,
    /// The passphrase of what is imported.
    ImportPassphrase,
    /// Another name for the class.
    Name,
    /// Another file name.
    Path,
    /// What the sentence says, outside Patchveil; it is noticed by itself when the file changes.
    Outside,
}

/// Tells the answers to requests apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

/// The keyring, watched and changed by a thread of its own. Dropped, it finishes what it is in the
/// middle of, which may take a second, and leaves undone what it has not begun.
pub struct Keys {
    board: Arc<Board>,
    requests: Option<Sender<(RequestId, Request)>>,
    thread: Option<JoinHandle<()>>,
    next: u64,
}

/// Where the thread leaves what it has to say.
#[derive(Default)]
struct Board {
    view: Mutex<Arc<KeyringView>>,
    answers: Mutex<VecDeque<(RequestId, Result<Outcome, Refusal>)>>,
    closing: AtomicBool,
}

impl Keys {
    /// Watches the user's keyring. `changed` is called from another thread whenever there is
    /// something new to see here.
    #[must_use]
    pub fn new(changed: impl Fn() + Send + 'static) -> Self {
        match resolve_path(None) {
            Ok(path) => Self::at(path, changed),
            Err(error) => Self::without(None, error.to_string()),
        }
    }

    /// Watches the keyring at `path`.
    #[must_use]
    pub fn at(path: PathBuf, changed: impl Fn() + Send + 'static) -> Self {
        let (sender, requests) = mpsc::channel();
        let board = Arc::new(Board::default());
        let view = KeyringView { path: Some(path.clone()), ..KeyringView::default() };
        *board.view.lock() = Arc::new(view);
        let worker = Worker::new(path.clone(), board.clone(), Box::new(changed));
        let builder = Builder::new().name("patchveil-keys".to_owned());
        match builder.spawn(move || worker.run(&requests)) {
            Ok(thread) => Self { board, requests: Some(sender), thread: Some(thread), next: 0 },
            Err(error) => {
                let sentence = format!("the system gave no thread to read the keyring: {error}");
                Self::without(Some(path), sentence)
            }
        }
    }

    /// Keys that can only say why they are none.
    fn without(path: Option<PathBuf>, sentence: String) -> Self {
        let trouble = Some(Refusal { way_out: WayOut::Outside, sentence });
        let view = KeyringView { path, looked: true, trouble, ..KeyringView::default() };
        let board = Arc::new(Board::default());
        *board.view.lock() = Arc::new(view);
        Self { board, requests: None, thread: None, next: 0 }
    }

    /// The keyring as last seen. Returns at once.
    #[must_use]
    pub fn view(&self) -> Arc<KeyringView> {
        self.board.view.lock().clone()
    }

    /// Asks for something; the answer comes by [`Keys::next_answer`]. Returns at once.
    pub fn ask(&mut self, request: Request) -> RequestId {
        let id = RequestId(self.next);
        self.next += 1;
        self.board.pending(|pending| pending + 1);
        let sent =
            self.requests.as_ref().is_some_and(|requests| requests.send((id, request)).is_ok());
        if !sent {
            let sentence = match &self.view().trouble {
                Some(trouble) => trouble.sentence.clone(),
                None => "the keyring is not being looked after any more; close this window and \
                         open it again"
                    .to_owned(),
            };
            self.board.answer(id, Err(Refusal { way_out: WayOut::Outside, sentence }));
        }
        id
    }

    /// The next answer, in the order in which was asked.
    #[must_use]
    pub fn next_answer(&mut self) -> Option<(RequestId, Result<Outcome, Refusal>)> {
        self.board.answers.lock().pop_front()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.board.closing.store(true, Ordering::Release);
        // Hanging up wakes the thread.
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}

impl Board {
    fn pending(&self, change: impl FnOnce(usize) -> usize) {
        let view = &mut *self.view.lock();
        let view = Arc::make_mut(view);
        view.pending = change(view.pending);
    }

    fn answer(&self, id: RequestId, answer: Result<Outcome, Refusal>) {
        self.answers.lock().push_back((id, answer));
        self.pending(|pending| pending.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests;
