//! Long runs through one instance: no drift against the algorithm in one go.

use std::sync::Arc;

use patchveil_tests::build::library;
use patchveil_tests::clap::{Context, Module};
use patchveil_tests::keys::{fingerprint, key, keyring, session};
use patchveil_tests::signal::{Random, noise, same};
use patchveil_veil::{Convolver, Preset, Veil};

const RATE: usize = 48_000;

fn soak(seconds: usize, host_has_a_clock: bool) {
    keyring(false);
    let module = Module::load(&library());
    let mut instance = module.instance();
    assert!(instance.load(&session(fingerprint(), "")));
    instance.activate(RATE as f64, 2_048);
    let recipe = Preset::Balanced.recipe();
    let veil = Veil::new(&key(), &recipe, RATE as u32).unwrap();
    let mut reference = Convolver::of(Arc::new(veil), 2);
    let mut random = Random::new(seconds as u64);
    let mut position = 0;
    for second in 0..seconds {
        let mut expected = noise(2, RATE, second as u64);
        let mut output = expected.clone();
        let [left, right] = &mut expected[..] else { unreachable!() };
        reference.process(position, &mut [left, right]);
        let mut done = 0;
        while done < RATE {
            let count = (1 + random.below(2_048)).min(RATE - done);
            let mut block: Vec<&mut [f32]> =
                output.iter_mut().map(|channel| &mut channel[done..done + count]).collect();
            let at = host_has_a_clock.then_some(position + done as i64);
            instance.process(&mut block, &Context { position: at, ..Context::default() });
            done += count;
        }
        position += RATE as i64;
        same(&output[0], &expected[0]);
        same(&output[1], &expected[1]);
    }
}

#[test]
fn two_minutes_stay_on_the_sample() {
    soak(120, true);
    soak(20, false);
}

/// `cargo test --release -p patchveil-tests --test soak -- --ignored`
#[test]
#[ignore = "an hour of audio"]
fn an_hour_stays_on_the_sample() {
    soak(3_600, true);
    soak(3_600, false);
}
