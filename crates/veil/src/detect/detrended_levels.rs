//! From the power of every band to its level without the moving average.

use std::collections::VecDeque;

/// A band never counts as quieter than this relative to its own level of the last second, in dB: a
/// pause, or a hole left by a codec, tells nothing.
const FLOOR_DB: f64 = -40.0;
/// Nor than this relative to the level of all bands together, in dB: what 16-bit rounding or a resampler
/// leaves in an empty band is no part of the pattern.
const FLOOR_OF_ALL_DB: f64 = -70.0;
/// [`FLOOR_DB`] with the original at hand: there the difference of quiet levels is mostly noise.
const FLOOR_WITH_REFERENCE_DB: f64 = -25.0;
/// Power that always counts as silence.
const SILENCE: f32 = 1e-12;
/// Time constant of the floors, in seconds.
const MEMORY_S: f64 = 1.0;
/// Levels are clipped this far from their moving average, in dB, so that onsets do not outweigh the
/// rest.
const LIMIT_DB: f32 = 12.0;

/// The levels of a recording, or their differences from those of its original, minus their moving
/// average over one period. What repeats every period passes unchanged but for its mean.
pub(super) struct DetrendedLevels {
    floors: Floors,
    /// Those of the original, if there is one.
    reference: Option<Floors>,
    detrender: Detrender,
    row: Vec<Cell>,
    /// Sum over all rows of the share of the power that is above the floor.
    active_fraction: Vec<f64>,
    hops: u64,
}

impl DetrendedLevels {
    /// For `bands` bands and `hops` hops per period, with or without an original.
    pub(super) fn new(bands: usize, hops: usize, hop_seconds: f64, with_reference: bool) -> Self {
        let floor_db = if with_reference { FLOOR_WITH_REFERENCE_DB } else { FLOOR_DB };
        let floors = Floors::new(bands, hop_seconds, floor_db);
        Self {
            reference: with_reference.then(|| floors.clone()),
            floors,
            detrender: Detrender::new(bands, hops / 2),
            row: Vec::new(),
            active_fraction: vec![0.0; bands],
            hops: 0,
        }
    }

    /// Takes one row of power, and that of the original if there is one, and calls `each` with the row
    /// of half a period ago, once there is one.
    pub(super) fn push(&mut self, power: &[f32], original: &[f32], each: impl FnMut(&[f32])) {
        self.hops += 1;
        self.row.clear();
        self.row.extend(
            self.floors
                .levels(power)
                .map(|(level, active_fraction)| Cell { level, weight: active_fraction }),
        );
        if let Some(reference) = &mut self.reference {
            // Where either is nearly silent, their difference tells little.
            for (cell, (level, active_fraction)) in
                self.row.iter_mut().zip(reference.levels(original))
            {
                cell.level -= level;
                cell.weight *= active_fraction;
            }
        }
        for (sum, cell) in self.active_fraction.iter_mut().zip(&self.row) {
            *sum += f64::from(cell.weight);
        }
        if self.reference.is_none() {
            // The floor already keeps quiet levels from counting.
            self.row.iter_mut().for_each(|cell| cell.weight = 1.0);
        }
        self.detrender.push(&self.row, each);
    }

    /// Calls `each` with the rows that are left; returns the active fraction of each band: the mean
    /// share of its power that was above the floor, 0 to 1.
    pub(super) fn finish(mut self, each: impl FnMut(&[f32])) -> Vec<f32> {
        self.detrender.finish(each);
        let count = self.hops.max(1) as f64;
        self.active_fraction
            .iter()
            .map(|active_fraction| (active_fraction / count) as f32)
            .collect()
    }
}

/// Converts power to dB, above floors that follow the recording.
#[derive(Clone)]
struct Floors {
    below: f32,
    below_all: f32,
    /// Share of the remembered power that is left after one hop.
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

    /// The level of every band in dB, and the share of its power that is above the floor.
    fn levels<'a>(&'a mut self, power: &'a [f32]) -> impl Iterator<Item = (f32, f32)> + 'a {
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

/// A level in dB and its weight.
#[derive(Clone, Copy)]
struct Cell {
    level: f32,
    weight: f32,
}

/// Subtracts the moving average.
struct Detrender {
    /// Hops on either side that the average covers.
    reach: usize,
    /// Rows around the next one to emit.
    rows: VecDeque<Vec<Cell>>,
    /// Rows in `rows` before the next one to emit.
    before: usize,
    /// Sums of weighted levels and of weights of each band; f64, so that hours add no rounding.
    sums: Vec<(f64, f64)>,
    out: Vec<f32>,
}

impl Detrender {
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
            self.emit(each);
        }
    }

    fn finish(&mut self, mut each: impl FnMut(&[f32])) {
        while self.rows.len() > self.before {
            self.emit(&mut each);
        }
    }

    /// Emits the next row and drops what no later one needs.
    fn emit(&mut self, mut each: impl FnMut(&[f32])) {
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
