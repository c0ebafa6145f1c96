//! The adaptive attacker who knows that what the veil does in time takes turns within a frame.

use super::bands::{Bands, loudest};
use super::random::at_the_power_of;
use crate::clip::Clip;

/// Levels more than this below a band's loudest count as so far below, in dB.
const AUDIBLE_DB: f64 = 35.0;

/// The clip with the level of every band, in dB, averaged over one frame of `period` seconds around
/// each moment, at the same root mean square. Whatever repeats with the frame is the same at every
/// moment then, at whichever place the clip begins; what is left of the veil is a fixed filter. It
/// takes no label and no key.
pub(super) fn averaged(clip: &Clip, period: f64) -> Vec<f32> {
    let bands = Bands::new(clip.rate);
    let spectra = bands.stft.analysis(&clip.samples);
    let mut levels = bands.levels(&spectra);
    for band in 0..bands.count() {
        let loudest = loudest(&levels, band);
        levels.iter_mut().for_each(|x| x[band] = x[band].max(loudest - AUDIBLE_DB));
    }
    let half = period * f64::from(clip.rate) / bands.stft.hop() as f64 / 2.0;
    let whole = half.floor() as usize;
    let gains = |t: usize| -> Vec<f64> {
        let (from, to) = (t.saturating_sub(whole), (t + whole).min(levels.len() - 1));
        // Those at the rims count by what of them lies within the frame.
        let weight = |at: usize| (half + 0.5 - at.abs_diff(t) as f64).clamp(0.0, 1.0);
        let sum: f64 = (from..=to).map(weight).sum();
        let mean = |band| (from..=to).map(|at| weight(at) * levels[at][band]).sum::<f64>() / sum;
        (0..bands.count()).map(|band| mean(band) - levels[t][band]).collect()
    };
    at_the_power_of(clip, bands.turned(clip, spectra, gains))
}
