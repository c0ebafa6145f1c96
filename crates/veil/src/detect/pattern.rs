//! What a key would leave: the designed levels over one frame, seen as the audio is seen.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::raster::Raster;
use crate::kernel::Code;
use crate::key::ClassKey;
use crate::recipe::{Filter, Recipe};
use crate::schedule::Schedule;

/// Points at which the frame is laid out, for every hop.
const FINE: usize = 4;
/// A schedule at this rate counts in µs.
const MICROSECONDS: u32 = 1_000_000;
/// Deepest that a level can fall, as a share of power: no ear and no codec goes below.
const DEEPEST: f32 = 1e-4;

/// Makes the patterns of keys under one recipe.
pub(super) struct Patterns {
    raster: Raster,
    recipe: Recipe,
    fft: Arc<dyn RealToComplex<f32>>,
    /// The window's share of power at each fine point around a hop, adding up to 1.
    window: Vec<f32>,
}

impl Patterns {
    pub(super) fn new(raster: &Raster, recipe: &Recipe) -> Self {
        let step = f64::from(raster.period_us) / (raster.hops * FINE) as f64;
        let half = (raster.window_us / 2.0 / step).ceil() as i32;
        let at = |point: i32| {
            let turn = f64::from(point) * step / raster.window_us;
            let hann = if turn.abs() < 0.5 { 0.5 + 0.5 * libm::cos(TAU * turn) } else { 0.0 };
            (hann * hann) as f32
        };
        let mut window: Vec<f32> = (-half..=half).map(at).collect();
        let sum: f32 = window.iter().sum();
        window.iter_mut().for_each(|share| *share /= sum);
        Self {
            raster: raster.clone(),
            recipe: recipe.clone(),
            fft: RealFftPlanner::new().plan_fft_forward(raster.hops),
            window,
        }
    }

    /// The spectrum along time of the levels that `key` lays over a steady sound, in dB: band by
    /// band the harmonics 1, 2, ….
    ///
    /// Only half the difference to the same code with all signs turned: what is left out, such as
    /// the dips between patches, is alike for many keys, and would speak for all of them.
    pub(super) fn of(&self, key: &ClassKey) -> Vec<Complex32> {
        let raster = &self.raster;
        let mut cells = vec![Complex32::ZERO; raster.cells()];
        let Filter::Spectral(spectral) = &self.recipe.filter else {
            return cells;
        };
        let code = Code::of(key, spectral, &self.recipe);
        let points = raster.hops * FINE;
        let lanes = self.lanes(key, points);
        let mut gain = vec![[0.0_f32; 2]; points];
        let mut levels = self.fft.make_input_vec();
        let mut bins = self.fft.make_output_vec();
        let mut scratch = self.fft.make_scratch_vec();
        for (band, cells) in cells.chunks_exact_mut(raster.harmonics).enumerate() {
            let amplitudes: Vec<[f32; 2]> = (0..self.recipe.kernels as usize)
                .map(|curve| {
                    let (signed, even) = code.parts_at(curve, raster.bands[band]);
                    [even + signed, even - signed].map(|db| libm::pow(10.0, db / 20.0) as f32)
                })
                .collect();
            if amplitudes.iter().all(|[here, opposite]| here == opposite) {
                continue;
            }
            for (gain, &(curve, weight)) in gain.iter_mut().zip(&lanes) {
                let both = amplitudes.get(curve).unwrap_or(&[1.0; 2]);
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
                cells.copy_from_slice(&bins[1..=raster.harmonics]);
            }
        }
        cells
    }

    /// Curve and weight of the patch at each of `points` over a frame.
    fn lanes(&self, key: &ClassKey, points: usize) -> Vec<(usize, f32)> {
        let schedule = Schedule::new(key, &self.recipe, MICROSECONDS);
        let frame = f64::from(self.raster.period_us);
        let mut lanes = vec![(0, 0.0); points];
        let mut cursor = schedule.patches_from(0);
        loop {
            let patch = cursor.next(&schedule);
            if patch.start >= i64::from(self.raster.period_us) {
                return lanes;
            }
            let (start, end, fade) = (patch.start as f64, patch.end as f64, patch.fade as f64);
            let point = |us: f64| (us * points as f64 / frame).ceil().max(0.0) as usize;
            for (at, lane) in lanes.iter_mut().enumerate().take(point(end)).skip(point(start)) {
                let us = at as f64 * frame / points as f64;
                let edge =
                    |inside: f64| 0.5 - 0.5 * libm::cos(PI * (inside / fade).clamp(0.0, 1.0));
                let rise = if patch.rises { edge(us - start) } else { 1.0 };
                let fall = if patch.falls { edge(end - us) } else { 1.0 };
                *lane = (patch.kernel, (rise * fall) as f32);
            }
        }
    }
}
