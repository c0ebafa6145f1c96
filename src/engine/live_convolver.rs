//! Applying mark and veil on the audio thread, across jumps of the timeline.

use std::sync::Arc;

use patchveil_veil::{Convolver, Veil};

use super::recent::RecentInput;

/// A convolver, and a second one that goes on with what was heard before a jump.
pub(crate) struct LiveConvolver {
    pub(super) now: Convolver,
    /// It has a veil only from [`leave`](Self::leave) to [`arrive`](Self::arrive).
    before: Convolver,
    /// What came in of late, whether the veil is applied or not.
    pub(super) recent: RecentInput,
}

impl LiveConvolver {
    /// For `channels` channels and any valid veil at `sample_rate` Hz. Allocates all it will ever need.
    pub(crate) fn new(channels: usize, sample_rate: u32) -> Self {
        let convolver = || Convolver::new(channels, sample_rate);
        let recent = RecentInput::new(channels, sample_rate);
        Self { now: convolver(), before: convolver(), recent }
    }

    /// The timeline jumps: [`process_before`](Self::process_before) goes on with what was heard, and `now`
    /// forgets it. Returns whether that could be done: not without a veil, and not while one takes over from
    /// another. Never allocates or frees.
    pub(super) fn leave(&mut self) -> bool {
        let settled = !self.now.will_retire() && !self.before.will_retire();
        let Some(veil) = self.now.veil().cloned().filter(|_| settled) else { return false };
        if self.before.veil().is_some() || self.before.set_veil(Some(veil)).is_some() {
            return false;
        }
        std::mem::swap(&mut self.now, &mut self.before);
        true
    }

    /// What was heard, up to `samples` of it, is the past of `position` as well. Never allocates.
    pub(super) fn feed_heard(&mut self, position: i64, samples: usize) {
        self.recent.feed(&mut self.now, position, samples);
    }

    /// Nothing of what was heard before the jump is needed any more. Never allocates or frees.
    pub(super) fn arrive(&mut self) {
        if self.before.veil().is_none() {
            return;
        }
        let is_shared = match (self.before.veil(), self.now.veil()) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            _ => false,
        };
        self.before.set_veil(None);
        self.before.reset();
        if is_shared {
            // Not the last of them, so nothing is freed here.
            drop(self.before.take_retired());
        }
    }

    /// Processes `channels` as if the timeline had gone on to `position`. Never allocates, locks or panics.
    pub(super) fn process_before(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        self.before.process(position, channels);
    }

    /// A veil that no longer sounds, to be freed off the audio thread.
    pub(super) fn take_retired(&mut self) -> Option<Arc<Veil>> {
        self.now.take_retired().or_else(|| self.before.take_retired())
    }
}
