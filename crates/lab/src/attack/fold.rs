//! The adaptive attacker who knows the method and the length of its frame, and perhaps an original.

use std::collections::BTreeMap;

use rand::RngExt;
use rayon::prelude::*;

use super::AttackError;
use super::bands::{Bands, loudest};
use crate::clip::Clip;
use crate::signal::dice::dice;

/// Phases of the frame that are told apart.
const PHASES: usize = 32;
/// How often classes' patterns and clips' phases are found from each other.
const ROUNDS: usize = 4;
/// Moments of a band more than this below its own loudest say nothing, in dB.
const AUDIBLE_DB: f64 = 35.0;

/// What repeats with `period` (seconds) in a class, phases × bands in dB.
type Pattern = Vec<Vec<f64>>;

/// One clip's levels without its long-term colour.
struct Levels {
    label: usize,
    /// Windows × bands in dB; none where nothing can be heard.
    cells: Vec<Vec<Option<f64>>>,
    /// Phase of each window.
    phases: Vec<usize>,
}

/// Takes out of every clip what repeats in its class with `period` seconds. Levels of the clips of
/// a class are folded at the period; their mean is the pattern the veil leaves. Where clips begin at
/// unknown phases, all phases are tried for each clip against the pattern, and the pattern is
/// found again, four times over. All clips are taken to have the rate of the first.
pub(super) fn without_period(train: &mut [Clip], period: f64) {
    let Some(fit) = Fit::of(train, period) else { return };
    fit.undo(train);
}

/// Takes out of every clip what the veil did to one clip of its class, drawn at random, of which
/// there is the original too: the mean difference of their levels for each phase of the frame, and
/// over all phases where a band was not heard at one. Clips are taken to begin with a frame, so they
/// must be whole, and to have the rate of the first.
///
/// # Errors
/// [`AttackError::NoPair`] for a class without an original of equal length.
pub(super) fn with_a_pair(
    train: &mut [Clip],
    clean: &[Clip],
    period: f64,
    seed: u64,
) -> Result<(), AttackError> {
    let Some(mut fit) = Fit::blank(train, period) else { return Ok(()) };
    let mut classes: BTreeMap<usize, Vec<&Clip>> = BTreeMap::new();
    for clip in train.iter() {
        classes.entry(clip.label).or_default().push(clip);
    }
    for (label, members) in &classes {
        let first = dice(seed, "pair", &label.to_string()).random_range(0..members.len());
        let mut drawn = members.iter().cycle().skip(first).take(members.len());
        let pair = drawn.find_map(|veiled| {
            let was = |clip: &&Clip| {
                (clip.label, &clip.name, clip.samples.len())
                    == (*label, &veiled.name, veiled.samples.len())
            };
            Some((*veiled, clean.iter().find(was)?))
        });
        let (veiled, clean) = pair.ok_or(AttackError::NoPair(*label))?;
        fit.patterns.insert(*label, fit.difference(veiled, clean));
    }
    fit.undo(train);
    Ok(())
}

/// What the attacker has found out.
struct Fit {
    bands: Bands,
    /// Phases from one window to the next.
    step: f64,
    patterns: BTreeMap<usize, Pattern>,
    /// By how many phases each clip is to be moved to fit the pattern of its class.
    shifts: Vec<usize>,
}

impl Fit {
    fn blank(train: &[Clip], period: f64) -> Option<Self> {
        let rate = train.first()?.rate;
        let bands = Bands::new(rate);
        let step = bands.stft.hop() as f64 / f64::from(rate) / period * PHASES as f64;
        let shifts = vec![0; train.len()];
        Some(Self { bands, step, patterns: BTreeMap::new(), shifts })
    }

    fn of(train: &[Clip], period: f64) -> Option<Self> {
        let mut fit = Self::blank(train, period)?;
        let levels: Vec<Levels> = train.par_iter().map(|clip| fit.levels(clip)).collect();
        fit.patterns = patterns(&levels, &fit.shifts);
        for _ in 0..ROUNDS {
            let best = |levels: &Levels| best_shift(levels, &fit.patterns[&levels.label]);
            fit.shifts = levels.par_iter().map(best).collect();
            fit.patterns = patterns(&levels, &fit.shifts);
        }
        Some(fit)
    }

    /// Takes the patterns out of the clips they were found for.
    fn undo(&self, train: &mut [Clip]) {
        train.par_iter_mut().zip(&self.shifts).for_each(|(clip, shift)| {
            let pattern = &self.patterns[&clip.label];
            let at = |t: usize| &pattern[(self.phase(t) + shift) % PHASES];
            let spectra = self.bands.stft.analysis(&clip.samples);
            clip.samples = self.bands.turned(clip, spectra, |t| at(t).iter().map(|x| -x).collect());
        });
    }

    /// What sets the levels of a clip apart from those of its original.
    fn difference(&self, veiled: &Clip, clean: &Clip) -> Pattern {
        let (veiled, clean) = (self.bands.levels_of(veiled), self.bands.levels_of(clean));
        let mut pattern = vec![vec![0.0; self.bands.count()]; PHASES];
        for band in 0..self.bands.count() {
            let loudest = loudest(&clean, band);
            let mut sums = [(0.0, 0.0); PHASES];
            for (t, (veiled, clean)) in veiled.iter().zip(&clean).enumerate() {
                if clean[band] > loudest - AUDIBLE_DB {
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

    /// Phase of window `t` of a clip that begins with a frame.
    fn phase(&self, t: usize) -> usize {
        (t as f64 * self.step) as usize % PHASES
    }

    fn levels(&self, clip: &Clip) -> Levels {
        let levels = self.bands.levels_of(clip);
        let mut cells = vec![vec![None; self.bands.count()]; levels.len()];
        // Windows in half a frame.
        let half = (PHASES as f64 / self.step / 2.0).round() as usize;
        for band in 0..self.bands.count() {
            let loudest = loudest(&levels, band);
            let heard = |t: usize| Some(levels[t][band]).filter(|x| *x > loudest - AUDIBLE_DB);
            // What changes slowly is content: each level is taken relative to the mean over one
            // frame's length around it.
            for (t, cells) in cells.iter_mut().enumerate() {
                let near = t.saturating_sub(half)..(t + half).min(levels.len());
                let near: Vec<f64> = near.filter_map(heard).collect();
                let mean = near.iter().sum::<f64>() / near.len().max(1) as f64;
                cells[band] = heard(t).map(|x| x - mean);
            }
        }
        let phases = (0..levels.len()).map(|t| self.phase(t)).collect();
        Levels { label: clip.label, cells, phases }
    }
}

/// The pattern of each class: its clips, each moved by its shift, averaged by phase.
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

/// The shift, in phases, at which the clip resembles the pattern most.
fn best_shift(levels: &Levels, pattern: &Pattern) -> usize {
    let likeness = |shift: usize| -> f64 {
        let moments = levels.cells.iter().zip(&levels.phases);
        let of_moment = |(cells, phase): (&Vec<Option<f64>>, &usize)| -> f64 {
            let pattern = &pattern[(phase + shift) % PHASES];
            // Squared error less what does not depend on the shift.
            cells.iter().zip(pattern).filter_map(|(x, p)| Some((2.0 * (*x)? - p) * p)).sum()
        };
        moments.map(of_moment).sum()
    };
    // Of equals the first: clips that begin with a frame stay where they are.
    let mut best = (0, likeness(0));
    for shift in 1..PHASES {
        let likeness = likeness(shift);
        if likeness > best.1 {
            best = (shift, likeness);
        }
    }
    best.0
}

/// Mean size of what repeats, in dB.
#[cfg(test)]
pub(super) fn depth(clips: &[Clip], period: f64) -> f64 {
    let fit = Fit::of(clips, period).expect("there are clips");
    let values: Vec<f64> = fit.patterns.values().flatten().flatten().map(|x| x.abs()).collect();
    values.iter().sum::<f64>() / values.len() as f64
}
