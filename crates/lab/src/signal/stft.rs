//! Short-time Fourier transform and its inverse.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// One spectrum: bins 0 (0 Hz) to size/2 (half the sample rate).
pub type Spectrum = Vec<Complex<f32>>;

/// A short-time Fourier transform with a Hann window. Cheap to clone; threads can share it.
#[derive(Clone)]
pub struct Stft {
    hop: usize,
    window: Arc<[f32]>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
}

impl Stft {
    /// Windows of `size` samples, `hop` samples apart. `size` is raised to an even number of at least 4;
    /// `hop` is limited to 1 ..= `size`/2, which [`Stft::synthesis`] needs.
    #[must_use]
    pub fn new(size: usize, hop: usize) -> Self {
        let size = size.max(4).next_multiple_of(2);
        let mut planner = RealFftPlanner::new();
        Self {
            hop: hop.clamp(1, size / 2),
            window: hann(size).into(),
            forward: planner.plan_fft_forward(size),
            inverse: planner.plan_fft_inverse(size),
        }
    }

    /// Windows of at least `ms` milliseconds at `rate` Hz, rounded up to a power of two of samples;
    /// the hop is a quarter of a window.
    #[must_use]
    pub fn for_rate(ms: f64, rate: u32) -> Self {
        let size = (ms * 1e-3 * f64::from(rate)).round().max(8.0) as usize;
        let size = size.next_power_of_two();
        Self::new(size, size / 4)
    }

    /// Samples in a window.
    #[must_use]
    pub fn size(&self) -> usize {
        self.window.len()
    }

    /// Samples from one window to the next.
    #[must_use]
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Bins in a spectrum.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.size() / 2 + 1
    }

    /// Frequency in Hz of bin `bin` at `rate` Hz.
    #[must_use]
    pub fn hz(&self, bin: usize, rate: u32) -> f64 {
        bin as f64 * f64::from(rate) / self.size() as f64
    }

    /// The spectra of all windows that overlap `samples`, zero-padded at both ends. Window `t` is
    /// centred on sample `t`·hop − size/2 + hop.
    #[must_use]
    pub fn analysis(&self, samples: &[f32]) -> Vec<Spectrum> {
        let (size, hop) = (self.size(), self.hop);
        let lead = size - hop;
        let frames = (samples.len() + lead).div_ceil(hop);
        let mut buffer = self.forward.make_input_vec();
        let mut scratch = self.forward.make_scratch_vec();
        let mut spectra = Vec::with_capacity(frames);
        for t in 0..frames {
            for (i, (slot, w)) in buffer.iter_mut().zip(self.window.iter()).enumerate() {
                let at = (t * hop + i).checked_sub(lead);
                *slot = at.and_then(|n| samples.get(n)).map_or(0.0, |x| x * w);
            }
            let mut spectrum = self.forward.make_output_vec();
            // Fails only for wrong lengths, and these are the plan's own.
            let _ = self.forward.process_with_scratch(&mut buffer, &mut spectrum, &mut scratch);
            spectra.push(spectrum);
        }
        spectra
    }

    /// The `len` samples whose windows match these spectra best (least squares). Unchanged spectra
    /// give back the samples that were analysed.
    #[must_use]
    pub fn synthesis(&self, spectra: &[Spectrum], len: usize) -> Vec<f32> {
        let (size, hop) = (self.size(), self.hop);
        let lead = size - hop;
        let mut sum = vec![0.0_f32; spectra.len() * hop + size];
        let mut weight = vec![0.0_f32; sum.len()];
        let mut spectrum = self.inverse.make_input_vec();
        let mut buffer = self.inverse.make_output_vec();
        let mut scratch = self.inverse.make_scratch_vec();
        for (t, frame) in spectra.iter().enumerate() {
            spectrum.copy_from_slice(frame);
            // The plan insists on real values at 0 Hz and half the sample rate.
            spectrum[0].im = 0.0;
            spectrum[size / 2].im = 0.0;
            let _ = self.inverse.process_with_scratch(&mut spectrum, &mut buffer, &mut scratch);
            for (i, (x, w)) in buffer.iter().zip(self.window.iter()).enumerate() {
                sum[t * hop + i] += x * w / size as f32;
                weight[t * hop + i] += w * w;
            }
        }
        let rebuilt = sum.iter().zip(&weight).map(|(x, w)| x / w.max(1e-6));
        rebuilt.skip(lead).take(len).collect()
    }

    /// Mean power of each bin over all windows of `samples`.
    #[must_use]
    pub fn mean_power(&self, samples: &[f32]) -> Vec<f64> {
        let spectra = self.analysis(samples);
        let mut mean = vec![0.0; self.bins()];
        for spectrum in &spectra {
            for (m, bin) in mean.iter_mut().zip(spectrum) {
                *m += f64::from(bin.norm_sqr()) / spectra.len() as f64;
            }
        }
        mean
    }
}

/// A Hann window of `size` samples, none of them 0.
#[must_use]
pub fn hann(size: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU / (size + 1) as f64;
    (1..=size).map(|i| (0.5 - 0.5 * (step * i as f64).cos()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::signal::rng::rng;

    #[test]
    fn unchanged_spectra_give_back_the_samples() {
        let mut rng = rng(1, "test", "stft");
        for len in [1, 100, 1_000, 4_097] {
            let samples: Vec<f32> = (0..len).map(|_| rng.random_range(-1.0..1.0)).collect();
            for (size, hop) in [(256, 64), (256, 128), (100, 30)] {
                let stft = Stft::new(size, hop);
                let back = stft.synthesis(&stft.analysis(&samples), len);
                assert_eq!(back.len(), len);
                for (a, b) in samples.iter().zip(&back) {
                    assert!((a - b).abs() < 1e-4, "{size}/{hop}, {len} samples");
                }
            }
        }
    }

    #[test]
    fn a_tone_peaks_in_its_own_bin() {
        let stft = Stft::new(512, 128);
        let samples: Vec<f32> = (0..8_000)
            .map(|n| (std::f32::consts::TAU * 1_000.0 / 8_000.0 * n as f32).sin())
            .collect();
        let power = stft.mean_power(&samples);
        let loudest = (0..power.len()).max_by(|&a, &b| power[a].total_cmp(&power[b])).unwrap();
        assert_eq!(stft.hz(loudest, 8_000), 1_000.0);
    }
}
