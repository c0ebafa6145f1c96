//! Channels: other sample rates, fewer bits, less bandwidth.

use std::f64::consts::PI;

use super::error::AttackError;
use crate::clip::Clip;
use crate::signal::filter::zero_phase;
use crate::signal::resample::resample;

/// Clips above this rate, in Hz, are resampled to a fixed rate, others to a fraction of their own.
const WIDE: u32 = 24_000;
/// Cut-off of [`low_pass`] as a fraction of the sample rate.
const CUT_OFF: f64 = 5.0 / 16.0;
/// Half the width of its transition band as a fraction of the cut-off.
const TRANSITION: f64 = 0.05;

/// Resampled to `to` Hz and back, clips of up to 24 kHz to `share` of their rate and back. Without
/// delay.
pub(super) fn resampled(clip: &Clip, to: u32, share: f64) -> Result<Vec<f32>, AttackError> {
    let to = if clip.rate > WIDE { to } else { (f64::from(clip.rate) * share).round() as u32 };
    let lower = resample(&clip.samples, clip.rate, to)?;
    let mut back = resample(&lower, to, clip.rate)?;
    back.resize(clip.samples.len(), 0.0);
    Ok(back)
}

/// Quantised to 256 levels over full scale, like 8-bit PCM without dither.
pub(super) fn eight_bits(clip: &Clip) -> Vec<f32> {
    clip.samples.iter().map(|x| (x * 128.0).round().clamp(-128.0, 127.0) / 128.0).collect()
}

/// Low-passed at 5/16 of the sample rate, with zero phase and a raised-cosine transition of ±5 % of
/// the cut-off.
pub(super) fn low_pass(clip: &Clip) -> Vec<f32> {
    let (from, to) = (CUT_OFF * (1.0 - TRANSITION), CUT_OFF * (1.0 + TRANSITION));
    zero_phase(&clip.samples, |f| {
        let way = ((f - from) / (to - from)).clamp(0.0, 1.0);
        0.5 + 0.5 * (PI * way).cos()
    })
}
