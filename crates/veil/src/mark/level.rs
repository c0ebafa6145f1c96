//! The level at which a mark acts.

use serde::Serialize;

use super::settings::{LEVEL_CHANGE_MAX, MarkError, MarkSettings};
use super::{DesignedTaps, SUM_MAX};
use crate::key::ClassKey;

/// Levels closer than this, in dB, differ by how double precision rounds.
const SAME_DB: f64 = 1e-9;

/// The level asked of a mark and the one that acts, each in dB added to the levels of its layers.
///
/// The inverse of a mark is stable where the magnitudes of all taps that act at once add up to less than 1, so
/// louder marks are held at the level where they add up to 0.9. Which level that is depends on the key: its signs decide how many
/// neighbouring echoes cancel. It does not depend on the sample rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MarkLevel {
    /// What the recipe asks for.
    pub asked_db: f64,
    /// What acts: that, or the highest.
    pub in_force_db: f64,
    /// The highest level that acts with this key. To a tenth of a dB it tells at most some 4 bits of a key of 256, which is
    /// harmless; more digits would tell more.
    pub highest_db: f64,
}

impl MarkLevel {
    /// `sum` is that of the magnitudes of all taps at the level asked for, before they are held back.
    pub(super) fn new(asked_db: f64, sum: f64) -> Self {
        let highest_db = asked_db + 20.0 * libm::log10(SUM_MAX / sum.max(1e-30));
        let highest_db = ((highest_db * 10.0).round() / 10.0).min(LEVEL_CHANGE_MAX);
        Self { asked_db, in_force_db: asked_db.min(highest_db), highest_db }
    }

    /// Whether less acts than was asked for.
    #[must_use]
    pub fn is_held_back(&self) -> bool {
        self.in_force_db < self.asked_db
    }
}

impl MarkSettings {
    /// The level at which a mark with these settings acts with `key`, at every sample rate. Allocates.
    ///
    /// # Errors
    /// What [`validate`](Self::validate) finds.
    pub fn level(&self, key: &ClassKey) -> Result<MarkLevel, MarkError> {
        self.validate()?;
        Ok(DesignedTaps::new(key, self).level(self))
    }

    /// Whether marks with these settings and the `other` ones are the same with `key`, as those are that are held at the highest
    /// level. It goes by the very levels, not by those that [`MarkLevel`] rounds. Allocates.
    ///
    /// # Errors
    /// What [`validate`](Self::validate) finds in either.
    pub fn acts_like(&self, other: &Self, key: &ClassKey) -> Result<bool, MarkError> {
        self.validate()?;
        other.validate()?;
        let level =
            |one: &Self| one.level_db + 20.0 * libm::log10(DesignedTaps::new(key, one).limit());
        let alike = Self { level_db: self.level_db, ..other.clone() };
        Ok(*self == alike && (level(self) - level(other)).abs() < SAME_DB)
    }

    /// [`MarkLevel::highest_db`] of `keys` fixed keys, at least one, the lowest first: what to expect of a key that is not
    /// known. Allocates.
    ///
    /// # Errors
    /// What [`validate`](Self::validate) finds.
    pub fn highest_levels_db(&self, keys: u8) -> Result<Vec<f64>, MarkError> {
        self.validate()?;
        let highest = |n: u8| {
            let key = ClassKey::from_bytes([n; 32]);
            DesignedTaps::new(&key, self).level(self).highest_db
        };
        let mut all: Vec<f64> = (0..keys.max(1)).map(highest).collect();
        all.sort_by(f64::total_cmp);
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Preset;

    #[test]
    fn marks_act_alike_if_both_are_held_at_the_highest_level_and_not_if_it_only_rounds_to_theirs() {
        let at = |level_db| {
            let mark = Preset::Mark.recipe().mark;
            MarkSettings { level_db, ..mark.unwrap_or_else(|| unreachable!("a mark has one")) }
        };
        let mut shows = 0;
        for n in 0..8 {
            let key = ClassKey::from_bytes([n; 32]);
            let highest = 20.0 * libm::log10(DesignedTaps::new(&key, &at(12.0)).limit()) + 12.0;
            let alike = |one, other| at(one).acts_like(&at(other), &key).ok();
            assert_eq!(alike(highest + 0.1, 12.0), Some(true));
            assert_eq!(alike(-3.0, -3.0), Some(true));
            assert_eq!(alike(-3.0, -3.01), Some(false));
            assert_eq!(alike(highest - 0.01, 12.0), Some(false));
            let rounded = [highest - 0.01, 12.0].map(|level| at(level).level(&key).ok());
            let [near, held] = rounded.map(|level| level.map(|level| level.in_force_db));
            shows += u32::from(near == held);
        }
        assert!(shows > 0, "none of these levels is rounded");
    }
}
