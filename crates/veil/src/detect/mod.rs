//! Detection: does a recording carry a key, where on the timeline, and how sure is that.
//!
//! A spectral recipe lays a level over time and frequency that repeats with every frame. A
//! [`Detector`] takes the level of the audio in the code's own bands, a few hundred times a second,
//! takes off what moves slowly, and adds up all frames: speech and music average out, the code
//! stays. What is left, the [`Evidence`], is small, and holds no key. Against it the pattern of a
//! key is correlated at all offsets at once; the highest correlation is its score. The same is done
//! with [`Decoys`], keys drawn at random, and the rank among them is the p-value: exact whatever the
//! audio was, because a key that was not used is itself nothing but a random draw.
//!
//! With the original at hand much shorter excerpts are enough: a [`Locator`] says where the excerpt lies
//! in it, and of the two levels the difference is taken, in which there is no speech and no music.
//!
//! All of it allocates; none of it belongs on an audio thread.

mod beside;
mod correlate;
mod coverage;
mod decoys;
mod evidence;
mod fold;
mod front;
mod levels;
mod locate;
mod noise;
mod pattern;
mod raster;

pub use coverage::Coverage;
pub use decoys::Decoys;
pub use evidence::{Evidence, Score};
pub(crate) use locate::loudest;
pub use locate::{ExcerptMatch, Locator};

use crate::recipe::{Depth, Filter, Recipe, RecipeError};
use fold::Fold;
use front::Front;
use levels::Levels;
use raster::Raster;

/// Length of the blocks whose sums are kept to tell covered stretches from others, in seconds.
const BLOCK_S: f64 = 1.0;

/// Why a code cannot be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetectError {
    /// The recipe or the sample rate is out of range.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The recipe's filter is the papers' random taps.
    #[error(
        "this recipe's filter is a published baseline without a code in time, so there is nothing to detect"
    )]
    NoCode,
    /// The recipe scatters its patches.
    #[error(
        "this recipe scatters its patches anew in every frame, so they cannot be found without the original timeline"
    )]
    Scattered,
    /// The frame is too long.
    #[error("this recipe's frame is longer than 10 s, too long to find where it begins")]
    LongFrame,
}

/// Listens to one recording, block by block. Its memory grows by some kilobytes for every second.
pub struct Detector {
    recipe: Recipe,
    raster: Raster,
    front: Front,
    /// The original's, if there is one.
    beside: Option<Front>,
    levels: Levels,
    fold: Fold,
    channels: usize,
    samples: u64,
}

impl Detector {
    /// A detector for audio of `channels` channels at `sample_rate` Hz ([`RATE_MIN`] ..=
    /// [`RATE_MAX`]) and codes of `recipe`. The depths of the recipe hardly matter: see
    /// [`same_pattern`].
    ///
    /// [`RATE_MIN`]: crate::RATE_MIN
    /// [`RATE_MAX`]: crate::RATE_MAX
    ///
    /// # Errors
    /// [`DetectError`] if the recipe or the rate is out of range, or if the recipe has no code
    /// that could be searched for.
    pub fn new(sample_rate: u32, channels: usize, recipe: &Recipe) -> Result<Self, DetectError> {
        Self::make(sample_rate, channels, recipe, false)
    }

    /// A detector for a recording whose original is at hand, to be told by [`Self::feed_with_original`]: what
    /// the two differ in is the code and what happened to it on the way, and no longer speech or
    /// music. So a tenth of the length is enough.
    ///
    /// What [`Decoys::p_value`] says stays exact: recording and original are chosen without the key
    /// if the key was not used, and then it is one more random draw, whatever the two differ in.
    /// An original that is none, or lies at the wrong place, can hide a key and can feign none.
    ///
    /// `channels` is how many both have, or 1 if they have not the same number.
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
        beside: bool,
    ) -> Result<Self, DetectError> {
        let raster = Raster::new(sample_rate, recipe)?;
        let frame = raster.frame_seconds();
        let block_frames = (BLOCK_S / frame).round().max(1.0) as u32;
        let (bands, hops) = (raster.bands.len(), raster.hops);
        Ok(Self {
            front: Front::new(&raster, channels),
            beside: beside.then(|| Front::new(&raster, channels)),
            levels: Levels::new(bands, hops, frame / hops as f64, beside),
            fold: Fold::new(&raster, block_frames),
            recipe: recipe.clone(),
            raster,
            channels,
            samples: 0,
        })
    }

    /// Takes the next block, channels × samples: as many channels as the detector was made for, all
    /// of one length. What is no audio (NaN, infinities, beyond ±10³⁰) counts as 0.
    pub fn feed(&mut self, block: &[&[f32]]) {
        self.feed_with_original(block, &[]);
    }

    /// Takes the next block and what of the original belongs to it, sample for sample at the same rate:
    /// see [`ExcerptMatch::align_original`]. Of the one that has other channels than the detector their mean is
    /// taken. A detector without an original leaves the second out of account; one with an original
    /// learns nothing where it is missing.
    pub fn feed_with_original(&mut self, block: &[&[f32]], original: &[&[f32]]) {
        if block.len() != self.channels && !block.is_empty() {
            return self.feed_with_original(&[&correlate::mean(block)], original);
        }
        if original.len() != self.channels && !original.is_empty() {
            return self.feed_with_original(block, &[&correlate::mean(original)]);
        }
        let (levels, fold) = (&mut self.levels, &mut self.fold);
        self.samples += block.first().map_or(0, |channel| channel.len() as u64);
        // Both fronts give as many rows, for both have heard as many samples.
        let mut rows = Vec::new();
        if let Some(beside) = &mut self.beside {
            beside.push(original, |power| rows.push(power.to_vec()));
        }
        let (mut rows, nothing) = (rows.iter(), vec![0.0; self.raster.bands.len()]);
        self.front.push(block, |power| {
            let original = rows.next().unwrap_or(&nothing);
            levels.push(power, original, |row| fold.push(row));
        });
    }

    /// Ends the recording.
    #[must_use]
    pub fn finish(self) -> Evidence {
        let mut fold = self.fold;
        let alive = self.levels.finish(|row| fold.push(row));
        let beside = self.beside.is_some();
        if beside {
            // Every hop of a short excerpt counts.
            fold.finish();
        }
        let seconds = self.samples as f64 / f64::from(self.raster.sample_rate);
        Evidence::new(self.raster, &self.recipe, fold, alive, beside, seconds)
    }
}

/// Whether two recipes lay the same code and differ in its depth alone, as the released presets do.
/// One [`Detector`] then serves for both.
#[must_use]
pub fn same_pattern(a: &Recipe, b: &Recipe) -> bool {
    let shape = |recipe: &Recipe| {
        let mut recipe = recipe.clone();
        recipe.amount = 100.0;
        if let Filter::Spectral(spectral) = &mut recipe.filter {
            // The static EQ stands still, and what stands still is taken off before the search.
            spectral.static_eq = Depth { db: 0.0, low: 0.0, high: 0.0 };
            spectral.alternating_eq.db = f64::from(u8::from(spectral.alternating_eq.db > 0.0));
        }
        recipe
    };
    let code = |recipe: &Recipe| matches!(recipe.filter, Filter::Spectral(_));
    code(a) && shape(a) == shape(b)
}
