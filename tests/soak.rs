//! In long runs the output of one instance stays the convolver's, sample for sample.

use std::sync::Arc;

use patchveil_test_support::Rng;
use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::build::library;
use patchveil_tests::clap::{Context, Module};
use patchveil_tests::keys::{fingerprint, key, keyring, new_preset_param, new_session, session};
use patchveil_tests::signal::in_random_blocks;
use patchveil_veil::{Convolver, Preset, Recipe, Veil};

const RATE: usize = 48_000;

/// Processes noise for so long in this session, whose recipe that is, with or without a position from the
/// host.
fn soak(seconds: usize, host_gives_position: bool, (session, recipe): (Vec<u8>, Recipe)) {
    keyring(false);
    let module = Module::load(&library());
    let mut instance = module.instance();
    assert!(instance.load(&session));
    instance.activate(RATE as f64, 2_048);
    let veil = Veil::new(&key(), &recipe, RATE as u32).unwrap();
    let mut reference = Convolver::of(Arc::new(veil), 2);
    let mut rng = Rng::new(seconds as u64);
    let mut position = 0;
    for second in 0..seconds {
        let mut expected = noise_channels(2, RATE, second as u64);
        let mut output = expected.clone();
        let [left, right] = &mut expected[..] else { unreachable!() };
        reference.process(position, &mut [left, right]);
        in_random_blocks(&mut output, position, 2_048, &mut rng, |position, block| {
            let position = host_gives_position.then_some(position);
            instance.process(block, &Context { position, ..Context::default() });
        });
        position += RATE as i64;
        assert_same_bits(&output[0], &expected[0]);
        assert_same_bits(&output[1], &expected[1]);
    }
}

fn former() -> (Vec<u8>, Recipe) {
    (session(fingerprint(), ""), Preset::Balanced.recipe_of_version(1).unwrap())
}

/// Mark and veil.
fn both() -> (Vec<u8>, Recipe) {
    let preset = new_preset_param(Preset::Balanced);
    (new_session(fingerprint(), &preset), Preset::Balanced.recipe())
}

#[test]
fn two_minutes_have_no_drift() {
    for setup in [former, both] {
        soak(120, true, setup());
        soak(20, false, setup());
    }
}

/// `cargo test --release -p patchveil-tests --test soak -- --ignored`
#[test]
#[ignore = "hours of audio"]
fn an_hour_has_no_drift() {
    for setup in [former, both] {
        soak(3_600, true, setup());
        soak(3_600, false, setup());
    }
}
