//! What the algorithm makes of a test signal, and signals cut into the blocks of a host.

use std::sync::Arc;

use patchveil_test_support::{Rng, blocks};
use patchveil_veil::{ClassKey, Convolver, Recipe, Veil};

/// Calls `process` with random blocks of 1 to `most` samples, in place and in order, and the
/// position of each; the first lies at `position`.
pub fn in_random_blocks(
    signal: &mut [Vec<f32>],
    position: i64,
    most: usize,
    rng: &mut Rng,
    process: impl FnMut(i64, &mut [&mut [f32]]),
) {
    // Enough of them even if all are of one sample.
    let lengths: Vec<usize> = signal[0].iter().map(|_| 1 + rng.below(most)).collect();
    blocks::process(signal, position, &lengths, process);
}

/// `signal` protected by the algorithm in one block whose first sample lies at `position`.
#[must_use]
pub fn veiled(
    key: &ClassKey,
    recipe: &Recipe,
    rate: u32,
    position: i64,
    mut signal: Vec<Vec<f32>>,
) -> Vec<Vec<f32>> {
    let veil = Arc::new(Veil::new(key, recipe, rate).unwrap());
    let mut convolver = Convolver::of(veil, signal.len());
    let mut block: Vec<&mut [f32]> = signal.iter_mut().map(Vec::as_mut_slice).collect();
    convolver.process(position, &mut block);
    signal
}

/// The demo recording, mono at 48 kHz, −1 to 1.
#[must_use]
pub fn demo() -> Vec<f32> {
    let mut reader = hound::WavReader::open(crate::build::root().join("assets/demo.wav")).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 48_000, 16));
    reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect()
}
