//! The adaptive attacker who knows the method and its period, and perhaps one original.

use std::collections::BTreeMap;

use rand::RngExt;
use rayon::prelude::*;

use super::bands::{Bands, loudest};
use super::error::AttackError;
use crate::clip::Clip;
use crate::signal::rng::rng;

/// Resolution of the phase: steps per period.
const PHASES: usize = 32;
/// Alternations between estimating the patterns of the classes and the phases of the clips.
const ITERATIONS: usize = 4;
/// Levels further below the loudest of their band are ignored, in dB.
const DEPTH_DB: f64 = 35.0;

/// What repeats with the period in a class: phases × bands, in dB.
type Pattern = Vec<Vec<f64>>;

/// The levels of one clip relative to their moving average over a period.
struct Levels {
    label: usize,
    /// Windows × bands in dB; `None` where the band is too quiet.
    cells: Vec<Vec<Option<f64>>>,
    /// Phase of each window.
    phases: Vec<usize>,
}

/// Removes from every clip what repeats in its class every `period` seconds. The levels of the
/// clips of a class, averaged by phase, give the pattern that the veil leaves. Clips start at
/// unknown phases, so the best phase of each clip against the pattern and the pattern are estimated
/// in turn, four times. All clips must have the same sample rate.
pub(super) fn remove_periodic(train: &mut [Clip], period: f64) {
    let Some(fit) = Fit::estimate(train, period) else { return };
    fit.undo(train);
}

/// Removes from every clip what the veil did to one clip of its class, drawn at random, whose
/// original is known: the mean difference of the levels at each phase of the period, or over all
/// phases for bands that are too quiet at one. Clips must be whole, so that they start with a
/// period, and have the same sample rate.
///
/// # Errors
/// [`AttackError::NoPair`] for a class without an original of equal length.
pub(super) fn undo_by_pair(
    train: &mut [Clip],
    clean: &[Clip],
    period: f64,
    seed: u64,
) -> Result<(), AttackError> {
    let Some(mut fit) = Fit::empty(train, period) else { return Ok(()) };
    let mut classes: BTreeMap<usize, Vec<&Clip>> = BTreeMap::new();
    for clip in train.iter() {
        classes.entry(clip.label).or_default().push(clip);
    }
    for (label, members) in &classes {
        let first = rng(seed, "pair", &label.to_string()).random_range(0..members.len());
        let mut drawn = members.iter().cycle().skip(first).take(members.len());
        let pair = drawn.find_map(|veiled| {
            let is_original = |clip: &&Clip| {
                (clip.label, &clip.name, clip.samples.len())
                    == (*label, &veiled.name, veiled.samples.len())
            };
            Some((*veiled, clean.iter().find(is_original)?))
        });
        let (veiled, clean) = pair.ok_or(AttackError::NoPair(*label))?;
        fit.patterns.insert(*label, fit.difference(veiled, clean));
    }
    fit.undo(train);
    Ok(())
}

/// What the attacker has estimated.
struct Fit {
    bands: Bands,
    /// Phase steps from one window to the next.
    step: f64,
    patterns: BTreeMap<usize, Pattern>,
    /// Phase of the start of each clip, in steps.
    shifts: Vec<usize>,
}

impl Fit {
    fn empty(train: &[Clip], period: f64) -> Option<Self> {
        let rate = train.first()?.rate;
        let bands = Bands::new(rate);
        let step = bands.stft.hop() as f64 / f64::from(rate) / period * PHASES as f64;
        let shifts = vec![0; train.len()];
        Some(Self { bands, step, patterns: BTreeMap::new(), shifts })
    }

    fn estimate(train: &[Clip], period: f64) -> Option<Self> {
        let mut fit = Self::empty(train, period)?;
        let levels: Vec<Levels> = train.par_iter().map(|clip| fit.levels(clip)).collect();
        fit.patterns = patterns(&levels, &fit.shifts);
        for _ in 0..ITERATIONS {
            let best = |levels: &Levels| best_shift(levels, &fit.patterns[&levels.label]);
            fit.shifts = levels.par_iter().map(best).collect();
            fit.patterns = patterns(&levels, &fit.shifts);
        }
        Some(fit)
    }

    /// Removes the patterns from the clips they were estimated from.
    fn undo(&self, train: &mut [Clip]) {
        train.par_iter_mut().zip(&self.shifts).for_each(|(clip, shift)| {
            let pattern = &self.patterns[&clip.label];
            let at = |t: usize| &pattern[(self.phase(t) + shift) % PHASES];
            let spectra = self.bands.stft.analysis(&clip.samples);
            clip.samples =
                self.bands.with_gains(clip, spectra, |t| at(t).iter().map(|x| -x).collect());
        });
    }

    /// Mean difference between the levels of a clip and its original, by phase.
    fn difference(&self, veiled: &Clip, clean: &Clip) -> Pattern {
        let (veiled, clean) = (self.bands.levels_of(veiled), self.bands.levels_of(clean));
        let mut pattern = vec![vec![0.0; self.bands.count()]; PHASES];
        for band in 0..self.bands.count() {
            let loudest = loudest(&clean, band);
            let mut sums = [(0.0, 0.0); PHASES];
            for (t, (veiled, clean)) in veiled.iter().zip(&clean).enumerate() {
                if clean[band] > loudest - DEPTH_DB {
                    let sum = &mut sums[self.phase(t)];
                    *sum = (sum.0 + veiled[band] - clean[band], sum.1 + 1.0);
                }
            }
            let all = sums.iter().fold((0.0, 0.0), |all, sum| (all.0 + sum.0, all.1 + sum.1));
            for (pattern, sum) in pattern.iter_mut().zip(sums) {
                let (sum, count) = if sum.1 > 0.0 { sum } else { all };
                pattern[band] = sum / f64::max(count, 1.0);
            }
        }
        pattern
    }

    /// Phase of window `t` of a clip that starts with a period.
    fn phase(&self, t: usize) -> usize {
        (t as f64 * self.step) as usize % PHASES
    }

    fn levels(&self, clip: &Clip) -> Levels {
        let levels = self.bands.levels_of(clip);
        let mut cells = vec![vec![None; self.bands.count()]; levels.len()];
        // Windows in half a period.
        let half = (PHASES as f64 / self.step / 2.0).round() as usize;
        for band in 0..self.bands.count() {
            let loudest = loudest(&levels, band);
            let audible = |t: usize| Some(levels[t][band]).filter(|x| *x > loudest - DEPTH_DB);
            // Slow changes are content: levels are taken relative to the mean over the period
            // around them.
            for (t, cells) in cells.iter_mut().enumerate() {
                let near = t.saturating_sub(half)..(t + half).min(levels.len());
                let near: Vec<f64> = near.filter_map(audible).collect();
                let mean = near.iter().sum::<f64>() / near.len().max(1) as f64;
                cells[band] = audible(t).map(|x| x - mean);
            }
        }
        let phases = (0..levels.len()).map(|t| self.phase(t)).collect();
        Levels { label: clip.label, cells, phases }
    }
}

/// The pattern of each class: the levels of its shifted clips, averaged by phase.
fn patterns(levels: &[Levels], shifts: &[usize]) -> BTreeMap<usize, Pattern> {
    let mut sums: BTreeMap<usize, Vec<Vec<(f64, f64)>>> = BTreeMap::new();
    for (levels, shift) in levels.iter().zip(shifts) {
        let bands = levels.cells.first().map_or(0, Vec::len);
        let sums =
            sums.entry(levels.label).or_insert_with(|| vec![vec![(0.0, 0.0); bands]; PHASES]);
        for (cells, phase) in levels.cells.iter().zip(&levels.phases) {
            for (sum, cell) in sums[(phase + shift) % PHASES].iter_mut().zip(cells) {
                if let Some(x) = cell {
                    *sum = (sum.0 + x, sum.1 + 1.0);
                }
            }
        }
    }
    let mean = |sums: Vec<Vec<(f64, f64)>>| {
        let of_phase = |sums: Vec<(f64, f64)>| {
            sums.into_iter().map(|(sum, count)| sum / f64::max(count, 1.0)).collect()
        };
        sums.into_iter().map(of_phase).collect()
    };
    sums.into_iter().map(|(label, sums)| (label, mean(sums))).collect()
}

/// The shift, in phase steps, at which the clip matches the pattern best.
fn best_shift(levels: &Levels, pattern: &Pattern) -> usize {
    let match_at = |shift: usize| -> f64 {
        let windows = levels.cells.iter().zip(&levels.phases);
        let of_window = |(cells, phase): (&Vec<Option<f64>>, &usize)| -> f64 {
            let pattern = &pattern[(phase + shift) % PHASES];
            // The squared error, sign reversed, without what does not depend on the shift.
            cells.iter().zip(pattern).filter_map(|(x, p)| Some((2.0 * (*x)? - p) * p)).sum()
        };
        windows.map(of_window).sum()
    };
    // The first of equals, so that clips that start with a period are not shifted.
    let mut best = (0, match_at(0));
    for shift in 1..PHASES {
        let quality = match_at(shift);
        if quality > best.1 {
            best = (shift, quality);
        }
    }
    best.0
}

/// Mean absolute level of the patterns, in dB.
#[cfg(test)]
pub(super) fn depth(clips: &[Clip], period: f64) -> f64 {
    let fit = Fit::estimate(clips, period).expect("there are clips");
    let values: Vec<f64> = fit.patterns.values().flatten().flatten().map(|x| x.abs()).collect();
    values.iter().sum::<f64>() / values.len() as f64
}
