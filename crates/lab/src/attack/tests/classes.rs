//! Attacks that use whole classes.

use std::collections::BTreeMap;

use super::*;
use crate::signal::filter::zero_phase;
use patchveil_spectral::Stft;

/// One period: 80 ms, as in the presets.
const PERIOD: usize = 640;
/// The same in seconds.
const SECONDS: f64 = PERIOD as f64 / RATE as f64;

/// Clips of three classes, each with an alternating EQ of its own that inverts every 40 ms.
fn veiled(count: usize) -> Vec<Clip> {
    let mut clips = clips(count, RATE);
    for clip in &mut clips {
        let label = clip.label as f64;
        let up = zero_phase(&clip.samples, |f| 10_f64.powf(0.4 * (f * 50.0 + 2.0 * label).sin()));
        let down =
            zero_phase(&clip.samples, |f| 10_f64.powf(-0.4 * (f * 50.0 + 2.0 * label).sin()));
        for n in 0..clip.samples.len() {
            clip.samples[n] = if n % PERIOD < PERIOD / 2 { up[n] } else { down[n] };
        }
    }
    clips
}

/// Mean distance between the classes' mean spectra, in dB, over the samples at which `when` is
/// true.
fn class_distance(clips: &[Clip], when: impl Fn(usize) -> bool) -> f64 {
    let stft = Stft::for_rate(20.0, RATE);
    let spectrum = |clip: &Clip| {
        let samples: Vec<f32> =
            clip.samples.iter().enumerate().map(|(n, x)| if when(n) { *x } else { 0.0 }).collect();
        (clip.label, class::log_spectrum(&stft, &samples))
    };
    let spectra: Vec<(usize, Vec<f64>)> = clips.iter().map(spectrum).collect();
    let means: BTreeMap<usize, Vec<f64>> = class::class_means(&spectra, stft.bins());
    let means: Vec<&Vec<f64>> = means.values().collect();
    let between = |a: &Vec<f64>, b: &Vec<f64>| {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    (between(means[0], means[1]) + between(means[1], means[2])) / 2.0
}

fn with(attack: Attack, clips: &[Clip]) -> Vec<Clip> {
    let mut material =
        Material { train: clips.to_vec(), test: Vec::new(), clean: Vec::new(), period: SECONDS };
    attack.apply(&mut material, 1).unwrap();
    material.train
}

#[test]
fn equalised_classes_have_the_same_mean_spectrum() {
    let mut clips = clips(60, RATE);
    for clip in &mut clips {
        let label = clip.label as f64;
        clip.samples =
            zero_phase(&clip.samples, |f| 10_f64.powf(0.4 * (f * 50.0 + 2.0 * label).sin()));
    }
    let before = class_distance(&clips, |_| true);
    let after = class_distance(&with(Attack::ClassMean, &clips), |_| true);
    assert!(after < before / 3.0, "{before} became {after}");
}

#[test]
fn an_alternating_eq_survives_mean_equalisation_but_not_attacks_that_know_its_period() {
    let clips = veiled(150);
    let up = |n: usize| n % PERIOD < PERIOD / 2;
    let before = class_distance(&clips, up);
    let left = |attack| class_distance(&with(attack, &clips), up) / before;
    assert!(left(Attack::ClassMean) > 0.7, "{}", left(Attack::ClassMean));
    assert!(left(Attack::ClassPeriod) < 0.5, "{}", left(Attack::ClassPeriod));
    assert!(left(Attack::ClassMap) < 0.5, "{}", left(Attack::ClassMap));
    assert!(left(Attack::PeriodAverage) < 0.5, "{}", left(Attack::PeriodAverage));
}

#[test]
fn one_original_undoes_the_veil_of_its_whole_class() {
    let (train, clean) = (veiled(150), clips(150, RATE));
    let mut material =
        Material { train: train.clone(), test: Vec::new(), clean: clean.clone(), period: SECONDS };
    Attack::OnePair.apply(&mut material, 1).unwrap();
    let mean_snr = |clips: &[Clip]| -> f64 {
        let snr =
            clips.iter().zip(&clean).map(|(a, b)| crate::quality::snr(&b.samples, &a.samples));
        snr.sum::<f64>() / clips.len() as f64
    };
    let (before, after) = (mean_snr(&train), mean_snr(&material.train));
    assert!(after > before + 5.0, "{before} dB became {after} dB");
}

#[test]
fn class_period_finds_the_phase_of_each_clip() {
    let mut clips = veiled(150);
    for (n, clip) in clips.iter_mut().enumerate() {
        let late = (n * 389) % PERIOD;
        clip.samples.drain(..late.min(clip.samples.len() / 3));
    }
    let before = crate::attack::periodic::depth(&clips, SECONDS);
    let after = crate::attack::periodic::depth(&with(Attack::ClassPeriod, &clips), SECONDS);
    assert!(after < before * 0.7, "{before} dB became {after} dB");
}
