//! Looks for marks in what an open editor is shown: the class's own in the output, and, while the user
//! listens, any of the keyring's in the input.
//!
//! A thread of its own, since a search takes some tenths of a second. It gets the samples that the editor
//! has read from the audio thread's ring, so it costs the audio thread nothing.
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs` | the thread, and what goes to it |
//! | `search.rs` | when to search, and how long it will take until a mark is found |
//! | `worker.rs` | searches with the keys of the keyring |

mod search;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trials;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use nice_plug_egui::RepaintNotifier;
use parking_lot::Mutex;
use patchveil_veil::{Fingerprint, MarkSettings};

use self::worker::Worker;
use super::view::{Found, Heard};

/// Messages that may wait. More are dropped, and the searches start again.
const WAITING_MAX: usize = 64;

/// The mark that the output should carry.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    pub(super) key: Fingerprint,
    pub(super) settings: MarkSettings,
}

/// What goes to the thread.
enum Message {
    /// Samples that follow those before, at this rate in Hz. Either may be empty.
    Audio { before: Vec<f32>, after: Vec<f32>, rate: u32 },
    /// What follows does not follow what came before; the output should carry this mark.
    Restart(Option<Wanted>),
    /// Search the input from now on, or no longer.
    Listen(bool),
}

/// What was found, written by the thread.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Results {
    pub(super) found: Found,
    pub(super) heard: Option<Heard>,
}

/// The editor's end.
pub(super) struct MarkFinder {
    sender: Option<SyncSender<Message>>,
    /// Nobody waits for what is still in the queue.
    closing: Arc<AtomicBool>,
    results: Arc<Mutex<Results>>,
    thread: Option<JoinHandle<()>>,
    before: Vec<f32>,
    after: Vec<f32>,
    wanted: Option<Wanted>,
    listening: bool,
    /// A message was dropped.
    lost: bool,
}

impl MarkFinder {
    /// Searches with the keys in the keyring at `path`. Without a thread nothing is ever found.
    pub(super) fn start(path: Option<PathBuf>, repaint: RepaintNotifier) -> Self {
        let (sender, messages) = sync_channel(WAITING_MAX);
        let results = Arc::new(Mutex::new(Results::default()));
        let closing = Arc::new(AtomicBool::new(false));
        let worker = Worker::new(path, results.clone(), repaint, closing.clone());
        let thread = Builder::new()
            .name("patchveil-find".to_owned())
            .spawn(move || worker.run(&messages))
            .ok();
        Self {
            sender: Some(sender),
            closing,
            results,
            thread,
            before: Vec::new(),
            after: Vec::new(),
            wanted: None,
            listening: false,
            lost: false,
        }
    }

    /// What was found so far.
    pub(super) fn results(&self) -> Results {
        self.results.lock().clone()
    }

    /// Searches the input from now on, or no longer.
    pub(super) fn listen(&mut self, listening: bool) {
        if self.listening != listening {
            self.listening = listening;
            self.send(Message::Listen(listening));
        }
    }

    /// What comes next does not follow what came last, or should carry another mark.
    pub(super) fn restart(&mut self, wanted: Option<Wanted>) {
        self.before.clear();
        self.after.clear();
        self.wanted.clone_from(&wanted);
        self.send(Message::Restart(wanted));
    }

    /// Whether the output should carry this mark already.
    pub(super) fn wants(&self, wanted: Option<&Wanted>) -> bool {
        self.wanted.as_ref() == wanted
    }

    /// Adds samples.
    pub(super) fn push(&mut self, before: &[f32], after: &[f32]) {
        if self.listening {
            self.before.extend_from_slice(before);
        }
        if self.wanted.is_some() {
            self.after.extend_from_slice(after);
        }
    }

    /// Passes what was added on to the thread.
    pub(super) fn flush(&mut self, rate: u32) {
        if std::mem::take(&mut self.lost) {
            self.send(Message::Listen(self.listening));
            self.send(Message::Restart(self.wanted.clone()));
        }
        let before = std::mem::take(&mut self.before);
        let after = std::mem::take(&mut self.after);
        // Samples must not be taken for those of a stream that the thread does not know of yet.
        if self.lost || (before.is_empty() && after.is_empty()) {
            return;
        }
        self.send(Message::Audio { before, after, rate });
    }

    fn send(&mut self, message: Message) {
        let sent = self.sender.as_ref().is_some_and(|sender| sender.try_send(message).is_ok());
        self.lost |= !sent;
    }
}

impl Drop for MarkFinder {
    fn drop(&mut self) {
        // The thread ends when nothing can be sent any more, and leaves out what waits.
        self.closing.store(true, Ordering::Relaxed);
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}
