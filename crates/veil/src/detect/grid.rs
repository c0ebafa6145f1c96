//! The time and frequency grid on which audio and pattern are compared.

use patchveil_spectral::mel::{hz_to_mel, mel_to_hz};

use super::error::DetectError;
use crate::kernel::{FLAT_FROM_HZ, MEL_BANDS_UP_TO_HZ};
use crate::recipe::{Filter, Offsets, RecipeError, Spectral, VeilSettings};
use crate::sample_rate::{RATE_MAX, RATE_MIN};

/// Longest period that is searched, in µs: ten seconds.
const PERIOD_US_SEARCHED: u32 = 10_000_000;
/// Longest hop, in µs.
const HOP_US_MAX: f64 = 2_000.0;
/// Hops in a patch, at least.
const HOPS_A_PATCH: f64 = 8.0;
/// Shortest and longest window, in µs; between, half a patch.
const WINDOW_US: (f64, f64) = (2_000.0, 16_000.0);
/// Harmonics of the period that are kept, for each patch that would fit into it: two show where
/// patches begin and end; above is only noise.
const HARMONICS_A_PATCH: f64 = 2.0;
/// Bands end at this share of half the sample rate: above, resamplers begin to cut.
const HIGHEST_SHARE: f64 = 0.95;
/// Half the width of a band, in distances of two bands.
const HALF_WIDTH: f64 = 0.7;

/// The hops of the timeline and the bands of the spectrum, for one sample rate and recipe.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    pub(super) sample_rate: u32,
    pub(super) period_us: u32,
    /// Hops in a period, even. Like the period, a hop need not be a whole number of samples.
    pub(super) hops: usize,
    /// Length of the window around each hop, in µs.
    pub(super) window_us: f64,
    /// Harmonics of the period that are kept, not counting the zeroth.
    pub(super) harmonics: usize,
    /// Middles of the bands in Hz, lowest first.
    pub(super) bands: Vec<f64>,
    /// Bands of the pattern per mel.
    per_mel: f64,
}

impl Grid {
    pub(super) fn new(sample_rate: u32, settings: &VeilSettings) -> Result<Self, DetectError> {
        if !(RATE_MIN..=RATE_MAX).contains(&sample_rate) {
            return Err(DetectError::Recipe(RecipeError::Range {
                field: "the sample rate",
                value: format!("{sample_rate} Hz"),
                range: format!("{RATE_MIN} to {RATE_MAX} Hz"),
            }));
        }
        let Filter::Spectral(spectral) = &settings.filter else {
            return Err(DetectError::NoPattern);
        };
        let placement = &settings.placement;
        if placement.offsets == Offsets::Scattered {
            return Err(DetectError::Scattered);
        }
        if placement.period_us > PERIOD_US_SEARCHED {
            return Err(DetectError::LongPeriod);
        }
        let (period, patch) = (f64::from(placement.period_us), f64::from(placement.patch_us));
        let hop = HOP_US_MAX.min(patch / HOPS_A_PATCH);
        let hops = even_and_smooth((period / hop).ceil() as usize);
        let harmonics = (HARMONICS_A_PATCH * period / patch).ceil() as usize;
        let per_mel = f64::from(spectral.bands) / hz_to_mel(MEL_BANDS_UP_TO_HZ);
        Ok(Self {
            sample_rate,
            period_us: placement.period_us,
            hops,
            window_us: (patch / 2.0).clamp(WINDOW_US.0, WINDOW_US.1),
            harmonics: harmonics.min(hops / 2 - 1),
            bands: bands(spectral, sample_rate, per_mel),
            per_mel,
        })
    }

    /// Cells of one period's spectrum: bands × harmonics, the harmonics of a band next to each other.
    pub(super) fn cells(&self) -> usize {
        self.bands.len() * self.harmonics
    }

    /// Length of a period in samples; seldom a whole number.
    pub(super) fn period_samples(&self) -> f64 {
        f64::from(self.period_us) * f64::from(self.sample_rate) / 1e6
    }

    /// Length of a period in seconds.
    pub(super) fn period_s(&self) -> f64 {
        f64::from(self.period_us) / 1e6
    }

    /// The sample nearest to the middle of a hop, counted from the first sample, so that rounding does
    /// not add up.
    pub(super) fn hop_at(&self, hop: u64) -> u64 {
        let samples = u128::from(hop) * u128::from(self.period_us) * u128::from(self.sample_rate);
        let parts = 1_000_000 * self.hops as u128;
        ((samples + parts / 2) / parts) as u64
    }

    /// The share of the power at `hz` that counts for a band: 1 in its middle, 0 from [`HALF_WIDTH`] on.
    pub(super) fn share(&self, band: usize, hz: f64) -> f64 {
        let apart = (hz_to_mel(hz) - hz_to_mel(self.bands[band])) * self.per_mel / HALF_WIDTH;
        if apart.abs() < 1.0 { 0.5 + 0.5 * libm::cos(std::f64::consts::PI * apart) } else { 0.0 }
    }
}

/// The middles of the pattern's bands below half the sample rate, in Hz.
fn bands(spectral: &Spectral, sample_rate: u32, per_mel: f64) -> Vec<f64> {
    let highest = FLAT_FROM_HZ.min(HIGHEST_SHARE * f64::from(sample_rate) / 2.0);
    let middle = |band: u32| mel_to_hz((f64::from(band) + 0.5) / per_mel);
    // Even the lowest rate has some.
    let count = (1..10 * spectral.bands).take_while(|&band| middle(band) < highest).count();
    (0..=count as u32).map(middle).collect()
}

/// The next even number with no prime factor above 5: short transforms are fast then.
fn even_and_smooth(count: usize) -> usize {
    let smooth = |n: &usize| {
        let mut rest = *n;
        for factor in [2, 3, 5] {
            while rest.is_multiple_of(factor) {
                rest /= factor;
            }
        }
        rest == 1
    };
    let first = count.max(8).next_multiple_of(2);
    (first..).step_by(2).find(smooth).unwrap_or(first)
}
