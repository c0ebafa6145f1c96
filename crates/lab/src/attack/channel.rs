//! What happens to a recording on its way: other rates, fewer bits, less band.

use std::f64::consts::PI;

use super::AttackError;
use crate::clip::Clip;
use crate::signal::resample::resample;
use crate::signal::shape::shape;

/// Above this rate, in Hz, clips go to a fixed lower rate, up to it to a share of their own.
const WIDE: u32 = 24_000;
/// Cut-off of [`low_pass`], as a share of the sample rate.
const CUT_OFF: f64 = 5.0 / 16.0;
/// Half the width of its transition, as a share of the cut-off.
const TRANSITION: f64 = 0.05;

/// To `to` Hz and back, or, for clips of up to 24 kHz, to `share` of their rate and back. Without
/// delay.
pub(super) fn resampled(clip: &Clip, to: u32, share: f64) -> Result<Vec<f32>, AttackError> {
    let to = if clip.rate > WIDE { to } else { (f64::from(clip.rate) * share).round() as u32 };
    let lower = resample(&clip.samples, clip.rate, to)?;
    let mut back = resample(&lower, to, clip.rate)?;
    back.resize(clip.samples.len(), 0.0);
    Ok(back)
}

/// Rounded to 256 levels over full scale, as 8-bit PCM without dither holds them.
pub(super) fn eight_bits(clip: &Clip) -> Vec<f32> {
    clip.samples.iter().map(|x| (x * 128.0).round().clamp(-128.0, 127.0) / 128.0).collect()
}

/// Nothing left above 5/16 of the sample rate: zero phase, a raised-cosine transition of ±5 % of
/// the cut-off.
pub(super) fn low_pass(clip: &Clip) -> Vec<f32> {
    let (from, to) = (CUT_OFF * (1.0 - TRANSITION), CUT_OFF * (1.0 + TRANSITION));
    shape(&clip.samples, |f| {
        let way = ((f - from) / (to - from)).clamp(0.0, 1.0);
        0.5 + 0.5 * (PI * way).cos()
    })
}
