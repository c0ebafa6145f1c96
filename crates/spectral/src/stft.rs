//! The short-time Fourier transform and its inverse.

use crate::Complex32;
use crate::fft::{ForwardFft, InverseFft};
use crate::window::hann_symmetric;

/// A short-time Fourier transform of whole recordings with a Hann window, and its inverse by least
/// squares (Griffin and Lim, “Signal estimation from modified short-time Fourier transform”, IEEE
/// Trans. ASSP 32, 1984, section III).
///
/// ```
/// use patchveil_spectral::Stft;
///
/// let samples: Vec<f32> = (0..1_000).map(|n| (n as f32 * 0.1).sin()).collect();
/// let stft = Stft::new(256, 64);
/// let mut spectra = stft.analysis(&samples);
/// for spectrum in &mut spectra {
///     spectrum.iter_mut().for_each(|bin| *bin *= 0.5);
/// }
/// let quieter = stft.synthesis(&spectra, samples.len());
/// assert!(quieter.iter().zip(&samples).all(|(y, x)| (y - 0.5 * x).abs() < 1e-4));
/// ```
#[derive(Debug, Clone)]
pub struct Stft {
    hop: usize,
    window: Vec<f32>,
}

impl Stft {
    /// Windows of `size` samples every `hop` samples. `size` is made even and at least 4; `hop` is
    /// kept within 1 ..= `size` / 2, without which [`synthesis`](Self::synthesis) could not rebuild.
    #[must_use]
    pub fn new(size: usize, hop: usize) -> Self {
        let size = size.max(4).next_multiple_of(2);
        Self { hop: hop.clamp(1, size / 2), window: hann_symmetric(size) }
    }

    /// Windows of about `ms` milliseconds at `rate` Hz, a power of two long, every quarter of that.
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

    /// Bins of a spectrum: `size` / 2 + 1.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.size() / 2 + 1
    }

    /// Frequency in Hz of bin `bin` at `rate` Hz.
    #[must_use]
    pub fn hz(&self, bin: usize, rate: u32) -> f64 {
        bin as f64 * f64::from(rate) / self.size() as f64
    }

    /// The spectra (windows × bins) of all windows that touch `samples`, with silence before and
    /// behind. Window t is centred on sample (t + 1) · hop − size / 2.
    #[must_use]
    pub fn analysis(&self, samples: &[f32]) -> Vec<Vec<Complex32>> {
        let mut spectra = Vec::new();
        self.for_each(samples, |spectrum| spectra.push(spectrum.to_vec()));
        spectra
    }

    /// The `len` samples whose windows come nearest to `spectra`; with unchanged spectra, the samples
    /// that were analysed.
    #[must_use]
    pub fn synthesis(&self, spectra: &[Vec<Complex32>], len: usize) -> Vec<f32> {
        let (size, hop) = (self.size(), self.hop);
        let mut sum = vec![0.0_f32; spectra.len() * hop + size];
        let mut weight = vec![0.0_f32; sum.len()];
        let mut fft = InverseFft::new(size);
        for (t, spectrum) in spectra.iter().enumerate() {
            let bins = fft.bins_mut();
            let count = bins.len().min(spectrum.len());
            bins[..count].copy_from_slice(&spectrum[..count]);
            bins[count..].fill(Complex32::ZERO);
            for (i, (x, w)) in fft.transform().iter().zip(&self.window).enumerate() {
                sum[t * hop + i] += x * w / size as f32;
                weight[t * hop + i] += w * w;
            }
        }
        let rebuilt = sum.iter().zip(&weight).map(|(x, w)| x / w.max(1e-6));
        rebuilt.skip(self.lead()).take(len).collect()
    }

    /// Mean power of each bin over all windows of `samples`.
    #[must_use]
    pub fn mean_power(&self, samples: &[f32]) -> Vec<f64> {
        let mut mean = vec![0.0; self.bins()];
        let count = self.windows(samples.len()).max(1) as f64;
        self.for_each(samples, |spectrum| {
            for (mean, bin) in mean.iter_mut().zip(spectrum) {
                *mean += f64::from(bin.norm_sqr()) / count;
            }
        });
        mean
    }

    /// Zeros before the first sample in the first window.
    fn lead(&self) -> usize {
        self.size() - self.hop
    }

    fn windows(&self, len: usize) -> usize {
        (len + self.lead()).div_ceil(self.hop)
    }

    fn for_each(&self, samples: &[f32], mut each: impl FnMut(&[Complex32])) {
        let mut fft = ForwardFft::new(self.size());
        for t in 0..self.windows(samples.len()) {
            for (i, (to, w)) in fft.samples_mut().iter_mut().zip(&self.window).enumerate() {
                let at = (t * self.hop + i).checked_sub(self.lead());
                *to = at.and_then(|n| samples.get(n)).map_or(0.0, |x| x * w);
            }
            each(fft.transform());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_spectra_give_the_samples_back() {
        for len in [1, 100, 1_000, 4_097] {
            let samples: Vec<f32> =
                (0..len).map(|n: usize| (n * n % 1_009) as f32 / 504.5 - 1.0).collect();
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
    fn a_tone_shows_in_its_own_bin() {
        let stft = Stft::new(512, 128);
        let samples: Vec<f32> =
            (0..8_000).map(|n| (std::f32::consts::TAU / 8.0 * n as f32).sin()).collect();
        let power = stft.mean_power(&samples);
        let loudest = (0..power.len()).max_by(|&a, &b| power[a].total_cmp(&power[b])).unwrap();
        assert_eq!(stft.hz(loudest, 8_000), 1_000.0);
    }

    #[test]
    fn sizes_are_kept_within_what_can_be_rebuilt() {
        let stft = Stft::new(1, 1_000);
        assert_eq!((stft.size(), stft.hop(), stft.bins()), (4, 2, 3));
        assert_eq!(Stft::for_rate(32.0, 48_000).size(), 2_048);
    }
}
