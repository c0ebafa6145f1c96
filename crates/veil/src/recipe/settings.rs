//! The fields of a recipe.

use serde::{Deserialize, Serialize};

use crate::mark::MarkSettings;
use crate::sample_rate::us_to_samples;

/// Recipe version that this build writes, and the newest it reads. Whatever changes a sample gets a new
/// number, so that released audio stays restorable.
pub const RECIPE_VERSION: u32 = 2;
/// Shortest period, in µs.
pub const PERIOD_US_MIN: u32 = 4_000;
/// Longest period, in µs (ten minutes).
pub const PERIOD_US_MAX: u32 = 600_000_000;
/// Shortest patch, in µs.
pub const PATCH_US_MIN: u32 = 2_000;
/// Shortest fade, in µs.
pub const FADE_US_MIN: u32 = 250;
/// Most patches in one period.
pub const PATCHES_MAX: u32 = 64;
/// Most kernels of a class.
pub const KERNELS_MAX: u32 = 16;
/// Largest amount, in percent.
pub const AMOUNT_MAX: f64 = 200.0;
/// Largest depth of an EQ, in dB, before `amount` and the depth profile.
pub const DEPTH_DB_MAX: f64 = 24.0;
/// Longest spectral kernel, in µs.
pub const KERNEL_US_MAX: u32 = 21_334;
/// Most taps of the papers' filters.
pub const TAPS_MAX: u32 = 1_024;

/// All settings that the output depends on, besides key and timeline position.
///
/// Times are whole microseconds, so that patches lie at the same times at every sample rate, without
/// drift.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Format and sound version, 1 ..= [`RECIPE_VERSION`]. Version 1 has no mark.
    pub version: u32,
    /// The inaudible layer, if there is one. It is applied to the veil's output.
    pub mark: Option<MarkSettings>,
    /// The audible layer, if there is one. A recipe has at least one of both.
    pub veil: Option<VeilSettings>,
}

/// Settings of the veil.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VeilSettings {
    /// How the class's kernels are made.
    pub filter: Filter,
    /// Kernels of the class, 1 ..= [`KERNELS_MAX`]. Patches use them in a keyed order.
    pub kernels: u32,
    /// Where patches are.
    pub placement: Placement,
    /// Scale of the filter's depth in percent, 0 ..= [`AMOUNT_MAX`]. 0 leaves the audio unchanged.
    pub amount: f64,
}

/// A family of kernels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "snake_case", deny_unknown_fields)]
pub enum Filter {
    /// A keyed gain curve over mel bands, realised with minimum phase: zero latency, and an exact
    /// stable inverse.
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
    /// Bands between 0 and 4 kHz, 4 ..= 32. They continue upward at the same width.
    pub bands: u32,
    /// How many of every `bands` neighbouring bands the alternating EQ uses, 1 ..= `bands`.
    pub active: u32,
    /// The alternating EQ: what the patches raise and lower, in the active bands. Kernels come in
    /// opposite pairs that keep the power of every band on average.
    #[serde(alias = "turning")]
    pub alternating_eq: Depth,
    /// The static EQ: one EQ of the class for all samples, in patches and between them. Of four
    /// neighbouring bands two are raised and two lowered. With 0 dB there is none, and samples outside
    /// patches stay unchanged.
    #[serde(alias = "ground")]
    pub static_eq: Depth,
    /// Length of the kernels, in µs, 1 000 ..= [`KERNEL_US_MAX`].
    #[serde(alias = "ring_us")]
    pub kernel_us: u32,
}

/// How deep an EQ is along the spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Depth {
    /// In dB, 0 ..= [`DEPTH_DB_MAX`].
    pub db: f64,
    /// Factor on it at 0 Hz, 0 ..= 4.
    pub low: f64,
    /// Factor on it from 4 kHz up, 0 ..= 4; linear in mel between.
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

/// Where the patches of a period are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Length of the period, in µs, [`PERIOD_US_MIN`] ..= [`PERIOD_US_MAX`].
    #[serde(alias = "frame_us")]
    pub period_us: u32,
    /// Patches in a period, 1 ..= [`PATCHES_MAX`].
    pub patches: u32,
    /// Length of a patch with its edges, in µs, at least [`PATCH_US_MIN`]; `patches` × `patch_us`
    /// must fit in `period_us`. Where they fill it, patches follow each other without a gap.
    pub patch_us: u32,
    /// Length of a patch's raised-cosine edge, in µs, [`FADE_US_MIN`] ..= `patch_us` / 2.
    pub fade_us: u32,
    /// Whether each period draws its own places.
    pub offsets: Offsets,
}

/// How the key places patches from period to period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offsets {
    /// Places and order of kernels are the same in every period, as in PosCUDA.
    Fixed,
    /// Every period draws new places and a new order.
    Scattered,
}

impl Recipe {
    /// Whether the owner of the key can undo this recipe.
    #[must_use]
    pub fn is_restorable(&self) -> bool {
        self.veil.as_ref().is_none_or(|veil| matches!(veil.filter, Filter::Spectral(_)))
    }

    /// µs after which the schedules of both layers begin again together; 1 where nothing changes in
    /// time. Where offsets are scattered, periods differ nevertheless.
    #[must_use]
    pub fn period_us(&self) -> u64 {
        let pattern = self.mark.as_ref().and_then(|mark| mark.pattern.as_ref());
        let pattern = pattern.map_or(1, |pattern| {
            u64::from(pattern.patches.max(1)) * u64::from(pattern.patch_us.max(1))
        });
        let veil = self.veil.as_ref().map_or(1, |veil| u64::from(veil.placement.period_us.max(1)));
        (pattern / gcd(pattern, veil)).saturating_mul(veil)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl VeilSettings {
    /// Longest kernel in samples at `sample_rate` Hz that these settings make.
    #[must_use]
    pub fn kernel_len(&self, sample_rate: u32) -> usize {
        match &self.filter {
            Filter::Spectral(spectral) => us_to_samples(spectral.kernel_us, sample_rate).max(8),
            Filter::Taps(taps) => taps.count as usize,
        }
    }

    /// Longest kernel in samples at `sample_rate` Hz that any valid settings make.
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
}
