//! Test signals: mono, full scale being 1, the same in every run.

use std::f64::consts::TAU;

use crate::Rng;

/// White noise, uniform in [−0.5, 0.5). The golden hashes of released audio are made from it, so
/// not a bit of it may change.
#[must_use]
pub fn noise(seed: u64, len: usize) -> Vec<f32> {
    let mut rng = Rng::new(seed);
    (0..len).map(|_| rng.sample()).collect()
}

/// Channels of independent white noise.
#[must_use]
pub fn noise_channels(channels: usize, len: usize, seed: u64) -> Vec<Vec<f32>> {
    let mut rng = Rng::new(seed);
    (0..channels).map(|_| (0..len).map(|_| rng.sample()).collect()).collect()
}

/// A sine of `hz` Hz that starts at phase 0.
#[must_use]
pub fn sine(hz: f64, amplitude: f64, rate: u32, len: usize) -> Vec<f32> {
    let step = TAU * hz / f64::from(rate);
    (0..len).map(|n| (amplitude * (step * n as f64).sin()) as f32).collect()
}

/// Silence with one sample of `amplitude` at `at`.
#[must_use]
pub fn impulse(at: usize, amplitude: f32, len: usize) -> Vec<f32> {
    let mut samples = vec![0.0; len];
    if let Some(sample) = samples.get_mut(at) {
        *sample = amplitude;
    }
    samples
}

/// White noise whose level rises and falls three times a second.
#[must_use]
pub fn swelling_noise(seed: u64, rate: u32, seconds: f64) -> Vec<f32> {
    let swell = |n: usize| (n as f32 / rate as f32 * 19.0).sin().mul_add(0.4, 0.5);
    noise(seed, samples(rate, seconds)).iter().enumerate().map(|(n, x)| x * swell(n)).collect()
}

/// Noise with a spectrum that falls like a voice's and a level that moves as fast and as far as that
/// of speech.
#[must_use]
pub fn speech_noise(seed: u64, rate: u32, seconds: f64) -> Vec<f32> {
    let len = samples(rate, seconds);
    let levels = noise(seed + 1_000, len);
    let hop = (rate as usize / 100).max(1);
    let (mut dull, mut level) = (0.0, 0.0);
    let sample = |(n, x): (usize, f32)| {
        dull = 0.8 * dull + 0.3 * x;
        level += 0.01 * (levels[n / hop] - level);
        dull * (6.0 * level).exp() / 16.0
    };
    noise(seed, len).into_iter().enumerate().map(sample).collect()
}

/// Speech-like: syllables of harmonics and breath through a resonance, with rests between, over a
/// faint noise.
#[must_use]
pub fn speech(seed: u64, rate: u32, seconds: f64) -> Vec<f32> {
    let mut rng = Rng::new(seed);
    let (mut phase, mut past) = (0.0, [0.0_f64; 2]);
    (0..samples(rate, seconds))
        .map(|n| {
            let t = n as f64 / f64::from(rate);
            let syllable = (TAU * 3.1 * t).sin().max(0.0).powf(0.7);
            let voiced = (TAU * 0.9 * t).sin() > -0.3;
            phase = (phase + (120.0 + 30.0 * (2.0 * t).sin()) / f64::from(rate)) % 1.0;
            let buzz = if voiced { phase - 0.5 } else { 0.0 };
            let breath = 2.0 * rng.unit() - 1.0;
            let now = 1.2 * past[0] - 0.6 * past[1] + 0.3 * breath + buzz;
            past = [now, past[0]];
            (0.15 * syllable * now + 1e-4 * (2.0 * rng.unit() - 1.0)) as f32
        })
        .collect()
}

/// Music-like: tones that swell and fade over a little noise; each `channel` swells in its own
/// time.
#[must_use]
pub fn music(channel: u32, rate: u32, seconds: f64) -> Vec<f32> {
    let mut rng = Rng::new(u64::from(channel) + 7);
    (0..samples(rate, seconds))
        .map(|n| {
            let t = n as f64 / f64::from(rate);
            let tone = |hz: f64, swell: f64| {
                (0.5 + 0.5 * (swell * t + f64::from(channel)).sin()) * (TAU * hz * t).sin()
            };
            let chord = tone(220.0, 2.0) + tone(554.4, 3.1) + 0.5 * tone(1_318.5, 5.3);
            let air = 2.0 * rng.unit() - 1.0;
            (0.1 * chord + 0.02 * tone(3_520.0, 7.7) + 0.003 * air) as f32
        })
        .collect()
}

/// Noise through a resonance, whose level rises and falls: partly predictable, as speech and music
/// are.
#[must_use]
pub fn resonant_noise(seed: u64, len: usize) -> Vec<f32> {
    let (mut last, mut before) = (0.0, 0.0);
    let swell = |n: usize| 0.2 + (n as f32 * 2e-4).sin().abs();
    noise(seed, len)
        .into_iter()
        .enumerate()
        .map(|(n, x)| {
            (last, before) = (1.5 * last - 0.75 * before + 0.02 * swell(n) * x, last);
            last
        })
        .collect()
}

fn samples(rate: u32, seconds: f64) -> usize {
    (seconds * f64::from(rate)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{bits, peak, power};

    #[test]
    fn signals_are_reproducible_within_full_scale_and_not_silent() {
        let all = || {
            [
                noise(1, 48_000),
                sine(440.0, 0.9, 48_000, 48_000),
                swelling_noise(2, 48_000, 1.0),
                speech_noise(3, 48_000, 1.0),
                speech(4, 48_000, 1.0),
                music(0, 48_000, 1.0),
                resonant_noise(5, 48_000),
            ]
        };
        for (n, (signal, again)) in all().iter().zip(&all()).enumerate() {
            assert_eq!(bits(signal), bits(again));
            assert_eq!(signal.len(), 48_000);
            assert!(peak(signal) <= 1.0, "signal {n} reaches {}", peak(signal));
            assert!(power(signal) > 1e-5, "signal {n} is too quiet: {}", power(signal));
        }
        assert_eq!(noise_channels(2, 10, 1)[0], noise(1, 10));
        assert_eq!(impulse(1, 0.5, 3), [0.0, 0.5, 0.0]);
    }

    /// Computed apart from this code: xorshift64* with the seed times 0x9E3779B97F4A7C15, or 1.
    #[test]
    fn the_noise_behind_the_golden_hashes_is_pinned() {
        let expected = [0x3edb_bbac, 0x3d2a_f6a0, 0x3e12_3184, 0xbeb7_266a];
        assert_eq!(bits(&noise(9, 4)), expected);
    }
}
