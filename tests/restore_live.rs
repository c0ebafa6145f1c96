//! An instance with the key restores the original live in the host.

use std::time::{Duration, Instant};

use clap_sys::ext::params::CLAP_PARAM_IS_AUTOMATABLE;
use patchveil_test_support::compare::{assert_same_bits, worst_difference_dbfs};
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::clap::{Context, Instance, Module};
use patchveil_tests::keys::{
    fingerprint, missing_fingerprint, new_preset_param, new_session, preset_param, session,
};
use patchveil_veil::{Fingerprint, Preset};

const RESTORE: &str = r#""mode":{"string":"restore"}"#;
/// Most that a restored sample may be off.
const INAUDIBLE_DBFS: f64 = -120.0;

fn instance(module: &Module, class: Fingerprint, params: &str, rate: u32) -> Instance {
    loaded(module, &session(class, params), rate)
}

/// An instance in a session of recipe version 2.
fn new_instance(module: &Module, params: &str, rate: u32) -> Instance {
    loaded(module, &new_session(fingerprint(), params), rate)
}

fn loaded(module: &Module, session: &[u8], rate: u32) -> Instance {
    let mut instance = module.instance_with(session);
    instance.activate(f64::from(rate), 512);
    instance
}

/// Asserts that what `protecting` changes in noise, `restoring` takes off at once.
#[track_caller]
fn assert_comes_off([protecting, restoring]: [&mut Instance; 2], what: &str) {
    // Quiet enough to stay within full scale when protected.
    let mut original = noise_channels(2, 100_000, 1);
    original.iter_mut().flatten().for_each(|x| *x *= 0.2);
    let mut signal = original.clone();
    protecting.run(-20_000, &mut signal, 1_000, 2);
    let changed = worst_difference_dbfs(&signal[0], &original[0]);
    assert!(changed > -60.0, "{what} changes the signal by {changed} dBFS only");
    restoring.run(-20_000, &mut signal, 1_000, 3);
    assert_eq!(restoring.latency(), 0);
    for (restored, original) in signal.iter().zip(&original) {
        let off = worst_difference_dbfs(restored, original);
        assert!(off < INAUDIBLE_DBFS, "{what}: off by {off} dBFS");
    }
}

#[test]
fn what_one_instance_protects_another_restores() {
    let module = Module::built();
    for (preset, rate) in [
        (Preset::Light, 44_100),
        (Preset::Balanced, 48_000),
        (Preset::Strong, 48_000),
        (Preset::Balanced, 96_000),
    ] {
        let params = preset_param(preset);
        let mut protecting = instance(&module, fingerprint(), &params, rate);
        let mut restoring = instance(&module, fingerprint(), &format!("{params},{RESTORE}"), rate);
        assert_comes_off([&mut protecting, &mut restoring], &format!("{preset} at {rate} Hz"));
    }
}

#[test]
fn mark_and_veil_come_off_together() {
    let module = Module::built();
    for (preset, level, rate) in [
        (Preset::Mark, 0.0, 44_100),
        (Preset::Mark, 12.0, 48_000),
        (Preset::Light, 0.0, 48_000),
        (Preset::Balanced, -6.0, 96_000),
        (Preset::Strong, 6.0, 48_000),
    ] {
        let params = new_preset_param(preset) + &format!(r#","mark_level":{{"f32":{level:.1}}}"#);
        let mut protecting = new_instance(&module, &params, rate);
        let mut restoring = new_instance(&module, &format!("{params},{RESTORE}"), rate);
        let what = format!("{preset} at {level} dB and {rate} Hz");
        assert_comes_off([&mut protecting, &mut restoring], &what);
    }
}

#[test]
fn a_mark_is_off_within_50_ms_in_the_middle_of_a_recording() {
    let module = Module::built();
    let original = noise_channels(2, 100_000, 4);
    // The louder the mark, the longer it takes.
    for (level, ms) in [("-24.0", 30), ("0.0", 50), ("6.0", 100), ("12.0", 200)] {
        let level = format!(r#""mark_level":{{"f32":{level}}}"#);
        let mut signal = original.clone();
        new_instance(&module, &level, 48_000).run(0, &mut signal, 1_000, 5);
        let mut part: Vec<Vec<f32>> = signal.iter().map(|x| x[33_333..].to_vec()).collect();
        let restoring = format!("{level},{RESTORE}");
        new_instance(&module, &restoring, 48_000).run(33_333, &mut part, 1_000, 6);
        let from = 48 * ms;
        let off = worst_difference_dbfs(&part[0][from..], &original[0][33_333 + from..]);
        assert!(off < INAUDIBLE_DBFS, "{level}: {off} dBFS off after {ms} ms");
    }
}

#[test]
fn restoring_from_the_middle_of_a_recording_is_right_within_50_ms() {
    let module = Module::built();
    let mut protecting = instance(&module, fingerprint(), "", 48_000);
    let mut restoring = instance(&module, fingerprint(), RESTORE, 48_000);
    let original = noise_channels(2, 100_000, 4);
    let mut signal = original.clone();
    protecting.run(0, &mut signal, 1_000, 5);
    let later = |signal: &[Vec<f32>], from: usize| -> Vec<Vec<f32>> {
        signal.iter().map(|channel| channel[from..].to_vec()).collect()
    };
    for from in [33_333, 71_000] {
        let mut part = later(&signal, from);
        restoring.run(from as i64, &mut part, 1_000, 6);
        // 50 ms are more than twice the length of a kernel.
        let off = worst_difference_dbfs(&part[0][2_400..], &original[0][from + 2_400..]);
        assert!(off < INAUDIBLE_DBFS, "off by {off} dBFS");
    }
}

#[test]
fn what_cannot_be_restored_passes_unchanged() {
    let module = Module::built();
    let missing = missing_fingerprint();
    let published = format!(r#""preset":{{"string":"poscuda"}},{RESTORE}"#);
    for (class, params) in [(missing, RESTORE), (fingerprint(), &published)] {
        let mut instance = instance(&module, class, params, 48_000);
        let input = noise_channels(2, 60_000, 7);
        let mut output = input.clone();
        instance.run(0, &mut output, 1_000, 8);
        assert_same_bits(&output[0], &input[0]);
        assert_same_bits(&output[1], &input[1]);
    }
}

#[test]
fn the_mode_can_be_changed_while_playing_but_not_by_automation() {
    let module = Module::built();
    let mut protecting = instance(&module, fingerprint(), "", 48_000);
    let mode = protecting.param("Mode");
    assert_eq!(mode.flags & CLAP_PARAM_IS_AUTOMATABLE, 0);
    let original = noise_channels(2, 48_000, 9);
    let mut protected = original.clone();
    protecting.run(0, &mut protected, 1_000, 10);
    // As from a host's own list of parameters.
    protecting.process(
        &mut [&mut [0.0; 1], &mut [0.0; 1]],
        &Context { events: &[(0, mode.id, 1.0)], ..Context::default() },
    );
    assert_eq!(protecting.text(mode.id, protecting.value(mode.id)), "Restore");
    let start = Instant::now();
    loop {
        let mut signal = protected.clone();
        protecting.run(0, &mut signal, 1_000, 11);
        if worst_difference_dbfs(&signal[0][2_400..], &original[0][2_400..]) < INAUDIBLE_DBFS {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "it does not restore");
        std::thread::sleep(Duration::from_millis(20));
    }
}
