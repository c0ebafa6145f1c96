//! Recipes: the versioned settings that, with a key and a timeline position, fix every sample.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Recipe version this build writes and the newest it understands. Released audio depends on it:
/// whatever changes a sample gets a new number.
pub const RECIPE_VERSION: u32 = 1;
/// Lowest sample rate a veil can be built for, in Hz.
pub const RATE_MIN: u32 = 2_000;
/// Highest sample rate a veil can be built for, in Hz.
pub const RATE_MAX: u32 = 768_000;
/// Shortest frame, in µs.
pub const PERIOD_US_MIN: u32 = 4_000;
/// Longest frame, in µs (ten minutes).
pub const PERIOD_US_MAX: u32 = 600_000_000;
/// Shortest patch, in µs.
pub const PATCH_US_MIN: u32 = 2_000;
/// Shortest fade, in µs.
pub const FADE_US_MIN: u32 = 250;
/// Most patches in one frame.
pub const PATCHES_MAX: u32 = 64;
/// Most curves a class can have.
pub const KERNELS_MAX: u32 = 16;
/// Largest amount, in percent.
pub const AMOUNT_MAX: f64 = 200.0;
/// Largest depth of a curve, in dB, before `amount` and the depth profile.
pub const DEPTH_DB_MAX: f64 = 24.0;
/// Longest spectral kernel, in µs.
pub const KERNEL_US_MAX: u32 = 21_334;
/// Most taps of the papers' filters.
pub const TAPS_MAX: u32 = 1_024;

/// Everything but key and timeline that fixes the output.
///
/// Times are whole microseconds so that every sample rate lays the same patches, without drift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Format and sound version, 1 ..= [`RECIPE_VERSION`].
    pub version: u32,
    /// How the class's kernels are made.
    pub filter: Filter,
    /// Different kernels a class has, 1 ..= [`KERNELS_MAX`]. Patches take them in a keyed order.
    #[serde(alias = "curves")]
    pub kernels: u32,
    /// Where patches lie.
    pub placement: Placement,
    /// Scale of the filter's depth in percent, 0 ..= [`AMOUNT_MAX`]. 0 leaves the audio alone.
    pub amount: f64,
}

/// A family of kernels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case", deny_unknown_fields)]
pub enum Filter {
    /// A keyed curve over the log spectrum, realised with minimum phase: zero latency, and an
    /// exact stable inverse.
    Spectral(Spectral),
    /// The papers' filter: a unit tap, then taps drawn from U(0, `spread`). Kept as a baseline
    /// (CUDA, arXiv 2303.04278, section 3; PosCUDA, arXiv 2401.02135, section 3). It has no
    /// stable inverse, so it cannot be restored.
    Taps(Taps),
}

/// Settings of [`Filter::Spectral`]. Bands have equal width on the mel scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spectral {
    /// Bands between 0 and 4 kHz, 4 ..= 32. They go on upward at the same mel width.
    pub bands: u32,
    /// How many of each `bands` neighbouring bands belong to the class, 1 ..= `bands`.
    pub active: u32,
    /// The code in time: what the patches turn, in the active bands. Curves come in opposite
    /// pairs, laid so that the power of every band is kept on average.
    #[serde(alias = "turning")]
    pub alternating_eq: Depth,
    /// The static EQ: one colour of the class in all bands, under the patches and between them. Of
    /// four neighbouring bands two go up and two go down. 0 dB lays none; then samples outside
    /// patches stay as they are.
    #[serde(alias = "ground")]
    pub static_eq: Depth,
    /// Length of the kernels, in µs, 1 000 ..= [`KERNEL_US_MAX`].
    #[serde(alias = "ring_us")]
    pub kernel_us: u32,
}

/// How deep a curve is, along the spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Depth {
    /// In dB, 0 ..= [`DEPTH_DB_MAX`].
    pub db: f64,
    /// Factor on it at 0 Hz, 0 ..= 4.
    pub low: f64,
    /// Factor on it from 4 kHz up, 0 ..= 4; between, it moves evenly in mel.
    pub high: f64,
}

/// Settings of [`Filter::Taps`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taps {
    /// Taps including the unit tap, in samples, 2 ..= [`TAPS_MAX`].
    pub count: u32,
    /// Upper end of the random taps, 0 ..= 1 (the papers' blur parameter).
    pub spread: f64,
}

/// Where the patches of a frame lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Period of the timeline, in µs, [`PERIOD_US_MIN`] ..= [`PERIOD_US_MAX`].
    #[serde(alias = "frame_us")]
    pub period_us: u32,
    /// Patches in a frame, 1 ..= [`PATCHES_MAX`].
    pub patches: u32,
    /// Length of a patch with its edges, in µs, at least [`PATCH_US_MIN`]; `patches` × `patch_us`
    /// must fit in `period_us`. Where it fills it, patches follow each other without a gap.
    pub patch_us: u32,
    /// Length of a patch's raised-cosine edge, in µs, [`FADE_US_MIN`] ..= `patch_us` / 2.
    pub fade_us: u32,
    /// Whether each frame draws its own places.
    pub offsets: Offsets,
}

/// How the key places patches from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offsets {
    /// The class's places and curve order are the same in every frame, as in PosCUDA.
    Fixed,
    /// Every frame draws new places and a new order.
    Scattered,
}

/// Why a recipe cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// A field is out of its range.
    #[error("{field} is {value}; it must be {range}")]
    Range {
        /// The field, in user's words.
        field: &'static str,
        /// What was given, with unit.
        value: String,
        /// What is allowed, with unit.
        range: String,
    },
    /// The patches do not fit into the frame.
    #[error(
        "{patches} patches of {patch_ms} ms do not fit in a frame of {frame_ms} ms; use fewer or shorter patches or a longer frame"
    )]
    Crowded {
        /// Patches a frame.
        patches: u32,
        /// Patch length in ms.
        patch_ms: String,
        /// Frame length in ms.
        frame_ms: String,
    },
    /// The recipe comes from a newer version.
    #[error(
        "recipe version {0} is newer than this Patchveil knows ({RECIPE_VERSION}); update Patchveil"
    )]
    Newer(u32),
    /// The recipe has no stable inverse.
    #[error("this recipe's filter has no stable inverse, so what it protects cannot be restored")]
    NotInvertible,
}

/// Named recipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Least audible. Called `transparent` before recipe version 2; that name still parses.
    #[serde(alias = "transparent")]
    Light,
    /// The default: between quality and protection.
    Balanced,
    /// Most protective.
    Strong,
    /// PosCUDA as published: one patch a frame of random taps. A baseline, not a protection.
    Poscuda,
    /// CUDA as published: random taps over everything. A baseline, not a protection.
    Cuda,
}

impl Preset {
    /// All presets, mildest first, the papers' baselines last.
    pub const ALL: [Self; 5] =
        [Self::Light, Self::Balanced, Self::Strong, Self::Poscuda, Self::Cuda];

    /// The presets that the owner of the key can undo and find again, mildest first.
    pub fn restorable() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|preset| preset.recipe().is_restorable())
    }

    /// The name used on the command line and in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Balanced => "balanced",
            Self::Strong => "strong",
            Self::Poscuda => "poscuda",
            Self::Cuda => "cuda",
        }
    }

    /// The recipe of this name.
    #[must_use]
    pub fn recipe(self) -> Recipe {
        match self {
            Self::Light => equalizers(5.5, 2.1),
            Self::Balanced => equalizers(9.0, 3.3),
            Self::Strong => equalizers(12.0, 4.4),
            Self::Poscuda => Recipe {
                version: RECIPE_VERSION,
                filter: Filter::Taps(Taps { count: 32, spread: 0.3 }),
                kernels: 1,
                placement: Placement {
                    period_us: 500_000,
                    patches: 1,
                    patch_us: 50_000,
                    fade_us: 1_000,
                    offsets: Offsets::Fixed,
                },
                amount: 100.0,
            },
            Self::Cuda => Recipe {
                version: RECIPE_VERSION,
                filter: Filter::Taps(Taps { count: 100, spread: 0.3 }),
                kernels: 1,
                placement: Placement {
                    period_us: 1_000_000,
                    patches: 1,
                    patch_us: 1_000_000,
                    fade_us: 1_000,
                    offsets: Offsets::Fixed,
                },
                amount: 100.0,
            },
        }
    }
}

/// A static EQ, for whoever learns from the spectrum as it stands, and two opposite curves that change
/// places every 40 ms, for whoever takes off what stands still. One pair, always the same, at an
/// even pace: of all that was tried at equal quality, this is what models took to soonest.
fn equalizers(static_db: f64, alternating_db: f64) -> Recipe {
    Recipe {
        version: RECIPE_VERSION,
        filter: Filter::Spectral(Spectral {
            bands: 24,
            active: 24,
            alternating_eq: Depth { db: alternating_db, low: 0.2, high: 1.8 },
            static_eq: Depth { db: static_db, low: 0.9, high: 1.1 },
            kernel_us: 8_000,
        }),
        kernels: 2,
        placement: Placement {
            period_us: 80_000,
            patches: 2,
            patch_us: 40_000,
            fade_us: 5_000,
            offsets: Offsets::Fixed,
        },
        amount: 100.0,
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What [`Preset::Light`] was called first. It moved third-octave levels by up to 7 dB, so the name
/// promised too much.
pub const FORMER_NAME_OF_LIGHT: &str = "transparent";

/// No preset has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no preset is called “{0}”; there are light, balanced, strong, poscuda and cuda")]
pub struct UnknownPreset(String);

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        if name == FORMER_NAME_OF_LIGHT {
            return Ok(Self::Light);
        }
        Self::ALL
            .into_iter()
            .find(|preset| preset.name() == name)
            .ok_or_else(|| UnknownPreset(name.to_owned()))
    }
}

impl Recipe {
    /// Checks every field against its range.
    ///
    /// # Errors
    /// The first field that is out of range, patches that do not fit in the frame, or a version
    /// newer than [`RECIPE_VERSION`].
    pub fn validate(&self) -> Result<(), RecipeError> {
        if self.version > RECIPE_VERSION {
            return Err(RecipeError::Newer(self.version));
        }
        check("the recipe version", f64::from(self.version), 1.0, f64::from(RECIPE_VERSION), "")?;
        check("the amount", self.amount, 0.0, AMOUNT_MAX, " %")?;
        check("the number of curves", f64::from(self.kernels), 1.0, f64::from(KERNELS_MAX), "")?;
        self.placement.validate()?;
        match &self.filter {
            Filter::Spectral(spectral) => spectral.validate(),
            Filter::Taps(taps) => {
                check("the number of taps", f64::from(taps.count), 2.0, f64::from(TAPS_MAX), "")?;
                check("the spread of the taps", taps.spread, 0.0, 1.0, "")
            }
        }
    }

    /// Whether the owner of the key can undo this recipe.
    #[must_use]
    pub fn is_restorable(&self) -> bool {
        matches!(self.filter, Filter::Spectral(_))
    }

    /// Longest kernel in samples at `sample_rate` Hz that this recipe makes.
    #[must_use]
    pub fn kernel_len(&self, sample_rate: u32) -> usize {
        match &self.filter {
            Filter::Spectral(spectral) => us_to_samples(spectral.kernel_us, sample_rate).max(8),
            Filter::Taps(taps) => taps.count as usize,
        }
    }

    /// Longest kernel in samples at `sample_rate` Hz that any valid recipe makes.
    #[must_use]
    pub fn kernel_len_max(sample_rate: u32) -> usize {
        us_to_samples(KERNEL_US_MAX, sample_rate).max(TAPS_MAX as usize)
    }
}

impl Placement {
    /// The same placement with another patch length in µs; the edges shorten where they must.
    #[must_use]
    pub fn with_patch(mut self, patch_us: u32) -> Self {
        self.patch_us = patch_us;
        self.fade_us = self.fade_us.min(patch_us / 2);
        self
    }

    fn validate(&self) -> Result<(), RecipeError> {
        check_us("the frame length", self.period_us, PERIOD_US_MIN, PERIOD_US_MAX)?;
        check_us("the patch length", self.patch_us, PATCH_US_MIN, PERIOD_US_MAX)?;
        check_us("the fade length", self.fade_us, FADE_US_MIN, self.patch_us / 2)?;
        let patches = f64::from(self.patches);
        check("the number of patches a frame", patches, 1.0, f64::from(PATCHES_MAX), "")?;
        if u64::from(self.patches) * u64::from(self.patch_us) > u64::from(self.period_us) {
            return Err(RecipeError::Crowded {
                patches: self.patches,
                patch_ms: ms(self.patch_us),
                frame_ms: ms(self.period_us),
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
            check("the depth of a curve", depth.db, 0.0, DEPTH_DB_MAX, " dB")?;
            check("the depth factor at 0 Hz", depth.low, 0.0, 4.0, "")?;
            check("the depth factor at 4 kHz", depth.high, 0.0, 4.0, "")?;
        }
        check_us("the kernel length", self.kernel_us, 1_000, KERNEL_US_MAX)
    }
}

/// µs at a rate in Hz → samples, rounded.
fn us_to_samples(us: u32, sample_rate: u32) -> usize {
    ((u64::from(us) * u64::from(sample_rate) + 500_000) / 1_000_000) as usize
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
    // A NaN is in no range.
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(RecipeError::Range {
        field,
        value: format!("{value}{unit}"),
        range: format!("{min} to {max}{unit}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_and_found_by_name() {
        for preset in Preset::ALL {
            preset.recipe().validate().unwrap();
            assert_eq!(preset.name().parse::<Preset>().unwrap(), preset);
        }
        assert!("loud".parse::<Preset>().unwrap_err().to_string().contains("balanced"));
    }

    #[test]
    fn only_the_papers_baselines_cannot_be_restored() {
        for preset in Preset::ALL {
            let baseline = matches!(preset, Preset::Cuda | Preset::Poscuda);
            assert_eq!(preset.recipe().is_restorable(), !baseline);
        }
    }

    #[test]
    fn recipes_survive_json_and_unknown_fields_are_refused() {
        for preset in Preset::ALL {
            let text = serde_json::to_string(&preset.recipe()).unwrap();
            assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), preset.recipe());
            let odd = text.replacen("\"version\"", "\"colour\":1,\"version\"", 1);
            assert!(serde_json::from_str::<Recipe>(&odd).is_err());
        }
    }

    #[test]
    fn what_is_out_of_range_is_named_with_its_range() {
        let broken = |change: fn(&mut Recipe)| {
            let mut recipe = Preset::Balanced.recipe();
            change(&mut recipe);
            recipe.validate().unwrap_err().to_string()
        };
        assert!(broken(|r| r.amount = f64::NAN).contains("0 to 200 %"));
        assert!(broken(|r| r.amount = -1.0).contains("the amount is -1 %"));
        assert!(broken(|r| r.placement.patches = 0).contains("1 to 64"));
        assert!(broken(|r| r.placement.patches = 3).contains("do not fit in a frame of 80 ms"));
        assert!(broken(|r| r.placement.fade_us = 21_000).contains("0.25 to 20 ms"));
        assert!(broken(|r| r.placement.period_us = 3).contains("0.003 ms"));
        assert!(broken(|r| r.kernels = 17).contains("1 to 16"));
        assert!(broken(|r| r.version = 2).contains("update Patchveil"));
    }

    #[test]
    fn a_shorter_patch_takes_its_edges_along() {
        let placement = Preset::Balanced.recipe().placement.with_patch(4_000);
        assert_eq!((placement.patch_us, placement.fade_us), (4_000, 2_000));
    }
}
