//! Recordings to train generators on.

use lab::generate::{Audio, RATE};

/// Random numbers within ±0.5.
fn random(mut state: u32) -> impl FnMut() -> f32 {
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 24) as f32 - 0.5
    }
}

/// White noise.
pub(crate) fn white_noise(seconds: f64, seed: u32) -> Audio {
    let mut random = random(seed);
    (0..(seconds * f64::from(RATE)) as usize).map(|_| 0.2 * random()).collect()
}

/// Voice-like recordings: pulses of changing pitch through a resonance, in noise.
pub(crate) fn pulses(count: usize, seconds: f64, seed: u32) -> Vec<Audio> {
    let mut random = random(seed);
    let samples = (seconds * f64::from(RATE)) as usize;
    (0..count)
        .map(|_| {
            let (mut phase, mut a, mut b) = (0.0, 0.0, 0.0);
            let mut audio = Audio::with_capacity(samples);
            for n in 0..samples {
                phase += (110.0 + 30.0 * (n as f32 / 3_000.0).sin()) / RATE as f32;
                let pulse = if phase >= 1.0 { 0.5 } else { 0.0 };
                phase %= 1.0;
                let next = 1.6 * a - 0.8 * b + pulse + 0.05 * random();
                (b, a) = (a, next);
                audio.push(0.1 * next);
            }
            audio
        })
        .collect()
}
