//! What attackers do who know that recordings carry an echo, but not the key.

use std::f64::consts::TAU;

use patchveil_spectral::Stft;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::condition::Counter;
use crate::generate::Audio;
use crate::signal::filter::{interpolate, smooth, zero_phase};
use crate::signal::level::with_rms_of;
use crate::signal::rng::rng;

/// Window of the average spectrum in samples: ripples of echoes up to 64 ms.
const WINDOW: usize = 1_024;
/// Standard deviation of the smoothing that is taken for the voice, in bins (7.8 Hz each).
const SMOOTH: f64 = 16.0;
/// Level of the attacker's own echo in dB: that of the preset `mark`.
const ECHO_DB: f64 = -28.0;
/// Its delays in samples, as the mark's: 3 to 12 ms.
const ECHO_DELAYS: std::ops::Range<usize> = 24..96;
/// Length of a random reverberation in samples, and its level in dB.
const REVERB: usize = 160;
const REVERB_DB: f64 = -15.0;

/// The recordings after the attack.
pub(super) fn treat(counter: Counter, recordings: Vec<Audio>, seed: u64) -> Vec<Audio> {
    match counter {
        Counter::None => recordings,
        Counter::Average => without_common_fine_structure(&recordings),
        Counter::Echo => {
            let taps = own_echo(seed);
            recordings.into_par_iter().map(|audio| echoed(&audio, &taps)).collect()
        }
        Counter::Reverb => {
            let numbered = recordings.into_par_iter().enumerate();
            numbered.map(|(n, audio)| echoed(&audio, &random_reverb(seed, n))).collect()
        }
    }
}

/// Divides all recordings by the fine structure of their average log spectrum.
fn without_common_fine_structure(recordings: &[Audio]) -> Vec<Audio> {
    let stft = Stft::new(WINDOW, WINDOW / 4);
    let mut sum = vec![0.0; stft.bins()];
    let mut count = 0.0_f64;
    for audio in recordings {
        for frame in stft.analysis(audio) {
            let power: f64 = frame.iter().map(|bin| f64::from(bin.norm_sqr())).sum();
            // Pauses say nothing about filters.
            if power < 1e-4 {
                continue;
            }
            for (sum, bin) in sum.iter_mut().zip(&frame) {
                *sum += 0.5 * (f64::from(bin.norm_sqr()) + 1e-12).ln();
            }
            count += 1.0;
        }
    }
    let mean: Vec<f64> = sum.iter().map(|sum| sum / count.max(1.0)).collect();
    let rough = smooth(&mean, SMOOTH);
    let fine: Vec<f64> = mean.iter().zip(&rough).map(|(mean, rough)| mean - rough).collect();
    recordings
        .par_iter()
        .map(|audio| {
            let flat = zero_phase(audio, |f| (-interpolate(&fine, f)).exp());
            with_rms_of(audio, flat)
        })
        .collect()
}

/// Pairs of opposite echoes, as the mark's are.
fn own_echo(seed: u64) -> Vec<(usize, f32)> {
    let mut random = rng(seed, "attacker's echo", "");
    let gain = 10_f64.powf(ECHO_DB / 20.0) / (2.0 * ECHO_DELAYS.len() as f64).sqrt();
    let pair = |delay: usize| {
        let sign = if random.random::<bool>() { gain } else { -gain } as f32;
        let apart = random.random_range(1..=2);
        [(delay, sign), (delay + apart, -sign)]
    };
    ECHO_DELAYS.flat_map(pair).collect()
}

/// Noise that dies away over 20 ms.
fn random_reverb(seed: u64, number: usize) -> Vec<(usize, f32)> {
    let mut random = rng(seed, "random reverberation", &number.to_string());
    let tap = |delay: usize| {
        let normal: f64 = StandardNormal.sample(&mut random);
        (delay, normal * (-TAU * delay as f64 / REVERB as f64).exp())
    };
    let taps: Vec<(usize, f64)> = (1..REVERB).map(tap).collect();
    let power: f64 = taps.iter().map(|tap| tap.1.powi(2)).sum();
    let scale = 10_f64.powf(REVERB_DB / 20.0) / power.sqrt();
    taps.into_iter().map(|(delay, tap)| (delay, (scale * tap) as f32)).collect()
}

fn echoed(audio: &[f32], taps: &[(usize, f32)]) -> Audio {
    let mut out = audio.to_vec();
    for &(delay, gain) in taps {
        for (to, x) in out.iter_mut().skip(delay).zip(audio) {
            *to += gain * x;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averaging_takes_out_a_filter_that_all_recordings_share() {
        let recordings: Vec<Audio> = (0..12)
            .map(|n| {
                let mut random = rng(n, "test", "noise");
                let noise: Audio = (0..16_000).map(|_| random.random_range(-0.3..0.3)).collect();
                echoed(&noise, &[(30, 0.3)])
            })
            .collect();
        let correlation = |all: &[Audio]| -> f32 {
            let of = |audio: &Audio| -> f32 {
                let both: f32 = audio.iter().zip(&audio[30..]).map(|(a, b)| a * b).sum();
                both / audio.iter().map(|x| x * x).sum::<f32>()
            };
            all.iter().map(of).sum::<f32>() / all.len() as f32
        };
        let before = correlation(&recordings);
        let after = correlation(&treat(Counter::Average, recordings, 1));
        assert!(before > 0.2 && after.abs() < 0.05, "{before} became {after}");
    }
}
