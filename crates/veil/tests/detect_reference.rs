//! Promises about finding a key in an excerpt whose original is at hand.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{key, noise, settings, veil_alone};
use patchveil_test_support::signal::speech_noise;
use patchveil_veil::{Convolver, Detector, Evidence, ExcerptMatch, Locator, Preset, Recipe, Veil};

const RATE: u32 = 48_000;
/// Decoys of a test; with so many no p-value is below 0.005.
const DECOYS: u32 = 199;

/// A recording whose spectrum and level move like those of speech.
fn recording(seed: u64, seconds: f64) -> Vec<f32> {
    speech_noise(seed, RATE, seconds)
}

/// A recipe so mild that two seconds are not enough without the original.
fn mild() -> Recipe {
    let mut recipe = veil_alone(Preset::Balanced);
    settings(&mut recipe).amount = 2.0;
    recipe
}

fn protected(by: u8, recipe: &Recipe, original: &[f32]) -> Vec<f32> {
    let veil = Arc::new(Veil::new(&key(by), recipe, RATE).unwrap());
    let mut audio = original.to_vec();
    Convolver::of(veil, 1).process(0, &mut [&mut audio]);
    audio
}

/// Two seconds from second 7.3 on.
fn excerpt(audio: &[f32]) -> Vec<f32> {
    audio[350_400..446_400].to_vec()
}

fn locate(excerpt: &[f32], rate: u32, original: &[f32]) -> Option<ExcerptMatch> {
    let mut locator = Locator::new(&[excerpt], rate, RATE)?;
    original.chunks(10_007).for_each(|block| locator.feed(&[block]));
    locator.finish()
}

fn alone(excerpt: &[f32], rate: u32, recipe: &Recipe) -> Evidence {
    let mut detector = Detector::new(rate, 1, recipe).unwrap();
    detector.feed(&[excerpt]);
    detector.finish()
}

fn with_original(excerpt: &[f32], rate: u32, original: &[f32], recipe: &Recipe) -> Evidence {
    let place = locate(excerpt, rate, original).unwrap();
    assert!(place.is_likely(), "{place:?}");
    let range = place.original_range(excerpt.len() as f64 / f64::from(rate));
    let end = original.len();
    let part = &original[(range.start as usize).min(end)..(range.end as usize).min(end)];
    let aligned = place.align_original(&[excerpt], &[part]);
    let mut detector = Detector::with_original(rate, 1, recipe).unwrap();
    detector.feed_with_original(&[excerpt], &[&aligned[0]]);
    detector.finish()
}

/// Every `by`th sample of what is left below half of that rate.
fn slower(audio: &[f32], by: usize) -> Vec<f32> {
    let reach = 16 * by as i64;
    let tap = |n: i64| {
        let x = std::f64::consts::PI * n as f64 / by as f64;
        let sinc = if n == 0 { 1.0 } else { (0.9 * x).sin() / (0.9 * x) };
        0.9 / by as f64 * sinc * (0.5 + 0.5 * (x / 16.0).cos())
    };
    let taps: Vec<f32> = (-reach..=reach).map(|n| tap(n) as f32).collect();
    let at = |n: i64| usize::try_from(n).ok().and_then(|n| audio.get(n)).copied().unwrap_or(0.0);
    let sample = |n: usize| {
        let from = (n * by) as i64 - reach;
        taps.iter().enumerate().map(|(t, tap)| tap * at(from + t as i64)).sum()
    };
    (0..audio.len() / by).map(sample).collect()
}

#[test]
fn two_seconds_are_enough_with_the_original_where_they_are_not_without() {
    let original = recording(1, 12.0);
    let mut found_alone = 0;
    for by in 1..=3 {
        let plain = excerpt(&protected(by, &mild(), &original));
        let noise = noise(99, plain.len());
        let noisy: Vec<f32> = plain.iter().zip(&noise).map(|(x, n)| x + 0.005 / 16.0 * n).collect();
        let quiet: Vec<f32> = plain.iter().map(|x| -0.1 * x).collect();
        let forms = [
            ("plain", plain.clone(), RATE),
            ("gain", quiet, RATE),
            ("noise", noisy, RATE),
            ("16 kHz", slower(&plain, 3), 16_000),
        ];
        for (name, audio, rate) in forms {
            let p = |evidence: &Evidence| {
                evidence.decoys(DECOYS, 1).p_value(evidence.test(&key(by)).value)
            };
            let (without, with) = (
                p(&alone(&audio, rate, &mild())),
                p(&with_original(&audio, rate, &original, &mild())),
            );
            assert_eq!(with, 0.005, "key {by}, {name}");
            found_alone += usize::from(without <= 0.005);
        }
    }
    assert!(found_alone <= 4, "{found_alone} of 12 without the original");
}

#[test]
fn the_offset_is_on_the_timeline_and_not_in_the_original() {
    let original = recording(2, 12.0);
    let audio = excerpt(&protected(4, &mild(), &original));
    let evidence = with_original(&audio, RATE, &original[48_000..], &mild());
    let period = evidence.period_samples();
    let apart = (evidence.test(&key(4)).offset - 350_400.0).rem_euclid(period);
    assert!(apart.min(period - apart) < 48.0, "{apart} of {period}");
}

#[test]
fn unused_keys_rank_uniformly() {
    let original = recording(3, 12.0);
    let audio = excerpt(&protected(5, &mild(), &original));
    let evidence = with_original(&audio, RATE, &original, &mild());
    let decoys = evidence.decoys(DECOYS, 1);
    let others: Vec<f64> =
        (10..50).map(|other| decoys.p_value(evidence.test(&key(other)).value)).collect();
    let mean = others.iter().sum::<f64>() / 40.0;
    assert!((0.3..0.7).contains(&mean), "{others:?}");
}

#[test]
fn a_copy_of_the_original_carries_nothing() {
    let original = recording(4, 12.0);
    let evidence = with_original(&excerpt(&original), RATE, &original, &mild());
    assert!(evidence.has_signal());
    let p = |by: u8| evidence.decoys(DECOYS, 1).p_value(evidence.test(&key(by)).value);
    assert!((1..20).all(|by| p(by) == 1.0));
}

#[test]
fn an_excerpt_is_placed_to_a_twentieth_of_a_millisecond() {
    let original = recording(5, 40.0);
    let audio = protected(6, &veil_alone(Preset::Balanced), &original);
    for start in [0, 1, 700_001, 1_800_000] {
        let cut = &audio[start..start + 48_000];
        let place = locate(cut, RATE, &original).unwrap();
        let off = place.start_s - start as f64 / f64::from(RATE);
        assert!(place.is_likely() && off.abs() < 5e-5, "{place:?}, {off} s off");
    }
    // Between two samples of the slower copy.
    let copy = slower(&audio[700_001..760_001], 3);
    let place = locate(&copy, 16_000, &original).unwrap();
    let off = place.start_s - 700_001.0 / f64::from(RATE);
    assert!(off.abs() < 5e-5, "{place:?}, {off} s off");
}

#[test]
fn another_recording_is_distinguished_from_the_original() {
    let audio = excerpt(&protected(7, &mild(), &recording(6, 12.0)));
    let place = locate(&audio, RATE, &recording(7, 12.0)).unwrap();
    assert!(!place.is_likely(), "{place:?}");
    assert!(place.correlation < 0.2, "{place:?}");
    assert_eq!(locate(&audio, RATE, &[0.0; 480_000]), None);
    assert_eq!(locate(&audio, RATE, &[]), None);
    assert_eq!(locate(&[0.0; 48_000], RATE, &audio), None);
    assert_eq!(locate(&[], RATE, &audio), None);
    let mut broken = audio.clone();
    broken.iter_mut().step_by(1_000).for_each(|x| *x = f32::NAN);
    assert!(locate(&broken, RATE, &audio).unwrap().correlation.is_finite());
}

#[test]
fn a_clock_that_is_a_little_off_is_followed() {
    let original = recording(8, 14.0);
    // Every 8,000th sample twice: slower by 0.0125 %.
    let slow: Vec<f32> =
        original.chunks(8_000).flat_map(|part| part.iter().chain(part.last())).copied().collect();
    let cut = &slow[48_000..11 * 48_000];
    let place = locate(cut, RATE, &original).unwrap();
    let range = place.original_range(10.0);
    let part = &original[range.start as usize..original.len().min(range.end as usize)];
    let aligned = place.align_original(&[cut], &[part]);
    // Without following the clock this would be 1.2 ms late.
    let end = locate(&cut[450_000..], RATE, &aligned[0]).unwrap();
    let off = end.start_s - 450_000.0 / f64::from(RATE);
    assert!(end.is_likely() && off.abs() < 1e-4, "{end:?}, {off} s off");
}

#[test]
fn one_period_is_enough_with_the_original_and_not_without() {
    let original = recording(10, 12.0);
    let audio = protected(9, &veil_alone(Preset::Balanced), &original);
    let period = veil_alone(Preset::Balanced).period_us() as usize * 48 / 1_000;
    let short = &audio[350_400..350_400 + period * 3 / 2];
    assert!(!alone(short, RATE, &mild()).has_signal());
    assert!(with_original(short, RATE, &original, &mild()).has_signal());
}

#[test]
fn different_numbers_of_channels_are_compared_by_their_means() {
    let original = recording(9, 12.0);
    let audio = excerpt(&protected(8, &mild(), &original));
    let mono = with_original(&audio, RATE, &original, &mild()).test(&key(8));
    let place = locate(&audio, RATE, &original).unwrap();
    let range = place.original_range(2.0);
    let part = &original[range.start as usize..range.end as usize];
    let aligned = place.align_original(&[&audio], &[part, part]);
    let mut detector = Detector::with_original(RATE, 1, &mild()).unwrap();
    detector.feed_with_original(&[&audio], &[&aligned[0], &aligned[1]]);
    assert_eq!(detector.finish().test(&key(8)).value, mono.value);
}
