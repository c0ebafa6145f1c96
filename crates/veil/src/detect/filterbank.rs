//! From samples to the power of every band at every hop.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::grid::Grid;
use crate::history::valid_or_zero;

/// Turns a stream of blocks into rows of power, one per hop.
pub(super) struct Filterbank {
    grid: Grid,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// For each band its first bin and the shares of that and the next ones.
    shares: Vec<(usize, Vec<f32>)>,
    /// Samples waiting, a buffer a channel.
    pending: Vec<Vec<f32>>,
    /// Samples, counted from half a window before the first one, that `pending` starts with.
    dropped: u64,
    next_hop: u64,
    piece: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
    row: Vec<f32>,
}

impl Filterbank {
    pub(super) fn new(grid: &Grid, channels: usize) -> Self {
        let rate = f64::from(grid.sample_rate);
        let half = (grid.window_us * rate / 2e6).round().max(4.0) as usize;
        let len = 2 * half;
        let size = len.next_power_of_two();
        let fft = RealFftPlanner::new().plan_fft_forward(size);
        let hann = |i: usize| 0.5 - 0.5 * libm::cos(TAU * (i as f64 + 0.5) / len as f64);
        let hz = |bin: usize| bin as f64 * rate / size as f64;
        let shares = (0..grid.bands.len())
            .map(|band| {
                let of = |bin: usize| grid.share(band, hz(bin)) as f32;
                let nearest = (grid.bands[band] * size as f64 / rate).round() as usize;
                let first = (0..nearest).find(|&bin| of(bin) > 0.0).unwrap_or(nearest);
                let mut shares: Vec<f32> =
                    (first..=size / 2).map(of).take_while(|&share| share > 0.0).collect();
                if shares.is_empty() {
                    // A band narrower than a bin.
                    shares.push(1.0);
                }
                (first, shares)
            })
            .collect();
        Self {
            grid: grid.clone(),
            window: (0..len).map(|i| hann(i) as f32).collect(),
            shares,
            pending: vec![vec![0.0; half]; channels],
            dropped: 0,
            next_hop: 0,
            piece: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; size / 2 + 1],
            row: vec![0.0; grid.bands.len()],
            fft,
        }
    }

    /// Takes the next block (channels × samples) and calls `each` for every hop with the power of every
    /// band, summed over the channels.
    pub(super) fn push(&mut self, block: &[&[f32]], mut each: impl FnMut(&[f32])) {
        for (pending, samples) in self.pending.iter_mut().zip(block) {
            // The convolver set invalid samples to 0 too.
            pending.extend(samples.iter().copied().map(valid_or_zero));
        }
        let waiting = self.pending.iter().map(Vec::len).min().unwrap_or(0) as u64;
        loop {
            // Both the window and the count begin half a window before the hop.
            let start = self.grid.hop_at(self.next_hop) - self.dropped;
            if start + self.window.len() as u64 > waiting {
                let done = start.min(waiting) as usize;
                self.pending.iter_mut().for_each(|pending| drop(pending.drain(..done)));
                self.dropped += done as u64;
                return;
            }
            self.transform(start as usize);
            each(&self.row);
            self.next_hop += 1;
        }
    }

    /// Fills `row` from the window that begins with waiting sample `start`.
    fn transform(&mut self, start: usize) {
        self.power.fill(0.0);
        for pending in &self.pending {
            let (used, padding) = self.piece.split_at_mut(self.window.len());
            let samples = &pending[start..start + used.len()];
            for ((piece, x), w) in used.iter_mut().zip(samples).zip(&self.window) {
                *piece = x * w;
            }
            padding.fill(0.0);
            // Fails only for buffers of the wrong length, and these are the plan's own.
            let done =
                self.fft.process_with_scratch(&mut self.piece, &mut self.bins, &mut self.scratch);
            if done.is_ok() {
                for (power, bin) in self.power.iter_mut().zip(&self.bins) {
                    *power += bin.norm_sqr();
                }
            }
        }
        for (row, (first, shares)) in self.row.iter_mut().zip(&self.shares) {
            let bins = self.power.get(*first..).unwrap_or_default();
            *row = bins.iter().zip(shares).map(|(power, share)| power * share).sum();
        }
    }
}
