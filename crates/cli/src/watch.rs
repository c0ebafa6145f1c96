//! Progress and cancellation of long work.

use std::sync::atomic::{AtomicBool, Ordering};

/// How the caller follows and stops work on files.
pub struct Watch<'a> {
    /// Once true, files under way are abandoned without a trace.
    pub stop: &'a AtomicBool,
    /// Called from any thread with the bytes of audio done since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

impl Watch<'_> {
    /// The same without progress, for reads that are not part of the total.
    pub(crate) fn without_progress(&self) -> Self {
        Self { stop: self.stop, progress: &|_| {} }
    }

    /// Whether the caller asked to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
