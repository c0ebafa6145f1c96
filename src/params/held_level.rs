//! The level at which a mark is held that was asked to be louder than its key allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use patchveil_veil::MarkLevel;

/// What the veil in force holds back, shared with the parameter's text. Never waits.
///
/// Of no other level it is known what would act: that depends on the key. So values that are not in force read as they
/// are, and hosts that try out all values to learn the range find numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldLevel(Arc<AtomicU64>);

impl HeldLevel {
    /// Notes the level of the mark in force; none where there is no mark or no key.
    pub(crate) fn set(&self, level: Option<MarkLevel>) {
        let held = level.filter(MarkLevel::is_held_back);
        let held = held.map_or(0, |level| {
            let tenths = |db: f64| u64::from((db * 10.0).round() as i16 as u16);
            1 << 32 | tenths(level.asked_db) << 16 | tenths(level.in_force_db)
        });
        self.0.store(held, Ordering::Relaxed);
    }

    /// The level in force in dB, if `asked_db` is what is asked for now and less acts.
    pub(crate) fn of(&self, asked_db: f32) -> Option<f32> {
        let held = self.0.load(Ordering::Relaxed);
        let tenths = |bits: u64| f32::from(bits as u16 as i16);
        let is_asked = held != 0 && (asked_db * 10.0).round() == tenths(held >> 16);
        is_asked.then(|| tenths(held) / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use patchveil_veil::{ClassKey, MarkSettings};

    use super::*;

    #[test]
    fn only_what_is_asked_for_now_and_held_back_has_another_level_in_force() {
        let key = ClassKey::from_bytes([1; 32]);
        let level =
            |level_db| MarkSettings { level_db, ..MarkSettings::default() }.level(&key).unwrap();
        let held = HeldLevel::default();
        assert_eq!(held.of(12.0), None);
        held.set(Some(level(12.0)));
        assert_eq!(held.of(12.0), Some(level(12.0).highest_db as f32));
        assert_eq!((held.of(11.9), held.of(0.0), held.of(-12.0)), (None, None, None));
        for unheld in [Some(level(-3.0)), Some(level(0.0)), None] {
            held.set(unheld);
            assert_eq!((held.of(12.0), held.of(-3.0), held.of(0.0)), (None, None, None));
        }
    }
}
