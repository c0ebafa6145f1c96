//! Short-time objective intelligibility.

use patchveil_spectral::ForwardFft;
use patchveil_spectral::window::hann_symmetric;

use crate::signal::resample::{ResampleError, resample};

// All constants are from Taal, Hendriks, Heusdens and Jensen, “An Algorithm for Intelligibility
// Prediction of Time-Frequency Weighted Noisy Speech”, IEEE TASLP 19(7), 2011, section II.
/// Sample rate at which the measure is defined, in Hz.
const RATE: u32 = 10_000;
/// Samples in a frame; frames overlap by half.
const FRAME: usize = 256;
const HOP: usize = FRAME / 2;
/// Length of the FFT; frames are zero-padded.
const TRANSFORM: usize = 512;
/// Frames further below the loudest are silence and removed, in dB.
const DYNAMIC_DB: f64 = 40.0;
/// Third-octave bands, the lowest centred on [`LOWEST_HZ`].
const BANDS: usize = 15;
const LOWEST_HZ: f64 = 150.0;
/// Frames in a segment: 384 ms.
const SEGMENT: usize = 30;
/// Lower bound of the signal-to-distortion ratio, in dB.
const BETA_DB: f64 = -15.0;
/// Shorter recordings are repeated to this length in seconds: the measure needs 30 frames that are
/// not silent.
const SHORTEST: f64 = 1.5;

/// STOI of `after` relative to `before`, at most 1 for equal intelligibility (Taal et al. 2011).
/// Both have `rate` Hz and equal length. Recordings shorter than 1.5 s are repeated to that length.
/// `None` if fewer than 30 frames (0.4 s) are not silent.
///
/// # Errors
/// [`ResampleError`] if `rate` is 0.
pub fn stoi(before: &[f32], after: &[f32], rate: u32) -> Result<Option<f64>, ResampleError> {
    let shortest = (SHORTEST * f64::from(rate)) as usize;
    let times = shortest.div_ceil(before.len().max(1)).max(1);
    let at_rate = |samples: &[f32]| {
        let long = samples.repeat(times);
        resample(&long, rate, RATE).map(|x| x.into_iter().map(f64::from).collect::<Vec<f64>>())
    };
    let (before, after) = without_silence(&at_rate(before)?, &at_rate(after)?);
    let (before, after) = (bands(&before), bands(&after));
    Ok(correlation(&before, &after))
}

/// Both recordings without the frames in which `before` is silent (section II-A).
fn without_silence(before: &[f64], after: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let window: Vec<f64> = hann_symmetric(FRAME).into_iter().map(f64::from).collect();
    let cut = |samples: &[f64], from: usize| -> Vec<f64> {
        samples[from..from + FRAME].iter().zip(&window).map(|(x, w)| x * w).collect()
    };
    let starts: Vec<usize> = (0..before.len().saturating_sub(FRAME)).step_by(HOP).collect();
    let level = |from: usize| -> f64 {
        let energy: f64 = cut(before, from).iter().map(|x| x * x).sum();
        10.0 * (energy + f64::MIN_POSITIVE).log10()
    };
    let levels: Vec<f64> = starts.iter().map(|&from| level(from)).collect();
    let loudest = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let kept: Vec<usize> = starts
        .into_iter()
        .zip(levels)
        .filter(|(_, level)| *level > loudest - DYNAMIC_DB)
        .map(|(from, _)| from)
        .collect();
    let joined = |samples: &[f64]| {
        let mut out = vec![0.0; if kept.is_empty() { 0 } else { (kept.len() + 1) * HOP }];
        for (index, &from) in kept.iter().enumerate() {
            for (slot, x) in out[index * HOP..].iter_mut().zip(cut(samples, from)) {
                *slot += x;
            }
        }
        out
    };
    (joined(before), joined(after))
}

/// Amplitude in each third-octave band of each frame (equation 1): bands × frames.
fn bands(samples: &[f64]) -> Vec<Vec<f64>> {
    let window = hann_symmetric(FRAME);
    let mut fft = ForwardFft::new(TRANSFORM);
    let mut amplitudes = vec![Vec::new(); BANDS];
    for from in (0..samples.len().saturating_sub(FRAME)).step_by(HOP) {
        let cut = samples[from..from + FRAME].iter().zip(&window);
        let frame: Vec<f64> = cut.map(|(x, w)| x * f64::from(*w)).collect();
        let spectrum = fft.transform_of(&frame);
        for (band, amplitudes) in amplitudes.iter_mut().enumerate() {
            let power: f64 = spectrum[bins(band)].iter().map(|x| x.norm_sqr()).sum();
            amplitudes.push(power.sqrt());
        }
    }
    amplitudes
}

/// Bins of a third-octave band: its edges rounded to the nearest bin, the upper one excluded.
fn bins(band: usize) -> std::ops::Range<usize> {
    let centre = LOWEST_HZ * 2_f64.powf(band as f64 / 3.0);
    let bin = |hz: f64| (hz * TRANSFORM as f64 / f64::from(RATE)).round() as usize;
    bin(centre * 2_f64.powf(-1.0 / 6.0))..bin(centre * 2_f64.powf(1.0 / 6.0))
}

/// Mean correlation of all segments of all bands, each segment of `after` scaled to the energy of
/// `before` and limited (equations 2 to 6).
fn correlation(before: &[Vec<f64>], after: &[Vec<f64>]) -> Option<f64> {
    let limit = 1.0 + 10_f64.powf(-BETA_DB / 20.0);
    let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let centred = |x: &[f64]| -> Vec<f64> {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|x| x - mean).collect()
    };
    let mut sum = 0.0;
    let mut count = 0_u32;
    for (before, after) in before.iter().zip(after) {
        for (x, y) in before.windows(SEGMENT).zip(after.windows(SEGMENT)) {
            let scale = norm(x) / (norm(y) + f64::EPSILON);
            let limited: Vec<f64> =
                x.iter().zip(y).map(|(x, y)| (y * scale).min(x * limit)).collect();
            let (x, y) = (centred(x), centred(&limited));
            let product: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
            sum += product / ((norm(&x) + f64::EPSILON) * (norm(&y) + f64::EPSILON));
            count += 1;
        }
    }
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform noise in ±1 that can be written down anywhere: a 64-bit linear congruence.
    fn noise(len: usize) -> Vec<f64> {
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / f64::from(1 << 23) - 1.0
        };
        (0..len).map(|_| next()).collect()
    }

    /// Syllables at 4 Hz over harmonics of 120 Hz whose weights move.
    fn voice(rate: u32, seconds: f64) -> Vec<f64> {
        use std::f64::consts::TAU;
        let sample = |n: usize| {
            let t = n as f64 / f64::from(rate);
            let partials =
                (1..30_u8).map(f64::from).filter(|k| 120.0 * k < f64::from(rate) * 0.475);
            let tone: f64 = partials
                .map(|k| {
                    (TAU * 120.0 * k * t).sin() * (1.0 + (TAU * (t * 1.3 + 0.11 * k)).cos()) / k
                })
                .sum();
            tone * (TAU * 2.0 * t).sin().max(0.0).powi(2) * 0.1
        };
        (0..(f64::from(rate) * seconds) as usize).map(sample).collect()
    }

    fn single(x: &[f64]) -> Vec<f32> {
        x.iter().map(|&x| x as f32).collect()
    }

    /// The voice with noise at four levels, clipped, and with an echo after 0.1 s.
    fn treated(rate: u32) -> (Vec<f32>, Vec<Vec<f32>>) {
        let voice = voice(rate, 3.0);
        let noise = noise(voice.len());
        let noisy = |gain: f64| -> Vec<f64> {
            voice.iter().zip(&noise).map(|(v, n)| v + gain * n).collect()
        };
        let clipped: Vec<f64> = voice.iter().map(|v| v.clamp(-0.02, 0.02)).collect();
        let delay = rate as usize / 10;
        let before = |n: usize| n.checked_sub(delay).map_or(0.0, |n| voice[n]);
        let echo: Vec<f64> = voice.iter().enumerate().map(|(n, v)| v + 0.7 * before(n)).collect();
        let all = [noisy(0.0), noisy(0.01), noisy(0.05), noisy(0.2), clipped, echo];
        (single(&voice), all.iter().map(|x| single(x)).collect())
    }

    /// Results of the package pystoi 0.4.1 for the same signals.
    const PYSTOI: [(u32, [f64; 6]); 4] = [
        (10_000, [1.0, 0.98696, 0.87169, 0.60461, 0.54402, 0.83549]),
        (8_000, [1.0, 0.98757, 0.86827, 0.59581, 0.53718, 0.83549]),
        (16_000, [1.0, 0.99241, 0.91191, 0.66467, 0.55478, 0.83549]),
        (48_000, [1.0, 0.9971, 0.95444, 0.7675, 0.55429, 0.83549]),
    ];

    #[test]
    fn stoi_matches_pystoi() {
        for (rate, expected) in PYSTOI {
            let (voice, treated) = treated(rate);
            for (case, (after, expected)) in treated.iter().zip(expected).enumerate() {
                let got = stoi(&voice, after, rate).unwrap().unwrap();
                // At other rates than 10 kHz the two resamplers differ a little.
                let tolerance = if rate == RATE { 1e-4 } else { 3e-3 };
                assert!(
                    (got - expected).abs() < tolerance,
                    "{rate} Hz, case {case}: {got}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn short_clips_are_repeated_and_silence_has_no_stoi() {
        let voice = single(&voice(8_000, 0.25));
        assert!(stoi(&voice, &voice, 8_000).unwrap().unwrap() > 0.999);
        let mut click = vec![0.0; 80_000];
        click[40_000] = 1.0;
        assert_eq!(stoi(&click, &click, 8_000).unwrap(), None);
        assert_eq!(stoi(&[], &[], 8_000).unwrap(), None);
    }
}
