//! New instances take the keyring's default class, and follow changes to a keyring in use.

use std::time::{Duration, Instant};

use patchveil_keyring::{Keyring, Passphrase};
use patchveil_test_support::compare::assert_same_bits;
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::build::library;
use patchveil_tests::clap::{Context, Instance, Module};
use patchveil_tests::keys::{CLASS, fingerprint, key, keyring, new_session};
use patchveil_tests::signal::veiled;
use patchveil_veil::Preset;

/// One block of noise from timeline position 0, after one of silence, out of which a jump is exact: input
/// and output.
fn block(instance: &mut Instance, len: usize, seed: u64) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let mut silence = [[0.0; 5_000]; 2];
    let [left, right] = &mut silence;
    let before = Context { position: Some(-100_000), ..Context::default() };
    instance.process(&mut [left, right], &before);
    let input = noise_channels(2, len, seed);
    let mut output = input.clone();
    let mut block: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
    let context = Context { position: Some(0), ..Context::default() };
    instance.process(&mut block, &context);
    (input, output)
}

/// A single test, because all of it changes the one keyring of this process.
#[test]
fn a_default_class_protects_at_once_and_follows_the_keyring() {
    let path = keyring(true);
    let library = library();
    let before = threads();
    let module = Module::load(&library);
    assert_eq!(module.ids().len(), 1);
    assert_eq!(threads(), before, "scanning started a thread");
    let mut instance = module.instance();
    // The framework starts one for all instances; the plug-in's own starts with activation.
    assert!(threads() <= before + 1, "creation started a thread");
    let before = String::from_utf8(instance.save()[8..].to_vec()).unwrap();
    assert!(!before.contains(&fingerprint().to_string()), "creation read the keyring");

    instance.activate(48_000.0, 512);
    let (input, output) = block(&mut instance, 40_000, 1);
    let expected = veiled(&key(), &Preset::Mark.recipe(), 48_000, 0, input);
    assert_same_bits(&output[0], &expected[0]);

    // The session stores the class, so a change of the default does not affect it; never the key.
    let saved = instance.save();
    let text = String::from_utf8_lossy(&saved).into_owned();
    assert!(text.contains(&fingerprint().to_string()) && text.contains(CLASS));
    assert!(!text.contains("pvkey") && !text.contains(&*key().to_text()));
    Keyring::update(path, || None, |keyring| keyring.set_default(None)).unwrap();
    let mut reopened = module.instance();
    assert!(reopened.load(&saved));
    reopened.activate(48_000.0, 512);
    let (_, output) = block(&mut reopened, 40_000, 1);
    assert_same_bits(&output[0], &expected[0]);

    // An instance without a class takes the default class as soon as there is one.
    let mut undecided = module.instance();
    undecided.activate(48_000.0, 512);
    let (input, output) = block(&mut undecided, 40_000, 1);
    assert_eq!(input, output);
    Keyring::update(path, || None, |keyring| keyring.set_default(Some(CLASS))).unwrap();
    wait_until(|| {
        let (input, output) = block(&mut undecided, 40_000, 1);
        input != output
    });
    let (_, output) = block(&mut undecided, 40_000, 1);
    assert_same_bits(&output[0], &expected[0]);

    // Locked with a passphrase: an instance that has the key goes on protecting, a new one is muted.
    let passphrase = Passphrase::new("correct horse".to_owned()).unwrap().with_work_factor(2);
    Keyring::set_passphrase(path, || None, Some(&passphrase)).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    let (_, output) = block(&mut undecided, 40_000, 1);
    assert_same_bits(&output[0], &expected[0]);
    let mut late = module.instance();
    assert!(late.load(&new_session(fingerprint(), "")));
    late.activate(48_000.0, 512);
    let (_, output) = block(&mut late, 40_000, 1);
    assert!(output.iter().flatten().all(|x| *x == 0.0));

    // Unlocked again: the muted one starts to protect.
    Keyring::set_passphrase(path, || Some(passphrase.clone()), None).unwrap();
    wait_until(|| block(&mut late, 40_000, 1).1 == expected);

    // Removed from the keyring: every instance is muted.
    Keyring::update(path, || None, |keyring| keyring.remove(CLASS)).unwrap();
    wait_until(|| block(&mut late, 40_000, 1).1.iter().flatten().all(|x| *x == 0.0));

    // A damaged keyring mutes like a missing key.
    std::fs::write(path, "{").unwrap();
    let mut late = module.instance();
    assert!(late.load(&new_session(fingerprint(), "")));
    late.activate(48_000.0, 512);
    let (_, output) = block(&mut late, 40_000, 1);
    assert!(output.iter().flatten().all(|x| *x == 0.0));
}

/// Number of threads in this process; 0 on systems without `/proc`.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(10), "the change has no effect");
        std::thread::sleep(Duration::from_millis(50));
    }
}
