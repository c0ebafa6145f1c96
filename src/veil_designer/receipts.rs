//! Writes a receipt for each stretch that a host has rendered, where the user named a folder for them.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;

use nice_plug::prelude::nice_warn;
use patchveil_receipts::{RECEIPT_VERSION, Receipt, Settings, now};
use patchveil_veil::Veil;

use crate::handoff::rendered::{Rendered, RenderedReader};

/// Designs of which a stretch may still come. Automation designs 33 in a second at most.
const REMEMBERED: usize = 256;
/// Receipts that wait while another program has the file locked, at most.
const WAITING: usize = 64;

/// Knows what the newest veils were, and writes.
pub(super) struct ReceiptWriter {
    rendered: RenderedReader,
    /// Serial number and what to write of each, oldest first. Not the veils: these are large.
    veils: VecDeque<(u64, Receipt)>,
    /// What is still to be written, oldest first.
    waiting: VecDeque<Receipt>,
}

impl ReceiptWriter {
    pub(super) fn new(rendered: RenderedReader) -> Self {
        Self { rendered, veils: VecDeque::new(), waiting: VecDeque::new() }
    }

    /// This veil may have been rendered with from now on.
    pub(super) fn remember(&mut self, veil: &Arc<Veil>) {
        if self.veils.iter().any(|(serial, _)| *serial == veil.serial()) {
            return;
        }
        if self.veils.len() == REMEMBERED {
            self.veils.pop_front();
        }
        let receipt = Receipt {
            version: RECEIPT_VERSION,
            fingerprint: veil.fingerprint(),
            recipe: veil.recipe().clone(),
            position: 0,
            position_s: 0.0,
            frames: 0,
            sample_rate_hz: veil.sample_rate(),
            channels: 0,
            gain: Some(1.0),
            time: String::new(),
            tool: format!("Patchveil plug-in {}", env!("CARGO_PKG_VERSION")),
        };
        self.veils.push_back((veil.serial(), receipt));
    }

    /// Writes what has ended since the last call. What another program keeps locked waits for the next one.
    pub(super) fn write(&mut self) {
        if self.rendered.is_empty() && self.waiting.is_empty() {
            return;
        }
        let folder = Settings::of_user().and_then(|settings| settings.receipts_folder());
        self.write_to(folder.as_deref());
    }

    /// The same for the last time.
    pub(super) fn finish(&mut self) {
        self.write();
        if !self.waiting.is_empty() {
            nice_warn!("Patchveil lost {} receipts: their file is locked", self.waiting.len());
        }
    }

    fn write_to(&mut self, folder: Option<&Path>) {
        while let Ok(rendered) = self.rendered.pop() {
            let Some(receipt) = self.receipt(&rendered) else { continue };
            if self.waiting.len() == WAITING {
                nice_warn!("Patchveil lost a receipt: their file is locked");
                self.waiting.pop_front();
            }
            self.waiting.push_back(receipt);
        }
        let Some(folder) = folder else { return self.waiting.clear() };
        while let Some(receipt) = self.waiting.front() {
            match receipt.append(folder) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => nice_warn!("Patchveil could not write a receipt: {error}"),
                Ok(()) => {}
            }
            self.waiting.pop_front();
        }
    }

    fn receipt(&self, rendered: &Rendered) -> Option<Receipt> {
        let (_, of_veil) = self.veils.iter().find(|(serial, _)| *serial == rendered.veil)?;
        Some(Receipt {
            position: rendered.position,
            position_s: rendered.position as f64 / f64::from(rendered.sample_rate.max(1)),
            frames: rendered.frames,
            sample_rate_hz: rendered.sample_rate,
            channels: u16::try_from(rendered.channels).ok()?,
            gain: rendered.gain,
            time: now(),
            ..of_veil.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use patchveil_receipts::{NAME, Receipts};
    use patchveil_veil::{ClassKey, Preset};

    use super::*;

    #[test]
    fn what_cannot_be_written_while_the_file_is_locked_is_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let file = File::create(&path).unwrap();
        let (mut ring, reader) = rtrb::RingBuffer::new(2);
        let mut writer = ReceiptWriter::new(reader);
        let key = ClassKey::from_bytes([7; 32]);
        let veil = Arc::new(Veil::new(&key, &Preset::Mark.recipe(), 48_000).unwrap());
        writer.remember(&veil);
        let (veil, sample_rate) = (veil.serial(), 48_000);
        let rendered = |position| Rendered {
            veil,
            position,
            frames: 9,
            sample_rate,
            channels: 1,
            gain: Some(1.0),
        };
        let positions = || {
            let read = Receipts::read(File::open(&path).unwrap()).unwrap();
            read.receipts.iter().map(|receipt| receipt.position).collect::<Vec<_>>()
        };

        file.lock().unwrap();
        ring.push(rendered(1)).unwrap();
        writer.write_to(Some(folder.path()));
        assert!(positions().is_empty());
        file.unlock().unwrap();
        ring.push(rendered(2)).unwrap();
        writer.write_to(Some(folder.path()));
        assert_eq!(positions(), [1, 2]);
        assert!(writer.waiting.is_empty());
    }
}
