//! Named recipes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::settings::{Depth, Filter, Offsets, Placement, RECIPE_VERSION, Recipe, Spectral, Taps};

/// Named recipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Least audible. Its former name, `transparent`, still parses.
    #[serde(alias = "transparent")]
    Light,
    /// The default: between quality and protection.
    Balanced,
    /// Most protective.
    Strong,
    /// PosCUDA as published: one patch of random taps per period. A baseline, not a protection.
    Poscuda,
    /// CUDA as published: random taps throughout. A baseline, not a protection.
    Cuda,
}

impl Preset {
    /// All presets, mildest first, the papers' baselines last.
    pub const ALL: [Self; 5] =
        [Self::Light, Self::Balanced, Self::Strong, Self::Poscuda, Self::Cuda];

    /// The presets that the owner of the key can restore and detect, mildest first.
    pub fn restorable() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|preset| preset.recipe().is_restorable())
    }

    /// The name on the command line and in manifests.
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

/// A static EQ, against models that learn from the spectrum as it is, and two opposite kernels that
/// alternate every 40 ms, against those that normalise the mean spectrum. One pair at a constant pace:
/// of all variants tried at equal quality, models learned this one fastest.
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

/// The former name of [`Preset::Light`]. It changed third-octave levels by up to 7 dB, so the name
/// promised too much.
pub const FORMER_NAME_OF_LIGHT: &str = "transparent";

/// No preset has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no preset is called “{0}”; the presets are light, balanced, strong, poscuda and cuda")]
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
