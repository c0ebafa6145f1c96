//! The level at which a mark acts.

use serde::Serialize;

use super::settings::{LEVEL_CHANGE_MAX, MarkError, MarkSettings};
use super::{DesignedTaps, SUM_MAX};
use crate::key::ClassKey;

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
