//! What restoring an excerpt relies on: its place is found to the sample, or reported as uncertain.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::f64::consts::PI;
use std::sync::Arc;

use common::{key, noise, settings, veil_alone, veiled};
use patchveil_test_support::signal::resonant_noise;
use patchveil_veil::{
    Offsets, Preset, RecipeError, Veil, align, align_unless, distance_from_grid, log_likelihood,
    log_likelihoods, odds_by_scatter, period,
};

fn balanced(byte: u8, rate: u32) -> Arc<Veil> {
    Arc::new(Veil::new(&key(byte), &veil_alone(Preset::Balanced), rate).unwrap())
}

#[test]
fn the_place_is_found_to_the_sample() {
    for (byte, rate, start) in [(1, 8_000, 12_345), (2, 16_000, 54_321)] {
        let veil = balanced(byte, rate);
        let whole = veiled(&veil, 0, &resonant_noise(byte.into(), start + 90 * rate as usize));
        let near = start as i64 + 7;
        let found = align(&veil, &whole[start..], 0.0, near, 20, None).unwrap();
        assert_eq!(found.offset, start as i64 % period(&veil).unwrap(), "{rate} Hz");
        assert!(found.is_certain() && found.grid_bits.is_none(), "{found:?}");
    }
}

/// Pulses through two resonances, with nothing above a third of the band, like a resampled synthetic
/// voice.
fn without_treble(seed: u32, len: usize) -> Vec<f32> {
    let mut past = [0.0; 4];
    let voice = noise(seed.into(), len / 3 + 64).into_iter().enumerate().map(|(n, x)| {
        let pulse = if n % 113 == 0 { 0.01 + 0.005 * x } else { 0.0 };
        let first = 1.9 * past[0] - 0.96 * past[1] + pulse;
        let second = 0.9 * past[2] - 0.95 * past[3] + first;
        past = [first, past[0], second, past[2]];
        second
    });
    let slow: Vec<f32> = voice.collect();
    let tap = |distance: f64| {
        let (phase, edge) = (PI * distance, PI * distance / 32.0);
        let sinc = if phase == 0.0 { 1.0 } else { phase.sin() / phase };
        // Blackman's window.
        sinc * (0.42 + 0.5 * edge.cos() + 0.08 * (2.0 * edge).cos())
    };
    let at = |n: usize| -> f64 {
        let (whole, part) = (n / 3, (n % 3) as f64 / 3.0);
        (0..64).map(|k| f64::from(slow[whole + k]) * tap(k as f64 - 31.0 - part)).sum()
    };
    (0..len).map(|n| at(n) as f32).collect()
}

#[test]
fn the_place_is_found_where_all_others_are_equally_bad() {
    for (byte, aside) in [(9, 37), (16, -70), (19, 37)] {
        let (veil, start) = (balanced(byte, 48_000), 12_345);
        let whole = veiled(&veil, 0, &without_treble(byte.into(), start + 2 * 48_000));
        let found = align(&veil, &whole[start..], 0.0, start as i64 + aside, 96, None).unwrap();
        assert_eq!(found.offset, start as i64 % period(&veil).unwrap());
        assert!(found.is_certain(), "{found:?}");
    }
}

#[test]
fn integers_reveal_the_place_in_a_few_seconds() {
    // Single precision resolves the grid of 24 bits only at low levels.
    for (bits, start, level) in [(16, 4_321, 1.0), (24, 987, 0.05)] {
        let veil = balanced(3, 48_000);
        let steps = (1_u32 << (bits - 1)) as f32;
        let integers: Vec<f32> = resonant_noise(4, 150_000)
            .iter()
            .map(|x| (level * x * steps).round() / steps)
            .collect();
        let whole = veiled(&veil, 0, &integers);
        let found = align(&veil, &whole[start..], 0.0, start as i64 - 9, 24, None).unwrap();
        let place = start as i64 % period(&veil).unwrap();
        assert_eq!((found.offset, found.grid_bits), (place, Some(bits)));
        assert!(found.is_certain());
    }
}

#[test]
fn an_expected_place_that_is_wrong_by_four_samples_is_not_taken() {
    let (veil, start) = (balanced(9, 48_000), 12_345);
    let whole = veiled(&veil, 0, &without_treble(9, start + 2 * 48_000));
    let place = start as i64;
    for expected in [place, place - 4, place + 4, place + 1_000] {
        let found = align(&veil, &whole[start..], 0.0, place + 9, 96, Some(expected)).unwrap();
        assert_eq!(found.offset, place % period(&veil).unwrap());
        assert_eq!(found.is_expected, expected == place);
        assert!(found.is_certain());
    }
}

#[test]
fn a_veil_is_only_searched_for_where_the_mark_alone_does_not_clearly_fit_better() {
    let veil = |preset: Preset| Arc::new(Veil::new(&key(5), &preset.recipe(), 16_000).unwrap());
    let (mark, both, start) = (veil(Preset::Mark), veil(Preset::Light), 4_321);
    let original = resonant_noise(5, start + 8 * 16_000);
    let search = |audio: &[f32]| {
        let (place, near) = (start as i64, (start as i64 + 3, 18));
        let found =
            align_unless(Some((&mark, place)), &both, &audio[start..], 0.0, near, None).unwrap();
        let hypotheses = [(mark.clone(), place), (both.clone(), found.offset)];
        let windows = log_likelihoods(&hypotheses, &audio[start..], 0.0).unwrap();
        (found, odds_by_scatter(&windows[0], &windows[1]))
    };
    let (found, for_mark) = search(&veiled(&mark, 0, &original));
    assert!(found.log_odds == 0.0 && for_mark > 12.0, "{found:?}, {for_mark}");
    let audio = veiled(&both, 0, &original);
    let (found, for_mark) = search(&audio);
    let thorough = align(&both, &audio[start..], 0.0, start as i64 + 3, 18, None).unwrap();
    assert!(found == thorough && for_mark < -12.0, "{found:?}, {thorough:?}, {for_mark}");
}

#[test]
fn silence_has_no_certain_place() {
    let veil = balanced(5, 8_000);
    for audio in [vec![0.0; 80_000], vec![]] {
        assert!(!align(&veil, &audio, 0.0, 100, 12, None).unwrap().is_certain());
    }
}

#[test]
fn the_likelihood_distinguishes_keys_and_depths() {
    let (preset, rate) = (Preset::Light, 16_000);
    let veil = Arc::new(Veil::new(&key(6), &veil_alone(preset), rate).unwrap());
    let audio = veiled(&veil, 0, &resonant_noise(6, 20 * 16_000));
    let right = log_likelihood(&veil, &audio, 0.0, 0).unwrap();
    let mut half = veil_alone(preset);
    settings(&mut half).amount = 50.0;
    for wrong in [
        Veil::new(&key(7), &veil_alone(preset), rate).unwrap(),
        Veil::new(&key(6), &half, rate).unwrap(),
        Veil::new(&key(6), &veil_alone(Preset::Balanced), rate).unwrap(),
    ] {
        assert!(right > log_likelihood(&Arc::new(wrong), &audio, 0.0, 0).unwrap() + 100.0);
    }
}

/// The veils of the presets `mark` and `balanced`, whose kernels differ in length.
fn mark_and_balanced(rate: u32) -> [Arc<Veil>; 2] {
    [Preset::Mark, Preset::Balanced]
        .map(|preset| Arc::new(Veil::new(&key(6), &preset.recipe(), rate).unwrap()))
}

#[test]
fn recipes_are_compared_by_the_same_windows() {
    let rate = 16_000;
    let [mark, balanced] = mark_and_balanced(rate);
    let begin = 2 * rate as usize + 77;
    let mut audio = vec![0.0; begin];
    audio.extend(resonant_noise(6, 2 * rate as usize));
    let row = |veils: &[&Arc<Veil>]| {
        let hypotheses: Vec<_> = veils.iter().map(|veil| ((*veil).clone(), 0)).collect();
        log_likelihoods(&hypotheses, &audio, 0.0).unwrap()
    };
    let alone = [&mark, &balanced].map(|veil| row(&[veil]).remove(0));
    assert_ne!(alone[0].len(), alone[1].len(), "both settle as quickly, which shows nothing");
    let together = row(&[&mark, &balanced]);
    assert_eq!(together[0].len(), together[1].len());
    // The sound begins in the same window.
    let begins = |windows: &[f64]| windows.iter().position(|x| *x < windows[0] - 100.0).unwrap();
    assert_eq!(begins(&together[0]), begins(&together[1]));
    assert_ne!(begins(&alone[0]), begins(&alone[1]));
}

#[test]
fn of_a_mark_and_a_veil_the_one_that_is_in_the_file_is_likelier() {
    let veils = mark_and_balanced(16_000);
    let hypotheses = [(veils[0].clone(), 0), (veils[1].clone(), 0)];
    for (right, wrong) in [(0, 1), (1, 0)] {
        let audio = veiled(&veils[right], 0, &resonant_noise(6, 10 * 16_000));
        let rows = log_likelihoods(&hypotheses, &audio, 0.0).unwrap();
        assert!(odds_by_scatter(&rows[right], &rows[wrong]) > 12.0);
        assert!(rows[right].iter().sum::<f64>() > rows[wrong].iter().sum::<f64>());
    }
}

#[test]
fn places_repeat_after_a_period() {
    assert_eq!(period(&balanced(1, 48_000)), Some(3_840));
    assert_eq!(period(&balanced(1, 8_000)), Some(640));
    assert_eq!(period(&balanced(1, 44_100)), Some(3_528));
    // 1763.2 samples in a period of the recipe.
    assert_eq!(period(&balanced(1, 22_040)), Some(5 * 1_763 + 1));
    let mut recipe = veil_alone(Preset::Balanced);
    settings(&mut recipe).placement.offsets = Offsets::Scattered;
    assert_eq!(period(&Veil::new(&key(1), &recipe, 48_000).unwrap()), None);
}

#[test]
fn a_recipe_without_an_inverse_has_no_place() {
    let veil = Arc::new(Veil::new(&key(1), &veil_alone(Preset::Cuda), 8_000).unwrap());
    let none = align(&veil, &[0.0; 8_000], 0.0, 0, 4, None);
    assert_eq!(none.err(), Some(RecipeError::NotInvertible));
}

#[test]
fn integers_are_distinguished_from_other_samples() {
    let on = |steps: f64| move |x: f32| (f64::from(x) * 0.9 * steps).round() / steps;
    let samples = noise(8, 4_000);
    let integers: Vec<f64> = samples.iter().copied().map(on(32_768.0)).collect();
    assert!(distance_from_grid(&integers, 16).unwrap() < 1e-9);
    let others: Vec<f64> = samples.iter().map(|&x| 0.9 * f64::from(x)).collect();
    assert!((distance_from_grid(&others, 16).unwrap() - 0.289).abs() < 0.02);
    assert_eq!(distance_from_grid(&[1e-7; 4_000], 16), None);
}
