//! The plug-in through the CLAP entry points: what a host pays for a block, and what scanning,
//! creation and activation take.
//!
//! Printed besides: the part of a core, the worst of 10⁵ blocks, and the load of 64 instances.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use patchveil_test_support::signal::noise_channels;
use patchveil_tests::build::library;
use patchveil_tests::clap::{Context, Instance, Module};
use patchveil_tests::keys::{fingerprint, keyring, new_session};
use patchveil_veil::Preset;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 64;
/// Blocks whose slowest counts.
const WORST_OF: usize = 100_000;
/// How often each of them is taken.
const RUNS: usize = 5;

/// Stereo noise that goes round; a copy of it is handed to the plug-in, as a host would.
struct Player {
    input: Vec<Vec<f32>>,
    output: Vec<Vec<f32>>,
    position: i64,
}

impl Player {
    fn new() -> Self {
        let output = vec![vec![0.0; BLOCK]; 2];
        Self { input: noise_channels(2, BLOCK * 997, 1), output, position: 0 }
    }

    /// The next block, in place; says how long the plug-in took.
    fn block(&mut self, instance: &mut Instance) -> Duration {
        let at = self.position as usize % self.input[0].len();
        let [left, right] = &mut self.output[..] else { unreachable!() };
        left.copy_from_slice(&self.input[0][at..at + BLOCK]);
        right.copy_from_slice(&self.input[1][at..at + BLOCK]);
        let context = Context { position: Some(self.position), ..Context::default() };
        self.position += BLOCK as i64;
        let start = Instant::now();
        instance.process(&mut [left, right], &context);
        start.elapsed()
    }
}

fn instance(module: &Module, preset: Preset, mode: &str) -> Instance {
    let mut instance = module.instance();
    let params = format!(r#""preset_2":{{"string":"{preset}"}},"mode":{{"string":"{mode}"}}"#);
    assert!(instance.load(&new_session(fingerprint(), &params)));
    instance.activate(RATE, BLOCK as u32);
    instance
}

fn bench_blocks(criterion: &mut Criterion) {
    keyring(false);
    let module = Module::load(&library());
    let budget = Duration::from_secs_f64(BLOCK as f64 / RATE);
    for (name, preset, mode) in [
        ("mark", Preset::Mark, "protect"),
        ("balanced", Preset::Balanced, "protect"),
        ("poscuda", Preset::Poscuda, "protect"),
        ("mark restored", Preset::Mark, "restore"),
        ("balanced restored", Preset::Balanced, "restore"),
    ] {
        let mut instance = instance(&module, preset, mode);
        let mut player = Player::new();
        let mut group = criterion.benchmark_group(format!("plugin/{name}/64 stereo at 48 kHz"));
        group.bench_function(BenchmarkId::from_parameter("patchveil"), |bencher| {
            bencher.iter(|| player.block(&mut instance));
        });
        group.finish();

        // Other programs interrupt now this block, now that one; what a block itself needs, it
        // needs every time.
        let mut raw = Duration::ZERO;
        let mut times = vec![Duration::MAX; WORST_OF];
        for _ in 0..RUNS {
            player.position = 0;
            for best in &mut times {
                let time = player.block(&mut instance);
                raw = raw.max(time);
                *best = time.min(*best);
            }
        }
        let part = |time: Duration| 100.0 * time.as_secs_f64() / budget.as_secs_f64();
        let mean = times.iter().sum::<Duration>() / WORST_OF as u32;
        let worst = times.iter().max().copied().unwrap_or_default();
        println!(
            "{name}: {:.3} % of a core, {:.0} × real time; worst of {WORST_OF} blocks {:.2} % of its time as the best of {RUNS} runs, {:.1} % with interruptions",
            part(mean),
            100.0 / part(mean),
            part(worst),
            part(raw),
        );
    }

    let mut instances: Vec<(Instance, Player)> =
        (0..64).map(|_| (instance(&module, Preset::DEFAULT, "protect"), Player::new())).collect();
    let rounds = 2_000;
    let start = Instant::now();
    for _ in 0..rounds {
        for (instance, player) in &mut instances {
            player.block(instance);
        }
    }
    let load = start.elapsed().as_secs_f64() / (budget.as_secs_f64() * f64::from(rounds));
    println!("64 instances: {:.2} % of a core, with the host's copying", 100.0 * load);
}

fn bench_life(criterion: &mut Criterion) {
    keyring(false);
    let path = library();
    // Seen as a host sees it the first time: nothing of it is in memory yet.
    let start = Instant::now();
    let module = Module::load(&path);
    assert_eq!(module.ids().len(), 1);
    println!("first scan in this process: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    let mut group = criterion.benchmark_group("plugin/life");
    group.bench_function("scan", |bencher| {
        bencher.iter(|| Module::load(&path).ids());
    });
    group.bench_function("create and destroy", |bencher| {
        bencher.iter(|| module.instance());
    });
    let mut active = module.instance();
    assert!(active.load(&new_session(fingerprint(), "")));
    group.bench_function("activate and deactivate", |bencher| {
        bencher.iter(|| {
            active.activate(RATE, BLOCK as u32);
            active.deactivate();
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = bench_life, bench_blocks
}
criterion_main!(benches);
