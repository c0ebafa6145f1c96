//! How loud an editor wants to hear the original, if it does.

use std::sync::atomic::{AtomicU32, Ordering};

/// Most that the original is changed by either way, in dB: more than the output trim's range.
const DB_MAX: f32 = 30.0;

/// A level in dB, or none. Every call is one relaxed atomic operation.
pub(super) struct OriginalLevel(AtomicU32);

impl Default for OriginalLevel {
    fn default() -> Self {
        Self(AtomicU32::new(f32::NAN.to_bits()))
    }
}

impl OriginalLevel {
    /// Sets it, in steps of a tenth: what is said is what is applied.
    pub(super) fn set(&self, db: Option<f32>) {
        let step = |db: f32| ((db * 10.0).round() / 10.0).clamp(-DB_MAX, DB_MAX);
        self.0.store(db.map_or(f32::NAN, step).to_bits(), Ordering::Relaxed);
    }

    /// As set last.
    pub(super) fn get(&self) -> Option<f32> {
        let db = f32::from_bits(self.0.load(Ordering::Relaxed));
        (!db.is_nan()).then_some(db)
    }
}
