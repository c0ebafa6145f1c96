//! The cells of time and frequency in which audio and code are compared.

use super::DetectError;
use crate::kernel::{BANDS_TO_HZ, FADE_TO_HZ, mel};
use crate::recipe::{Filter, Offsets, RATE_MAX, RATE_MIN, Recipe, RecipeError, Spectral};

/// Longest frame in which a code is looked for, in µs: ten seconds.
const FRAME_US_SEARCHED: u32 = 10_000_000;
/// Longest hop, in µs.
const HOP_US_MAX: f64 = 2_000.0;
/// Hops in a patch, at least.
const HOPS_A_PATCH: f64 = 8.0;
/// Shortest and longest window, in µs; between, half a patch.
const WINDOW_US: (f64, f64) = (2_000.0, 16_000.0);
/// Harmonics of the frame that are kept, for each patch that would fit into it: two tell where
/// patches begin and end, and above there is only noise.
const HARMONICS_A_PATCH: f64 = 2.0;
/// Bands end at this share of half the sample rate: above, resamplers begin to cut.
const HIGHEST_SHARE: f64 = 0.95;
/// Half the width of a band, in distances of two bands.
const HALF_WIDTH: f64 = 0.7;

/// How the timeline is cut into hops and the spectrum into bands, for one sample rate and recipe.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raster {
    pub(super) sample_rate: u32,
    pub(super) period_us: u32,
    /// Hops in a frame, even; with the frame not a whole number of samples they are not either.
    pub(super) hops: usize,
    /// Length of the window around each hop, in µs.
    pub(super) window_us: f64,
    /// Harmonics of the frame's period that are kept; the zeroth is not counted among them.
    pub(super) harmonics: usize,
    /// Middles of the bands in Hz, rising.
    pub(super) bands: Vec<f64>,
    /// Bands of the code on a mel.
    per_mel: f64,
}

impl Raster {
    pub(super) fn new(sample_rate: u32, recipe: &Recipe) -> Result<Self, DetectError> {
        recipe.validate()?;
        if !(RATE_MIN..=RATE_MAX).contains(&sample_rate) {
            return Err(DetectError::Recipe(RecipeError::Range {
                field: "the sample rate",
                value: format!("{sample_rate} Hz"),
                range: format!("{RATE_MIN} to {RATE_MAX} Hz"),
            }));
        }
        let Filter::Spectral(spectral) = &recipe.filter else {
            return Err(DetectError::NoCode);
        };
        let placement = &recipe.placement;
        if placement.offsets == Offsets::Scattered {
            return Err(DetectError::Scattered);
        }
        if placement.period_us > FRAME_US_SEARCHED {
            return Err(DetectError::LongFrame);
        }
        let (frame, patch) = (f64::from(placement.period_us), f64::from(placement.patch_us));
        let hop = HOP_US_MAX.min(patch / HOPS_A_PATCH);
        let hops = even_and_smooth((frame / hop).ceil() as usize);
        let harmonics = (HARMONICS_A_PATCH * frame / patch).ceil() as usize;
        let per_mel = f64::from(spectral.bands) / mel(BANDS_TO_HZ);
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

    /// Cells of one frame's spectrum: bands × harmonics, harmonic by harmonic within a band.
    pub(super) fn cells(&self) -> usize {
        self.bands.len() * self.harmonics
    }

    /// Length of a frame in samples; seldom whole.
    pub(super) fn period_samples(&self) -> f64 {
        f64::from(self.period_us) * f64::from(self.sample_rate) / 1e6
    }

    /// Length of a frame in seconds.
    pub(super) fn frame_seconds(&self) -> f64 {
        f64::from(self.period_us) / 1e6
    }

    /// The sample nearest to the middle of a hop. Counted from the first sample every time, so
    /// that no rounding adds up.
    pub(super) fn hop_at(&self, hop: u64) -> u64 {
        let samples = u128::from(hop) * u128::from(self.period_us) * u128::from(self.sample_rate);
        let parts = 1_000_000 * self.hops as u128;
        ((samples + parts / 2) / parts) as u64
    }

    /// How much of the power at `hz` counts for a band: 1 in its middle, 0 from [`HALF_WIDTH`] on.
    pub(super) fn share(&self, band: usize, hz: f64) -> f64 {
        let apart = (mel(hz) - mel(self.bands[band])) * self.per_mel / HALF_WIDTH;
        if apart.abs() < 1.0 { 0.5 + 0.5 * libm::cos(std::f64::consts::PI * apart) } else { 0.0 }
    }
}

/// The middles of the code's bands that a sample rate carries, in Hz.
fn bands(spectral: &Spectral, sample_rate: u32, per_mel: f64) -> Vec<f64> {
    let highest = FADE_TO_HZ.min(HIGHEST_SHARE * f64::from(sample_rate) / 2.0);
    let middle = |band: u32| hz((f64::from(band) + 0.5) / per_mel);
    // Even the lowest rate carries some.
    let count = (1..10 * spectral.bands).take_while(|&band| middle(band) < highest).count();
    (0..=count as u32).map(middle).collect()
}

/// mel → Hz, the inverse of [`mel`].
fn hz(mel: f64) -> f64 {
    700.0 * (libm::pow(10.0, mel / 2_595.0) - 1.0)
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
