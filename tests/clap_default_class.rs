//! New instances where the keyring has a default class, and what happens to a keyring in use.

use std::time::{Duration, Instant};

use patchveil_keyring::{Keyring, Passphrase};
use patchveil_tests::build::library;
use patchveil_tests::clap::{Context, Instance, Module};
use patchveil_tests::keys::{CLASS, fingerprint, key, keyring, session};
use patchveil_tests::signal::{noise, same, veiled};
use patchveil_veil::Preset;

fn block(instance: &mut Instance, len: usize, seed: u64) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let input = noise(2, len, seed);
    let mut output = input.clone();
    let mut block: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
    let context = Context { position: Some(0), ..Context::default() };
    instance.process(&mut block, &context);
    (input, output)
}

/// One test, because all of it concerns the one keyring of this process.
#[test]
fn a_default_class_protects_without_a_click_and_survives_its_keyring() {
    let path = keyring(true);
    let library = library();
    let before = threads();
    let module = Module::load(&library);
    assert_eq!(module.ids().len(), 1);
    assert_eq!(threads(), before, "scanning has started a thread");
    let mut instance = module.instance();
    // The framework has one for all instances; ours comes with activation.
    assert!(threads() <= before + 1, "creation has started a thread");
    let before = String::from_utf8(instance.save()).unwrap();
    assert!(!before.contains(&fingerprint().to_string()), "creation has read the keyring");

    instance.activate(48_000.0, 512);
    let (input, output) = block(&mut instance, 40_000, 1);
    let expected = veiled(&key(), &Preset::Balanced.recipe(), 48_000, 0, input);
    same(&output[0], &expected[0]);

    // The session keeps the class, and so stays with it when the default changes; and never the key.
    let saved = instance.save();
    let text = String::from_utf8_lossy(&saved).into_owned();
    assert!(text.contains(&fingerprint().to_string()) && text.contains(CLASS));
    assert!(!text.contains("pvkey") && !text.contains(&*key().to_text()));
    Keyring::update(path, || None, |keyring| keyring.set_default(None)).unwrap();
    let mut reopened = module.instance();
    assert!(reopened.load(&saved));
    reopened.activate(48_000.0, 512);
    let (_, output) = block(&mut reopened, 40_000, 1);
    same(&output[0], &expected[0]);

    // An instance without a class takes the default as soon as there is one.
    let mut undecided = module.instance();
    undecided.activate(48_000.0, 512);
    let (input, output) = block(&mut undecided, 40_000, 1);
    assert_eq!(input, output);
    Keyring::update(path, || None, |keyring| keyring.set_default(Some(CLASS))).unwrap();
    eventually(|| {
        let (input, output) = block(&mut undecided, 40_000, 1);
        input != output
    });
    let (_, output) = block(&mut undecided, 40_000, 1);
    same(&output[0], &expected[0]);

    // Locked under a passphrase: who has the key goes on, who comes anew is silent.
    let passphrase = Passphrase::new("correct horse".to_owned()).unwrap().with_work_factor(2);
    Keyring::set_passphrase(path, || None, Some(&passphrase)).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    let (_, output) = block(&mut undecided, 40_000, 1);
    same(&output[0], &expected[0]);
    let mut late = module.instance();
    assert!(late.load(&session(fingerprint(), "")));
    late.activate(48_000.0, 512);
    let (_, output) = block(&mut late, 40_000, 1);
    assert!(output.iter().flatten().all(|x| *x == 0.0));

    // Unlocked again: the silent one comes back by itself.
    Keyring::set_passphrase(path, || Some(passphrase.clone()), None).unwrap();
    eventually(|| block(&mut late, 40_000, 1).1 == expected);

    // Taken out of the keyring on purpose: nobody uses it any more.
    Keyring::update(path, || None, |keyring| keyring.remove(CLASS)).unwrap();
    eventually(|| block(&mut late, 40_000, 1).1.iter().flatten().all(|x| *x == 0.0));

    // Damaged: as missing.
    std::fs::write(path, "{").unwrap();
    let mut late = module.instance();
    assert!(late.load(&session(fingerprint(), "")));
    late.activate(48_000.0, 512);
    let (_, output) = block(&mut late, 40_000, 1);
    assert!(output.iter().flatten().all(|x| *x == 0.0));
}

/// Threads of this process, where the system says so.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

fn eventually(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(10), "nothing happened");
        std::thread::sleep(Duration::from_millis(50));
    }
}
