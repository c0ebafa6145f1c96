//! Every way to compute a kernel: short and long, at low and high sample rates.

mod common;

use std::sync::Arc;

use common::{
    bits, cases, naive, noise, recovers, settings, veil, veil_alone, veiled, veiled_in_blocks,
};
use patchveil_veil::{Convolver, Filter, Kernel, Offsets, Preset, Recipe, Taps, Veil};
use proptest::prelude::*;

/// Kernel lengths at and around every border between methods, and between.
fn any_count() -> impl Strategy<Value = u32> {
    let borders = vec![2, 16, 17, 64, 65, 127, 128, 129, 191, 192, 193, 256, 257, 1_023, 1_024];
    prop_oneof![prop::sample::select(borders), 2_u32..=1_024]
}

prop_compose! {
    /// A veil with a kernel of any length, and patches that start, end and change kernels at any
    /// place in a block.
    fn any_veil()(
        taps in any_count(),
        spectral in prop::option::of(prop::sample::select(vec![44_100, 96_000, 192_000])),
        static_eq in prop::option::of(1.0..15.0_f64),
        kernels in 1_u32..5,
        patches in 1_u32..9,
        patch_us in 2_000_u32..30_000,
        slack in prop::option::of(1_u32..30_000),
        scattered: bool,
    ) -> Arc<Veil> {
        let preset = if spectral.is_some() { Preset::Strong } else { Preset::Cuda };
        let mut recipe = veil_alone(preset);
        if let Filter::Taps(filter) = &mut settings(&mut recipe).filter {
            *filter = Taps { count: taps, spread: 0.1 };
        }
        if let Filter::Spectral(filter) = &mut settings(&mut recipe).filter {
            filter.static_eq.db = static_eq.unwrap_or(0.0);
        }
        settings(&mut recipe).kernels = kernels;
        settings(&mut recipe).placement.period_us = (patches * patch_us + slack.unwrap_or(0)).max(4_000);
        settings(&mut recipe).placement.patches = patches;
        settings(&mut recipe).placement.patch_us = patch_us;
        settings(&mut recipe).placement.fade_us = 250 + (patch_us / 2 - 250) / 3;
        settings(&mut recipe).placement.offsets = if scattered { Offsets::Scattered } else { Offsets::Fixed };
        veil(&recipe, spectral.unwrap_or(16_000))
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn any_split_into_blocks_gives_the_same_samples(
        veil in any_veil(),
        position in -1_000_000_i64..1_000_000,
        cuts in prop::collection::vec(prop_oneof![1_usize..70, 1_usize..1_500], 1..60),
    ) {
        let input = noise(1, 9_000);
        let whole = veiled(&veil, position, &input);
        let parts = veiled_in_blocks(&veil, position, &input, &cuts);
        prop_assert_eq!(bits(&whole), bits(&parts));
    }

    #[test]
    fn starting_anywhere_gives_the_samples_of_the_whole(
        veil in any_veil(),
        position in -100_000_i64..100_000,
        start in 0_usize..6_000,
        cut in 1_usize..600,
        rate in prop::sample::select(vec![192_000, 384_000]),
    ) {
        let input = noise(2, 9_000);
        let whole = veiled(&veil, position, &input);
        // A convolver that holds only this veil, and one that holds any.
        for mut convolver in [Convolver::of(veil.clone(), 1), Convolver::new(1, rate)] {
            prop_assert!(convolver.set_veil(Some(veil.clone())).is_none());
            let mut part = input[start..].to_vec();
            let before = start.saturating_sub(veil.context());
            // The past may come in pieces.
            let mut at = before;
            for piece in input[before..start].chunks(cut) {
                convolver.feed(position + at as i64, &[piece]);
                at += piece.len();
            }
            convolver.process(position + start as i64, &mut [&mut part]);
            prop_assert_eq!(bits(&whole[start..]), bits(&part));
        }
    }

    #[test]
    fn after_a_jump_the_samples_before_it_still_count(
        veil in any_veil(),
        from in -100_000_i64..100_000,
        to in -100_000_i64..100_000,
        before in 1_usize..4_000,
    ) {
        let input = noise(3, 7_000);
        let (before, after) = input.split_at(before);
        let mut jumping = Convolver::of(veil.clone(), 1);
        jumping.process(from, &mut [&mut before.to_vec()]);
        let mut out = after.to_vec();
        jumping.process(to, &mut [&mut out]);
        let mut fresh = Convolver::of(veil.clone(), 1);
        // A static EQ was applied where the samples were.
        let fed_at = if veil.static_eq().is_some() { from } else { to - before.len() as i64 };
        fresh.feed(fed_at, &[before]);
        let mut expected = after.to_vec();
        fresh.process(to, &mut [&mut expected]);
        prop_assert_eq!(bits(&expected), bits(&out));
    }

    #[test]
    fn it_computes_what_the_design_says(veil in any_veil(), position in -100_000_i64..100_000) {
        let input = noise(5, 3_000);
        let wide: Vec<f64> = input.iter().map(|&x| f64::from(x)).collect();
        let exact = naive(&veil, position, &wide);
        // Single precision: in proportion to the largest sum of taps.
        let sum = |kernel: &Kernel| kernel.taps().iter().map(|tap| tap.abs()).sum::<f32>();
        let largest = veil.kernels().iter().map(sum).fold(1.0, f32::max)
            * veil.static_eq().map_or(1.0, sum);
        for (y, exact) in veiled(&veil, position, &input).iter().zip(exact) {
            let apart = (f64::from(*y) - exact).abs();
            prop_assert!(apart < 4e-7 * f64::from(largest), "{y} for {exact}");
        }
    }

    #[test]
    fn it_recovers_from_any_input(
        veil in any_veil(),
        broken in prop::collection::vec((0_usize..3_000, prop::num::f32::ANY), 1..200),
    ) {
        recovers(&veil, 9_000, &broken)?;
    }
}

#[test]
fn the_loudest_audio_with_the_longest_kernels_stays_finite() {
    let mut recipe = veil_alone(Preset::Cuda);
    settings(&mut recipe).amount = 200.0;
    settings(&mut recipe).filter = Filter::Taps(Taps { count: 1_024, spread: 1.0 });
    let loud = veiled(&veil(&recipe, 48_000), 7, &[1e30; 10_000]);
    assert!(loud.iter().all(|y| y.is_finite()));
    let noise: Vec<f32> = noise(7, 10_000).iter().map(|x| 2e30 * x).collect();
    assert!(veiled(&veil(&recipe, 48_000), 7, &noise).iter().all(|y| y.is_finite()));
}

#[test]
fn a_long_kernel_acts_at_once_and_not_earlier() {
    let mut recipe: Recipe = veil_alone(Preset::Cuda);
    settings(&mut recipe).filter = Filter::Taps(Taps { count: 1_024, spread: 0.1 });
    let veil = veil(&recipe, 48_000);
    for at in [0, 63, 64, 100, 1_000] {
        let mut impulse = vec![0.0; 3_000];
        impulse[at] = 1.0;
        let out = veiled(&veil, 13, &impulse);
        assert!(out[..at].iter().all(|&y| y == 0.0), "nothing before the impulse");
        for (n, &tap) in veil.kernels()[0].taps().iter().enumerate() {
            assert!((out[at + n] - tap).abs() < 1e-7, "tap {n}: {} for {tap}", out[at + n]);
        }
        let rest = &out[at + veil.context() + 1..];
        assert!(rest.iter().all(|&y| y == 0.0), "nothing after its reach");
    }
}
