//! How long drawing and scoring the decoys of a mark takes, on one core and on two.
//!
//! `cargo run --release -p patchveil-veil --example decoy_speed`
#![expect(clippy::unwrap_used, reason = "a measurement may panic")]

use std::time::Instant;

use patchveil_test_support::signal::speech;
use patchveil_veil::{MarkDecoys, MarkDetector, MarkEvidence, MarkSettings};

const RATE: u32 = 48_000;
const DECOYS: u32 = 200_000;
/// Each is measured so often; the fastest counts.
const RUNS: usize = 5;

fn main() {
    let mut detector = MarkDetector::new(RATE, 1, &MarkSettings::default()).unwrap();
    detector.feed(&[&speech(3, RATE, 10.0)]);
    let evidence = detector.finish();
    for cores in [1, 2] {
        let seconds = (0..RUNS).map(|_| time(&evidence, cores)).fold(f64::MAX, f64::min);
        let each_us = seconds * 1e6 / f64::from(DECOYS);
        println!("{cores} cores: {each_us:.2} µs a decoy, {each_us:.1} s a million");
    }
}

/// Seconds that all decoys take on so many cores.
fn time(evidence: &MarkEvidence, cores: u32) -> f64 {
    let begun = Instant::now();
    let share = DECOYS / cores;
    let decoys = std::thread::scope(|scope| {
        let part =
            |core| scope.spawn(move || evidence.decoys_range(core * share..(core + 1) * share, 1));
        let parts: Vec<_> = (0..cores).map(part).collect();
        MarkDecoys::join(parts.into_iter().map(|part| part.join().unwrap()))
    });
    assert_eq!(decoys.count(), DECOYS as usize);
    begun.elapsed().as_secs_f64()
}
