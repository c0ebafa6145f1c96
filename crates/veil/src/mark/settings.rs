//! The settings of a mark.

use serde::{Deserialize, Serialize};

/// Distance of two neighbouring delays, in µs: a whole number of samples at every multiple of 8 kHz.
pub(super) const SLOT_US: u32 = 125;
/// Most slots between a pair's two echoes.
pub(super) const PAIR_SLOTS_MAX: u32 = 2;
/// Shortest delay, in µs. The inverse works in blocks of this length.
const DELAY_US_MIN: u32 = 500;
/// Longest delay, in µs.
const DELAY_US_MAX: u32 = 40_000;
/// Where the last tap of all can lie, in µs.
pub(super) const TAP_US_MAX: u32 = DELAY_US_MAX + PAIR_SLOTS_MAX * SLOT_US;
/// Most patches in a period.
const PATCHES_MAX: u32 = 64;
/// Shortest and longest patch, in µs.
const PATCH_US: (u32, u32) = (5_000, 200_000);
/// Loudest layer, in dB.
const LEVEL_DB_MAX: f64 = -12.0;
/// Highest change of the level of both layers, in dB.
pub(super) const LEVEL_CHANGE_MAX: f64 = 12.0;
/// Quietest layer, in dB.
const LEVEL_DB_MIN: f64 = -60.0;

/// All settings of a mark. Its output is fixed by them, the key and the timeline position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkSettings {
    /// What alternates in time, or nothing. Best found in music.
    pub pattern: Option<PatternSettings>,
    /// What stays the same, or nothing. Needs no place on the timeline, and comes out of models.
    pub echo: Option<EchoSettings>,
    /// Added to the level of both, in dB, −24 ..= 12.
    pub level_db: f64,
}

/// Settings of the pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternSettings {
    /// Power of a kernel's echoes compared with the direct sound, in dB, on average over keys.
    pub level_db: f64,
    /// Shortest delay in µs, a multiple of 125.
    pub first_us: u32,
    /// Where delays end, in µs, a multiple of 125; a pair's second echo may lie 0.25 ms later.
    pub end_us: u32,
    /// Patches in a period, even. Half as many kernels occur in it twice, the second time with opposite
    /// sign, in a keyed order.
    pub patches: u32,
    /// Length of a patch in µs. Half of it is the cross-fade from the patch before.
    pub patch_us: u32,
}

/// Settings of the echo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EchoSettings {
    /// Power of the echoes compared with the direct sound, in dB, on average over keys.
    pub level_db: f64,
    /// Shortest delay in µs, a multiple of 125.
    pub first_us: u32,
    /// Where delays end, in µs, a multiple of 125; a pair's second echo may lie 0.25 ms later.
    pub end_us: u32,
    /// How much weaker the last echo is than the first, in dB: long echoes show in pauses.
    pub decay_db: f64,
}

/// Mark settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkError {
    /// A field is out of range.
    #[error("{field} of the mark's {layer} is {value}; it must be {range}")]
    Range {
        /// `pattern` or `echo`.
        layer: &'static str,
        /// The field.
        field: &'static str,
        /// What it is.
        value: String,
        /// What it may be.
        range: String,
    },
    /// The change of level is out of range.
    #[error("the mark's level is changed by {0} dB; it must be -24 to 12 dB")]
    Level(String),
    /// The sample rate is out of range.
    #[error("the sample rate is {0} Hz; a mark needs 2000 to 768000 Hz")]
    SampleRate(u32),
}

impl Default for MarkSettings {
    /// The design that the search in `docs/mark-design.md` led to.
    fn default() -> Self {
        Self {
            pattern: Some(PatternSettings {
                level_db: -22.0,
                first_us: 1_000,
                end_us: 5_000,
                patches: 64,
                patch_us: 20_000,
            }),
            echo: Some(EchoSettings::default()),
            level_db: 0.0,
        }
    }
}

impl Default for EchoSettings {
    /// The echo of [`MarkSettings::default`], which all presets have.
    fn default() -> Self {
        Self { level_db: -28.0, first_us: 3_000, end_us: 12_000, decay_db: 9.0 }
    }
}

impl MarkSettings {
    /// Checks every field.
    ///
    /// # Errors
    /// [`MarkError`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), MarkError> {
        if !(-24.0..=LEVEL_CHANGE_MAX).contains(&self.level_db) {
            return Err(MarkError::Level(self.level_db.to_string()));
        }
        if let Some(pattern) = &self.pattern {
            check_level("pattern", pattern.level_db)?;
            check_delays("pattern", pattern.first_us, pattern.end_us)?;
            if pattern.patches % 2 != 0 || !(2..=PATCHES_MAX).contains(&pattern.patches) {
                let range = format!("even, 2 to {PATCHES_MAX}");
                return Err(out_of_range("pattern", "patches", pattern.patches, range));
            }
            if !(PATCH_US.0..=PATCH_US.1).contains(&pattern.patch_us) {
                let range = format!("{} to {} µs", PATCH_US.0, PATCH_US.1);
                return Err(out_of_range("pattern", "patch_us", pattern.patch_us, range));
            }
        }
        if let Some(echo) = &self.echo {
            check_level("echo", echo.level_db)?;
            check_delays("echo", echo.first_us, echo.end_us)?;
            if !(0.0..=60.0).contains(&echo.decay_db) {
                return Err(out_of_range("echo", "decay_db", echo.decay_db, "0 to 60 dB".into()));
            }
        }
        Ok(())
    }
}

/// Delays that a pair can begin at, in slots.
pub(super) fn slots(first_us: u32, end_us: u32) -> std::ops::Range<u32> {
    first_us / SLOT_US..end_us / SLOT_US
}

fn check_level(layer: &'static str, level_db: f64) -> Result<(), MarkError> {
    if (LEVEL_DB_MIN..=LEVEL_DB_MAX).contains(&level_db) {
        return Ok(());
    }
    let range = format!("{LEVEL_DB_MIN} to {LEVEL_DB_MAX} dB");
    Err(out_of_range(layer, "level_db", level_db, range))
}

fn check_delays(layer: &'static str, first_us: u32, end_us: u32) -> Result<(), MarkError> {
    for (field, us) in [("first_us", first_us), ("end_us", end_us)] {
        if us % SLOT_US != 0 || !(DELAY_US_MIN..=DELAY_US_MAX).contains(&us) {
            let range = format!("a multiple of {SLOT_US} µs, {DELAY_US_MIN} to {DELAY_US_MAX} µs");
            return Err(out_of_range(layer, field, us, range));
        }
    }
    if end_us <= first_us {
        return Err(out_of_range(layer, "end_us", end_us, "greater than first_us".into()));
    }
    Ok(())
}

fn out_of_range(
    layer: &'static str,
    field: &'static str,
    value: impl ToString,
    range: String,
) -> MarkError {
    MarkError::Range { layer, field, value: value.to_string(), range }
}
