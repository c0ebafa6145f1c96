//! Jumps of the timeline while sound goes on.

use std::f64::consts::TAU;

use patchveil_test_support::compare::assert_same_bits;
use patchveil_veil::{Preset, Veil};

use super::tests::*;
use super::*;

/// Length of the cross-fade: 5 ms at 48 kHz.
const FADE: usize = 240;

/// An engine for one channel that protects, or takes off what `veil` applied.
fn engine(veil: &Arc<Veil>, restores: bool, offline: bool) -> (DesignerLink, Engine) {
    let (designer, mut engine) = instance(1);
    engine.prepare(1, RATE, 1, offline);
    designer.send(match restores {
        true => restoring(veil, 1),
        false => command(OutputMode::Protect, Some(veil.clone())),
    });
    (designer, engine)
}

/// A tone of 150 Hz that goes on over the jump: what is heard above it is the jump's.
fn tone(from: usize, len: usize) -> Vec<f32> {
    let sample = |n: usize| 0.5 * (TAU * 150.0 * n as f64 / f64::from(RATE)).sin();
    (from..from + len).map(|n| sample(n) as f32).collect()
}

/// The largest third difference: a tone of 150 Hz has next to none, a step has thrice its height.
fn roughness(signal: &[f32]) -> f32 {
    let third = |w: &[f32]| (w[3] - 3.0 * w[2] + 3.0 * w[1] - w[0]).abs();
    signal.windows(4).map(third).fold(0.0, f32::max)
}

/// Roughness within 25 ms of jumps from many positions to many others, and apart from them, in dB.
fn clicks(preset: Preset, restores: bool, offline: bool) -> (f32, f32) {
    let (_designer, mut engine) = engine(&veil(3, &preset.recipe()), restores, offline);
    let (mut worst, mut steady) = (0.0_f32, 0.0_f32);
    let mut heard = Vec::new();
    for jump in 0..20_i64 {
        let mut part = vec![tone(heard.len(), 4_800)];
        run(&mut engine, &PLAIN, jump * 777_777, &mut part, &[64]);
        let at = heard.len();
        heard.append(&mut part[0]);
        if at > 0 {
            worst = worst.max(roughness(&heard[at - 8..at + 1_200]));
            steady = steady.max(roughness(&heard[at + 1_200..]));
        }
    }
    (20.0 * worst.log10(), 20.0 * steady.log10())
}

#[test]
fn a_jump_while_sound_goes_on_is_no_click() {
    for restores in [false, true] {
        for preset in Preset::restorable() {
            // An offline render changes from one sample to the next, as all did before.
            let (hard, _) = clicks(preset, restores, true);
            let (soft, steady) = clicks(preset, restores, false);
            let told = format!("{preset}, restoring {restores}: {hard}, {soft}, {steady} dB");
            // A recursion knows nothing of the goal's past, so there is a trace where it is taken off.
            let is_gone = if restores { soft < hard - 30.0 } else { soft < steady + 3.0 };
            assert!(is_gone && hard > steady + 60.0, "{told}");
        }
    }
}

#[test]
fn after_five_milliseconds_and_the_veils_reach_the_samples_are_the_timelines() {
    for preset in Preset::ALL {
        let veil = veil(3, &preset.recipe());
        let (_designer, mut engine) = engine(&veil, false, false);
        let whole = reference(veil.clone(), 0, noise(1, 60_000));
        run(&mut engine, &PLAIN, 900_000, &mut noise(1, 9_000), &[64]);
        let mut part = vec![noise(1, 60_000)[0][30_000..].to_vec()];
        run(&mut engine, &PLAIN, 30_000, &mut part, &[100]);
        let settled = FADE.max(veil.context());
        assert_same_bits(&part[0][settled..], &whole[0][30_000 + settled..]);
    }
}

#[test]
fn what_was_heard_stays_the_past_after_a_jump() {
    // The timeline that leads up to the jump's goal is the one that was heard.
    let veil = veil(3, &Preset::Mark.recipe());
    let (_designer, mut engine) = engine(&veil, false, false);
    let input = noise(1, 60_000);
    let whole = reference(veil, 0, input.clone());
    let mut before = vec![input[0][20_000..30_000].to_vec()];
    run(&mut engine, &PLAIN, 720_000, &mut before, &[64]);
    let mut part = vec![input[0][30_000..].to_vec()];
    run(&mut engine, &PLAIN, 30_000, &mut part, &[100]);
    assert_same_bits(&part[0][FADE..], &whole[0][30_000 + FADE..]);
    assert_ne!(part[0][..FADE], whole[0][30_000..30_000 + FADE]);
}

#[test]
fn the_cross_fade_does_not_depend_on_the_blocks() {
    for restores in [false, true] {
        let veil = veil(3, &Preset::Balanced.recipe());
        let mut outputs = [vec![64], vec![1, 239], vec![4_000], vec![300, 7]].map(|sizes| {
            let (_designer, mut engine) = engine(&veil, restores, false);
            let mut input = noise(1, 8_000);
            let mut second = vec![input[0].split_off(4_000)];
            run(&mut engine, &PLAIN, 100_000, &mut input, &sizes);
            run(&mut engine, &PLAIN, 500_000, &mut second, &sizes);
            second.remove(0)
        });
        let first = std::mem::take(&mut outputs[0]);
        outputs[1..].iter().for_each(|other| assert_same_bits(other, &first));
    }
}

#[test]
fn out_of_silence_and_in_an_offline_render_a_jump_is_exact_from_its_first_sample() {
    for (offline, silence) in [(true, 0), (false, 1_500)] {
        for restores in [false, true] {
            let veil = veil(3, &Preset::Strong.recipe());
            let (_designer, mut engine) = engine(&veil, restores, offline);
            let mut before = noise(1, 5_000);
            before[0].extend(vec![0.0; silence]);
            run(&mut engine, &PLAIN, 0, &mut before, &[64]);
            let mut part = noise(1, 20_000);
            run(&mut engine, &PLAIN, 777_777, &mut part, &[64]);
            let expected = match restores {
                true => restored(&veil, 777_777, noise(1, 20_000)),
                false => reference(veil, 777_777, noise(1, 20_000)),
            };
            assert_same_bits(&part[0], &expected[0]);
        }
    }
}

#[test]
fn many_jumps_hold_and_retire_nothing() {
    let veil = veil(3, &Preset::Mark.recipe());
    let (mut designer, mut engine) = engine(&veil, false, false);
    run(&mut engine, &PLAIN, 0, &mut noise(1, 1_000), &[64]);
    designer.free_retired();
    for jump in 1..100 {
        // Some of them within the cross-fade of the one before.
        let len = if jump % 3 == 0 { 100 } else { 600 };
        run(&mut engine, &PLAIN, jump * 100_000, &mut noise(1, len), &[64]);
    }
    run(&mut engine, &PLAIN, 0, &mut noise(1, 1_000), &[64]);
    assert_eq!(designer.free_retired(), 0);
    assert_eq!(Arc::strong_count(&veil), 2);
}
