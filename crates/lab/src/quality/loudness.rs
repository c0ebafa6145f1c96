//! Change of loudness.

use ebur128::{EbuR128, Mode};

/// Shorter recordings are repeated to this length in seconds: the meter needs a few gating blocks
/// of 0.4 s.
const SHORTEST: f64 = 3.0;

/// Change of the integrated loudness (EBU R 128) from `before` to `after` in LU, positive if
/// louder. Both are mono, with `rate` Hz and equal length; recordings shorter than 3 s are repeated
/// to that length. `None` for silence and for sample rates that the meter does not support.
#[must_use]
pub fn loudness_change(before: &[f32], after: &[f32], rate: u32) -> Option<f64> {
    Some(integrated(after, rate)? - integrated(before, rate)?)
}

/// Integrated loudness in LUFS, as above.
pub(crate) fn integrated(samples: &[f32], rate: u32) -> Option<f64> {
    let mut meter = EbuR128::new(1, rate, Mode::I).ok()?;
    let shortest = (SHORTEST * f64::from(rate)) as usize;
    for _ in 0..shortest.div_ceil(samples.len().max(1)).max(1) {
        meter.add_frames_f32(samples).ok()?;
    }
    let loudness = meter.loudness_global().ok()?;
    loudness.is_finite().then_some(loudness)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(amplitude: f32, len: usize) -> Vec<f32> {
        let step = std::f32::consts::TAU * 997.0 / 48_000.0;
        (0..len).map(|n| amplitude * (step * n as f32).sin()).collect()
    }

    #[test]
    fn a_full_scale_tone_of_997_hz_is_at_minus_3_01_lufs() {
        // ITU-R BS.1770-4, Annex 1: −3.01 LKFS in one channel.
        let loudness = integrated(&tone(1.0, 96_000), 48_000).unwrap();
        assert!((loudness + 3.01).abs() < 0.02, "{loudness}");
    }

    #[test]
    fn half_the_amplitude_is_six_lu_quieter_even_in_short_clips() {
        for len in [9_600, 240_000] {
            let change = loudness_change(&tone(0.5, len), &tone(0.25, len), 48_000).unwrap();
            assert!((change + 6.02).abs() < 0.05, "{len}: {change}");
        }
    }

    #[test]
    fn silence_has_no_loudness() {
        assert_eq!(loudness_change(&[0.0; 4_800], &[0.0; 4_800], 48_000), None);
    }
}
