//! What the thread does.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use nice_plug_egui::RepaintNotifier;
use parking_lot::Mutex;
use patchveil_keyring::{KeyEntry, Keyring};
use patchveil_veil::{ClassKey, MarkSettings};

use super::search::{FOUND_P, Outcome, Search, predicted_seconds};
use super::{Message, Results, Wanted};
use crate::analyzer::view::{Found, Heard, HeardKey};
use crate::keys::UnlockedKeyring;

pub(super) struct Worker {
    keyring: Option<Arc<UnlockedKeyring>>,
    results: Arc<Mutex<Results>>,
    repaint: RepaintNotifier,
    /// The other end is being dropped.
    closing: Arc<AtomicBool>,
    wanted: Option<Wanted>,
    output: Search,
    /// While the user listens.
    input: Option<Search>,
}

impl Worker {
    pub(super) fn new(
        path: Option<PathBuf>,
        results: Arc<Mutex<Results>>,
        repaint: RepaintNotifier,
        closing: Arc<AtomicBool>,
    ) -> Self {
        Self {
            keyring: path.map(|path| UnlockedKeyring::of(&path)),
            results,
            repaint,
            closing,
            wanted: None,
            output: Search::default(),
            input: None,
        }
    }

    /// Works until the other end is dropped.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            if self.closing.load(Ordering::Relaxed) {
                break;
            }
            let before = self.results.lock().clone();
            match message {
                Message::Audio { before, after, rate } => {
                    self.search_output(&after, rate);
                    self.search_input(&before, rate);
                }
                Message::Restart(wanted) => self.restart(wanted),
                Message::Listen(listening) => {
                    self.input = listening.then(Search::default);
                    self.results.lock().heard = listening.then(Heard::default);
                }
            }
            if *self.results.lock() != before {
                self.repaint.request_repaint();
            }
        }
    }

    fn restart(&mut self, wanted: Option<Wanted>) {
        self.output.restart();
        if let Some(input) = &mut self.input {
            input.restart();
        }
        if self.wanted != wanted {
            self.results.lock().found = match wanted {
                Some(_) => Found::Searching { seconds: 0.0, expected: None },
                None => Found::NotSought,
            };
            self.wanted = wanted;
        }
    }

    /// Searches the output for the mark that it should carry.
    fn search_output(&mut self, samples: &[f32], rate: u32) {
        let Some(Wanted { key, settings }) = &self.wanted else { return };
        // Keys are read only when they are tried.
        if !self.output.is_due(samples.len(), rate) {
            self.output.collect(samples);
            return;
        }
        let keyring = open(self.keyring.as_ref());
        let Some(entry) = keyring.as_ref().and_then(|keyring| keyring.by_fingerprint(*key)) else {
            self.output.restart();
            return;
        };
        let keys = || vec![entry.key()];
        let Some(outcome) = self.output.try_keys(samples, rate, settings, keys) else { return };
        let found = found(&outcome);
        let is_found = matches!(found, Found::Yes { .. });
        if is_found || outcome.last {
            self.output.go_on(is_found);
        }
        self.results.lock().found = found;
    }

    /// Searches the input for any key of the keyring.
    fn search_input(&mut self, samples: &[f32], rate: u32) {
        let Some(input) = &mut self.input else { return };
        if !input.is_due(samples.len(), rate) {
            input.collect(samples);
            return;
        }
        let Some(keyring) = open(self.keyring.as_ref()) else {
            input.restart();
            self.results.lock().heard = Some(Heard { unreadable: true, ..Heard::default() });
            return;
        };
        let settings = MarkSettings::default();
        let entries = keyring.entries();
        let keys = || entries.iter().map(KeyEntry::key).collect::<Vec<&ClassKey>>();
        let Some(outcome) = input.try_keys(samples, rate, &settings, keys) else { return };
        let found = heard(entries, &outcome);
        if !found.keys.is_empty() || outcome.last {
            input.go_on(!found.keys.is_empty());
        }
        self.results.lock().heard = Some(found);
    }
}

/// The keyring, if it can be read. It is cached while it has a passphrase, and quick to read otherwise.
fn open(keyring: Option<&Arc<UnlockedKeyring>>) -> Option<Arc<Keyring>> {
    keyring?.open().ok()
}

fn found(outcome: &Outcome) -> Found {
    let Outcome { seconds, has_signal, findings, last } = outcome;
    match findings.first() {
        Some(finding) if finding.p_value <= FOUND_P => {
            Found::Yes { seconds: *seconds as f32, p: finding.p_value }
        }
        Some(finding) if *has_signal && !last => {
            let expected = predicted_seconds(finding, *seconds).map(|seconds| seconds as f32);
            Found::Searching { seconds: *seconds as f32, expected }
        }
        _ => Found::No { seconds: *seconds as f32 },
    }
}

/// What the input carries. p is multiplied by the number of keys that were tried.
fn heard(entries: &[KeyEntry], outcome: &Outcome) -> Heard {
    let tried = entries.len() as f64;
    let keys = entries.iter().zip(&outcome.findings).filter_map(|(entry, finding)| {
        let p = finding.p_value * tried;
        let found = HeardKey { name: entry.name().to_owned(), fingerprint: entry.fingerprint(), p };
        (p <= FOUND_P).then_some(found)
    });
    Heard { seconds: outcome.seconds as f32, keys: keys.collect(), unreadable: false }
}
