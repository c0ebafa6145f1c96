//! What is said of the level of a mark.

use patchveil_veil::{ClassKey, MarkLevel, MarkSettings};
use serde::Serialize;

/// Keys by which it is told what to expect of one that is not known.
const KEYS: u8 = 64;

/// The level of a mark on record, in `--json`. What acts is known only with the key.
#[derive(Debug, Serialize)]
pub(super) struct OnRecord {
    asked_db: f64,
    in_force_db: Option<f64>,
    highest_db: Option<f64>,
}

/// A line about the level; none where it is the preset's own.
pub(super) fn line(level: &MarkLevel) -> Option<String> {
    let MarkLevel { asked_db, in_force_db, .. } = *level;
    if level.is_held_back() {
        return Some(format!(
            "mark level {asked_db:+.1} dB is held at {in_force_db:+.1} dB: louder echoes would add up to more than 0.9 \
             of the sound and could not be undone"
        ));
    }
    (asked_db != 0.0).then(|| format!("mark level {asked_db:+.1} dB"))
}

/// A line where some key would not let a mark be as loud as asked for.
pub(super) fn line_without_key(mark: &MarkSettings) -> Option<String> {
    let highest = mark.highest_levels_db(KEYS).ok()?;
    let holding = highest.partition_point(|level| *level < mark.level_db);
    let (low, high) = (highest.first()?, highest.get(holding.checked_sub(1)?)?);
    let at = if low == high { format!("{low:+.1}") } else { format!("{low:+.1} to {high:+.1}") };
    Some(format!(
        "mark level {:+.1} dB is held back by {holding} of {KEYS} keys tried, at {at} dB; protect says what your key does",
        mark.level_db
    ))
}

impl OnRecord {
    /// The level of a mark on record, and what of it acts with its key, if that is at hand.
    pub(super) fn new(mark: &MarkSettings, key: Option<&ClassKey>) -> Self {
        let level = key.and_then(|key| mark.level(key).ok());
        Self {
            asked_db: mark.level_db,
            in_force_db: level.map(|level| level.in_force_db),
            highest_db: level.map(|level| level.highest_db),
        }
    }

    /// In words.
    pub(super) fn words(&self) -> String {
        let asked = format!("{:+.1} dB on record", self.asked_db);
        match self.in_force_db {
            Some(in_force) if in_force < self.asked_db => {
                format!("{asked}, held at {in_force:+.1} dB")
            }
            Some(_) => asked,
            None => format!("{asked}; what of it acts depends on the key"),
        }
    }
}
