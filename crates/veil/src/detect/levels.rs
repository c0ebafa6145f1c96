//! From power to what is quick in the level of every band.

use std::collections::VecDeque;

/// A band never counts as quieter than this below its own level of the last second, in dB: a
/// pause or a hole that a codec left says nothing.
const FLOOR_DB: f64 = -40.0;
/// Nor than this below the level of all bands together, in dB: what a file of 16 bits or a resampler
/// leaves where a recording has nothing is no part of the code.
const FLOOR_OF_ALL_DB: f64 = -70.0;
/// Power that is silence whatever came before.
const SILENCE: f32 = 1e-12;
/// How long the levels are remembered for the floors, in seconds.
const MEMORY_S: f64 = 1.0;
/// A level further than this from its surroundings counts as this far, in dB: an onset is no
/// better witness than a vowel.
const LIMIT_DB: f32 = 12.0;

/// Log levels from which their moving average over one frame has been taken. What repeats every
/// frame passes unchanged, but for its mean.
pub(super) struct Levels {
    /// Hops before and behind over which the average goes.
    reach: usize,
    /// What is left of a remembered level after one hop.
    decay: f32,
    remembered: Vec<f32>,
    remembered_all: f32,
    /// Rows of log levels, in dB, around the next one to give.
    rows: VecDeque<Vec<f32>>,
    /// Rows in `rows` that lie before the next one to give.
    before: usize,
    /// Their sum, band by band, in f64 so that hours add no rounding.
    sum: Vec<f64>,
    out: Vec<f32>,
    /// Sum over all rows of the share of the power that is not floor.
    alive: Vec<f64>,
    hops: u64,
}

impl Levels {
    pub(super) fn new(bands: usize, hops: usize, hop_seconds: f64) -> Self {
        Self {
            reach: hops / 2,
            decay: libm::exp(-hop_seconds / MEMORY_S) as f32,
            remembered: vec![0.0; bands],
            remembered_all: 0.0,
            rows: VecDeque::new(),
            before: 0,
            sum: vec![0.0; bands],
            out: vec![0.0; bands],
            alive: vec![0.0; bands],
            hops: 0,
        }
    }

    /// Takes one row of power and calls `each` with the row that became ready, if one did: it is
    /// the one half a frame ago.
    pub(super) fn push(&mut self, power: &[f32], each: impl FnMut(&[f32])) {
        let row = self.levels(power);
        for (sum, level) in self.sum.iter_mut().zip(&row) {
            *sum += f64::from(*level);
        }
        self.rows.push_back(row);
        if self.rows.len() > self.before + self.reach {
            self.give(each);
        }
    }

    /// Gives the rows that still waited for what comes behind them, and then how much of each
    /// band's power was above the floor on average: 0 to 1.
    pub(super) fn finish(mut self, mut each: impl FnMut(&[f32])) -> Vec<f32> {
        while self.rows.len() > self.before {
            self.give(&mut each);
        }
        let count = self.hops.max(1) as f64;
        self.alive.iter().map(|alive| (alive / count) as f32).collect()
    }

    fn levels(&mut self, power: &[f32]) -> Vec<f32> {
        let all: f32 = power.iter().sum();
        let keep = |old: f32, new: f32| old * self.decay + new * (1.0 - self.decay);
        self.remembered_all = keep(self.remembered_all, all);
        let floor_of_all = self.remembered_all * decibels(FLOOR_OF_ALL_DB) + SILENCE;
        let below = decibels(FLOOR_DB);
        self.hops += 1;
        self.remembered
            .iter_mut()
            .zip(power)
            .zip(&mut self.alive)
            .map(|((remembered, &power), alive)| {
                *remembered = keep(*remembered, power);
                let floored = power + *remembered * below + floor_of_all;
                *alive += f64::from(power / floored);
                10.0 * floored.log10()
            })
            .collect()
    }

    /// Gives the next row and forgets what no later one needs.
    fn give(&mut self, mut each: impl FnMut(&[f32])) {
        let count = self.rows.len() as f64;
        let Some(row) = self.rows.get(self.before) else {
            return;
        };
        for ((out, level), sum) in self.out.iter_mut().zip(row).zip(&self.sum) {
            *out = (level - (sum / count) as f32).clamp(-LIMIT_DB, LIMIT_DB);
        }
        each(&self.out);
        if self.before < self.reach {
            self.before += 1;
        } else if let Some(oldest) = self.rows.pop_front() {
            for (sum, level) in self.sum.iter_mut().zip(&oldest) {
                *sum -= f64::from(*level);
            }
        }
    }
}

fn decibels(db: f64) -> f32 {
    libm::pow(10.0, db / 10.0) as f32
}
