//! From levels to sums over periods: what repeats with the period, and how much all else varies.

use patchveil_spectral::{Complex32, ForwardFft};

use super::grid::Grid;

/// The sum over some neighbouring periods of their spectra along time.
pub(super) struct Block {
    /// Periods in it.
    pub(super) periods: u32,
    /// Bands × harmonics 1, 2, ….
    pub(super) sum: Vec<Complex32>,
}

/// Cuts rows into periods and keeps sums of their spectra: complex over each block, and in power over
/// the recording.
pub(super) struct PeriodAverage {
    hops: usize,
    harmonics: usize,
    fft: ForwardFft,
    /// The period that is filling, bands × hops.
    period: Vec<Vec<f32>>,
    /// Periods in a block.
    block_periods: u32,
    pub(super) blocks: Vec<Block>,
    /// Sum over all periods of the power of every cell.
    pub(super) power: Vec<f64>,
}

impl PeriodAverage {
    /// `block_periods` is at least 1.
    pub(super) fn new(grid: &Grid, block_periods: u32) -> Self {
        Self {
            hops: grid.hops,
            harmonics: grid.harmonics,
            period: vec![Vec::with_capacity(grid.hops); grid.bands.len()],
            fft: ForwardFft::new(grid.hops),
            block_periods,
            blocks: Vec::new(),
            power: vec![0.0; grid.cells()],
        }
    }

    /// Takes the next hop's levels.
    pub(super) fn push(&mut self, row: &[f32]) {
        for (band, &level) in self.period.iter_mut().zip(row) {
            band.push(level);
        }
        if self.period.first().is_some_and(|band| band.len() == self.hops) {
            self.add_period();
        }
    }

    /// Adds the period that is not full, as if the rest of it were average.
    pub(super) fn finish(&mut self) {
        if self.period.first().is_some_and(|band| !band.is_empty()) {
            self.period.iter_mut().for_each(|band| band.resize(self.hops, 0.0));
            self.add_period();
        }
    }

    fn add_period(&mut self) {
        let cells = self.power.len();
        if self.blocks.last().is_none_or(|block| block.periods == self.block_periods) {
            self.blocks.push(Block { periods: 0, sum: vec![Complex32::ZERO; cells] });
        }
        let Some(block) = self.blocks.last_mut() else {
            return;
        };
        block.periods += 1;
        let sums = block.sum.chunks_exact_mut(self.harmonics);
        let powers = self.power.chunks_exact_mut(self.harmonics);
        for ((band, sums), powers) in self.period.iter_mut().zip(sums).zip(powers) {
            let bins = self.fft.transform_of(band);
            for ((sum, power), bin) in sums.iter_mut().zip(powers).zip(&bins[1..]) {
                *sum += bin;
                *power += f64::from(bin.norm_sqr());
            }
            band.clear();
        }
    }
}
