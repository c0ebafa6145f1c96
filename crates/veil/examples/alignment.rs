//! Measures how often the place of an excerpt is found to the sample, for `docs/restore.md`.
//!
//! `cargo run --release -p patchveil-veil --example alignment -- AUDIO RATE SECONDS TRIALS DEPTH SEED`
//!
//! AUDIO is one channel of 32-bit floats without a header (`ffmpeg -i IN.wav -ac 1 -f f32le AUDIO`),
//! DEPTH the bits that the protected audio is rounded to, with dither: 16, 24, or 0 for floats that do not
//! come from integers. Every trial has its own key and excerpt; every SEED from 0 to 255 gives others.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement may panic")]

use std::sync::Arc;

use patchveil_test_support::Rng;
use patchveil_veil::{ClassKey, Convolver, Preset, Veil, align, period};

/// Seconds around the true place within which the search starts: the accuracy of detection.
const ASIDE_S: f64 = 0.0015;
/// Seconds on either side that are searched, as `restore` does.
const WITHIN_S: f64 = 0.002;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [audio, rate, seconds, trials, depth, seed] = args.try_into().expect("six arguments");
    let bytes = std::fs::read(&audio).expect("the audio can be read");
    let audio: Vec<f32> =
        bytes.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    let rate: u32 = rate.parse().expect("a rate in Hz");
    let count = (seconds.parse::<f64>().expect("seconds") * f64::from(rate)) as usize;
    let trials: u8 = trials.parse().expect("at most 255 trials");
    let depth: i32 = depth.parse().expect("16, 24 or 0");

    let seed: u8 = seed.parse().expect("at most 255");

    let mut random = Rng::new(99 + u64::from(seed));
    let (mut right, mut certain, mut wrong, mut farthest) = (0, 0, 0, 0);
    for trial in 1..=trials {
        let mut bytes = [trial; 32];
        bytes[0] ^= seed;
        let key = ClassKey::from_bytes(bytes);
        let veil = Arc::new(
            Veil::new(&key, &Preset::Balanced.recipe_of_version(1).expect("there was one"), rate)
                .expect("valid"),
        );
        let mut file = audio.clone();
        if depth == 0 {
            leave_the_grid(&mut file, 0.7 + 0.2 * random.unit() as f32);
        }
        Convolver::of(veil.clone(), 1).process(0, &mut [&mut file]);
        let start = (random.unit() * (file.len() - count) as f64) as usize;
        let mut excerpt = file[start..start + count].to_vec();
        let step = 2.0_f64.powi(1 - depth);
        if depth > 0 {
            for sample in &mut excerpt {
                let dither = random.unit() - random.unit();
                *sample = ((f64::from(*sample) / step + dither).round() * step) as f32;
            }
        }
        let rounding = if depth > 0 { step * step / 4.0 } else { 0.0 };
        let aside = ASIDE_S * f64::from(rate);
        let near = start as i64 + ((2.0 * random.unit() - 1.0) * aside) as i64;
        let within = (WITHIN_S * f64::from(rate)) as u32;
        let found = align(&veil, &excerpt, rounding, near, within, None).expect("restorable");
        let period = period(&veil).expect("fixed places");
        let off = (found.offset - start as i64 + period / 2).rem_euclid(period) - period / 2;
        right += u32::from(off == 0);
        certain += u32::from(found.is_certain());
        wrong += u32::from(found.is_certain() && off != 0);
        farthest = farthest.max(off.abs());
        println!("{trial}: {off} samples off, log odds {:.1}", found.log_odds);
    }
    println!(
        "{right} of {trials} right, {certain} certain, {wrong} of these wrong; at most {farthest} samples off"
    );
}

/// Filters a little, so that no sample stays an integer.
fn leave_the_grid(samples: &mut [f32], gain: f32) {
    let mut before = 0.0;
    for sample in samples {
        before = 0.05 * before + 0.917 * gain * *sample;
        *sample = before;
    }
}
