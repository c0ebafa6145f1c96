//! Where exactly a veiled stretch begins or ends.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::prediction::Predictor;
use super::search::log_gains;
use crate::recipe::RecipeError;
use crate::restore::Restorer;
use crate::veil::Veil;

/// Distance from an integer, in steps, up to which a sample counts as one.
const ON_GRID: f64 = 0.1;

/// A place in a recording at which it changes from untouched to veiled, or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seam {
    /// The veil begins here.
    Begin,
    /// It ended before this.
    End,
}

/// The sample of `audio`, one channel or the mean of several, at which the veil most likely begins or
/// ends, among the samples `near`. `audio` goes on for a few tenths of a second on either side; its
/// first sample lies at timeline position `offset`. Where the original consists of integers of
/// `grid_bits` bits, the seam is found to the sample: by how many samples are integers. Otherwise it is
/// found to a few milliseconds, by predictability. Allocates.
///
/// # Errors
/// [`RecipeError::NotInvertible`] for the papers' baselines.
pub fn find_seam(
    veil: &Arc<Veil>,
    audio: &[f32],
    offset: i64,
    seam: Seam,
    near: RangeInclusive<usize>,
    grid_bits: Option<u32>,
) -> Result<usize, RecipeError> {
    Restorer::new(veil.clone(), 0)?;
    let mut join = Join::new(veil, audio, offset, seam);
    let mut predictor = Predictor::with_short_windows(veil.sample_rate());
    let step = predictor.windows().1;
    let coarse = climb(&near, step, |at| {
        let (samples, gains) = join.at(at);
        predictor.log_likelihood(samples, gains).iter().sum()
    });
    let Some(bits) = grid_bits else { return Ok(coarse) };
    let steps = (1_u64 << (bits - 1)) as f64;
    Ok(climb(&near, step, |at| {
        let is_integer = |x: &&f64| (*x * steps - (*x * steps).round()).abs() < ON_GRID;
        join.at(at).0.iter().filter(is_integer).count() as f64
    }))
}

/// The place in `near` with the highest score, in steps that halve.
fn climb(near: &RangeInclusive<usize>, step: usize, mut score: impl FnMut(usize) -> f64) -> usize {
    let mut step = step.max(1);
    let mut best = (*near.start(), f64::NEG_INFINITY);
    let mut try_at = |at: usize, best: &mut (usize, f64)| {
        if near.contains(&at) {
            let score = score(at);
            if score > best.1 {
                *best = (at, score);
            }
        }
    };
    for at in near.clone().step_by(step) {
        try_at(at, &mut best);
    }
    while step > 1 {
        step = step.div_ceil(2);
        let middle = best.0;
        for at in [middle.saturating_sub(step), middle + step] {
            try_at(at, &mut best);
        }
    }
    best.0
}

/// Untouched and restored audio, joined at any place.
struct Join<'a> {
    veil: &'a Arc<Veil>,
    seam: Seam,
    offset: i64,
    untouched: Vec<f64>,
    /// All of it restored, which is right up to an end.
    restored: Vec<f64>,
    veiled_gains: Vec<f64>,
    samples: Vec<f64>,
    gains: Vec<f64>,
}

impl<'a> Join<'a> {
    fn new(veil: &'a Arc<Veil>, audio: &[f32], offset: i64, seam: Seam) -> Self {
        let untouched: Vec<f64> = audio.iter().copied().map(f64::from).collect();
        let mut restored = untouched.clone();
        restore(veil, offset, &mut restored);
        Self {
            veil,
            seam,
            offset,
            veiled_gains: log_gains(veil, offset, untouched.len()),
            untouched,
            restored,
            samples: Vec::new(),
            gains: Vec::new(),
        }
    }

    /// The samples joined at `at`, and the logarithms of the gains of the veil on them.
    fn at(&mut self, at: usize) -> (&[f64], &[f64]) {
        let at = at.min(self.untouched.len());
        match self.seam {
            Seam::Begin => {
                self.samples.clone_from(&self.untouched);
                restore(self.veil, self.offset + at as i64, &mut self.samples[at..]);
                self.gains.clone_from(&self.veiled_gains);
                self.gains[..at].fill(0.0);
            }
            Seam::End => {
                self.samples.clone_from(&self.restored);
                self.samples[at..].copy_from_slice(&self.untouched[at..]);
                self.gains.clone_from(&self.veiled_gains);
                self.gains[at..].fill(0.0);
            }
        }
        (&self.samples, &self.gains)
    }
}

/// Restores `samples`, with silence before them.
fn restore(veil: &Arc<Veil>, offset: i64, samples: &mut [f64]) {
    // Cannot fail: the recipe was tried before.
    if let Ok(mut restorer) = Restorer::new(veil.clone(), 1) {
        restorer.process_f64(offset, &mut [samples]);
    }
}
