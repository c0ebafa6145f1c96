//! Kernels as designed.

use super::minimum_phase::is_minimum_phase;
use super::*;
use crate::recipe::{Depth, Preset, VeilSettings};

const RATES: [u32; 7] = [8_000, 16_000, 44_100, 48_000, 88_200, 96_000, 192_000];

fn key(byte: u8) -> ClassKey {
    ClassKey::from_bytes([byte; 32])
}

fn design(key: &ClassKey, settings: &VeilSettings, sample_rate: u32) -> Vec<Kernel> {
    Design::new(key, settings, sample_rate).kernels
}

fn settings(preset: Preset) -> VeilSettings {
    preset.recipe().veil.unwrap()
}

fn deepest() -> VeilSettings {
    let mut settings = settings(Preset::Strong);
    settings.amount = 150.0;
    if let Filter::Spectral(spectral) = &mut settings.filter {
        spectral.static_eq = Depth { db: 10.0, low: 0.5, high: 1.5 };
    }
    settings
}

#[test]
fn every_spectral_kernel_has_minimum_phase() {
    for settings in [Preset::Light, Preset::Balanced, Preset::Strong]
        .map(settings)
        .into_iter()
        .chain([deepest()])
    {
        for byte in 0..6 {
            for kernel in design(&key(byte), &settings, RATES[byte as usize]) {
                let taps: Vec<f64> = kernel.taps().iter().map(|&t| f64::from(t)).collect();
                assert!(is_minimum_phase(&taps));
                assert!(taps[0] > 0.0);
            }
        }
    }
}

#[test]
fn a_kernel_has_the_same_gain_at_every_rate() {
    let settings = settings(Preset::Balanced);
    for byte in 0..4 {
        let at = |rate| design(&key(byte), &settings, rate);
        let (low, mid, high) = (at(44_100), at(48_000), at(96_000));
        for kernel in 0..low.len() {
            for step in 1..=400 {
                let hz = 0.4 * 44_100.0 * f64::from(step) / 400.0;
                let base = low[kernel].gain_db(hz, 44_100);
                for (other, rate) in [(&mid[kernel], 48_000), (&high[kernel], 96_000)] {
                    let apart = (other.gain_db(hz, rate) - base).abs();
                    assert!(apart < 0.5, "{apart} dB apart at {hz} Hz and {rate} Hz");
                }
            }
        }
    }
}

#[test]
fn two_keys_give_uncorrelated_kernels() {
    let settings = settings(Preset::Balanced);
    let mut gains: Vec<Vec<f64>> = (0..40)
        .map(|byte| {
            let kernel = &design(&key(byte), &settings, 48_000)[0];
            (1..200).map(|i| kernel.gain_db(f64::from(i) * 100.0, 48_000)).collect()
        })
        .collect();
    // The recipe's share, which all keys have in common, is no resemblance.
    for point in 0..gains[0].len() {
        let mean = gains.iter().map(|gain| gain[point]).sum::<f64>() / gains.len() as f64;
        gains.iter_mut().for_each(|gain| gain[point] -= mean);
    }
    let mut sum = 0.0;
    let mut pairs = 0.0;
    for (i, a) in gains.iter().enumerate() {
        for b in &gains[..i] {
            let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f64>();
            let r = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
            assert!(r.abs() < 0.95, "two keys share a kernel: {r}");
            sum += r;
            pairs += 1.0;
        }
    }
    assert!(f64::abs(sum / pairs) < 0.05, "gains correlate on average: {}", sum / pairs);
}

#[test]
fn opposite_kernels_keep_the_power_of_every_band() {
    let settings = settings(Preset::Light);
    for byte in 0..8 {
        let kernels = design(&key(byte), &settings, 48_000);
        for pair in kernels.chunks(2) {
            let levels: Vec<f64> = (1..160)
                .map(|i| {
                    let hz = f64::from(i) * 100.0;
                    let power = |n: usize| 10.0_f64.powf(pair[n].gain_db(hz, 48_000) / 10.0);
                    10.0 * ((power(0) + power(1)) / 2.0).log10()
                })
                .collect();
            // Exact but for what the kernel's length smooths and the loudness correction.
            let worst = levels.iter().fold(0.0, |worst: f64, db| worst.max(db.abs()));
            let mean = levels.iter().sum::<f64>() / levels.len() as f64;
            assert!(worst < 2.0 && mean.abs() < 0.7, "worst {worst} dB, mean {mean} dB");
        }
    }
}

#[test]
fn an_amount_of_0_leaves_the_audio_alone() {
    for mut settings in Preset::ALL.into_iter().filter_map(|preset| preset.recipe().veil) {
        settings.amount = 0.0;
        for kernel in design(&key(1), &settings, 48_000) {
            assert_eq!(kernel.taps()[0], 1.0);
            assert!(kernel.taps()[1..].iter().all(|&tap| tap == 0.0));
        }
    }
}

#[test]
fn the_papers_kernels_are_a_unit_tap_and_small_ones() {
    let kernel = &design(&key(1), &settings(Preset::Poscuda), 48_000)[0];
    let taps = kernel.taps();
    assert_eq!(taps.len(), 32);
    assert!(taps[1..].iter().all(|&tap| tap >= 0.0 && tap < 0.3 * taps[0]));
    assert!(taps[1..].iter().any(|&tap| tap > 0.2 * taps[0]));
}
