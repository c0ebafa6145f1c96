//! From power to what is quick in the level of every band.

use std::collections::VecDeque;

/// A band never counts as quieter than this below its own level of the last second, in dB: a
/// pause or a hole that a codec left says nothing.
const FLOOR_DB: f64 = -40.0;
/// Nor than this below the level of all bands together, in dB: what a file of 16 bits or a resampler
/// leaves where a recording has nothing is no part of the code.
const FLOOR_OF_ALL_DB: f64 = -70.0;
/// The first of these where the original is at hand: what is quiet is not told by its level then but
/// by its difference, and that is mostly noise.
const FLOOR_BESIDE_DB: f64 = -25.0;
/// Power that is silence whatever came before.
const SILENCE: f32 = 1e-12;
/// How long the levels are remembered for the floors, in seconds.
const MEMORY_S: f64 = 1.0;
/// A level further than this from its surroundings counts as this far, in dB: an onset is no
/// better witness than a vowel.
const LIMIT_DB: f32 = 12.0;

/// What is quick in the levels of a recording, or in the differences of its levels to those of its
/// original: their moving average over one frame has been taken off. What repeats every frame passes
/// unchanged, but for its mean.
pub(super) struct Levels {
    floors: Floors,
    /// Those of the original, if there is one.
    beside: Option<Floors>,
    quick: Quick,
    row: Vec<Cell>,
    /// Sum over all rows of the share of the power that is not floor.
    alive: Vec<f64>,
    hops: u64,
}

impl Levels {
    /// For so many bands, and hops to a frame; with an original or without.
    pub(super) fn new(bands: usize, hops: usize, hop_seconds: f64, beside: bool) -> Self {
        let floor_db = if beside { FLOOR_BESIDE_DB } else { FLOOR_DB };
        let floors = Floors::new(bands, hop_seconds, floor_db);
        Self {
            beside: beside.then(|| floors.clone()),
            floors,
            quick: Quick::new(bands, hops / 2),
            row: Vec::new(),
            alive: vec![0.0; bands],
            hops: 0,
        }
    }

    /// Takes one row of power, and that of the original if there is one, and calls `each` with the row
    /// that became ready, if one did: it is the one half a frame ago.
    pub(super) fn push(&mut self, power: &[f32], original: &[f32], each: impl FnMut(&[f32])) {
        self.hops += 1;
        self.row.clear();
        self.row
            .extend(self.floors.hear(power).map(|(level, alive)| Cell { level, weight: alive }));
        if let Some(beside) = &mut self.beside {
            // Where one of the two is hardly there, their difference says hardly anything.
            for (cell, (level, alive)) in self.row.iter_mut().zip(beside.hear(original)) {
                cell.level -= level;
                cell.weight *= alive;
            }
        }
        for (sum, cell) in self.alive.iter_mut().zip(&self.row) {
            *sum += f64::from(cell.weight);
        }
        if self.beside.is_none() {
            // A level that the floor holds up needs no other weight.
            self.row.iter_mut().for_each(|cell| cell.weight = 1.0);
        }
        self.quick.push(&self.row, each);
    }

    /// Gives the rows that still waited for what comes behind them, and then how much of each
    /// band's power was above the floor on average: 0 to 1.
    pub(super) fn finish(mut self, each: impl FnMut(&[f32])) -> Vec<f32> {
        self.quick.finish(each);
        let count = self.hops.max(1) as f64;
        self.alive.iter().map(|alive| (alive / count) as f32).collect()
    }
}

/// Gives power its level in dB, with floors that follow the recording.
#[derive(Clone)]
struct Floors {
    below: f32,
    below_all: f32,
    /// What is left of a remembered level after one hop.
    decay: f32,
    remembered: Vec<f32>,
    remembered_all: f32,
}

impl Floors {
    fn new(bands: usize, hop_seconds: f64, floor_db: f64) -> Self {
        Self {
            below: decibels(floor_db),
            below_all: decibels(FLOOR_OF_ALL_DB),
            decay: libm::exp(-hop_seconds / MEMORY_S) as f32,
            remembered: vec![0.0; bands],
            remembered_all: 0.0,
        }
    }

    /// The level of every band in dB, and the share of its power that is not floor.
    fn hear<'a>(&'a mut self, power: &'a [f32]) -> impl Iterator<Item = (f32, f32)> + 'a {
        let all: f32 = power.iter().sum();
        let decay = self.decay;
        let keep = move |old: f32, new: f32| old * decay + new * (1.0 - decay);
        self.remembered_all = keep(self.remembered_all, all);
        let floor_of_all = self.remembered_all * self.below_all + SILENCE;
        let below = self.below;
        self.remembered.iter_mut().zip(power).map(move |(remembered, &power)| {
            *remembered = keep(*remembered, power);
            let floored = power + *remembered * below + floor_of_all;
            (10.0 * floored.log10(), power / floored)
        })
    }
}

/// A level in dB and what it counts.
#[derive(Clone, Copy)]
struct Cell {
    level: f32,
    weight: f32,
}

/// Takes the moving average off.
struct Quick {
    /// Hops before and behind over which the average goes.
    reach: usize,
    /// Rows around the next one to give.
    rows: VecDeque<Vec<Cell>>,
    /// Rows in `rows` that lie before the next one to give.
    before: usize,
    /// Sums of weighed levels and of weights, band by band, in f64 so that hours add no rounding.
    sums: Vec<(f64, f64)>,
    out: Vec<f32>,
}

impl Quick {
    fn new(bands: usize, reach: usize) -> Self {
        let rows = VecDeque::new();
        Self { reach, rows, before: 0, sums: vec![(0.0, 0.0); bands], out: vec![0.0; bands] }
    }

    fn push(&mut self, row: &[Cell], each: impl FnMut(&[f32])) {
        for (sum, cell) in self.sums.iter_mut().zip(row) {
            sum.0 += f64::from(cell.level * cell.weight);
            sum.1 += f64::from(cell.weight);
        }
        self.rows.push_back(row.to_vec());
        if self.rows.len() > self.before + self.reach {
            self.give(each);
        }
    }

    fn finish(&mut self, mut each: impl FnMut(&[f32])) {
        while self.rows.len() > self.before {
            self.give(&mut each);
        }
    }

    /// Gives the next row and forgets what no later one needs.
    fn give(&mut self, mut each: impl FnMut(&[f32])) {
        let Some(row) = self.rows.get(self.before) else {
            return;
        };
        for ((out, cell), (sum, weight)) in self.out.iter_mut().zip(row).zip(&self.sums) {
            let mean = if *weight > 0.0 { (sum / weight) as f32 } else { cell.level };
            *out = (cell.level - mean).clamp(-LIMIT_DB, LIMIT_DB) * cell.weight;
        }
        each(&self.out);
        if self.before < self.reach {
            self.before += 1;
        } else if let Some(oldest) = self.rows.pop_front() {
            for (sum, cell) in self.sums.iter_mut().zip(&oldest) {
                sum.0 -= f64::from(cell.level * cell.weight);
                sum.1 -= f64::from(cell.weight);
            }
        }
    }
}

fn decibels(db: f64) -> f32 {
    libm::pow(10.0, db / 10.0) as f32
}
