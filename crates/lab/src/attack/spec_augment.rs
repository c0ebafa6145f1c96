//! Random stripes of time and frequency without content.

use chacha20::ChaCha20Rng;
use rand::RngExt;

use crate::clip::Clip;
use crate::signal::stft::Stft;

/// Stripes of each kind.
const STRIPES: usize = 2;
/// Widest stripe of frequency, as a share of the mel scale up to half the sample rate.
const HEIGHT: f64 = 0.2;
/// Widest stripe of time, as a share of the clip.
const WIDTH: f64 = 0.2;
/// Window, in ms.
const WINDOW_MS: f64 = 32.0;

/// `SpecAugment` (Park et al., arXiv 1904.08779, section 2) put back into sound, so that learners
/// on raw audio meet it too: two stripes of frequency and two of time, each of random place and up
/// to a fifth wide, get the clip's mean (logarithmic) magnitude everywhere, as there the mean of
/// normalised features; phases stay. Without its time warping, which is an attack of its own here.
pub(super) fn masked(clip: &Clip, dice: &mut ChaCha20Rng) -> Vec<f32> {
    let stft = Stft::for_rate(WINDOW_MS, clip.rate);
    let mut spectra = stft.analysis(&clip.samples);
    let magnitudes = || spectra.iter().flatten().map(|x| f64::from(x.norm()));
    let loudest = magnitudes().fold(0.0, f64::max);
    if loudest <= 0.0 {
        return clip.samples.clone();
    }
    let logs = magnitudes().map(|x| x.max(loudest * 1e-4).ln());
    let mean = (logs.sum::<f64>() / (spectra.len() * stft.bins()) as f64).exp() as f32;
    let mut stripe = |widest: f64| {
        let width = dice.random_range(0.0..=widest);
        let from = dice.random_range(0.0..=1.0 - width);
        from..from + width
    };
    let rows: Vec<_> = (0..STRIPES).map(|_| stripe(HEIGHT)).collect();
    let columns: Vec<_> = (0..STRIPES).map(|_| stripe(WIDTH)).collect();
    let mel = |hz: f64| (1.0 + hz / 700.0).ln();
    let top = mel(f64::from(clip.rate) / 2.0);
    let frames = spectra.len() as f64;
    for (t, spectrum) in spectra.iter_mut().enumerate() {
        let in_column = columns.iter().any(|stripe| stripe.contains(&(t as f64 / frames)));
        for (bin, x) in spectrum.iter_mut().enumerate() {
            let height = mel(stft.hz(bin, clip.rate)) / top;
            if in_column || rows.iter().any(|stripe| stripe.contains(&height)) {
                *x *= mean / x.norm().max(1e-12);
            }
        }
    }
    stft.synthesis(&spectra, clip.samples.len())
}
