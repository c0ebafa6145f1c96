//! The static EQ, and how it changes with the veil.

mod common;

use std::sync::Arc;

use common::{bits, cases, noise, settings, veil, veil_alone, veiled};
use patchveil_test_support::blocks::process_mono;
use patchveil_veil::{Convolver, Depth, Filter, Preset, Veil};
use proptest::prelude::*;

/// Samples that a change of static EQ may take, including the kernels' length.
const CHANGE: usize = 8_000;

/// A veil of `static_db`, with kernels of `kernel_us` and short patches far apart.
fn with_static_eq(static_db: f64, kernel_us: u32) -> Arc<Veil> {
    let mut recipe = veil_alone(Preset::Balanced);
    if let Filter::Spectral(spectral) = &mut settings(&mut recipe).filter {
        spectral.static_eq = Depth { db: static_db, low: 1.0, high: 1.0 };
        spectral.kernel_us = kernel_us;
    }
    let placement = &mut settings(&mut recipe).placement;
    *placement = placement.clone().with_patch(4_000);
    settings(&mut recipe).placement.patches = 1;
    settings(&mut recipe).placement.period_us = 20_000;
    veil(&recipe, 48_000)
}

/// What comes out where `old` gives way to `new` at sample `change`, in blocks of `block`.
fn changed(
    old: Option<Arc<Veil>>,
    new: Option<Arc<Veil>>,
    input: &[f32],
    change: usize,
    block: usize,
) -> Vec<f32> {
    let mut out = input.to_vec();
    let mut convolver = Convolver::new(1, 48_000);
    convolver.set_veil(old);
    let mut at = 0;
    let (before, after) = out.split_at_mut(change);
    for samples in before.chunks_mut(block).chain(after.chunks_mut(block)) {
        if at == change {
            assert!(convolver.set_veil(new.clone()).is_none());
        }
        let len = samples.len();
        convolver.process(at as i64, &mut [samples]);
        at += len;
    }
    assert!(convolver.take_retired().is_some() || change == 0);
    out
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn a_veil_takes_over_at_one_sample_however_blocks_are_cut(
        change in 1_usize..9_000, block in 1_usize..3_000, db in 1.0..12.0_f64,
    ) {
        let (old, new) = (veil(&veil_alone(Preset::Balanced), 48_000), with_static_eq(db, 8_000));
        let input = noise(1, 30_000);
        let whole = changed(Some(old.clone()), Some(new.clone()), &input, change, 30_000);
        let cut = changed(Some(old), Some(new), &input, change, block);
        prop_assert_eq!(bits(&whole), bits(&cut));
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn after_a_change_the_samples_are_those_of_the_new_veil(
        old in prop::option::of((0.0..12.0_f64, 1_000_u32..21_000)),
        new in prop::option::of((0.0..12.0_f64, 1_000_u32..21_000)),
        change in 1_usize..9_000,
        block in 1_usize..700,
    ) {
        let made = |veil: Option<(f64, u32)>| veil.map(|(db, us)| with_static_eq(db, us));
        let (old, new) = (made(old), made(new));
        prop_assume!(old.is_some());
        let input = noise(1, change + CHANGE + 6_000);
        let out = changed(old.clone(), new.clone(), &input, change, block);
        let plain = |veil: &Option<Arc<Veil>>| match veil {
            Some(veil) => veiled(veil, 0, &input),
            None => input.clone(),
        };
        prop_assert_eq!(bits(&out[..change]), bits(&plain(&old)[..change]));
        let settled = change + CHANGE;
        prop_assert_eq!(bits(&out[settled..]), bits(&plain(&new)[settled..]));
    }
}

#[test]
fn static_eqs_cross_fade_without_a_step() {
    // A tone in the middle of where both static EQs are deep, and loud.
    let tone: Vec<f32> =
        (0..24_000).map(|n| (std::f32::consts::TAU * 500.0 * n as f32 / 48_000.0).sin()).collect();
    let (a, b) = (Some(with_static_eq(12.0, 5_333)), Some(with_static_eq(3.0, 5_333)));
    let step = |out: &[f32]| out.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    let [by_a, by_b] =
        [&a, &b].map(|veil| step(&veiled(veil.as_ref().unwrap(), 0, &tone)[4_000..]));
    let largest = by_a.max(by_b).max(step(&tone));
    for (old, new) in [(&a, &b), (&b, &a), (&a, &None)] {
        for change in [9_600, 9_633, 9_700] {
            let out = changed(old.clone(), new.clone(), &tone, change, 128);
            let largest_here = step(&out[4_000..]);
            assert!(largest_here < 1.05 * largest, "{largest_here} where {largest} is the tone's");
        }
    }
}

#[test]
fn a_static_eq_acts_on_every_sample_and_can_be_undone() {
    let veil = with_static_eq(9.0, 5_333);
    let input = noise(3, 40_000);
    let mut out = veiled(&veil, 12_345, &input);
    let power = |x: &[f32]| x.iter().map(|x| f64::from(x * x)).sum::<f64>();
    let apart: Vec<f32> = out.iter().zip(&input).map(|(y, x)| y - x).collect();
    assert!(power(&apart) > 0.1 * power(&input), "it is not a small change");
    let mut restorer = patchveil_veil::Restorer::new(veil, 1).unwrap();
    restorer.process(12_345, &mut [&mut out]);
    let worst = out.iter().zip(&input).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "{worst}");
}

/// Nothing retires where there was no veil, so only the cross-fade itself can hold the next change back.
#[test]
fn a_change_waits_for_the_cross_fade_before_it() {
    let (first, second) = (with_static_eq(9.0, 8_000), with_static_eq(5.0, 8_000));
    let input = noise(5, 20_000);
    let changed = |block: usize, second: Option<&Arc<Veil>>| {
        let mut convolver = Convolver::new(1, 48_000);
        process_mono(&input, 0, &[1_000, 100, block, block, block], |at, samples| {
            match at {
                1_000 => assert!(convolver.set_veil(Some(first.clone())).is_none()),
                1_100 => assert!(
                    second.is_none_or(|veil| convolver.set_veil(Some(veil.clone())).is_none())
                ),
                _ => {}
            }
            convolver.process(at, samples);
        })
    };
    let out = changed(20_000, Some(&second));
    assert_eq!(bits(&out), bits(&changed(77, Some(&second))));
    let only_first = changed(20_000, None);
    assert_eq!(bits(&out[..1_512]), bits(&only_first[..1_512]));
    assert_ne!(bits(&out[1_512..]), bits(&only_first[1_512..]));
    assert_eq!(bits(&out[10_000..]), bits(&veiled(&second, 0, &input)[10_000..]));
}
