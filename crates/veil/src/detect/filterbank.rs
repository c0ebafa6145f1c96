//! From samples to the power of every band at every hop.

use patchveil_spectral::WindowedPower;
use patchveil_spectral::window::hann_midpoint;

use super::grid::Grid;
use crate::history::valid_or_zero;

/// Turns a stream of blocks into rows of power, one per hop.
pub(super) struct Filterbank {
    grid: Grid,
    spectrum: WindowedPower,
    /// For each band its first bin and the shares of that and the next ones.
    shares: Vec<(usize, Vec<f32>)>,
    /// Samples waiting, a buffer a channel.
    pending: Vec<Vec<f32>>,
    /// Samples, counted from half a window before the first one, that `pending` starts with.
    dropped: u64,
    next_hop: u64,
    row: Vec<f32>,
}

impl Filterbank {
    pub(super) fn new(grid: &Grid, channels: usize) -> Self {
        let rate = f64::from(grid.sample_rate);
        let half = (grid.window_us * rate / 2e6).round().max(4.0) as usize;
        let len = 2 * half;
        let size = len.next_power_of_two();
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
            spectrum: WindowedPower::new(hann_midpoint(len), size),
            shares,
            pending: vec![vec![0.0; half]; channels],
            dropped: 0,
            next_hop: 0,
            row: vec![0.0; grid.bands.len()],
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
            if start + self.spectrum.window_len() as u64 > waiting {
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
        self.spectrum.clear();
        for pending in &self.pending {
            self.spectrum.add(&pending[start..start + self.spectrum.window_len()]);
        }
        let power = self.spectrum.sum();
        for (row, (first, shares)) in self.row.iter_mut().zip(&self.shares) {
            let bins = power.get(*first..).unwrap_or_default();
            *row = bins.iter().zip(shares).map(|(power, share)| power * share).sum();
        }
    }
}
