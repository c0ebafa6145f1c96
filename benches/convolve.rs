//! The veil against its peers, one channel, in the same run.
//!
//! `always-on/TAPS/BLOCK`: every sample is convolved. The peers do the bare convolution; the veil
//! also keeps its schedule, checks its input and mixes. `duty/PRESET/BLOCK`: the presets as they
//! ship against a peer that convolves all the time. `idle/BLOCK`: between patches, against a copy.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use fft_convolver::FFTConvolver;
use fundsp::prelude32::*;
use patchveil_veil::{ClassKey, Convolver, Filter, Preset, Recipe, Taps, Veil, VeilSettings};

const RATE: u32 = 48_000;
const BLOCKS: [usize; 2] = [64, 512];
/// Partition sizes for the FFT peer: its best one is what we compare with.
const PARTITIONS: [usize; 4] = [64, 128, 256, 512];
/// Samples of input, so that no bench lives on one block in the nearest cache alone.
const INPUT: usize = 16 * 512;

fn main_input() -> Vec<f32> {
    let mut state = 1_u32;
    (0..INPUT)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 - 0.5
        })
        .collect()
}

fn veil(recipe: &Recipe) -> Arc<Veil> {
    Arc::new(Veil::new(&ClassKey::from_bytes([1; 32]), recipe, RATE).unwrap())
}

/// A preset's recipe of version 1: the veil alone.
fn veil_alone(preset: Preset) -> Recipe {
    preset.recipe_of_version(1).unwrap()
}

/// One patch without end, with a kernel of `taps` taps.
fn always_on(taps: usize) -> Recipe {
    let mut recipe = veil_alone(Preset::Cuda);
    if let Some(settings) = &mut recipe.veil {
        settings.filter = Filter::Taps(Taps { count: taps as u32, spread: 0.1 });
    }
    recipe
}

/// Runs `work` over the input block by block, in place, as a host would.
fn run(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    block: usize,
    mut work: impl FnMut(i64, &mut [f32]),
) {
    let input = main_input();
    let mut audio = input.clone();
    let mut position = 0;
    let mut at = 0;
    group.throughput(Throughput::Elements(block as u64));
    group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
        bencher.iter(|| {
            // In place, so the input must be restored every time; every peer pays for that alike.
            let samples = &mut audio[at..at + block];
            samples.copy_from_slice(&input[at..at + block]);
            work(position, black_box(samples));
            position += block as i64;
            at = (at + block) % INPUT;
        });
    });
}

/// A textbook FIR: a history, a loop over samples, a loop over taps.
struct Plain {
    taps: Vec<f32>,
    history: Vec<f32>,
}

impl Plain {
    fn process(&mut self, samples: &mut [f32]) {
        let context = self.taps.len() - 1;
        self.history.truncate(context);
        self.history.extend_from_slice(samples);
        for (n, y) in samples.iter_mut().enumerate() {
            let past = &self.history[n..=n + context];
            *y = self.taps.iter().rev().zip(past).map(|(h, x)| h * x).sum();
        }
        self.history.copy_within(samples.len().., 0);
        self.history.truncate(context);
    }
}

fn peers(group: &mut BenchmarkGroup<'_, WallTime>, taps: &[f32], block: usize) {
    let mut plain = Plain { taps: taps.to_vec(), history: vec![0.0; taps.len() - 1] };
    run(group, "plain loop", block, |_, samples| plain.process(samples));
    for partition in PARTITIONS.into_iter().filter(|&partition| partition <= block) {
        let mut convolver = FFTConvolver::<f32>::default();
        convolver.init(partition, taps).unwrap();
        let mut out = vec![0.0; block];
        run(group, &format!("fft-convolver {partition}"), block, |_, samples| {
            convolver.process(samples, &mut out).unwrap();
            black_box(&mut out);
        });
    }
}

fn fundsp_fir<N: fundsp::typenum::Unsigned + Size<f32>>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    taps: &[f32],
    block: usize,
) {
    let weights: Frame<f32, N> = Frame::generate(|i| taps[taps.len() - 1 - i]);
    let mut node = Fir::<N>::new(weights);
    run(group, "fundsp Fir", block, |_, samples| {
        for sample in samples {
            *sample = node.tick(&[*sample].into())[0];
        }
    });
}

fn bench_always_on(criterion: &mut Criterion) {
    for taps in [16, 64, 256, 1_024] {
        for block in BLOCKS {
            let mut group = criterion.benchmark_group(format!("always-on/{taps} taps/{block}"));
            let veil = veil(&always_on(taps));
            let kernel = veil.kernels()[0].taps().to_vec();
            let mut convolver = Convolver::of(veil, 1);
            run(&mut group, "patchveil", block, |position, samples| {
                convolver.process(position, &mut [samples]);
            });
            peers(&mut group, &kernel, block);
            match taps {
                16 => fundsp_fir::<fundsp::typenum::U16>(&mut group, &kernel, block),
                64 => fundsp_fir::<fundsp::typenum::U64>(&mut group, &kernel, block),
                256 => fundsp_fir::<fundsp::typenum::U256>(&mut group, &kernel, block),
                _ => fundsp_fir::<fundsp::typenum::U1024>(&mut group, &kernel, block),
            }
            group.finish();
        }
    }
}

fn bench_duty(criterion: &mut Criterion) {
    for preset in [Preset::Balanced, Preset::Poscuda] {
        for block in BLOCKS {
            let mut group = criterion.benchmark_group(format!("duty/{preset}/{block}"));
            let veil = veil(&veil_alone(preset));
            let kernel = veil.kernels()[0].taps().to_vec();
            let mut convolver = Convolver::of(veil, 1);
            run(&mut group, "patchveil", block, |position, samples| {
                convolver.process(position, &mut [samples]);
            });
            peers(&mut group, &kernel, block);
            group.finish();
        }
    }
}

fn bench_idle(criterion: &mut Criterion) {
    // Without a static EQ, and with one short patch in ten minutes, which the bench never reaches.
    let mut recipe = veil_alone(Preset::Poscuda);
    if let Some(VeilSettings { placement, .. }) = &mut recipe.veil {
        placement.period_us = 600_000_000;
    }
    for block in BLOCKS {
        let mut group = criterion.benchmark_group(format!("idle/{block}"));
        let veil = veil(&recipe);
        let schedule = veil.schedule().unwrap();
        let after = schedule.patches_from(0).next(schedule).end;
        let mut convolver = Convolver::of(veil.clone(), 1);
        group.throughput(Throughput::Elements(block as u64));
        let mut audio = main_input();
        let mut at = 0;
        group.bench_function(BenchmarkId::from_parameter("patchveil"), |bencher| {
            let mut position = after;
            bencher.iter(|| {
                convolver.process(position, &mut [&mut audio[at..at + block]]);
                // The samples, not the reference: a reference that goes through memory in halves
                // costs more than the work.
                black_box(&mut audio);
                // Back before the next patch comes, about every nine minutes.
                position =
                    if position > after + 20_000_000 { after } else { position + block as i64 };
                at = (at + block) % INPUT;
            });
        });
        let input = main_input();
        let mut copy = vec![0.0_f32; INPUT];
        let mut at = 0;
        group.bench_function(BenchmarkId::from_parameter("memory copy"), |bencher| {
            bencher.iter(|| {
                copy[at..at + block].copy_from_slice(&input[at..at + block]);
                black_box(&mut copy);
                at = (at + block) % INPUT;
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(40)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
    targets = bench_always_on, bench_duty, bench_idle
}
criterion_main!(benches);
