//! Detection: whether a recording carries a key, where on the timeline, and with what confidence.
//!
//! A spectral recipe changes levels over time and frequency in a pattern that repeats every period. A
//! [`Detector`] measures the level of the audio in the pattern's bands a few hundred times a second,
//! subtracts the moving average, and sums all periods: speech and music average out, the pattern
//! stays. The result, the [`Evidence`], is small and holds no key. The pattern of a key is correlated
//! with it at all offsets at once; the highest correlation is the key's score. [`Decoys`], keys drawn
//! at random, are scored the same way, and the rank among them is the p-value: exact whatever the
//! audio, because a key that was not used is itself a random draw.
//!
//! With the original at hand much shorter excerpts suffice: a [`Locator`] finds the excerpt in it, and
//! the detector takes the difference of both levels, in which speech and music cancel.
//!
//! All of it allocates: keep it off the audio thread.

mod correlate;
mod coverage;
mod decoys;
mod detrended_levels;
mod error;
mod evidence;
mod filterbank;
mod grid;
mod locate;
mod noise_weight;
mod pattern;
mod period_average;
mod reference_alignment;

pub use coverage::Coverage;
pub use decoys::Decoys;
pub use error::DetectError;
pub use evidence::{Evidence, Score};
pub(crate) use locate::loudest;
pub use locate::{ExcerptMatch, Locator};

use crate::recipe::{Depth, Filter, Recipe, VeilSettings};
use detrended_levels::DetrendedLevels;
use filterbank::Filterbank;
use grid::Grid;
use period_average::PeriodAverage;

/// Length in seconds of the blocks for which [`Coverage`] is found.
const BLOCK_S: f64 = 1.0;

/// Takes in one recording, block by block. Its memory grows by some kilobytes per second.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use patchveil_veil::{ClassKey, Detector, Preset};
///
/// let mut detector = Detector::new(48_000, 1, &Preset::Balanced.recipe())?;
/// detector.feed(&[&[0.0; 48_000]]);
/// let evidence = detector.finish();
/// assert!(!evidence.has_signal(), "silence carries nothing");
/// let score = evidence.test(&ClassKey::from_bytes([1; 32]));
/// assert_eq!(evidence.decoys(19, 1).p_value(score.value), 1.0);
/// # Ok(())
/// # }
/// ```
pub struct Detector {
    settings: VeilSettings,
    grid: Grid,
    filterbank: Filterbank,
    /// The original's, if there is one.
    reference: Option<Filterbank>,
    levels: DetrendedLevels,
    average: PeriodAverage,
    channels: usize,
    samples: u64,
}

impl Detector {
    /// A detector for audio of `channels` channels at `sample_rate` Hz ([`RATE_MIN`] ..=
    /// [`RATE_MAX`]) and patterns of the veil of `recipe`. Its depths hardly matter: see
    /// [`same_pattern`]. A mark beside it is ignored.
    ///
    /// [`RATE_MIN`]: crate::RATE_MIN
    /// [`RATE_MAX`]: crate::RATE_MAX
    ///
    /// # Errors
    /// [`DetectError`] if the recipe or the rate is out of range, or if the recipe has no pattern
    /// that can be searched for.
    pub fn new(sample_rate: u32, channels: usize, recipe: &Recipe) -> Result<Self, DetectError> {
        Self::make(sample_rate, channels, recipe, false)
    }

    /// A detector for a recording whose original is at hand; both go to
    /// [`feed_with_original`](Self::feed_with_original). Their difference contains the pattern and what
    /// happened to the recording, but neither speech nor music, so a tenth of the length suffices.
    ///
    /// [`Decoys::p_value`] stays exact: if the key was not used, recording and original were chosen
    /// without it, and it is one more random draw, whatever the difference. A wrong original, or one
    /// at the wrong place, can hide a key but cannot fake one.
    ///
    /// `channels` is the number that both have, or 1 if their numbers differ.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_original(
        sample_rate: u32,
        channels: usize,
        recipe: &Recipe,
    ) -> Result<Self, DetectError> {
        Self::make(sample_rate, channels, recipe, true)
    }

    fn make(
        sample_rate: u32,
        channels: usize,
        recipe: &Recipe,
        with_reference: bool,
    ) -> Result<Self, DetectError> {
        recipe.validate()?;
        let settings = recipe.veil.as_ref().ok_or(DetectError::NoVeil)?;
        let grid = Grid::new(sample_rate, settings)?;
        let period_s = grid.period_s();
        let block_periods = (BLOCK_S / period_s).round().max(1.0) as u32;
        let (bands, hops) = (grid.bands.len(), grid.hops);
        Ok(Self {
            filterbank: Filterbank::new(&grid, channels),
            reference: with_reference.then(|| Filterbank::new(&grid, channels)),
            levels: DetrendedLevels::new(bands, hops, period_s / hops as f64, with_reference),
            average: PeriodAverage::new(&grid, block_periods),
            settings: settings.clone(),
            grid,
            channels,
            samples: 0,
        })
    }

    /// Takes the next block (channels × samples): as many channels as the detector was made for, all
    /// of one length. Invalid samples (NaN, infinite, beyond ±10³⁰) count as 0.
    pub fn feed(&mut self, block: &[&[f32]]) {
        self.feed_with_original(block, &[]);
    }

    /// Takes the next block and the part of the original that belongs to it, sample for sample at the
    /// same rate: see [`ExcerptMatch::align_original`]. Whichever has another number of channels than
    /// the detector is mixed to their mean. A detector without an original ignores `original`; one with
    /// an original learns nothing where it is missing.
    pub fn feed_with_original(&mut self, block: &[&[f32]], original: &[&[f32]]) {
        if block.len() != self.channels && !block.is_empty() {
            return self.feed_with_original(&[&correlate::mean(block)], original);
        }
        if original.len() != self.channels && !original.is_empty() {
            return self.feed_with_original(block, &[&correlate::mean(original)]);
        }
        let (levels, average) = (&mut self.levels, &mut self.average);
        self.samples += block.first().map_or(0, |channel| channel.len() as u64);
        // Both filterbanks have had as many samples, so they give as many rows.
        let mut rows = Vec::new();
        if let Some(reference) = &mut self.reference {
            reference.push(original, |power| rows.push(power.to_vec()));
        }
        let (mut rows, nothing) = (rows.iter(), vec![0.0; self.grid.bands.len()]);
        self.filterbank.push(block, |power| {
            let original = rows.next().unwrap_or(&nothing);
            levels.push(power, original, |row| average.push(row));
        });
    }

    /// Ends the recording.
    #[must_use]
    pub fn finish(self) -> Evidence {
        let mut average = self.average;
        let active_fraction = self.levels.finish(|row| average.push(row));
        let with_reference = self.reference.is_some();
        if with_reference {
            // Every hop of a short excerpt counts.
            average.finish();
        }
        let seconds = self.samples as f64 / f64::from(self.grid.sample_rate);
        Evidence::new(self.grid, &self.settings, average, active_fraction, with_reference, seconds)
    }
}

/// Whether the veils of two recipes have the same pattern and differ only in its depth, as those of the
/// presets do. One [`Detector`] then serves both.
#[must_use]
pub fn same_pattern(a: &Recipe, b: &Recipe) -> bool {
    let shape = |recipe: &Recipe| {
        let mut settings = recipe.veil.clone()?;
        settings.amount = 100.0;
        let Filter::Spectral(spectral) = &mut settings.filter else { return None };
        // The static EQ is constant, and detrending removes what is constant.
        spectral.static_eq = Depth { db: 0.0, low: 0.0, high: 0.0 };
        spectral.alternating_eq.db = f64::from(u8::from(spectral.alternating_eq.db > 0.0));
        Some(settings)
    };
    shape(a).is_some_and(|a| shape(b) == Some(a))
}
