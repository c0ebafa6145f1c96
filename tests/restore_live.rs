//! Whoever was given the key takes the veil off again, live in the host.

use std::time::{Duration, Instant};

use clap_sys::ext::params::CLAP_PARAM_IS_AUTOMATABLE;
use patchveil_tests::build::library;
use patchveil_tests::clap::{Context, Instance, Module};
use patchveil_tests::keys::{fingerprint, keyring, preset_param, session};
use patchveil_tests::signal::{Random, noise, same};
use patchveil_veil::{ClassKey, Fingerprint, Preset};

const RESTORE: &str = r#""mode":{"string":"restore"}"#;
/// −120 dBFS.
const INAUDIBLE: f32 = 1e-6;

fn module() -> Module {
    keyring(false);
    Module::load(&library())
}

fn instance(module: &Module, class: Fingerprint, params: &str, rate: u32) -> Instance {
    let mut instance = module.instance();
    assert!(instance.load(&session(class, params)));
    instance.activate(f64::from(rate), 512);
    instance
}

/// Runs the signal through in blocks of random sizes, from a position of the host on.
fn run(instance: &mut Instance, from: i64, signal: &mut [Vec<f32>], seed: u64) {
    let mut random = Random::new(seed);
    let len = signal[0].len();
    let mut done = 0;
    while done < len {
        let count = (1 + random.below(1_000)).min(len - done);
        let mut block: Vec<&mut [f32]> =
            signal.iter_mut().map(|channel| &mut channel[done..done + count]).collect();
        let position = Some(from + done as i64);
        instance.process(&mut block, &Context { position, ..Context::default() });
        done += count;
    }
}

/// The largest distance of any two samples.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn what_one_instance_protects_another_restores() {
    let module = module();
    for (preset, rate) in [
        (Preset::Light, 44_100),
        (Preset::Balanced, 48_000),
        (Preset::Strong, 48_000),
        (Preset::Balanced, 96_000),
    ] {
        let params = preset_param(preset);
        let mut protecting = instance(&module, fingerprint(), &params, rate);
        let mut restoring = instance(&module, fingerprint(), &format!("{params},{RESTORE}"), rate);
        // So loud that it keeps within full scale with the veil on.
        let mut original = noise(2, 100_000, 1);
        original.iter_mut().flatten().for_each(|x| *x *= 0.2);
        let mut signal = original.clone();
        run(&mut protecting, -20_000, &mut signal, 2);
        assert!(apart(&signal[0], &original[0]) > 1e-3, "{preset} changes nothing");
        run(&mut restoring, -20_000, &mut signal, 3);
        assert_eq!(restoring.latency(), 0);
        for (restored, original) in signal.iter().zip(&original) {
            let apart = apart(restored, original);
            assert!(apart < INAUDIBLE, "{preset} at {rate} Hz: {apart} apart");
        }
    }
}

#[test]
fn from_the_middle_of_a_recording_it_is_right_after_a_moment() {
    let module = module();
    let mut protecting = instance(&module, fingerprint(), "", 48_000);
    let mut restoring = instance(&module, fingerprint(), RESTORE, 48_000);
    let original = noise(2, 100_000, 4);
    let mut signal = original.clone();
    run(&mut protecting, 0, &mut signal, 5);
    let later = |signal: &[Vec<f32>], from: usize| -> Vec<Vec<f32>> {
        signal.iter().map(|channel| channel[from..].to_vec()).collect()
    };
    for from in [33_333, 71_000] {
        let mut part = later(&signal, from);
        run(&mut restoring, from as i64, &mut part, 6);
        // 50 ms: twice the length of the kernel, and then some.
        assert!(apart(&part[0][2_400..], &original[0][from + 2_400..]) < INAUDIBLE);
    }
}

#[test]
fn what_cannot_be_restored_passes_unchanged() {
    let module = module();
    let stranger = ClassKey::from_bytes([99; 32]).fingerprint();
    let published = format!(r#""preset":{{"string":"poscuda"}},{RESTORE}"#);
    for (class, params) in [(stranger, RESTORE), (fingerprint(), &published)] {
        let mut instance = instance(&module, class, params, 48_000);
        let input = noise(2, 60_000, 7);
        let mut output = input.clone();
        run(&mut instance, 0, &mut output, 8);
        same(&output[0], &input[0]);
        same(&output[1], &input[1]);
    }
}

#[test]
fn the_mode_can_be_changed_while_it_plays_but_not_by_automation() {
    let module = module();
    let mut protecting = instance(&module, fingerprint(), "", 48_000);
    let mode = protecting.param("Mode");
    assert_eq!(mode.flags & CLAP_PARAM_IS_AUTOMATABLE, 0);
    let original = noise(2, 48_000, 9);
    let mut protected = original.clone();
    run(&mut protecting, 0, &mut protected, 10);
    // A host's own list of parameters.
    protecting.process(
        &mut [&mut [0.0; 1], &mut [0.0; 1]],
        &Context { events: &[(0, mode.id, 1.0)], ..Context::default() },
    );
    assert_eq!(protecting.text(mode.id, protecting.value(mode.id)), "Restore");
    let start = Instant::now();
    loop {
        let mut signal = protected.clone();
        run(&mut protecting, 0, &mut signal, 11);
        if apart(&signal[0][2_400..], &original[0][2_400..]) < INAUDIBLE {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "it does not restore");
        std::thread::sleep(Duration::from_millis(20));
    }
}
