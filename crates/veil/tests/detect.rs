//! Promises about finding a key in audio.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{key, settings, veil_alone};
use patchveil_test_support::signal::swelling_noise;
use patchveil_veil::{
    Convolver, DetectError, Detector, Evidence, Filter, Offsets, Preset, Recipe, Veil, same_pattern,
};

/// `seconds` of sound, protected by key number `by`, from `position` of the timeline on.
fn protected(by: u8, recipe: &Recipe, rate: u32, position: i64, seconds: f64) -> Vec<f32> {
    let veil = Arc::new(Veil::new(&key(by), recipe, rate).unwrap());
    let mut audio = swelling_noise(by.into(), rate, seconds);
    Convolver::of(veil, 1).process(position, &mut [&mut audio]);
    audio
}

fn evidence(audio: &[&[f32]], recipe: &Recipe, rate: u32) -> Evidence {
    let mut detector = Detector::new(rate, audio.len(), recipe).unwrap();
    detector.feed(audio);
    detector.finish()
}

#[test]
fn the_right_key_stands_out_and_others_do_not() {
    let recipe = veil_alone(Preset::Balanced);
    for rate in [16_000, 44_100, 48_000] {
        let audio = protected(1, &recipe, rate, 0, 6.0);
        let evidence = evidence(&[&audio], &recipe, rate);
        let decoys = evidence.decoys(199, 1);
        assert_eq!(decoys.p_value(evidence.test(&key(1)).value), 0.005, "{rate} Hz");
        let others: Vec<f64> =
            (2..22).map(|other| decoys.p_value(evidence.test(&key(other)).value)).collect();
        let mean = others.iter().sum::<f64>() / 20.0;
        assert!((0.25..0.75).contains(&mean), "{others:?}");
    }
}

#[test]
fn the_offset_is_found_to_within_two_milliseconds() {
    let recipe = veil_alone(Preset::Balanced);
    for (by, rate, position) in [(3, 48_000, 1_234_567), (4, 44_100, -99_999), (5, 16_000, 77)] {
        let audio = protected(by, &recipe, rate, position, 6.0);
        let evidence = evidence(&[&audio], &recipe, rate);
        let period = evidence.period_samples();
        let apart = (evidence.test(&key(by)).offset - position as f64).rem_euclid(period);
        let apart = apart.min(period - apart) / f64::from(rate);
        assert!(apart < 0.002, "{apart} s at {rate} Hz");
    }
}

#[test]
fn blocks_of_any_size_give_the_same_evidence() {
    let recipe = veil_alone(Preset::Balanced);
    let audio = protected(6, &recipe, 48_000, 500, 3.0);
    let whole = evidence(&[&audio, &audio], &recipe, 48_000).test(&key(6));
    let mut detector = Detector::new(48_000, 2, &recipe).unwrap();
    let mut rest = audio.as_slice();
    for size in [1, 7, 480, 5, 4_096, 33, 100_000].into_iter().cycle() {
        let (now, later) = rest.split_at(size.min(rest.len()));
        detector.feed(&[now, now]);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    let pieces = detector.finish().test(&key(6));
    assert_eq!((whole.value, whole.offset), (pieces.value, pieces.offset));
    assert_eq!(whole.over_offset, pieces.over_offset);
}

#[test]
fn coverage_finds_the_protected_part() {
    let recipe = veil_alone(Preset::Balanced);
    let mut audio = swelling_noise(7, 16_000, 24.0);
    let part = protected(7, &recipe, 16_000, 0, 24.0);
    audio[8 * 16_000..17 * 16_000].copy_from_slice(&part[8 * 16_000..17 * 16_000]);
    let evidence = evidence(&[&audio], &recipe, 16_000);
    let coverage = evidence.coverage(&key(7), evidence.test(&key(7)).offset);
    let [(start, end)] = coverage.intervals[..] else { panic!("{:?}", coverage.intervals) };
    assert!((start - 8.0).abs() < 2.0 && (end - 17.0).abs() < 2.0, "{start} to {end}");
    assert!((coverage.seconds() - (end - start)).abs() < 1e-9);
}

#[test]
fn silence_and_empty_audio_match_no_key() {
    let recipe = veil_alone(Preset::Balanced);
    for seconds in [0.0, 0.01, 5.0] {
        let silence = vec![0.0; (48_000.0 * seconds) as usize];
        let evidence = evidence(&[&silence], &recipe, 48_000);
        assert!(!evidence.has_signal());
        assert_eq!(evidence.decoys(9, 1).p_value(evidence.test(&key(1)).value), 1.0);
    }
    let mut broken = swelling_noise(1, 48_000, 2.0);
    broken.iter_mut().step_by(100).for_each(|x| *x = f32::NAN);
    assert!(evidence(&[&broken], &recipe, 48_000).test(&key(1)).value.is_finite());
}

#[test]
fn recipes_without_a_pattern_to_search_for_are_refused() {
    let refused = |recipe: &Recipe| Detector::new(48_000, 1, recipe).err();
    assert_eq!(refused(&veil_alone(Preset::Cuda)), Some(DetectError::NoPattern));
    assert_eq!(refused(&veil_alone(Preset::Poscuda)), Some(DetectError::NoPattern));
    let mut recipe = veil_alone(Preset::Balanced);
    settings(&mut recipe).placement.period_us = 11_000_000;
    assert_eq!(refused(&recipe), Some(DetectError::LongPeriod));
    settings(&mut recipe).placement.offsets = Offsets::Scattered;
    assert_eq!(refused(&recipe), Some(DetectError::Scattered));
    settings(&mut recipe).amount = -1.0;
    assert!(matches!(refused(&recipe), Some(DetectError::Recipe(_))));
    assert!(Detector::new(3, 1, &veil_alone(Preset::Balanced)).is_err());
}

#[test]
fn recipes_that_differ_only_in_depth_share_a_pattern() {
    let balanced = veil_alone(Preset::Balanced);
    assert!(same_pattern(&veil_alone(Preset::Light), &veil_alone(Preset::Strong)));
    let mut other = balanced.clone();
    settings(&mut other).amount = 60.0;
    assert!(same_pattern(&balanced, &other));
    settings(&mut other).placement.patch_us -= 1_000;
    assert!(!same_pattern(&balanced, &other));
    let mut other = balanced.clone();
    if let Filter::Spectral(spectral) = &mut settings(&mut other).filter {
        spectral.active -= 1;
    }
    assert!(!same_pattern(&balanced, &other));
    assert!(!same_pattern(&veil_alone(Preset::Cuda), &veil_alone(Preset::Cuda)));
}
