//! Evidence: what detection keeps of a recording, and how well a key fits it.

use std::sync::Arc;

use patchveil_spectral::Real;
use realfft::ComplexToReal;
use realfft::num_complex::Complex32;

use super::coverage::{Coverage, cover};
use super::decoys::{Decoys, keys};
use super::grid::Grid;
use super::noise_weight::noise_weights;
use super::pattern::Patterns;
use super::period_average::{Block, PeriodAverage};
use crate::key::ClassKey;
use crate::recipe::VeilSettings;

/// Offsets per hop at which the score is computed.
const FINE: usize = 4;

/// What a recording tells about keys of one recipe. It holds no key, and testing a key costs the same
/// however long the recording was.
pub struct Evidence {
    grid: Grid,
    patterns: Patterns,
    blocks: Vec<Block>,
    periods: u64,
    seconds: f64,
    /// 1 / noise power of each cell; 0 where there is no signal.
    noise_weight: Vec<f32>,
    /// The mean over all periods, each cell times its noise weight.
    weighted: Vec<Complex32>,
    /// Mean share of each band's power that is above the floor; the pattern's depth scales with it.
    active_fraction: Vec<f32>,
    ifft: Arc<dyn ComplexToReal<f32>>,
}

/// How well a key fits.
#[derive(Debug, Clone)]
pub struct Score {
    /// The largest correlation over all offsets, in standard deviations of the correlation at one
    /// offset in audio without a pattern. Rank it among [`Decoys`].
    pub value: f64,
    /// Timeline position of the recording's first sample where the key fits best, in samples at the
    /// recording's rate, modulo the period. Accurate to about half a millisecond.
    pub offset: f64,
    /// Depth of the pattern as a share of the recipe's. Windows, pauses and the kernel's limits lower
    /// it: to about 0.4 in protected speech as it came, 0.7 in steady noise.
    pub depth: f64,
    /// The correlation at all offsets, evenly spaced over one period, in the unit of `value`.
    pub over_offset: Vec<f32>,
}

impl Evidence {
    pub(super) fn new(
        grid: Grid,
        settings: &VeilSettings,
        average: PeriodAverage,
        active_fraction: Vec<f32>,
        with_reference: bool,
        seconds: f64,
    ) -> Self {
        let periods: u64 = average.blocks.iter().map(|block| u64::from(block.periods)).sum();
        let mut mean = vec![Complex32::ZERO; grid.cells()];
        for block in &average.blocks {
            for (mean, sum) in mean.iter_mut().zip(&block.sum) {
                *mean += sum;
            }
        }
        mean.iter_mut().for_each(|mean| *mean /= periods.max(1) as f32);
        let noise_weight =
            noise_weights(&grid, &average.power, &mean, periods, &active_fraction, with_reference);
        let weighted = mean.iter().zip(&noise_weight).map(|(mean, by)| mean * by).collect();
        Self {
            patterns: Patterns::new(&grid, settings),
            blocks: average.blocks,
            periods,
            seconds,
            noise_weight,
            weighted,
            active_fraction,
            ifft: f32::plan_inverse(grid.hops * FINE),
            grid,
        }
    }

    /// Length of the recording in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Length of a period in samples at the recording's rate; offsets are modulo this.
    #[must_use]
    pub fn period_samples(&self) -> f64 {
        self.grid.period_samples()
    }

    /// Whether the recording has enough signal: at least one whole period that is not silent. Without,
    /// all scores are 0.
    #[must_use]
    pub fn has_signal(&self) -> bool {
        self.noise_weight.iter().any(|&weight| weight > 0.0)
    }

    /// How well `key` fits, over all offsets.
    #[must_use]
    pub fn test(&self, key: &ClassKey) -> Score {
        let (over_offset, full) = self.correlate(&self.pattern(key));
        let (value, at) = peak(&over_offset);
        let period = self.grid.period_samples();
        Score {
            value,
            offset: (at * period / over_offset.len() as f64).rem_euclid(period),
            depth: if full > 0.0 { value / full } else { 0.0 },
            over_offset,
        }
    }

    /// The scores of `count` keys drawn at random; the same for the same `seed`.
    ///
    /// They serve for any number of keys. Nobody who can choose the audio may know the seed.
    #[must_use]
    pub fn decoys(&self, count: u32, seed: u64) -> Decoys {
        Decoys::new(
            keys(seed)
                .take(count as usize)
                .map(|key| peak(&self.correlate(&self.pattern(&key)).0).0)
                .collect(),
        )
    }

    /// Which seconds of the recording carry the pattern of `key`, at the `offset` that [`Self::test`]
    /// found.
    #[must_use]
    pub fn coverage(&self, key: &ClassKey, offset: f64) -> Coverage {
        let mut pattern = self.pattern(key);
        let turn = std::f64::consts::TAU * offset / self.grid.period_samples();
        for (cell, p) in pattern.iter_mut().enumerate() {
            let harmonic = cell % self.grid.harmonics + 1;
            let (sin, cos) = libm::sincos(turn * harmonic as f64);
            *p *= Complex32::new(cos as f32, sin as f32);
        }
        cover(&self.blocks, &pattern, &self.noise_weight, self.grid.period_s(), self.seconds)
    }

    /// The pattern that the key would leave in this recording.
    fn pattern(&self, key: &ClassKey) -> Vec<Complex32> {
        let mut pattern = self.patterns.pattern(key);
        for (band, active) in
            pattern.chunks_exact_mut(self.grid.harmonics).zip(&self.active_fraction)
        {
            band.iter_mut().for_each(|p| *p *= active);
        }
        pattern
    }

    /// The correlation at all offsets, and its value at the right one for the full depth.
    fn correlate(&self, pattern: &[Complex32]) -> (Vec<f32>, f64) {
        let mut spectrum = self.ifft.make_input_vec();
        let mut norm = 0.0_f32;
        for (cell, ((p, weighted), weight)) in
            pattern.iter().zip(&self.weighted).zip(&self.noise_weight).enumerate()
        {
            // A later offset means an earlier pattern.
            spectrum[cell % self.grid.harmonics + 1] += p * weighted.conj();
            norm += p.norm_sqr() * weight;
        }
        // The correlation is twice the real part of the sum over harmonics. Without a pattern its
        // variance is twice the norm over the number of periods.
        let full = (2.0 * norm * self.periods as f32).sqrt();
        let scale = if norm > 0.0 { full / (2.0 * norm) } else { 0.0 };
        spectrum.iter_mut().for_each(|x| *x *= scale);
        let mut over_offset = self.ifft.make_output_vec();
        // Fails only for buffers of the wrong length, and these are the plan's own.
        let _ = self.ifft.process(&mut spectrum, &mut over_offset);
        (over_offset, f64::from(full))
    }
}

/// Height and interpolated index of the highest of circular values.
fn peak(values: &[f32]) -> (f64, f64) {
    let higher = |best: (usize, f32), now: (usize, f32)| if now.1 > best.1 { now } else { best };
    let Some((best, top)) = values.iter().copied().enumerate().reduce(higher) else {
        return (0.0, 0.0);
    };
    let at = |i: usize| values.get(i % values.len()).copied().unwrap_or(0.0);
    let (left, right) = (at(best + values.len() - 1), at(best + 1));
    // The parabola through three points.
    let bend = left - 2.0 * top + right;
    let vertex = if bend < 0.0 { 0.5 * (left - right) / bend } else { 0.0 };
    (f64::from(top), best as f64 + f64::from(vertex))
}
