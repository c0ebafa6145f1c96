//! Each clip without its own colour.

use super::random::at_the_power_of;
use crate::clip::Clip;
use crate::signal::shape::{between, shape};
use crate::signal::stft::Stft;

/// Window of the long-term spectrum, in ms.
const WINDOW_MS: f64 = 60.0;
/// Standard deviation of the smoothing over frequency, in Hz: finer than any curve a veil draws,
/// coarser than the harmonics of a voice.
const SMOOTH_HZ: f64 = 60.0;
/// Bands further below the strongest than this are not raised any more, in dB.
const DEPTH_DB: f64 = 50.0;

/// The clip divided by the root of its own long-term power spectrum, which is smoothed over 60 Hz,
/// at the same root mean square. It does to sound what speech systems do to features when they
/// subtract the mean cepstrum of each utterance (Atal, JASA 55, 1974): any fixed filter goes.
pub(super) fn whitened(clip: &Clip) -> Vec<f32> {
    let stft = Stft::for_rate(WINDOW_MS, clip.rate);
    let power = smoothed(&stft.mean_power(&clip.samples), SMOOTH_HZ / stft.hz(1, clip.rate));
    let strongest = power.iter().copied().fold(0.0, f64::max);
    let floor = strongest * 10_f64.powf(-DEPTH_DB / 10.0);
    if floor <= 0.0 {
        return clip.samples.clone();
    }
    let gains: Vec<f64> = power.iter().map(|x| (strongest / (x + floor)).sqrt()).collect();
    at_the_power_of(clip, shape(&clip.samples, |f| between(&gains, f)))
}

/// Averaged with Gaussian weights of standard deviation `sigma`, in points, over the points that
/// are there.
pub(super) fn smoothed(points: &[f64], sigma: f64) -> Vec<f64> {
    let reach = (3.0 * sigma).ceil() as usize;
    let at = |n: usize| {
        let near = n.saturating_sub(reach)..(n + reach + 1).min(points.len());
        let weight = |m: usize| (-0.5 * (m.abs_diff(n) as f64 / sigma.max(1e-9)).powi(2)).exp();
        let (sum, weights) = near.fold((0.0, 0.0), |(sum, weights), m| {
            (sum + points[m] * weight(m), weights + weight(m))
        });
        sum / weights
    };
    (0..points.len()).map(at).collect()
}
