//! Alignment: where on the timeline a protected recording begins, to the sample.
//!
//! Restoring at a place that is wrong by a few samples leaves traces at the edges of patches, where
//! the weight moves. Two things show them. If the original was made of integers and the protected
//! samples are finer, then the restored samples lie on the integers' grid at the right place and at
//! no other: that is certain. Else the traces are a noise that cannot be predicted: with the power of
//! the prediction error taken for Gaussian, window by window, as in linear prediction (Makhoul,
//! “Linear prediction: a tutorial review”, Proc. IEEE 63, 1975, sections II and IV), the likelihood of
//! a place is `−½·N·ln E` added up over windows of `N` samples with an error of energy `E`, less the
//! logarithms of the gains `g₀` that the samples themselves were multiplied by. It compares recipes as
//! well as places.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::detect::loudest;
use crate::recipe::{Offsets, RecipeError};
use crate::restore::{Restorer, dot};
use crate::veil::Veil;

/// Length of a window of prediction in seconds: speech and music hold still that long.
const WINDOW_S: f64 = 0.02;
/// Highest order of prediction.
const ORDER_MAX: usize = 32;
/// Least power of the noise that is taken to lie over everything (−140 dBFS), so that digital silence
/// says nothing.
const FLOOR: f64 = 1e-14;
/// How far above the rounding noise that is, which restoring shapes by up to some 16 dB.
const ABOVE_ROUNDING: f64 = 256.0;
/// Odds, as a natural logarithm, from which a place counts as found. Prediction errors of speech and
/// music are not Gaussian, which makes the odds look higher than they are: wrong places had up to 10.
const CERTAIN: f64 = 12.0;
/// Depths in bits of integers that audio comes from; the mean of two channels has one bit more.
const GRIDS: [u32; 4] = [16, 17, 24, 25];
/// Root mean square distance from a grid, in its steps, up to which samples lie on it. Samples that
/// have nothing to do with it are 0.29 away.
const ON_GRID: f64 = 0.1;
/// Seconds in which every place is tried. Audio without noise and without treble (speech that was
/// resampled, say) can be foretold so well that any place but the right one looks alike bad, the
/// nearest as bad as the farthest; in the same audio a second is enough.
const NEEDLE_S: f64 = 1.5;
/// Most frames of a period that are told apart.
const FRAMES_TRIED: usize = 16;
/// Seconds that are looked at for a grid.
const GRID_S: f64 = 2.0;
/// Places on either side of the most likely one that are tried for a grid.
const GRID_REACH: i64 = 12;

/// A place on the timeline for a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// Timeline position of the recording's first sample, in samples; see [`period`].
    pub offset: i64,
    /// How much likelier this place is than any other, as the natural logarithm of the odds. At
    /// least 0; infinite where a grid was found.
    pub log_odds: f64,
    /// Depth in bits of the integers on whose grid the restored samples lie, if they do.
    pub grid_bits: Option<u32>,
}

impl Alignment {
    /// Whether the place is right to the sample, as good as certainly.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.log_odds >= CERTAIN
    }
}

/// Samples after which a veil is the same again, so that places that far apart are one: a few frames.
/// `None` for recipes whose frames all differ.
#[must_use]
pub fn period(veil: &Veil) -> Option<i64> {
    let placement = &veil.recipe().placement;
    if placement.offsets == Offsets::Scattered {
        return None;
    }
    let ticks = u64::from(placement.period_us) * u64::from(veil.sample_rate());
    let frames = 1_000_000 / gcd(ticks, 1_000_000);
    i64::try_from(ticks * frames / 1_000_000).ok()
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Finds the place of `audio`, one channel or the mean of several, among those `within` samples
/// of `near`. `rounding` is the power of the noise, dither included, from rounding to the file's depth,
/// full scale being 1; 0 for floats. Ten seconds or more are needed to tell neighbouring samples apart, unless there is a
/// grid. Allocates, and takes a good part of the audio's length at 48 kHz.
///
/// # Errors
/// [`RecipeError::NotInvertible`] for the papers' baselines.
pub fn align(
    veil: &Arc<Veil>,
    audio: &[f32],
    rounding: f64,
    near: i64,
    within: u32,
) -> Result<Alignment, RecipeError> {
    let mut search = Search::new(veil, audio, rounding)?;
    let (first, last) = (near - i64::from(within), near + i64::from(within));
    search.likelihood(needle(veil, audio, rounding, first..=last)?);
    // Where there is noise, an edge is what tells places apart; well within one, the likelihood has
    // a single peak.
    let fade = veil.schedule().fade() as i64;
    let mut step = (fade / 12).max(1);
    let mut at = first;
    while at <= last {
        search.likelihood(at);
        at += step;
    }
    let mut best = search.best();
    while step > 1 {
        step = (step + 1) / 2;
        for at in [best - 2 * step, best - step, best + step, best + 2 * step] {
            search.likelihood(at);
        }
        best = search.best();
    }
    // Chance moves the peak by a sample or two: follow it until it stands free on both sides. And
    // where a frame is no whole number of samples, no two frames of a period are quite alike.
    loop {
        for aside in -3..=3 {
            search.likelihood(best + aside);
        }
        for frame in search.frames_on() {
            for aside in -1..=1 {
                search.likelihood(best + frame + aside);
            }
        }
        // Of places that are alike, as in silence, none is worth following.
        let moved = search.best();
        if search.likelihood(moved) <= search.likelihood(best) {
            break;
        }
        best = moved;
    }
    let found = search.grid(best).map_or_else(
        || Alignment { offset: best, log_odds: search.log_odds(best), grid_bits: None },
        |(offset, bits)| Alignment { offset, log_odds: f64::INFINITY, grid_bits: Some(bits) },
    );
    let offset = period(veil).map_or(found.offset, |period| found.offset.rem_euclid(period));
    Ok(Alignment { offset, ..found })
}

/// The likeliest of all `places` by the loudest stretch of `audio` alone.
fn needle(
    veil: &Arc<Veil>,
    audio: &[f32],
    rounding: f64,
    places: RangeInclusive<i64>,
) -> Result<i64, RecipeError> {
    let (first, stretch) = loudest(audio, f64::from(veil.sample_rate()), NEEDLE_S);
    let first = first as i64;
    let mut search = Search::new(veil, stretch, rounding)?;
    for place in places {
        search.likelihood(place + first);
    }
    Ok(search.best() - first)
}

/// Log-likelihood, up to a constant of `audio` alone, of its having this veil and beginning at
/// `offset`: to choose between recipes. `rounding` is as for [`align`]. Allocates.
///
/// # Errors
/// [`RecipeError::NotInvertible`] for the papers' baselines.
pub fn log_likelihood(
    veil: &Arc<Veil>,
    audio: &[f32],
    rounding: f64,
    offset: i64,
) -> Result<f64, RecipeError> {
    Ok(Search::new(veil, audio, rounding)?.likelihood(offset))
}

/// What has been tried.
struct Search<'a> {
    veil: &'a Arc<Veil>,
    audio: Vec<f64>,
    buffer: Vec<f64>,
    predictor: Predictor,
    /// Samples at the start that are still disturbed by what came before the excerpt.
    settling: usize,
    tried: BTreeMap<i64, f64>,
}

impl<'a> Search<'a> {
    fn new(veil: &'a Arc<Veil>, audio: &[f32], rounding: f64) -> Result<Self, RecipeError> {
        Restorer::new(veil.clone(), 0)?;
        Ok(Self {
            veil,
            audio: audio.iter().copied().map(f64::from).collect(),
            buffer: Vec::new(),
            predictor: Predictor::new(veil.sample_rate(), rounding),
            settling: 4 * veil.context(),
            tried: BTreeMap::new(),
        })
    }

    /// Restores the samples `from` .. `to` as if the recording began at `offset`.
    fn restore(&mut self, offset: i64, from: usize, to: usize) {
        self.buffer.clear();
        self.buffer.extend_from_slice(self.audio.get(from..to).unwrap_or_default());
        // It was made in `new` too, so it can be made.
        if let Ok(mut restorer) = Restorer::new(self.veil.clone(), 1) {
            restorer.process_f64(offset + from as i64, &mut [&mut self.buffer]);
        }
    }

    /// Log-likelihood of a place, up to a constant.
    fn likelihood(&mut self, offset: i64) -> f64 {
        if let Some(&known) = self.tried.get(&offset) {
            return known;
        }
        self.restore(offset, 0, self.audio.len());
        let settled = self.buffer.get(self.settling..).unwrap_or_default();
        let from = offset.saturating_add(self.settling as i64);
        let gains = log_gains(self.veil, from, settled.len());
        let likelihood = self.predictor.log_likelihood(settled, &gains);
        self.tried.insert(offset, likelihood);
        likelihood
    }

    /// Distances in samples to the other frames of a period.
    fn frames_on(&self) -> Vec<i64> {
        let period_us = i64::from(self.veil.recipe().placement.period_us);
        let ticks = period_us * i64::from(self.veil.sample_rate());
        let period = period(self.veil).unwrap_or(0);
        let on = (1..).map(|frame| (frame * ticks + 500_000) / 1_000_000);
        // Some recipes at some rates repeat only after very many frames, all but alike.
        on.take_while(|on| *on < period - 1).take(FRAMES_TRIED).collect()
    }

    fn best(&self) -> i64 {
        self.tried.iter().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(&offset, _)| offset)
    }

    /// By how much a place stands out from all others.
    fn log_odds(&self, best: i64) -> f64 {
        let top = self.tried.get(&best).copied().unwrap_or(0.0);
        let others = self.tried.iter().filter(|(offset, _)| **offset != best);
        let odds = others.map(|(_, value)| top - value).fold(f64::INFINITY, f64::min);
        if odds.is_finite() { odds.max(0.0) } else { 0.0 }
    }

    /// The place near `best` where the samples come to lie on integers, and how deep these are.
    fn grid(&mut self, best: i64) -> Option<(i64, u32)> {
        let middle = self.audio.len() / 2;
        let half = (GRID_S / 2.0 * f64::from(self.veil.sample_rate())) as usize;
        let (from, to) = (middle.saturating_sub(half), (middle + half).min(self.audio.len()));
        for bits in GRIDS {
            let untouched = self.audio.get(from..to).unwrap_or_default();
            if distance_from_grid(untouched, bits).is_none_or(|distance| distance < ON_GRID) {
                continue;
            }
            for offset in best - GRID_REACH..=best + GRID_REACH {
                self.restore(offset, from, to);
                let settled = self.buffer.get(self.settling..).unwrap_or_default();
                if distance_from_grid(settled, bits).is_some_and(|distance| distance < ON_GRID) {
                    return Some((offset, bits));
                }
            }
        }
        None
    }
}

/// Root mean square distance of samples from integers of `bits` bits, in steps of these; `None`
/// where too few samples are loud enough to leave 0 and quiet enough for single precision to
/// resolve a step.
pub fn distance_from_grid(samples: &[f64], bits: u32) -> Option<f64> {
    let steps = (1_u64 << (bits - 1)) as f64;
    // Single precision rounds to 2⁻²⁵ of the next power of two, and restoring raises that by up to
    // some 12 dB; leave it a sixteenth of a step.
    let loudest = (2.0_f64.powi(19) / steps).min(1.0);
    let mut count = 0_u32;
    let mut sum = 0.0;
    for window in samples.chunks(256) {
        if window.iter().any(|x| x.abs() > loudest) {
            continue;
        }
        for x in window.iter().map(|x| x * steps).filter(|x| x.abs() > 8.0) {
            let away = x - x.round();
            sum += away * away;
            count += 1;
        }
    }
    (count >= 500).then(|| (sum / f64::from(count)).sqrt())
}

/// Linear prediction, window by window, by least squares over each (the covariance method).
struct Predictor {
    order: usize,
    window: usize,
    /// Power of a white noise that is taken to lie over the protected samples.
    noise: f64,
    /// The covariances of lags 1 ..= order and, last, 0: (order + 1)², row by row.
    matrix: Vec<f64>,
}

impl Predictor {
    fn new(sample_rate: u32, rounding: f64) -> Self {
        let noise = FLOOR.max(ABOVE_ROUNDING * rounding);
        let order = (sample_rate as usize / 1_000).clamp(12, ORDER_MAX);
        let window = ((WINDOW_S * f64::from(sample_rate)) as usize).max(8 * order);
        Self { order, window, noise, matrix: vec![0.0; (order + 1) * (order + 1)] }
    }

    /// The log-likelihood of restored samples; `gains` are the logarithms of what the veil multiplied
    /// each of them by itself. Noise over the protected samples becomes fainter by these gains when
    /// it is restored, so that of noise alone every place and recipe is equally likely.
    fn log_likelihood(&mut self, samples: &[f64], gains: &[f64]) -> f64 {
        let count = self.window as f64;
        let mut sum = 0.0;
        let mut end = self.order + self.window;
        while end <= samples.len().min(gains.len()) {
            let gain = gains[end - self.window..end].iter().sum::<f64>() / count;
            let noise = self.noise * (-2.0 * gain).exp();
            let power = self.error_energy(samples, end, noise) / count;
            sum -= count * (0.5 * power.max(noise).ln() + gain);
            end += self.window;
        }
        sum
    }

    /// Energy of what the samples of the window that ends before `end` have in them that the
    /// `order` samples before each do not foretell, with a white noise of power `noise` over all.
    fn error_energy(&mut self, samples: &[f64], end: usize, noise: f64) -> f64 {
        let (order, size, begin) = (self.order, self.order + 1, end - self.window);
        let index = |lag: usize| if lag == 0 { order } else { lag - 1 };
        for lag in 0..size {
            let value = dot(&samples[begin..end], &samples[begin - lag..end - lag]);
            self.matrix[index(lag) * size + index(0)] = value;
            self.matrix[index(0) * size + index(lag)] = value;
        }
        // Each further one differs from its neighbour by one product at either end.
        for i in 1..size {
            for j in i..size {
                let before = self.matrix[index(i - 1) * size + index(j - 1)];
                let value = before + samples[begin - i] * samples[begin - j]
                    - samples[end - i] * samples[end - j];
                self.matrix[index(i) * size + index(j)] = value;
                self.matrix[index(j) * size + index(i)] = value;
            }
        }
        for i in 0..size {
            self.matrix[i * size + i] += noise * self.window as f64;
        }
        last_pivot(&mut self.matrix, size)
    }
}

/// Logarithms of what the veil multiplies each of `count` samples by itself, from timeline position
/// `from` on.
fn log_gains(veil: &Veil, from: i64, count: usize) -> Vec<f64> {
    let schedule = veil.schedule();
    let mut cursor = schedule.patches_from(from);
    let mut patch = cursor.next(schedule);
    let static_eq = veil.static_eq().and_then(|kernel| kernel.taps().first());
    let static_eq = static_eq.map_or(0.0, |&first| f64::from(first).ln());
    let gain = |at: i64| {
        while patch.end <= at && patch.end < i64::MAX {
            patch = cursor.next(schedule);
        }
        let weight = patch.weight(at, veil.rise());
        let first = veil.kernels().get(patch.kernel).and_then(|kernel| kernel.taps().first());
        static_eq + first.map_or(0.0, |&first| (1.0 + weight * (f64::from(first) - 1.0)).ln())
    };
    (from..).take(count).map(gain).collect()
}

/// Cholesky's decomposition in place; the last pivot, squared, is the energy of the error of
/// predicting the last variable from all others.
fn last_pivot(matrix: &mut [f64], size: usize) -> f64 {
    let mut pivot = 0.0;
    for i in 0..size {
        for j in 0..=i {
            let mut sum = matrix[i * size + j];
            for k in 0..j {
                sum -= matrix[i * size + k] * matrix[j * size + k];
            }
            if i > j {
                matrix[i * size + j] = sum * matrix[j * size + j];
                continue;
            }
            // A variable that others foretell to the last bit is left out.
            let least = 1e-13 * matrix[i * size + i].abs();
            pivot = sum.max(0.0);
            matrix[i * size + i] = if sum > least { 1.0 / sum.sqrt() } else { 0.0 };
        }
    }
    pivot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prediction_finds_the_power_of_the_innovation() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 23) - 1.0
        };
        let mut samples = vec![0.0; 2];
        for n in 2..20_000 {
            samples.push(1.6 * samples[n - 1] - 0.81 * samples[n - 2] + 0.01 * noise());
        }
        let mut predictor = Predictor::new(16_000, 0.0);
        let (mut energy, mut windows) = (0.0, 0.0);
        let mut end = predictor.order + predictor.window;
        while end <= samples.len() {
            energy += predictor.error_energy(&samples, end, predictor.noise);
            windows += 1.0;
            end += predictor.window;
        }
        // Sixteen free coefficients take their share of the 320 errors of a window.
        let free = (predictor.window - predictor.order) as f64;
        let power = energy / windows / free;
        assert!((power / (1e-4 / 3.0) - 1.0).abs() < 0.05, "{power}");
    }

    #[test]
    fn silence_says_nothing() {
        let mut predictor = Predictor::new(8_000, 0.0);
        let likelihood = predictor.log_likelihood(&[0.0; 8_000], &[0.0; 8_000]);
        assert!(likelihood.is_finite());
        assert_eq!(distance_from_grid(&[0.0; 8_000], 16), None);
    }
}
