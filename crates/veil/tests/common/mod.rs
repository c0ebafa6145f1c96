//! What the tests of the promises share: veils, recipes, and a naive implementation.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    clippy::unwrap_used,
    reason = "every test file uses some of it"
)]

use std::sync::Arc;

use patchveil_test_support::blocks;
pub use patchveil_test_support::compare::bits;
use patchveil_test_support::keys::test_key;
pub use patchveil_test_support::signal::noise;
use patchveil_veil::{
    ClassKey, Convolver, Filter, MarkSettings, Offsets, Preset, Recipe, Veil, VeilSettings,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// This many cases; failures are kept next to the test.
pub fn cases(count: u32) -> ProptestConfig {
    let file = FileFailurePersistence::WithSource("proptest-regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(file)),
        ..ProptestConfig::with_cases(count)
    }
}

pub fn key(byte: u8) -> ClassKey {
    ClassKey::from_bytes(test_key(byte))
}

/// The presets that have a veil.
pub const VEILS: [Preset; 5] =
    [Preset::Light, Preset::Balanced, Preset::Strong, Preset::Poscuda, Preset::Cuda];

/// The recipe of version 1 of a preset: the veil alone.
pub fn veil_alone(preset: Preset) -> Recipe {
    preset.recipe_of_version(1).unwrap()
}

/// The settings of a recipe's veil.
pub fn settings(recipe: &mut Recipe) -> &mut VeilSettings {
    recipe.veil.as_mut().unwrap()
}

pub fn veil(recipe: &Recipe, rate: u32) -> Arc<Veil> {
    Arc::new(Veil::new(&key(42), recipe, rate).unwrap())
}

/// Fails unless the output is finite where some of the first 3,000 samples are `broken`, and after these,
/// once the veil has settled, what it is without.
pub fn recovers(
    veil: &Arc<Veil>,
    len: usize,
    broken: &[(usize, f32)],
) -> Result<(), TestCaseError> {
    let clean = noise(6, len);
    let mut input = clean.clone();
    for (at, value) in broken {
        input[*at] = *value;
    }
    let out = veiled(veil, 0, &input);
    prop_assert!(out.iter().all(|y| y.is_finite()));
    let settled = 3_000 + veil.context();
    prop_assert_eq!(bits(&veiled(veil, 0, &clean)[settled..]), bits(&out[settled..]));
    Ok(())
}

/// The audio of `veil` for one channel from silence on, in one go.
pub fn veiled(veil: &Arc<Veil>, position: i64, input: &[f32]) -> Vec<f32> {
    let mut out = input.to_vec();
    Convolver::of(veil.clone(), 1).process(position, &mut [&mut out]);
    out
}

/// The same, in blocks of these lengths over and over.
pub fn veiled_in_blocks(
    veil: &Arc<Veil>,
    position: i64,
    input: &[f32],
    lengths: &[usize],
) -> Vec<f32> {
    let mut convolver = Convolver::of(veil.clone(), 1);
    blocks::process_mono(input, position, lengths, |position, block| {
        convolver.process(position, block);
    })
}

/// The kernel and weight at `position`, straight from the design.
pub fn weight(veil: &Veil, position: i64) -> Option<(usize, f64)> {
    let schedule = veil.schedule().unwrap();
    let patch = schedule.patches_from(position).next(schedule);
    let cosine = |from: i64| {
        let part = ((position - from) as f64 + 0.5) / patch.fade as f64;
        0.5 - 0.5 * (std::f64::consts::PI * part).cos()
    };
    if position < patch.start || position >= patch.end {
        return None;
    }
    let weight = if patch.rises && position < patch.start + patch.fade {
        cosine(patch.start)
    } else if patch.falls && position >= patch.end - patch.fade {
        1.0 - cosine(patch.end - patch.fade)
    } else {
        1.0
    };
    Some((patch.kernel, weight))
}

/// The veil in double precision, sample by sample.
pub fn naive(veil: &Veil, position: i64, x: &[f64]) -> Vec<f64> {
    let convolved = |taps: &[f32], x: &[f64], n: usize| -> f64 {
        (0..taps.len().min(n + 1)).map(|t| f64::from(taps[t]) * x[n - t]).sum()
    };
    let z: Vec<f64> = match veil.static_eq() {
        Some(static_eq) => (0..x.len()).map(|n| convolved(static_eq.taps(), x, n)).collect(),
        None => x.to_vec(),
    };
    (0..z.len())
        .map(|n| match weight(veil, position + n as i64) {
            Some((kernel, weight)) => {
                let wet = convolved(veil.kernels()[kernel].taps(), &z, n);
                z[n] + weight * (wet - z[n])
            }
            None => z[n],
        })
        .collect()
}

/// Where the weight is 0.
pub fn outside(veil: &Veil, position: i64, len: usize) -> Vec<bool> {
    (0..len).map(|n| weight(veil, position + n as i64).is_none()).collect()
}

prop_compose! {
    /// Any recipe a user could set from a preset, sparse and full, fixed and scattered.
    pub fn any_recipe()(
        preset in prop::sample::select(VEILS.to_vec()),
        patches in 1_u32..12,
        patch_us in 2_000_u32..40_000,
        slack in prop::option::of(1_u32..100_000),
        fade in 0.0..1.0_f64,
        kernels in 1_u32..9,
        amount in 0.0..150.0_f64,
        static_eq in prop::option::of(0.0..8.0_f64),
        scattered: bool,
    ) -> Recipe {
        let mut recipe = veil_alone(preset);
        let veil = settings(&mut recipe);
        veil.kernels = kernels;
        veil.amount = amount;
        if let Filter::Spectral(spectral) = &mut veil.filter {
            spectral.static_eq.db = static_eq.unwrap_or(0.0);
        }
        veil.placement.period_us = (patches * patch_us + slack.unwrap_or(0)).max(4_000);
        veil.placement.patches = patches;
        veil.placement.patch_us = patch_us;
        veil.placement.fade_us = (250.0 + fade * f64::from(patch_us / 2 - 250)) as u32;
        veil.placement.offsets = if scattered { Offsets::Scattered } else { Offsets::Fixed };
        recipe.validate().unwrap();
        recipe
    }
}

/// Any mark that could be set, with both of its parts.
pub fn any_mark() -> impl Strategy<Value = MarkSettings> {
    let delays = (4_u32..200, 1_u32..100).prop_map(|(first, slots)| {
        let first_us = 125 * first;
        (first_us, (first_us + 125 * slots).min(40_000))
    });
    (delays.clone(), delays, 1_u32..=32, 5_000_u32..60_000, -60.0..-12.0, -12.0..12.0).prop_map(
        |(pattern_us, echo_us, pairs, patch_us, db, level_db)| {
            let mut settings = MarkSettings { level_db, ..MarkSettings::default() };
            let pattern = settings.pattern.as_mut().unwrap();
            (pattern.first_us, pattern.end_us) = pattern_us;
            (pattern.patches, pattern.patch_us, pattern.level_db) = (2 * pairs, patch_us, db);
            let echo = settings.echo.as_mut().unwrap();
            (echo.first_us, echo.end_us, echo.level_db) = (echo_us.0, echo_us.1, db);
            settings
        },
    )
}

/// Any recipe with a mark, alone or on a veil.
pub fn any_marked() -> impl Strategy<Value = Recipe> {
    (any_mark(), prop::option::of(any_recipe())).prop_map(|(mark, veil)| Recipe {
        version: 2,
        mark: Some(mark),
        veil: veil.and_then(|recipe| recipe.veil),
    })
}
