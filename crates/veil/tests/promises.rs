//! What a user relies on when protecting audio.

mod common;

use std::sync::Arc;

use common::{
    VEILS, any_recipe, bits, cases, key, naive, noise, outside, settings, veil, veil_alone, veiled,
    veiled_in_blocks,
};
use patchveil_veil::{Convolver, Filter, Preset, Veil};
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn any_split_into_blocks_gives_the_same_samples(
        recipe in any_recipe(),
        position in -1_000_000_i64..1_000_000,
        cuts in prop::collection::vec(1_usize..1_500, 1..60),
    ) {
        let veil = veil(&recipe, 16_000);
        let input = noise(1, 9_000);
        let whole = veiled(&veil, position, &input);
        let parts = veiled_in_blocks(&veil, position, &input, &cuts);
        prop_assert_eq!(bits(&whole), bits(&parts));
    }

    #[test]
    fn starting_anywhere_gives_the_samples_of_the_whole(
        recipe in any_recipe(), position in -100_000_i64..100_000, start in 0_usize..6_000,
    ) {
        let veil = veil(&recipe, 16_000);
        let input = noise(2, 9_000);
        let whole = veiled(&veil, position, &input);
        let mut part = input[start..].to_vec();
        let mut convolver = Convolver::of(veil.clone(), 1);
        let before = start.saturating_sub(veil.context());
        convolver.feed(position + before as i64, &[&input[before..start]]);
        convolver.process(position + start as i64, &mut [&mut part]);
        prop_assert_eq!(bits(&whole[start..]), bits(&part));
    }

    #[test]
    fn a_loop_gives_the_same_samples_every_time(recipe in any_recipe(), length in 2_000_usize..5_000) {
        let veil = veil(&recipe, 16_000);
        let input = noise(3, length);
        let mut convolver = Convolver::of(veil, 1);
        let round = |convolver: &mut Convolver| {
            let mut out = input.clone();
            for (n, block) in out.chunks_mut(480).enumerate() {
                convolver.process(n as i64 * 480, &mut [block]);
            }
            out
        };
        round(&mut convolver);
        let second = round(&mut convolver);
        let third = round(&mut convolver);
        prop_assert_eq!(bits(&second), bits(&third));
    }

    #[test]
    fn without_a_static_eq_the_output_outside_patches_is_the_input_bit_for_bit(
        mut recipe in any_recipe(), position in -100_000_i64..100_000,
    ) {
        if let Filter::Spectral(spectral) = &mut settings(&mut recipe).filter {
            spectral.static_eq.db = 0.0;
        }
        let veil = veil(&recipe, 16_000);
        let mut input = noise(4, 4_000);
        // Denormals and both zeros are valid samples too.
        input[100] = 1e-40;
        input[101] = -0.0;
        let out = veiled(&veil, position, &input);
        for (n, free) in outside(&veil, position, input.len()).into_iter().enumerate() {
            if free {
                prop_assert_eq!(input[n].to_bits(), out[n].to_bits());
            }
        }
    }

    #[test]
    fn it_computes_what_the_design_says(recipe in any_recipe(), position in -100_000_i64..100_000) {
        let veil = veil(&recipe, 16_000);
        let input = noise(5, 4_000);
        let exact = naive(&veil, position, &input.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
        for (y, exact) in veiled(&veil, position, &input).iter().zip(exact) {
            prop_assert!((f64::from(*y) - exact).abs() < 4e-6, "{y} for {exact}");
        }
    }

    #[test]
    fn whatever_the_input_the_output_is_finite_and_recovers(
        recipe in any_recipe(),
        broken in prop::collection::vec((0_usize..3_000, prop::num::f32::ANY), 1..200),
    ) {
        let veil = veil(&recipe, 16_000);
        let clean = noise(6, 6_000);
        let mut input = clean.clone();
        for (at, value) in broken {
            input[at] = value;
        }
        let out = veiled(&veil, 0, &input);
        prop_assert!(out.iter().all(|y| y.is_finite()));
        let good = veiled(&veil, 0, &clean);
        let settled = 3_000 + veil.context();
        prop_assert_eq!(bits(&good[settled..]), bits(&out[settled..]));
    }

    #[test]
    fn channels_do_not_touch_each_other(recipe in any_recipe()) {
        let veil = veil(&recipe, 16_000);
        let inputs: Vec<Vec<f32>> = (0..8).map(|c| noise(10 + c, 3_000)).collect();
        let mut together = inputs.clone();
        let mut refs: Vec<&mut [f32]> = together.iter_mut().map(Vec::as_mut_slice).collect();
        Convolver::of(veil.clone(), 8).process(77, &mut refs);
        for (input, out) in inputs.iter().zip(&together) {
            prop_assert_eq!(bits(&veiled(&veil, 77, input)), bits(out));
        }
    }
}

#[test]
fn silence_dc_and_denormals_give_finite_output() {
    for preset in Preset::ALL {
        let veil = veil(&preset.recipe(), 48_000);
        assert!(veiled(&veil, 0, &[0.0; 9_600]).iter().all(|&y| y == 0.0));
        let faint = veiled(&veil, 0, &[f32::MIN_POSITIVE / 2.0; 9_600]);
        assert!(faint.iter().all(|&y| y.abs() <= f32::MIN_POSITIVE));
        assert!(veiled(&veil, 0, &[1.0; 9_600]).iter().all(|y| y.is_finite()));
    }
}

#[test]
fn the_impulse_response_is_the_designed_kernel() {
    for preset in VEILS {
        for rate in [8_000, 44_100, 48_000, 96_000, 192_000] {
            let veil = veil(&veil_alone(preset), rate);
            let schedule = veil.schedule().unwrap();
            // The second patch, from where its weight is 1.
            let mut cursor = schedule.patches_from(0);
            cursor.next(schedule);
            let patch = cursor.next(schedule);
            let flat = patch.start + if patch.rises { patch.fade } else { 0 };
            let taps = veil.kernels()[patch.kernel].taps();
            let static_eq = veil.static_eq().map_or(&[1.0][..], |static_eq| static_eq.taps());
            let last = patch.end - if patch.falls { patch.fade } else { 0 };
            let len = (last - flat) as usize;
            let mut impulse = vec![0.0; len];
            impulse[0] = 1.0;
            let response = veiled(&veil, flat, &impulse);
            for (n, y) in response.iter().enumerate() {
                let both = (0..=n).filter_map(|t| Some(taps.get(t)? * static_eq.get(n - t)?));
                let designed: f32 = both.sum();
                let apart = (y - designed).abs();
                assert!(apart < 4e-7, "{preset} at {rate} Hz, sample {n}: {y} for {designed}");
            }
        }
    }
}

#[test]
fn reported_latency_is_measured_latency_and_both_are_zero() {
    for preset in Preset::ALL {
        let veil = veil(&preset.recipe(), 48_000);
        assert_eq!(veil.latency(), 0);
        assert_eq!(Convolver::of(veil.clone(), 2).latency(), 0);
        for at in [0, 100, 2_000, 30_000] {
            let mut impulse = vec![0.0; 48_000];
            impulse[at] = 0.5;
            let out = veiled(&veil, 0, &impulse);
            let first = out.iter().position(|&y| y != 0.0);
            assert_eq!(first, Some(at), "{preset}: nothing before, and at once");
        }
    }
}

#[test]
fn the_first_and_last_positions_of_the_timeline_work() {
    for preset in Preset::ALL {
        let veil = veil(&preset.recipe(), 48_000);
        for position in [i64::MIN, i64::MAX - 100, i64::MAX] {
            assert!(veiled(&veil, position, &noise(8, 2_000)).iter().all(|y| y.is_finite()));
        }
    }
}

/// All released audio depends on this: a change of any line needs a new recipe version.
#[test]
fn released_audio_does_not_change() {
    let mut now = String::new();
    let of_version_2 = [Preset::Mark, Preset::Light];
    let recipes =
        VEILS.map(|preset| (1, preset)).into_iter().chain(of_version_2.map(|preset| (2, preset)));
    for (version, preset) in recipes {
        let recipe = preset.recipe_of_version(version).unwrap();
        for rate in [8_000, 44_100, 48_000, 96_000] {
            let veil = Arc::new(Veil::new(&key(7), &recipe, rate).unwrap());
            let out = veiled(&veil, -1_000, &noise(9, 96_000));
            now += &format!("v{version} {preset} {rate} Hz {}\n", hash(&out));
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt");
    let golden = std::fs::read_to_string(file).unwrap();
    let released = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("v1 ")).map(str::to_owned).collect()
    };
    assert_eq!(released(&now), released(&golden), "released audio has changed");
    // Only for what is not released yet: PATCHVEIL_BLESS=1 cargo test -p patchveil-veil --test promises
    if std::env::var_os("PATCHVEIL_BLESS").is_some() {
        return std::fs::write(file, &now).unwrap();
    }
    assert_eq!(now, golden, "audio has changed");
}

#[test]
fn the_noise_behind_the_golden_hashes_does_not_change() {
    assert_eq!(hash(&noise(9, 96_000)), "0aaf6fd8afafae36dc581771d1ce63a1");
}

fn hash(samples: &[f32]) -> String {
    let bytes: Vec<u8> = samples.iter().flat_map(|y| y.to_le_bytes()).collect();
    blake3::hash(&bytes).to_hex()[..32].to_owned()
}
