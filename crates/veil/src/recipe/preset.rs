//! Named recipes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::settings::{
    Depth, Filter, Offsets, Placement, RECIPE_VERSION, Recipe, Spectral, Taps, VeilSettings,
};
use crate::mark::MarkSettings;

/// Named recipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The mark alone: inaudible. The default.
    Mark,
    /// The mark and the least audible veil. Its former name, `transparent`, still parses.
    #[serde(alias = "transparent")]
    Light,
    /// The mark and a veil between quality and protection.
    Balanced,
    /// The mark and the most protective veil.
    Strong,
    /// PosCUDA as published: one patch of random taps per period. A baseline, not a protection.
    Poscuda,
    /// CUDA as published: random taps throughout. A baseline, not a protection.
    Cuda,
}

impl Preset {
    /// All presets, mildest first, the papers' baselines last.
    pub const ALL: [Self; 6] =
        [Self::Mark, Self::Light, Self::Balanced, Self::Strong, Self::Poscuda, Self::Cuda];

    /// What is used where nothing is chosen.
    pub const DEFAULT: Self = Self::Mark;

    /// The presets that the owner of the key can restore and detect, mildest first.
    pub fn restorable() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|preset| preset.recipe().is_restorable())
    }

    /// The name on the command line and in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mark => "mark",
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
        let mark = match self {
            Self::Poscuda | Self::Cuda => {
                return Recipe { version: 1, mark: None, veil: self.veil() };
            }
            Self::Mark | Self::Light | Self::Balanced | Self::Strong => MarkSettings::default(),
        };
        Recipe { version: RECIPE_VERSION, mark: Some(mark), veil: self.veil() }
    }

    /// The recipe that had this name when [`RECIPE_VERSION`] was `version`; `None` if there was none. It
    /// never changes: released files and sessions depend on it.
    ///
    /// ```
    /// use patchveil_veil::Preset;
    ///
    /// let old = Preset::Balanced.recipe_of_version(1).expect("version 1 had it");
    /// assert!(old.mark.is_none(), "there were only veils");
    /// assert_eq!(old.veil, Preset::Balanced.recipe().veil);
    /// assert!(Preset::Mark.recipe_of_version(1).is_none());
    /// ```
    #[must_use]
    pub fn recipe_of_version(self, version: u32) -> Option<Recipe> {
        match version {
            1 => self.veil().map(|veil| Recipe { version: 1, mark: None, veil: Some(veil) }),
            RECIPE_VERSION => Some(self.recipe()),
            _ => None,
        }
    }

    fn veil(self) -> Option<VeilSettings> {
        match self {
            Self::Mark => None,
            Self::Light => Some(equalizers(5.5, 2.1)),
            Self::Balanced => Some(equalizers(9.0, 3.3)),
            Self::Strong => Some(equalizers(12.0, 4.4)),
            Self::Poscuda => Some(VeilSettings {
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
            }),
            Self::Cuda => Some(VeilSettings {
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
            }),
        }
    }
}

/// A static EQ, against models that learn from the spectrum as it is, and two opposite kernels that
/// alternate every 40 ms, against those that normalise the mean spectrum. One pair at a constant pace:
/// of all variants tried at equal quality, models learned this one fastest.
fn equalizers(static_db: f64, alternating_db: f64) -> VeilSettings {
    VeilSettings {
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

/// A preset as it is, or as it was when recipes had an earlier version: `balanced`, `balanced@1`.
#[derive(Debug, Clone, PartialEq)]
pub struct PresetVersion {
    preset: Preset,
    recipe: Recipe,
}

impl PresetVersion {
    /// The presets as they are, then the earlier recipes of those that were others.
    pub fn all() -> impl Iterator<Item = Self> {
        let former = Preset::ALL.into_iter().filter_map(|preset| Self::of_version(preset, 1));
        Preset::ALL.into_iter().map(Self::from).chain(former.filter(|former| !former.is_newest()))
    }

    /// What `preset` was when recipes had this version; see [`Preset::recipe_of_version`].
    #[must_use]
    pub fn of_version(preset: Preset, version: u32) -> Option<Self> {
        preset.recipe_of_version(version).map(|recipe| Self { preset, recipe })
    }

    /// Whose name it has.
    #[must_use]
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// The recipe of this name.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    fn is_newest(&self) -> bool {
        self.recipe == self.preset.recipe()
    }
}

impl From<Preset> for PresetVersion {
    fn from(preset: Preset) -> Self {
        Self { preset, recipe: preset.recipe() }
    }
}

impl fmt::Display for PresetVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_newest() {
            return self.preset.fmt(f);
        }
        write!(f, "{}@{}", self.preset, self.recipe.version)
    }
}

/// No preset has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownPreset {
    /// None is called so.
    #[error(
        "no preset is called “{0}”; the presets are mark, light, balanced, strong, poscuda and cuda"
    )]
    Name(String),
    /// There is one, but not of this version.
    #[error("the preset {preset} has no version “{version}”; leave out the @ for the newest")]
    Version {
        /// The preset.
        preset: Preset,
        /// What was behind the `@`.
        version: String,
    },
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        if name == FORMER_NAME_OF_LIGHT {
            return Ok(Self::Light);
        }
        Self::ALL
            .into_iter()
            .find(|preset| preset.name() == name)
            .ok_or_else(|| UnknownPreset::Name(name.to_owned()))
    }
}

impl FromStr for PresetVersion {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        let Some((preset, version)) = name.split_once('@') else {
            return name.parse::<Preset>().map(Self::from);
        };
        let preset: Preset = preset.parse()?;
        let of_version = version.parse().ok().and_then(|number| Self::of_version(preset, number));
        of_version.ok_or_else(|| UnknownPreset::Version { preset, version: version.to_owned() })
    }
}
