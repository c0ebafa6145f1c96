//! Level differences in third-octave bands, also above the range of PESQ.

use serde::Serialize;

use patchveil_spectral::{Complex32, Stft};

/// Lowest and highest band: n in 1000·10^(n/10) Hz (IEC 61260-1, base ten), 100 Hz to 20 kHz.
const FIRST: i32 = -10;
const LAST: i32 = 13;
/// Window of the long-term spectrum in ms, rounded up to a power of two of samples.
const LONG_MS: f64 = 60.0;
/// Window of the short-term spectrum in ms: short enough to resolve patches of 16 ms.
const SHORT_MS: f64 = 16.0;
/// Bands further below the loudest band of the recording are ignored, in dB.
const QUIET_DB: f64 = 50.0;

/// Differences of third-octave levels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Thirds {
    /// Mean absolute difference of the long-term levels in dB: coloration.
    pub long_mean_db: f64,
    /// The same in the band that changes most.
    pub long_max_db: f64,
    /// Centre of that band in Hz.
    pub long_max_hz: f64,
    /// Mean absolute difference in dB of the levels within 16 ms, over time and bands: includes
    /// changes that cancel in the long term.
    pub short_mean_db: f64,
    /// The same, averaged over time only, in the band that changes most.
    pub short_max_db: f64,
    /// Centre of that band in Hz.
    pub short_max_hz: f64,
}

/// Compares the levels of third-octave bands from 100 Hz to 20 kHz that lie below half of `rate`.
/// Bands, and windows of a band, that are 50 dB below the loudest of `before` are ignored; `None`
/// if all are.
#[must_use]
pub fn thirds(before: &[f32], after: &[f32], rate: u32) -> Option<Thirds> {
    let long = Stft::for_rate(LONG_MS, rate);
    let centres = centres(rate);
    let long_before = levels(&long.mean_power(before), &centres, &long, rate);
    let long_after = levels(&long.mean_power(after), &centres, &long, rate);
    let loudest = long_before.iter().flatten().copied().fold(0.0, f64::max);
    let quiet = loudest * 10_f64.powf(-QUIET_DB / 10.0);
    let long_db: Vec<Option<f64>> =
        long_before.iter().zip(&long_after).map(|(b, a)| difference(*b, *a, quiet)).collect();
    let short_db = short_term(before, after, rate, &centres);
    let (long_mean_db, long_max_db, long_max_hz) = summary(&long_db, &centres)?;
    let (short_mean_db, short_max_db, short_max_hz) = summary(&short_db, &centres)?;
    Some(Thirds {
        long_mean_db,
        long_max_db,
        long_max_hz,
        short_mean_db,
        short_max_db,
        short_max_hz,
    })
}

/// Mean absolute difference over time of each band, in dB.
fn short_term(before: &[f32], after: &[f32], rate: u32, centres: &[f64]) -> Vec<Option<f64>> {
    let stft = Stft::for_rate(SHORT_MS, rate);
    let in_time = |samples: &[f32]| -> Vec<Vec<Option<f64>>> {
        let power = |x: &Vec<Complex32>| -> Vec<f64> {
            x.iter().map(|x| f64::from(x.norm_sqr())).collect()
        };
        stft.analysis(samples).iter().map(|x| levels(&power(x), centres, &stft, rate)).collect()
    };
    let (before, after) = (in_time(before), in_time(after));
    let loudest = before.iter().flatten().flatten().copied().fold(0.0, f64::max);
    let quiet = loudest * 10_f64.powf(-QUIET_DB / 10.0);
    let of_band = |band: usize| {
        let pairs = before.iter().zip(&after);
        let all: Vec<f64> =
            pairs.filter_map(|(b, a)| difference(b[band], a[band], quiet)).collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    };
    (0..centres.len()).map(of_band).collect()
}

/// Centres of the bands that lie below half the sample rate, in Hz.
fn centres(rate: u32) -> Vec<f64> {
    let upper_edge = |centre: f64| centre * 10_f64.powf(0.05);
    (FIRST..=LAST)
        .map(|n| 1_000.0 * 10_f64.powf(f64::from(n) / 10.0))
        .filter(|&centre| upper_edge(centre) <= f64::from(rate) / 2.0)
        .collect()
}

/// Power in each band; `None` if the band is narrower than a bin.
fn levels(power: &[f64], centres: &[f64], stft: &Stft, rate: u32) -> Vec<Option<f64>> {
    let level = |&centre: &f64| {
        let edge =
            |exponent: f64| (centre * 10_f64.powf(exponent) / stft.hz(1, rate)).ceil() as usize;
        let bins = edge(-0.05)..edge(0.05).min(power.len());
        (!bins.is_empty()).then(|| power[bins].iter().sum())
    };
    centres.iter().map(level).collect()
}

/// Absolute difference in dB of two powers; `None` if the first is quiet.
fn difference(before: Option<f64>, after: Option<f64>, quiet: f64) -> Option<f64> {
    let (before, after) = (before?, after?);
    // A band that vanishes must not make the mean infinite.
    let floor = quiet * 1e-3;
    (before > quiet).then(|| (10.0 * (after.max(floor) / before).log10()).abs())
}

/// Mean, maximum, and the frequency of the maximum.
fn summary(differences: &[Option<f64>], centres: &[f64]) -> Option<(f64, f64, f64)> {
    let known: Vec<(f64, f64)> =
        differences.iter().zip(centres).filter_map(|(d, &hz)| Some(((*d)?, hz))).collect();
    let (max, hz) = known.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some((known.iter().map(|(d, _)| d).sum::<f64>() / known.len() as f64, max, hz))
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::signal::filter::zero_phase;
    use crate::signal::rng::rng;

    fn noise(len: usize) -> Vec<f32> {
        let mut rng = rng(4, "test", "thirds");
        (0..len).map(|_| rng.random_range(-0.5..0.5)).collect()
    }

    #[test]
    fn the_changed_band_is_found_far_above_the_range_of_pesq() {
        let before = noise(96_000);
        // 10 dB down between 9 and 11 kHz: the band around 10 kHz and nothing else.
        let after =
            zero_phase(
                &before,
                |f| if (0.187..0.235).contains(&f) { 10_f64.powf(-0.5) } else { 1.0 },
            );
        let thirds = thirds(&before, &after, 48_000).unwrap();
        assert!((thirds.long_max_hz - 10_000.0).abs() < 1.0, "{thirds:?}");
        assert!((thirds.long_max_db - 10.0).abs() < 1.0, "{thirds:?}");
        assert!(thirds.long_mean_db < 1.0, "{thirds:?}");
        assert!((thirds.short_max_hz - 10_000.0).abs() < 1.0, "{thirds:?}");
    }

    #[test]
    fn changes_that_cancel_in_the_long_term_show_in_the_short_term() {
        let before = noise(48_000);
        // 6 dB up and down, alternating every 50 ms: except for the level nearly the same long-term
        // spectrum.
        let gain = |n: usize| if (n / 2_400).is_multiple_of(2) { 2.0 } else { 0.5 };
        let after: Vec<f32> = before.iter().enumerate().map(|(n, x)| x * gain(n)).collect();
        let level = (2.125_f32).sqrt();
        let after: Vec<f32> = after.iter().map(|x| x / level).collect();
        let thirds = thirds(&before, &after, 48_000).unwrap();
        assert!(thirds.long_mean_db < 0.6, "{thirds:?}");
        assert!(thirds.short_mean_db > 5.0, "{thirds:?}");
    }

    #[test]
    fn equal_recordings_do_not_differ_and_silence_has_no_figure() {
        let noise = noise(8_000);
        let same = thirds(&noise, &noise, 8_000).unwrap();
        assert_eq!((same.long_max_db, same.short_max_db), (0.0, 0.0));
        assert_eq!(thirds(&[0.0; 800], &[0.0; 800], 8_000), None);
    }
}
