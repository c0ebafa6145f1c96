//! The ranges of a recipe's fields.

use super::settings::{
    AMOUNT_MAX, DEPTH_DB_MAX, FADE_US_MIN, Filter, KERNEL_US_MAX, KERNELS_MAX, PATCH_US_MIN,
    PATCHES_MAX, PERIOD_US_MAX, PERIOD_US_MIN, Placement, RECIPE_VERSION, Recipe, Spectral,
    TAPS_MAX, VeilSettings,
};
use crate::mark::MarkError;

/// Why a recipe cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// A field is out of its range.
    #[error("{field} is {value}; it must be {range}")]
    Range {
        /// The field, in words for the user.
        field: &'static str,
        /// The value given, with unit.
        value: String,
        /// The valid range, with unit.
        range: String,
    },
    /// The patches do not fit into the period.
    #[error(
        "{patches} patches of {patch_ms} ms do not fit in a period of {period_ms} ms; use fewer or shorter patches or a longer period"
    )]
    Crowded {
        /// Patches in a period.
        patches: u32,
        /// Patch length in ms.
        patch_ms: String,
        /// Period length in ms.
        period_ms: String,
    },
    /// The recipe comes from a newer version.
    #[error(
        "recipe version {0} is newer than this Patchveil knows ({RECIPE_VERSION}); update Patchveil"
    )]
    Newer(u32),
    /// It has neither mark nor veil.
    #[error("the recipe has neither a mark nor a veil; it needs at least one")]
    NoLayer,
    /// Its mark has neither pattern nor echo.
    #[error("the recipe's mark has neither pattern nor echo; it needs at least one")]
    EmptyMark,
    /// It has a mark, or no veil, as only later versions can.
    #[error(
        "a recipe of version 1 is a veil alone; for a mark set its version to {RECIPE_VERSION}"
    )]
    Version1,
    /// The mark's settings are out of range.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// The recipe has no stable inverse.
    #[error("this recipe's filter has no stable inverse, so what it protects cannot be restored")]
    NotInvertible,
}

impl Recipe {
    /// Checks every field against its range.
    ///
    /// # Errors
    /// The first field that is out of range, patches that do not fit in the period, a recipe without
    /// any layer, or a version newer than [`RECIPE_VERSION`].
    pub fn validate(&self) -> Result<(), RecipeError> {
        if self.version > RECIPE_VERSION {
            return Err(RecipeError::Newer(self.version));
        }
        check("the recipe version", f64::from(self.version), 1.0, f64::from(RECIPE_VERSION), "")?;
        if self.mark.is_none() && self.veil.is_none() {
            return Err(RecipeError::NoLayer);
        }
        if self.version == 1 && self.mark.is_some() {
            return Err(RecipeError::Version1);
        }
        if let Some(mark) = &self.mark {
            if mark.pattern.is_none() && mark.echo.is_none() {
                return Err(RecipeError::EmptyMark);
            }
            mark.validate()?;
        }
        self.veil.as_ref().map_or(Ok(()), VeilSettings::validate)
    }
}

impl VeilSettings {
    fn validate(&self) -> Result<(), RecipeError> {
        check("the amount", self.amount, 0.0, AMOUNT_MAX, " %")?;
        check("the number of kernels", f64::from(self.kernels), 1.0, f64::from(KERNELS_MAX), "")?;
        self.placement.validate()?;
        match &self.filter {
            Filter::Spectral(spectral) => spectral.validate(),
            Filter::Taps(taps) => {
                check("the number of taps", f64::from(taps.count), 2.0, f64::from(TAPS_MAX), "")?;
                check("the spread of the taps", taps.spread, 0.0, 1.0, "")
            }
        }
    }
}

impl Placement {
    fn validate(&self) -> Result<(), RecipeError> {
        check_us("the period", self.period_us, PERIOD_US_MIN, PERIOD_US_MAX)?;
        check_us("the patch length", self.patch_us, PATCH_US_MIN, PERIOD_US_MAX)?;
        check_us("the fade length", self.fade_us, FADE_US_MIN, self.patch_us / 2)?;
        let patches = f64::from(self.patches);
        check("the number of patches in a period", patches, 1.0, f64::from(PATCHES_MAX), "")?;
        if u64::from(self.patches) * u64::from(self.patch_us) > u64::from(self.period_us) {
            return Err(RecipeError::Crowded {
                patches: self.patches,
                patch_ms: ms(self.patch_us),
                period_ms: ms(self.period_us),
            });
        }
        Ok(())
    }
}

impl Spectral {
    fn validate(&self) -> Result<(), RecipeError> {
        check("the number of bands", f64::from(self.bands), 4.0, 32.0, "")?;
        let bands = f64::from(self.bands);
        check("the number of active bands", f64::from(self.active), 1.0, bands, "")?;
        for depth in [&self.alternating_eq, &self.static_eq] {
            check("the depth of the EQ", depth.db, 0.0, DEPTH_DB_MAX, " dB")?;
            check("the depth factor at 0 Hz", depth.low, 0.0, 4.0, "")?;
            check("the depth factor at 4 kHz", depth.high, 0.0, 4.0, "")?;
        }
        check_us("the kernel length", self.kernel_us, 1_000, KERNEL_US_MAX)
    }
}

fn ms(us: u32) -> String {
    format!("{}", f64::from(us) / 1_000.0)
}

fn check_us(field: &'static str, us: u32, min: u32, max: u32) -> Result<(), RecipeError> {
    if (min..=max).contains(&us) {
        return Ok(());
    }
    Err(RecipeError::Range {
        field,
        value: format!("{} ms", ms(us)),
        range: format!("{} to {} ms", ms(min), ms(max)),
    })
}

fn check(
    field: &'static str,
    value: f64,
    min: f64,
    max: f64,
    unit: &str,
) -> Result<(), RecipeError> {
    // NaN is in no range.
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(RecipeError::Range {
        field,
        value: format!("{value}{unit}"),
        range: format!("{min} to {max}{unit}"),
    })
}
