//! A denoiser of the kind audio editors have.

use crate::clip::Clip;
use patchveil_spectral::Stft;

/// Window in ms.
const WINDOW_MS: f64 = 32.0;
/// The quietest fraction of a bin's windows, taken as noise.
const QUIET_SHARE: f64 = 0.2;
/// How far above the noise a window must be to pass, in dB.
const MARGIN_DB: f64 = 6.0;
/// Gain of the closed gate.
const CLOSED: f32 = 0.1;
/// The gain is averaged over this many bins and windows to either side.
const SMOOTH: usize = 1;

/// A spectral gate: attenuates by 20 dB what is less than 6 dB above the noise floor of its bin
/// (the 20th percentile of the bin's power), with the gain smoothed over neighbouring bins and
/// windows. Spectral subtraction with a floor (Berouti, Schwartz and Makhoul, ICASSP 1979) with a
/// hard decision.
pub(super) fn gated(clip: &Clip) -> Vec<f32> {
    let stft = Stft::for_rate(WINDOW_MS, clip.rate);
    let mut spectra = stft.analysis(&clip.samples);
    let bins = stft.bins();
    let mut gains = vec![vec![1.0_f32; bins]; spectra.len()];
    for bin in 0..bins {
        let mut powers: Vec<f32> = spectra.iter().map(|x| x[bin].norm_sqr()).collect();
        powers.sort_by(f32::total_cmp);
        let floor = powers[(powers.len() as f64 * QUIET_SHARE) as usize];
        let threshold = floor * 10_f32.powf(MARGIN_DB as f32 / 10.0);
        for (gains, x) in gains.iter_mut().zip(&spectra) {
            gains[bin] = if x[bin].norm_sqr() > threshold { 1.0 } else { CLOSED };
        }
    }
    let frames = spectra.len();
    let around = |at: usize, end: usize| at.saturating_sub(SMOOTH)..(at + SMOOTH + 1).min(end);
    for (t, spectrum) in spectra.iter_mut().enumerate() {
        for (bin, x) in spectrum.iter_mut().enumerate() {
            let near = gains[around(t, frames)].iter().flat_map(|gains| &gains[around(bin, bins)]);
            let (sum, count) =
                near.fold((0.0, 0.0), |(sum, count), gain| (sum + gain, count + 1.0));
            *x *= sum / count;
        }
    }
    stft.synthesis(&spectra, clip.samples.len())
}
