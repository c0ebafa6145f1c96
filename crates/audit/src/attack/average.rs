//! The adaptive attacker who knows that what the veil does in time takes turns within a frame.

use super::bands::Bands;
use super::random::rms;
use crate::clip::Clip;

/// Window and hop in ms.
const WINDOW_MS: f64 = 16.0;
const HOP_MS: f64 = 4.0;
/// Levels more than this below a band's loudest count as so far below, in dB.
const AUDIBLE_DB: f64 = 35.0;
/// Most that is corrected, in dB.
const LIMIT_DB: f64 = 24.0;

/// The clip with the level of every band, in dB, averaged over one frame of `period` seconds around
/// each moment, at the same root mean square. Whatever repeats with the frame is the same at every
/// moment then, at whichever place the clip begins; what is left of the veil is a fixed filter. It
/// takes no label and no key.
pub(super) fn averaged(clip: &Clip, period: f64) -> Vec<f32> {
    let bands = Bands::fine(WINDOW_MS, HOP_MS, clip.rate);
    let mut spectra = bands.stft.analysis(&clip.samples);
    let mut levels = bands.levels(&spectra);
    for band in 0..bands.count() {
        let loudest = levels.iter().map(|x| x[band]).fold(f64::NEG_INFINITY, f64::max);
        levels.iter_mut().for_each(|x| x[band] = x[band].max(loudest - AUDIBLE_DB));
    }
    let half = period * f64::from(clip.rate) / bands.stft.hop() as f64 / 2.0;
    let whole = half.floor() as usize;
    for (t, spectrum) in spectra.iter_mut().enumerate() {
        let (from, to) = (t.saturating_sub(whole), (t + whole).min(levels.len() - 1));
        // Those at the rims count by what of them lies within the frame.
        let weight = |at: usize| (half + 0.5 - at.abs_diff(t) as f64).clamp(0.0, 1.0);
        let sum: f64 = (from..=to).map(weight).sum();
        let gain = |band: usize| {
            let mean = (from..=to).map(|at| weight(at) * levels[at][band]).sum::<f64>() / sum;
            (mean - levels[t][band]).clamp(-LIMIT_DB, LIMIT_DB)
        };
        let gains: Vec<f64> = (0..bands.count()).map(gain).collect();
        bands.turn(spectrum, &gains);
    }
    let mut samples = bands.stft.synthesis(&spectra, clip.samples.len());
    let scale = (rms(&clip.samples) / rms(&samples).max(f64::MIN_POSITIVE)) as f32;
    samples.iter_mut().for_each(|x| *x *= scale);
    samples
}
