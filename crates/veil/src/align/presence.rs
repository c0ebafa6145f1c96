//! Which stretches of a recording carry a veil, and which were never protected: a jingle before the voice,
//! an advertisement within.
//!
//! Restoring what carries the veil makes it more predictable; restoring what does not makes it less so. The
//! log-likelihoods of both, window by window, are the observations of a chain with two states, and the most
//! likely sequence is that of Viterbi (“Error bounds for convolutional codes”, IEEE Trans. Inf. Theory 13,
//! 1967; Rabiner, “A tutorial on hidden Markov models”, Proc. IEEE 77, 1989, section III.B).

use std::ops::Range;
use std::sync::Arc;

use super::prediction::Predictor;
use super::search::{log_gains, median_magnitude};
use crate::recipe::RecipeError;
use crate::restore::Restorer;
use crate::veil::Veil;

/// Share of the rounding noise that counts. Prediction assumes much more than there is, which is safe where
/// places are compared, but here would make quiet speech in 16 bits look untouched.
const ROUNDING_SHARE: f64 = 1.0 / 64.0;
/// Windows with less power than this many times that of rounding show nothing: restoring raises the noise in
/// them.
const AUDIBLE: f64 = 64.0;
/// Most that one window counts, in typical windows: prediction errors have heavy tails.
const WINDOW_MAX: f64 = 1.5;
/// In favour of the veil, per window: where the audio does not show either, it is restored.
const BIAS: f64 = 0.15;
/// What a change between the states costs, in typical windows of 20 ms. About a second of untouched audio
/// at an end of the file pays for it, and two seconds within. In wholly protected recordings the sum never
/// fell by as much as this.
const CHANGE: f64 = 40.0;

/// How much likelier each window of a recording is with a veil than without it. Memory does not grow with
/// the recording.
pub struct Presence {
    veil: Arc<Veil>,
    restorer: Restorer,
    predictor: Predictor,
    /// Least energy of a window that shows anything.
    least: f64,
    /// Timeline position of the first sample in the buffers.
    position: i64,
    untouched: Vec<f64>,
    restored: Vec<f64>,
}

impl Presence {
    /// For a recording, one channel or the mean of several, whose first sample lies at timeline position
    /// `offset`; a millisecond or two beside it is near enough. `rounding` is as for
    /// [`align`](super::align). Allocates.
    ///
    /// # Errors
    /// [`RecipeError::NotInvertible`] for the papers' baselines.
    pub fn new(veil: &Arc<Veil>, rounding: f64, offset: i64) -> Result<Self, RecipeError> {
        let predictor = Predictor::new(veil.sample_rate(), ROUNDING_SHARE * rounding);
        Ok(Self {
            veil: veil.clone(),
            restorer: Restorer::new(veil.clone(), 1)?,
            least: AUDIBLE * rounding * predictor.windows().1 as f64,
            predictor,
            position: offset,
            untouched: Vec::new(),
            restored: Vec::new(),
        })
    }

    /// Samples before the first window, and in each.
    #[must_use]
    pub fn windows(&self) -> (usize, usize) {
        self.predictor.windows()
    }

    /// Takes the next samples, and adds the natural logarithm of the odds of each window they complete to
    /// `windows`. Allocates.
    pub fn feed(&mut self, samples: &[f32], windows: &mut Vec<f64>) {
        let before = self.untouched.len();
        self.untouched.extend(samples.iter().copied().map(f64::from));
        self.restored.extend_from_slice(&self.untouched[before..]);
        let at = self.position.saturating_add(before as i64);
        self.restorer.process_f64(at, &mut [&mut self.restored[before..]]);
        let (order, window) = self.predictor.windows();
        let whole = self.untouched.len().saturating_sub(order) / window * window;
        if whole == 0 {
            return;
        }
        let end = order + whole;
        let gains = log_gains(&self.veil, self.position, end);
        let with = self.predictor.log_likelihood(&self.restored[..end], &gains);
        let without = self.predictor.log_likelihood(&self.untouched[..end], &vec![0.0; end]);
        let audio = self.untouched[order..end].chunks(window);
        for ((with, without), samples) in with.iter().zip(&without).zip(audio) {
            let shows = samples.iter().map(|x| x * x).sum::<f64>() > self.least;
            windows.push(if shows { with - without } else { 0.0 });
        }
        self.untouched.drain(..whole);
        self.restored.drain(..whole);
        self.position = self.position.saturating_add(whole as i64);
    }
}

/// The windows that carry the veil, by the logarithms of their odds from [`Presence`]: all of them unless
/// the others show clearly that they do not. None where no window carries it. Allocates.
#[must_use]
pub fn veiled_windows(log_odds: &[f64]) -> Vec<Range<usize>> {
    let typical = median_magnitude(log_odds);
    let score = |odds: f64| if odds == 0.0 { 0.0 } else { bounded(odds / typical) + BIAS };
    // Of the best sequences that end untouched and veiled: the score, and for each window the state before.
    let mut best = [0.0_f64; 2];
    let mut before = Vec::with_capacity(log_odds.len());
    for &odds in log_odds {
        let [untouched, veiled] = best;
        let from = [veiled - CHANGE > untouched, veiled >= untouched - CHANGE];
        best = [
            if from[0] { veiled - CHANGE } else { untouched },
            if from[1] { veiled } else { untouched - CHANGE },
        ];
        best[1] += score(odds);
        // Only the difference counts, and a sum over hours would lose digits.
        let least = best[0].min(best[1]);
        best = best.map(|score| score - least);
        before.push(from);
    }
    let mut is_veiled = best[1] >= best[0];
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (window, from) in before.iter().enumerate().rev() {
        if is_veiled {
            match ranges.last_mut() {
                Some(range) if range.start == window + 1 => range.start = window,
                _ => ranges.push(window..window + 1),
            }
        }
        is_veiled = from[usize::from(is_veiled)];
    }
    ranges.reverse();
    ranges
}

fn bounded(score: f64) -> f64 {
    score.clamp(-WINDOW_MAX, WINDOW_MAX)
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::signal;

    use super::*;

    /// Odds that scatter by 1 around `mean`, window by window.
    fn odds(seed: u64, mean: f64, count: usize) -> Vec<f64> {
        signal::noise(seed, count).into_iter().map(|x| mean + 3.5 * f64::from(x)).collect()
    }

    #[test]
    fn hours_of_audio_that_shows_neither_are_never_cut() {
        for seed in 0..20 {
            let windows = odds(seed, 0.0, 180_000);
            assert_eq!(veiled_windows(&windows), std::slice::from_ref(&(0..180_000)), "{seed}");
        }
    }

    #[test]
    fn untouched_stretches_are_found_to_a_few_windows() {
        for seed in 0..20 {
            let parts = [
                odds(seed, -1.0, 300),
                odds(seed + 100, 1.0, 500),
                odds(seed + 200, -1.0, 300),
                odds(seed + 300, 1.0, 400),
            ];
            let found = veiled_windows(&parts.concat());
            assert_eq!(found.len(), 2, "{seed}: {found:?}");
            for (found, right) in found.iter().zip([300..800, 1_100..1_500]) {
                assert!(found.start.abs_diff(right.start) < 8, "{seed}: {found:?}");
                assert!(found.end.abs_diff(right.end) < 8, "{seed}: {found:?}");
            }
        }
    }

    #[test]
    fn silence_shows_nothing_and_is_never_cut() {
        assert_eq!(veiled_windows(&[0.0; 10_000]), std::slice::from_ref(&(0..10_000)));
        assert!(veiled_windows(&[]).is_empty());
    }
}
