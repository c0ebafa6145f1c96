//! Whitening of each clip by itself.

use crate::clip::Clip;
use crate::signal::filter::{interpolate, smooth, zero_phase};
use crate::signal::level::with_rms_of;
use patchveil_spectral::Stft;

/// Window of the long-term spectrum in ms.
const WINDOW_MS: f64 = 60.0;
/// Standard deviation of the smoothing over frequency in Hz: finer than any kernel of a veil,
/// coarser than the harmonics of a voice.
const SMOOTH_HZ: f64 = 60.0;
/// Frequencies further below the strongest are not raised any further, in dB.
const DEPTH_DB: f64 = 50.0;

/// The clip divided by the root of its own long-term power spectrum, smoothed over 60 Hz, at the
/// same root mean square. It removes any fixed filter, like cepstral mean subtraction in speech
/// recognition (Atal, JASA 55, 1974).
pub(super) fn whitened(clip: &Clip) -> Vec<f32> {
    let stft = Stft::for_rate(WINDOW_MS, clip.rate);
    let power = smooth(&stft.mean_power(&clip.samples), SMOOTH_HZ / stft.hz(1, clip.rate));
    let strongest = power.iter().copied().fold(0.0, f64::max);
    let floor = strongest * 10_f64.powf(-DEPTH_DB / 10.0);
    if floor <= 0.0 {
        return clip.samples.clone();
    }
    let gains: Vec<f64> = power.iter().map(|x| (strongest / (x + floor)).sqrt()).collect();
    with_rms_of(&clip.samples, zero_phase(&clip.samples, |f| interpolate(&gains, f)))
}
