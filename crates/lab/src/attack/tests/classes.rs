//! Treatments that look at whole classes.

use std::collections::BTreeMap;

use super::*;
use crate::signal::shape::shape;
use crate::signal::stft::Stft;

/// One frame: 80 ms, as the presets have it.
const FRAME: usize = 640;
/// The same in seconds.
const SECONDS: f64 = FRAME as f64 / RATE as f64;

/// Clips of three classes, each under a filter of its own that turns over every 40 ms, as a veil
/// lays it.
fn veiled(count: usize) -> Vec<Clip> {
    let mut clips = clips(count, RATE);
    for clip in &mut clips {
        let label = clip.label as f64;
        let up = shape(&clip.samples, |f| 10_f64.powf(0.4 * (f * 50.0 + 2.0 * label).sin()));
        let down = shape(&clip.samples, |f| 10_f64.powf(-0.4 * (f * 50.0 + 2.0 * label).sin()));
        for n in 0..clip.samples.len() {
            clip.samples[n] = if n % FRAME < FRAME / 2 { up[n] } else { down[n] };
        }
    }
    clips
}

/// Mean distance of the classes' mean spectra from each other, in dB, over the moments at which
/// `when` is true.
fn classes_apart(clips: &[Clip], when: impl Fn(usize) -> bool) -> f64 {
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
        Material { train: clips.to_vec(), test: Vec::new(), clean: Vec::new(), frame: SECONDS };
    attack.apply(&mut material, 1).unwrap();
    material.train
}

#[test]
fn equalised_classes_have_one_mean_spectrum() {
    let mut clips = clips(60, RATE);
    for clip in &mut clips {
        let label = clip.label as f64;
        clip.samples = shape(&clip.samples, |f| 10_f64.powf(0.4 * (f * 50.0 + 2.0 * label).sin()));
    }
    let were = classes_apart(&clips, |_| true);
    let are = classes_apart(&with(Attack::ClassMean, &clips), |_| true);
    assert!(are < were / 3.0, "{were} became {are}");
}

#[test]
fn what_turns_over_in_time_survives_one_mean_but_not_folding_at_its_frame_nor_a_mean_spectrogram() {
    let clips = veiled(150);
    let up = |n: usize| n % FRAME < FRAME / 2;
    let were = classes_apart(&clips, up);
    let left = |attack| classes_apart(&with(attack, &clips), up) / were;
    assert!(left(Attack::ClassMean) > 0.7, "{}", left(Attack::ClassMean));
    assert!(left(Attack::ClassFrame) < 0.5, "{}", left(Attack::ClassFrame));
    assert!(left(Attack::ClassMap) < 0.5, "{}", left(Attack::ClassMap));
    assert!(left(Attack::FrameAverage) < 0.5, "{}", left(Attack::FrameAverage));
}

#[test]
fn one_original_of_each_class_undoes_the_veil_in_all_of_it() {
    let (train, clean) = (veiled(150), clips(150, RATE));
    let mut material =
        Material { train: train.clone(), test: Vec::new(), clean: clean.clone(), frame: SECONDS };
    Attack::OnePair.apply(&mut material, 1).unwrap();
    let apart = |clips: &[Clip]| -> f64 {
        let snr =
            clips.iter().zip(&clean).map(|(a, b)| crate::quality::snr(&b.samples, &a.samples));
        snr.sum::<f64>() / clips.len() as f64
    };
    let (before, after) = (apart(&train), apart(&material.train));
    assert!(after > before + 5.0, "{before} dB became {after} dB");
}

#[test]
fn folding_finds_the_phase_of_each_clip_by_itself() {
    let mut clips = veiled(150);
    for (n, clip) in clips.iter_mut().enumerate() {
        let late = (n * 389) % FRAME;
        clip.samples.drain(..late.min(clip.samples.len() / 3));
    }
    let before = crate::attack::fold::depth(&clips, SECONDS);
    let after = crate::attack::fold::depth(&with(Attack::ClassFrame, &clips), SECONDS);
    assert!(after < before * 0.7, "{before} dB became {after} dB");
}
