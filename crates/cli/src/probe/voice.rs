//! A voice that nobody has: neutral audio where there are no recordings.
//!
//! Vowels from a pulse through moving resonances, hisses and short rests: something with the spectrum and
//! the rhythm of speech, which a front end for speech or music takes in, and nothing that any class knows.
//! Each excerpt has a pitch, a size of vocal tract and a pace of its own.

use std::f64::consts::{PI, TAU};

use super::draws::Draws;

/// Sample rate in Hz.
pub(super) const RATE: u32 = 16_000;
/// Formants of five vowels in Hz, of a vocal tract of middle length (Peterson and Barney 1952, “Control
/// methods used in a study of the vowels”, table II, rounded).
const VOWELS: [[f64; 3]; 5] = [
    [730.0, 1_090.0, 2_440.0],
    [270.0, 2_290.0, 3_010.0],
    [300.0, 870.0, 2_240.0],
    [530.0, 1_840.0, 2_480.0],
    [570.0, 840.0, 2_410.0],
];
/// Level of the noise under everything, so that no rest is digital silence.
const FLOOR: f64 = 3e-4;

/// What the voice is doing: levels of pulse and hiss, and resonances in Hz.
#[derive(Clone, Copy)]
struct Sound {
    pulse: f64,
    hiss: f64,
    formants: [f64; 4],
}

/// `len` samples at [`RATE`].
pub(super) fn voice(draws: &mut Draws, len: usize) -> Vec<f32> {
    let rate = f64::from(RATE);
    let (pitch, tract) = (draws.between(90.0, 230.0), draws.between(0.85, 1.2));
    let pace = draws.between(0.8, 1.3);
    let mut now = Sound { pulse: 0.0, hiss: 0.0, formants: [500.0, 1_500.0, 2_500.0, 4_000.0] };
    let (mut aim, mut left) = (now, 0.0);
    let (mut phase, mut bend) = (0.0, 0.0);
    let mut resonators = [Resonator::default(); 4];
    let mut samples = Vec::with_capacity(len);
    for n in 0..len {
        if left <= 0.0 {
            let length_s;
            (aim, length_s) = next_sound(draws, tract);
            left = length_s * pace * rate;
            bend = draws.between(-0.15, 0.15);
        }
        left -= 1.0;
        now.approach(&aim);
        let t = n as f64 / rate;
        let hz = pitch * (1.0 + bend + 0.08 * (TAU * 0.7 * t).sin());
        phase = (phase + hz / rate).fract();
        let noise = draws.between(-1.0, 1.0);
        let source = now.pulse * (phase - 0.5 + 0.06 * noise) + now.hiss * noise;
        let voiced: f64 = resonators
            .iter_mut()
            .zip(now.formants)
            .map(|(resonator, hz)| resonator.next(source, hz / rate))
            .sum();
        samples.push((voiced + FLOOR * draws.between(-1.0, 1.0)) as f32);
    }
    samples
}

/// What comes next and for how many seconds: more often a vowel than a hiss, now and then a rest.
fn next_sound(draws: &mut Draws, tract: f64) -> (Sound, f64) {
    let vowel = VOWELS[draws.below(VOWELS.len() as u64) as usize];
    let [first, second, third] = vowel.map(|hz| hz * tract * draws.between(0.93, 1.07));
    match draws.below(10) {
        0..6 => {
            let formants = [first, second, third, 3_600.0 * tract];
            let pulse = draws.between(0.5, 1.0);
            (Sound { pulse, hiss: 0.01, formants }, draws.between(0.08, 0.22))
        }
        6..9 => {
            let middle = draws.between(2_500.0, 6_000.0);
            let formants = [0.6 * middle, middle, 1.1 * middle, 1.2 * middle];
            (Sound { pulse: 0.0, hiss: 0.15, formants }, draws.between(0.05, 0.14))
        }
        _ => {
            let formants = [first, second, third, 3_600.0 * tract];
            (Sound { pulse: 0.0, hiss: 0.0, formants }, draws.between(0.06, 0.2))
        }
    }
}

impl Sound {
    /// Moves towards `aim`, as a mouth does, within some 10 ms.
    fn approach(&mut self, aim: &Self) {
        let step = 1.0 / (0.01 * f64::from(RATE));
        self.pulse += step * (aim.pulse - self.pulse);
        self.hiss += step * (aim.hiss - self.hiss);
        for (own, aim) in self.formants.iter_mut().zip(aim.formants) {
            *own += step * (aim - *own);
        }
    }
}

/// Two poles, 100 Hz wide.
#[derive(Clone, Copy, Default)]
struct Resonator {
    last: f64,
    before: f64,
}

impl Resonator {
    /// The next output; `at` is the resonance as a share of the sample rate.
    fn next(&mut self, x: f64, at: f64) -> f64 {
        let radius = (-PI * 100.0 / f64::from(RATE)).exp();
        let y = (1.0 - radius) * x + 2.0 * radius * (TAU * at.min(0.45)).cos() * self.last
            - radius * radius * self.before;
        (self.before, self.last) = (self.last, y);
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_voice_is_finite_sounds_throughout_and_is_another() {
        let voices: Vec<Vec<f32>> =
            (0..5).map(|seed| voice(&mut Draws::new(&[seed; 32], "voice"), 32_000)).collect();
        for samples in &voices {
            assert!(samples.iter().all(|x| x.is_finite() && x.abs() < 10.0));
            for second in samples.chunks(16_000) {
                let power: f32 = second.iter().map(|x| x * x).sum::<f32>() / 16_000.0;
                assert!(power > 1e-5, "{power}");
            }
        }
        assert!(voices.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
