//! Signal-to-noise ratios with the change as noise.

use crate::signal::level::energy;

/// Highest ratio that is reported, in dB: beyond lies the quantisation noise of 16 bits.
pub const HIGHEST_DB: f64 = 100.0;
/// The ratio of a frame is limited to this range in dB (Hansen and Pellom, ICSLP 1998, section 2),
/// so that neither silence nor an unchanged frame outweighs the others.
const FRAME_DB: (f64, f64) = (-10.0, 35.0);
/// Length of a frame of [`segmental`] in seconds.
const FRAME: f64 = 0.02;
/// Frames further below the loudest are ignored, in dB.
const QUIET_DB: f64 = 50.0;

/// Energy of `before` relative to the energy of the difference, in dB, at most [`HIGHEST_DB`].
#[must_use]
pub fn snr(before: &[f32], after: &[f32]) -> f64 {
    ratio_db(energy(before), difference(before, after)).min(HIGHEST_DB)
}

/// Mean ratio of frames of 20 ms in dB, each limited to −10 … 35 dB (Hansen and Pellom, ICSLP
/// 1998). Frames 50 dB below the loudest are ignored; `None` for silence.
#[must_use]
pub fn segmental(before: &[f32], after: &[f32], rate: u32) -> Option<f64> {
    let len = ((FRAME * f64::from(rate)) as usize).max(1);
    let frames = || before.chunks(len).zip(after.chunks(len));
    let loudest = frames().map(|(b, _)| energy(b)).fold(0.0, f64::max);
    let threshold = loudest * 10_f64.powf(-QUIET_DB / 10.0);
    let ratios: Vec<f64> = frames()
        .filter(|(b, _)| energy(b) > threshold)
        .map(|(b, a)| ratio_db(energy(b), difference(b, a)).clamp(FRAME_DB.0, FRAME_DB.1))
        .collect();
    (!ratios.is_empty()).then(|| ratios.iter().sum::<f64>() / ratios.len() as f64)
}

fn difference(before: &[f32], after: &[f32]) -> f64 {
    before.iter().zip(after).map(|(&b, &a)| (f64::from(a) - f64::from(b)).powi(2)).sum()
}

fn ratio_db(signal: f64, noise: f64) -> f64 {
    if noise > 0.0 { 10.0 * (signal / noise).log10() } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_by_a_tenth_is_20_db() {
        let before: Vec<f32> = (0..8_000).map(|n| (n as f32 * 0.3).sin()).collect();
        let after: Vec<f32> = before.iter().map(|x| x * 1.1).collect();
        assert!((snr(&before, &after) - 20.0).abs() < 1e-3);
        assert!((segmental(&before, &after, 8_000).unwrap() - 20.0).abs() < 1e-3);
    }

    #[test]
    fn unchanged_audio_has_the_highest_ratio_and_silence_has_none() {
        let tone: Vec<f32> = (0..800).map(|n| (n as f32 * 0.3).sin()).collect();
        assert_eq!(snr(&tone, &tone), HIGHEST_DB);
        assert_eq!(segmental(&tone, &tone, 8_000), Some(35.0));
        assert_eq!(segmental(&[0.0; 800], &[0.0; 800], 8_000), None);
    }

    #[test]
    fn one_bad_frame_counts_at_most_with_the_limit() {
        let before: Vec<f32> = (0..8_000).map(|n| (n as f32 * 0.3).sin()).collect();
        let mut after = before.clone();
        after[..160].iter_mut().for_each(|x| *x *= -100.0);
        // 49 frames at 35 dB and one at −10 dB.
        let expected = (49.0 * 35.0 - 10.0) / 50.0;
        assert!((segmental(&before, &after, 8_000).unwrap() - expected).abs() < 1e-9);
    }
}
