//! The pattern of a key: its designed levels over one period, as the filterbank would measure them.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use patchveil_spectral::Real;
use realfft::RealToComplex;
use realfft::num_complex::Complex32;

use super::grid::Grid;
use crate::kernel::{BandPosition, SpreadingPattern};
use crate::key::ClassKey;
use crate::recipe::{Filter, VeilSettings};
use crate::schedule::Schedule;

/// Points per hop at which the period is laid out.
const FINE: usize = 4;
/// A schedule at this sample rate counts in µs.
const MICROSECONDS: u32 = 1_000_000;
/// Least power gain of a patch: no codec keeps deeper notches.
const DEEPEST: f32 = 1e-4;

/// Computes the patterns of keys under one veil.
pub(super) struct Patterns {
    grid: Grid,
    settings: VeilSettings,
    fft: Arc<dyn RealToComplex<f32>>,
    /// The window's share of power at each fine point around a hop, adding up to 1.
    window: Vec<f32>,
}

impl Patterns {
    pub(super) fn new(grid: &Grid, settings: &VeilSettings) -> Self {
        let step = f64::from(grid.period_us) / (grid.hops * FINE) as f64;
        let half = (grid.window_us / 2.0 / step).ceil() as i32;
        let at = |point: i32| {
            let turn = f64::from(point) * step / grid.window_us;
            let hann = if turn.abs() < 0.5 { 0.5 + 0.5 * libm::cos(TAU * turn) } else { 0.0 };
            (hann * hann) as f32
        };
        let mut window: Vec<f32> = (-half..=half).map(at).collect();
        let sum: f32 = window.iter().sum();
        window.iter_mut().for_each(|share| *share /= sum);
        Self {
            grid: grid.clone(),
            settings: settings.clone(),
            fft: f32::plan_forward(grid.hops),
            window,
        }
    }

    /// The spectrum along time of the levels, in dB, that `key` gives a steady sound: bands × harmonics
    /// 1, 2, ….
    ///
    /// It is half the difference from the same pattern with all signs inverted. What this leaves out,
    /// such as the dips between patches, is alike for many keys and would count for all of them.
    pub(super) fn pattern(&self, key: &ClassKey) -> Vec<Complex32> {
        let grid = &self.grid;
        let mut cells = vec![Complex32::ZERO; grid.cells()];
        let Filter::Spectral(spectral) = &self.settings.filter else {
            return cells;
        };
        let pattern = SpreadingPattern::of(key, spectral, &self.settings);
        let points = grid.hops * FINE;
        let patches = self.patches(key, points);
        let mut gain = vec![[0.0_f32; 2]; points];
        let mut levels = self.fft.make_input_vec();
        let mut bins = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        for (band, cells) in cells.chunks_exact_mut(grid.harmonics).enumerate() {
            let at = BandPosition::new(grid.bands[band], spectral.bands);
            let amplitudes: Vec<[f32; 2]> = (0..self.settings.kernels as usize)
                .map(|kernel| {
                    let (signed, even) = pattern.gain_db(kernel, &at);
                    [even + signed, even - signed].map(|db| libm::pow(10.0, db / 20.0) as f32)
                })
                .collect();
            if amplitudes.iter().all(|[here, opposite]| here == opposite) {
                continue;
            }
            for (gain, &(kernel, weight)) in gain.iter_mut().zip(&patches) {
                let both = amplitudes.get(kernel).unwrap_or(&[1.0; 2]);
                *gain = both.map(|amplitude| {
                    let blend = 1.0 + weight * (amplitude - 1.0);
                    blend * blend
                });
            }
            for (hop, level) in levels.iter_mut().enumerate() {
                let first = hop * FINE + points - self.window.len() / 2;
                let mut power = [DEEPEST; 2];
                for (i, share) in self.window.iter().enumerate() {
                    let gain = gain[(first + i) % points];
                    power[0] += share * gain[0];
                    power[1] += share * gain[1];
                }
                *level = 5.0 * (power[0] / power[1]).log10();
            }
            // Fails only for buffers of the wrong length, and these are the plan's own.
            if self.fft.process_with_scratch(&mut levels, &mut bins, &mut scratch).is_ok() {
                cells.copy_from_slice(&bins[1..=grid.harmonics]);
            }
        }
        cells
    }

    /// Kernel and weight of the patch at each of `points` over a period.
    fn patches(&self, key: &ClassKey, points: usize) -> Vec<(usize, f32)> {
        let schedule = Schedule::new(key, &self.settings, MICROSECONDS);
        let period = f64::from(self.grid.period_us);
        let mut patches = vec![(0, 0.0); points];
        let mut cursor = schedule.patches_from(0);
        loop {
            let patch = cursor.next(&schedule);
            if patch.start >= i64::from(self.grid.period_us) {
                return patches;
            }
            let (start, end, fade) = (patch.start as f64, patch.end as f64, patch.fade as f64);
            let point = |us: f64| (us * points as f64 / period).ceil().max(0.0) as usize;
            for (at, place) in patches.iter_mut().enumerate().take(point(end)).skip(point(start)) {
                let us = at as f64 * period / points as f64;
                let edge =
                    |inside: f64| 0.5 - 0.5 * libm::cos(PI * (inside / fade).clamp(0.0, 1.0));
                let rise = if patch.rises { edge(us - start) } else { 1.0 };
                let fall = if patch.falls { edge(end - us) } else { 1.0 };
                *place = (patch.kernel, (rise * fall) as f32);
            }
        }
    }
}
