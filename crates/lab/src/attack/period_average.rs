//! The adaptive attacker who knows that the alternating EQ repeats with the period.

use super::bands::{Bands, loudest};
use crate::clip::Clip;
use crate::signal::level::with_rms_of;

/// Levels further below a band's loudest are raised to this far below it, in dB.
const DEPTH_DB: f64 = 35.0;

/// The clip with the level of every band, in dB, replaced by its moving average over one period of
/// `period` seconds, at the same root mean square. Whatever repeats with the period becomes
/// constant, wherever the clip starts; what remains of the veil is a fixed filter. Needs no label
/// and no key.
pub(super) fn averaged(clip: &Clip, period: f64) -> Vec<f32> {
    let bands = Bands::new(clip.rate);
    let spectra = bands.stft.analysis(&clip.samples);
    let mut levels = bands.levels(&spectra);
    for band in 0..bands.count() {
        let loudest = loudest(&levels, band);
        levels.iter_mut().for_each(|x| x[band] = x[band].max(loudest - DEPTH_DB));
    }
    let half = period * f64::from(clip.rate) / bands.stft.hop() as f64 / 2.0;
    let reach = half.floor() as usize;
    let gains = |t: usize| -> Vec<f64> {
        let (from, to) = (t.saturating_sub(reach), (t + reach).min(levels.len() - 1));
        // Windows at the edges count by the fraction of them within the period.
        let weight = |at: usize| (half + 0.5 - at.abs_diff(t) as f64).clamp(0.0, 1.0);
        let sum: f64 = (from..=to).map(weight).sum();
        let mean = |band| (from..=to).map(|at| weight(at) * levels[at][band]).sum::<f64>() / sum;
        (0..bands.count()).map(|band| mean(band) - levels[t][band]).collect()
    };
    with_rms_of(&clip.samples, bands.with_gains(clip, spectra, gains))
}
