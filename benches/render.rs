//! A whole file through `protect`, against a copy of the same file, both synced.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use patchveil::Watch;
use patchveil::inputs::Job;
use patchveil::manifest::ManifestCache;
use patchveil::protect::{Timeline, Veils, protect};
use patchveil_veil::{ClassKey, Preset};

/// Seconds of audio in the file.
const SECONDS: usize = 60;
const RATE: u32 = 48_000;

/// A stereo file of 24-bit noise.
fn make_input(path: &Path) {
    let frames = SECONDS * RATE as usize;
    let mut state = 1_u32;
    let mut samples = Vec::with_capacity(frames * 6);
    for _ in 0..frames * 2 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        samples.extend_from_slice(&(((state as i32) >> 10).to_le_bytes())[..3]);
    }
    let len = samples.len() as u32;
    let mut file = File::create(path).unwrap();
    file.write_all(b"RIFF").unwrap();
    file.write_all(&(36 + len).to_le_bytes()).unwrap();
    file.write_all(b"WAVEfmt \x10\0\0\0\x01\0\x02\0").unwrap();
    file.write_all(&RATE.to_le_bytes()).unwrap();
    file.write_all(&(RATE * 6).to_le_bytes()).unwrap();
    file.write_all(b"\x06\0\x18\0data").unwrap();
    file.write_all(&len.to_le_bytes()).unwrap();
    file.write_all(&samples).unwrap();
}

fn bench_render(criterion: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("in.wav");
    let output = dir.path().join("out.wav");
    make_input(&input);
    for preset in [Preset::Balanced, Preset::Poscuda] {
        let veils = Veils::new(ClassKey::from_bytes([1; 32]), preset.recipe_of_version(1).unwrap())
            .unwrap();
        let job = Job::copy(input.clone(), output.clone());
        let records = ManifestCache::default();
        let watch = Watch { stop: &AtomicBool::new(false), progress: &|_| {} };
        let mut group = criterion.benchmark_group(format!("render/{preset}/{SECONDS} s stereo"));
        group.bench_function(BenchmarkId::from_parameter("patchveil"), |bencher| {
            bencher.iter(|| protect(&job, &veils, Timeline::ZERO, true, &records, &watch).unwrap());
        });
        group.bench_function(BenchmarkId::from_parameter("file copy"), |bencher| {
            bencher.iter(|| {
                fs::copy(&input, &output).unwrap();
                File::open(&output).unwrap().sync_all().unwrap();
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = bench_render
}
criterion_main!(benches);
