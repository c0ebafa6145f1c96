//! Power spectra of overlapping pieces of a stream.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Cuts a stream of blocks into overlapping Hann windows and transforms each.
pub(super) struct Stft {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    hop: usize,
    /// Makes the power of a full-scale sine 1 in its bin.
    scale: f32,
    /// Samples waiting, a buffer a channel.
    pending: Vec<Vec<f32>>,
    /// Windows done.
    windows: u64,
    piece: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
}

impl Stft {
    /// `len` samples a window (even), `hop` samples from one to the next, `lead` zeros before the stream.
    pub(super) fn new(len: usize, hop: usize, lead: usize, channels: u16) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(len);
        let hann = |i: usize| 0.5 - 0.5 * (TAU * i as f64 / len as f64).cos();
        let window: Vec<f32> = (0..len).map(|i| hann(i) as f32).collect();
        let gain: f32 = window.iter().sum();
        Self {
            piece: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; len / 2 + 1],
            fft,
            window,
            hop,
            scale: 4.0 / (gain * gain),
            pending: vec![vec![0.0; lead]; usize::from(channels)],
            windows: 0,
        }
    }

    pub(super) fn channels(&self) -> usize {
        self.pending.len()
    }

    /// Adds a block, and calls `each` for every complete window with its index and the power in its bins
    /// (0 Hz to half the sample rate; a full-scale sine is 1), summed over the channels; for a silent
    /// window, with an empty slice.
    pub(super) fn push(&mut self, block: &[Vec<f32>], mut each: impl FnMut(u64, &[f32])) {
        for (pending, samples) in self.pending.iter_mut().zip(block) {
            pending.extend_from_slice(samples);
        }
        let waiting = self.pending.first().map_or(0, Vec::len);
        let mut at = 0;
        while at + self.window.len() <= waiting {
            let silent = !self.transform(at);
            each(self.windows, if silent { &[] } else { &self.power });
            self.windows += 1;
            at += self.hop;
        }
        for pending in &mut self.pending {
            pending.drain(..at);
        }
    }

    /// Fills `power`; false for silence.
    fn transform(&mut self, at: usize) -> bool {
        let mut any = false;
        self.power.fill(0.0);
        for samples in &self.pending {
            let samples = &samples[at..at + self.window.len()];
            if samples.iter().all(|&x| x == 0.0) {
                continue;
            }
            for ((piece, &x), &w) in self.piece.iter_mut().zip(samples).zip(&self.window) {
                *piece = x * w;
            }
            // Fails only for buffers of the wrong length; these are the plan's own.
            let done =
                self.fft.process_with_scratch(&mut self.piece, &mut self.bins, &mut self.scratch);
            any |= done.is_ok();
            for (power, bin) in self.power.iter_mut().zip(&self.bins) {
                *power += bin.norm_sqr() * self.scale;
            }
        }
        any
    }
}
