//! How long designing a veil takes, and a hash of the taps of many random designs.
//!
//! `cargo run --release -p patchveil-veil --example design_speed`
//!
//! Whoever makes the design faster compares the hashes before and after: not a bit of any tap may
//! change, since released audio depends on it.
#![expect(clippy::unwrap_used, reason = "a measurement may panic")]

use std::time::{Duration, Instant};

use patchveil_test_support::{Rng, keys::test_key};
use patchveil_veil::{
    ClassKey, DEPTH_DB_MAX, Depth, Filter, KERNEL_US_MAX, KERNELS_MAX, Preset, Recipe, Veil,
};

/// Random designs that are hashed.
const DESIGNS: usize = 240;
/// Designs timed for each preset and rate; the fastest counts.
const RUNS: usize = 15;
const RATES: [u32; 10] =
    [2_000, 8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000];

fn main() {
    for preset in [Preset::Light, Preset::Balanced, Preset::Strong] {
        for rate in [44_100, 48_000, 96_000, 192_000] {
            let fastest = (0..RUNS).map(|run| time(preset, rate, run as u8)).min().unwrap();
            println!("{preset} at {rate} Hz: {:.2} ms", fastest.as_secs_f64() * 1e3);
        }
    }
    let mut rng = Rng::new(1);
    let mut all = blake3::Hasher::new();
    let mut taps = 0;
    for number in 0..DESIGNS {
        let key = ClassKey::from_bytes(rng.key_bytes());
        let (recipe, rate) = (random_recipe(&mut rng), RATES[rng.below(RATES.len())]);
        let veil = Veil::new(&key, &recipe, rate).unwrap();
        let mut hash = blake3::Hasher::new();
        for kernel in veil.static_eq().into_iter().chain(veil.kernels()) {
            taps += kernel.taps().len();
            kernel.taps().iter().for_each(|tap| {
                hash.update(&tap.to_le_bytes());
            });
        }
        let hash = hash.finalize().to_hex();
        all.update(hash.as_bytes());
        println!("design {number} at {rate} Hz: {}", &hash[..16]);
    }
    println!("{DESIGNS} designs, {taps} taps: {}", all.finalize().to_hex());
}

fn time(preset: Preset, rate: u32, run: u8) -> Duration {
    let key = ClassKey::from_bytes(test_key(run));
    let recipe = preset.recipe();
    let start = Instant::now();
    let veil = Veil::new(&key, &recipe, rate).unwrap();
    let took = start.elapsed();
    assert!(veil.latency() == 0);
    took
}

/// A preset or any valid spectral recipe.
fn random_recipe(rng: &mut Rng) -> Recipe {
    let mut recipe = Preset::ALL[rng.below(Preset::ALL.len())].recipe();
    let Some(veil) = &mut recipe.veil else { return recipe };
    veil.amount = if rng.below(3) == 0 { 100.0 } else { 200.0 * rng.unit() };
    if rng.below(4) == 0 {
        return recipe;
    }
    veil.kernels = 1 + rng.below(KERNELS_MAX as usize) as u32;
    if let Filter::Spectral(spectral) = &mut veil.filter {
        spectral.bands = 4 + rng.below(29) as u32;
        spectral.active = 1 + rng.below(spectral.bands as usize) as u32;
        spectral.alternating_eq = random_depth(rng);
        spectral.static_eq = random_depth(rng);
        spectral.kernel_us = 1_000 + rng.below((KERNEL_US_MAX - 999) as usize) as u32;
    }
    recipe
}

fn random_depth(rng: &mut Rng) -> Depth {
    let scale = [0.0, 0.05, 0.5, 1.0][rng.below(4)];
    Depth { db: scale * DEPTH_DB_MAX * rng.unit(), low: 2.0 * rng.unit(), high: 2.0 * rng.unit() }
}
