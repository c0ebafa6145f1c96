//! What the owner of the key relies on: everything the veil does can be undone.

mod common;

use std::sync::Arc;

use common::{any_recipe, bits, cases, key, naive, noise, outside, veil, veil_alone, veiled};
use patchveil_test_support::compare::worst_difference_dbfs as worst_dbfs;
use patchveil_veil::{Preset, RecipeError, Restorer, Veil};
use proptest::prelude::*;

/// Noise that stays within full scale under any veil.
fn quiet(seed: u64, len: usize) -> Vec<f32> {
    noise(seed, len).into_iter().map(|x| 0.2 * x).collect()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn single_precision_is_restored_to_120_db_below_full_scale(
        recipe in any_recipe().prop_filter("restorable", |r| r.is_restorable()),
        byte: u8,
        position in -100_000_i64..100_000,
        block in 1_usize..2_000,
    ) {
        let veil = Arc::new(Veil::new(&key(byte), &recipe, 16_000).unwrap());
        let input = quiet(1, 16_000);
        let mut audio = veiled(&veil, position, &input);
        let mut restorer = Restorer::new(veil.clone(), 1).unwrap();
        for (n, block_of) in audio.chunks_mut(block).enumerate() {
            restorer.process(position + (n * block) as i64, &mut [block_of]);
        }
        let worst = worst_dbfs(&input, &audio);
        prop_assert!(worst < -120.0, "{worst} dBFS");
        for (n, free) in outside(&veil, position, input.len()).into_iter().enumerate() {
            if free && veil.static_eq().is_none() {
                prop_assert_eq!(input[n].to_bits(), audio[n].to_bits());
            }
        }
    }

    #[test]
    fn double_precision_is_restored_to_rounding(
        recipe in any_recipe().prop_filter("restorable", |r| r.is_restorable()),
        byte: u8,
    ) {
        let veil = Arc::new(Veil::new(&key(byte), &recipe, 8_000).unwrap());
        let input: Vec<f64> = quiet(2, 6_000).into_iter().map(f64::from).collect();
        let mut audio = naive(&veil, 0, &input);
        Restorer::new(veil, 1).unwrap().process_f64(0, &mut [&mut audio]);
        // The fades are in single precision, those of the naive veil in double.
        let worst = worst_dbfs(&input, &audio);
        prop_assert!(worst < -130.0, "{worst} dBFS");
    }
}

#[test]
fn presets_are_restored_at_every_rate_and_with_every_key() {
    for preset in [Preset::Light, Preset::Balanced, Preset::Strong] {
        for (byte, rate) in [(1, 8_000), (2, 44_100), (3, 48_000), (4, 96_000), (5, 192_000)] {
            let veil = Arc::new(Veil::new(&key(byte), &preset.recipe(), rate).unwrap());
            let input = quiet(3, rate as usize);
            let mut audio = veiled(&veil, 0, &input);
            Restorer::new(veil, 1).unwrap().process(0, &mut [&mut audio]);
            let worst = worst_dbfs(&input, &audio);
            assert!(worst < -120.0, "{preset} at {rate} Hz: {worst} dBFS");
        }
    }
}

#[test]
fn another_key_does_not_restore() {
    let input = noise(4, 48_000);
    let mut audio = veiled(&veil(&veil_alone(Preset::Balanced), 48_000), 0, &input);
    let other = Arc::new(Veil::new(&key(1), &veil_alone(Preset::Balanced), 48_000).unwrap());
    Restorer::new(other, 1).unwrap().process(0, &mut [&mut audio]);
    assert!(worst_dbfs(&input, &audio) > -20.0);
}

#[test]
fn the_papers_baselines_are_refused() {
    for preset in [Preset::Cuda, Preset::Poscuda] {
        let made = Restorer::new(veil(&preset.recipe(), 48_000), 1);
        assert_eq!(made.err(), Some(RecipeError::NotInvertible));
    }
}

#[test]
fn invalid_samples_are_forgotten() {
    let veil = veil(&veil_alone(Preset::Strong), 48_000);
    let input = quiet(5, 48_000);
    let mut audio = veiled(&veil, 0, &input);
    audio[5_000] = f32::NAN;
    audio[5_001] = f32::INFINITY;
    Restorer::new(veil, 1).unwrap().process(0, &mut [&mut audio]);
    assert!(worst_dbfs(&input[24_000..], &audio[24_000..]) < -120.0);
}

#[test]
fn after_a_reset_nothing_before_it_counts() {
    let veil = veil(&veil_alone(Preset::Balanced), 16_000);
    let later = veiled(&veil, 50_000, &quiet(6, 8_000));
    let restored = |before: &[f32]| {
        let mut restorer = Restorer::new(veil.clone(), 1).unwrap();
        restorer.process(0, &mut [&mut before.to_vec()]);
        restorer.reset();
        let mut audio = later.clone();
        restorer.process(50_000, &mut [&mut audio]);
        bits(&audio)
    };
    assert_eq!(restored(&quiet(7, 3_000)), restored(&[]));
}
