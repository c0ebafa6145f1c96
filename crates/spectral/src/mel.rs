//! The mel scale of pitch, and bands on it.

/// Hz → mel: 2595 · log₁₀(1 + f / 700) (O'Shaughnessy, Speech Communication, 1987), as HTK has it.
/// The same bits on every platform; the veil's kernels depend on them.
///
/// ```
/// use patchveil_spectral::mel::{hz_to_mel, mel_to_hz};
///
/// assert!((hz_to_mel(1_000.0) - 1_000.0).abs() < 0.1);
/// assert!((mel_to_hz(hz_to_mel(440.0)) - 440.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn hz_to_mel(hz: f64) -> f64 {
    2_595.0 * libm::log10(1.0 + hz / 700.0)
}

/// mel → Hz, the inverse of [`hz_to_mel`].
#[must_use]
pub fn mel_to_hz(mel: f64) -> f64 {
    700.0 * (libm::pow(10.0, mel / 2_595.0) - 1.0)
}

/// Triangular bands of height 1, equally spaced in mel (Davis and Mermelstein, IEEE Trans. ASSP 28,
/// 1980).
#[derive(Debug, Clone)]
pub struct MelBank {
    /// For each band the first bin it covers and the weights from there.
    bands: Vec<(usize, Vec<f32>)>,
}

impl MelBank {
    /// `count` bands from `lowest_hz` to half of `rate` (Hz), for power spectra of `size` / 2 + 1
    /// bins.
    #[must_use]
    pub fn new(count: usize, lowest_hz: f64, rate: f64, size: usize) -> Self {
        let (low, high) = (hz_to_mel(lowest_hz), hz_to_mel(rate / 2.0));
        let edge = |n: usize| mel_to_hz(low + (high - low) * n as f64 / (count + 1) as f64);
        let hz = |bin: usize| bin as f64 * rate / size as f64;
        let last = size / 2;
        let band = |n: usize| {
            let (left, top, right) = (edge(n), edge(n + 1), edge(n + 2));
            let weight = |bin: usize| {
                ((hz(bin) - left) / (top - left)).min((right - hz(bin)) / (right - top)).max(0.0)
            };
            match (0..=last).find(|&bin| weight(bin) > 0.0) {
                Some(first) => {
                    let weights = (first..=last).map(weight).take_while(|&weight| weight > 0.0);
                    (first, weights.map(|weight| weight as f32).collect())
                }
                // Narrower than a bin: the bin nearest to its top.
                None => {
                    let nearest = libm::round(top * size as f64 / rate) as usize;
                    (nearest.min(last), vec![1.0])
                }
            }
        };
        Self { bands: (0..count).map(band).collect() }
    }

    /// The energy of each band of a power spectrum, lowest band first.
    pub fn energies<'a>(&'a self, power: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        self.bands.iter().map(|(first, weights)| {
            let bins = power.get(*first..).unwrap_or_default();
            weights.iter().zip(bins).map(|(weight, power)| weight * power).sum()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mel_and_hz_are_inverse() {
        for hz in [0.0, 20.0, 700.0, 4_000.0, 20_000.0] {
            assert!((mel_to_hz(hz_to_mel(hz)) - hz).abs() < 1e-8);
        }
        assert_eq!(hz_to_mel(0.0), 0.0);
    }

    #[test]
    fn bands_follow_the_loudest_bin_upward() {
        let bank = MelBank::new(40, 20.0, 16_000.0, 512);
        let mut last = 0;
        for bin in [3, 20, 60, 120, 200] {
            let mut power = vec![0.0; 257];
            power[bin] = 1.0;
            let energies: Vec<f32> = bank.energies(&power).collect();
            assert_eq!(energies.len(), 40);
            let top = (0..40).max_by(|&a, &b| energies[a].total_cmp(&energies[b])).unwrap();
            assert!(top >= last, "bin {bin} is strongest in band {top}");
            last = top;
        }
        assert!(last > 30);
    }

    #[test]
    fn every_band_has_a_bin_even_where_bins_are_wide() {
        let bank = MelBank::new(40, 20.0, 8_000.0, 64);
        assert!(bank.energies(&[1.0; 33]).all(|energy| energy > 0.0));
        assert!(bank.energies(&[]).all(|energy| energy == 0.0));
    }
}
