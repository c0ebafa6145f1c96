//! Writes a receipt for each stretch that a host has rendered, where the user named a folder for them.

use std::collections::VecDeque;
use std::sync::Arc;

use nice_plug::prelude::nice_warn;
use patchveil_receipts::{RECEIPT_VERSION, Receipt, Settings, now};
use patchveil_veil::Veil;

use crate::handoff::rendered::{Rendered, RenderedReader};

/// Designs of which a stretch may still come. Automation designs 33 in a second at most.
const REMEMBERED: usize = 256;

/// Knows what the newest veils were, and writes.
pub(super) struct ReceiptWriter {
    rendered: RenderedReader,
    /// Serial number and what to write of each, oldest first. Not the veils: these are large.
    veils: VecDeque<(u64, Receipt)>,
}

impl ReceiptWriter {
    pub(super) fn new(rendered: RenderedReader) -> Self {
        Self { rendered, veils: VecDeque::new() }
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

    /// Writes what has ended since the last call.
    pub(super) fn write(&mut self) {
        if self.rendered.is_empty() {
            return;
        }
        let folder = Settings::of_user().and_then(|settings| settings.receipts_folder());
        while let Ok(rendered) = self.rendered.pop() {
            let Some(folder) = &folder else { continue };
            let Some(receipt) = self.receipt(&rendered) else { continue };
            if let Err(error) = receipt.append(folder) {
                nice_warn!("Patchveil could not write a receipt: {error}");
            }
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
