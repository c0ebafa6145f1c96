//! Short-time power spectra.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Short-time power spectra with a periodic Hann window, frames centred on multiples of the hop.
pub(super) struct Spectrum {
    window: Vec<f32>,
    hop: usize,
    plan: Arc<dyn RealToComplex<f32>>,
    frame: Vec<f32>,
    bins: Vec<Complex<f32>>,
    power: Vec<f32>,
}

impl Spectrum {
    /// Windows of `window` samples, `hop` samples apart, zero-padded to a power of two.
    pub(super) fn new(window: usize, hop: usize) -> Self {
        let size = window.next_power_of_two();
        let plan = RealFftPlanner::new().plan_fft_forward(size);
        let hann = |n: usize| (0.5 - 0.5 * (TAU * n as f64 / window as f64).cos()) as f32;
        Self {
            window: (0..window).map(hann).collect(),
            hop,
            frame: plan.make_input_vec(),
            bins: plan.make_output_vec(),
            power: vec![0.0; size / 2 + 1],
            plan,
        }
    }

    /// Length of the FFT in samples.
    pub(super) fn size(&self) -> usize {
        self.frame.len()
    }

    /// Hop in samples.
    pub(super) fn hop(&self) -> usize {
        self.hop
    }

    /// Power of frame `frame` in bins 0 to size / 2, divided by the length of the FFT. The window is
    /// centred on sample `frame · hop`; outside the clip there is silence.
    pub(super) fn power(&mut self, samples: &[f32], frame: usize) -> &[f32] {
        self.frame.fill(0.0);
        let start = (frame * self.hop).cast_signed() - (self.window.len() / 2).cast_signed();
        for ((to, weight), at) in self.frame.iter_mut().zip(&self.window).zip(start..) {
            let sample = usize::try_from(at).ok().and_then(|at| samples.get(at));
            *to = sample.copied().unwrap_or_default() * weight;
        }
        // Fails only for wrong lengths, and these are the plan's own.
        let _ = self.plan.process(&mut self.frame, &mut self.bins);
        let scale = 1.0 / self.frame.len() as f32;
        for (power, bin) in self.power.iter_mut().zip(&self.bins) {
            *power = bin.norm_sqr() * scale;
        }
        &self.power
    }
}
