//! Random masks over time and frequency.

use chacha20::ChaCha20Rng;
use rand::RngExt;

use crate::clip::Clip;
use patchveil_spectral::Stft;

/// Masks of each kind.
const MASKS: usize = 2;
/// Widest mask over frequency, as a fraction of the mel scale up to half the sample rate.
const HEIGHT: f64 = 0.2;
/// Widest mask over time, as a fraction of the clip.
const WIDTH: f64 = 0.2;
/// Window in ms.
const WINDOW_MS: f64 = 32.0;

/// `SpecAugment` (Park et al., arXiv 1904.08779, section 2) on audio instead of features, so that
/// learners on raw samples get it too. Two masks over frequency and two over time, at random places
/// and up to a fifth wide, are set to the clip's mean log magnitude; phases stay. Time warping is
/// an attack of its own here.
pub(super) fn masked(clip: &Clip, rng: &mut ChaCha20Rng) -> Vec<f32> {
    let stft = Stft::for_rate(WINDOW_MS, clip.rate);
    let mut spectra = stft.analysis(&clip.samples);
    let magnitudes = || spectra.iter().flatten().map(|x| f64::from(x.norm()));
    let loudest = magnitudes().fold(0.0, f64::max);
    if loudest <= 0.0 {
        return clip.samples.clone();
    }
    let logs = magnitudes().map(|x| x.max(loudest * 1e-4).ln());
    let mean = (logs.sum::<f64>() / (spectra.len() * stft.bins()) as f64).exp() as f32;
    let mut mask = |widest: f64| {
        let width = rng.random_range(0.0..=widest);
        let from = rng.random_range(0.0..=1.0 - width);
        from..from + width
    };
    let rows: Vec<_> = (0..MASKS).map(|_| mask(HEIGHT)).collect();
    let columns: Vec<_> = (0..MASKS).map(|_| mask(WIDTH)).collect();
    let mel = |hz: f64| (1.0 + hz / 700.0).ln();
    let top = mel(f64::from(clip.rate) / 2.0);
    let frames = spectra.len() as f64;
    for (t, spectrum) in spectra.iter_mut().enumerate() {
        let in_column = columns.iter().any(|mask| mask.contains(&(t as f64 / frames)));
        for (bin, x) in spectrum.iter_mut().enumerate() {
            let height = mel(stft.hz(bin, clip.rate)) / top;
            if in_column || rows.iter().any(|mask| mask.contains(&height)) {
                *x *= mean / x.norm().max(1e-12);
            }
        }
    }
    stft.synthesis(&spectra, clip.samples.len())
}
