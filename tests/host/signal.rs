//! Test signals, and what should come of them.

use std::sync::Arc;

use patchveil_veil::{ClassKey, Convolver, Recipe, Veil};

/// Pseudo-random numbers without dependencies (xorshift).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Numbers that are the same for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end
    }

    /// −0.5 … 0.5.
    pub fn sample(&mut self) -> f32 {
        self.below(1 << 24) as f32 / (1 << 24) as f32 - 0.5
    }
}

/// White noise at −6 dBFS, channels × samples.
#[must_use]
pub fn noise(channels: usize, samples: usize, seed: u64) -> Vec<Vec<f32>> {
    let mut random = Random::new(seed);
    (0..channels).map(|_| (0..samples).map(|_| random.sample()).collect()).collect()
}

/// What the algorithm makes of it, in one go.
#[must_use]
pub fn veiled(
    key: &ClassKey,
    recipe: &Recipe,
    rate: u32,
    from: i64,
    mut signal: Vec<Vec<f32>>,
) -> Vec<Vec<f32>> {
    let veil = Arc::new(Veil::new(key, recipe, rate).unwrap());
    let mut convolver = Convolver::of(veil, signal.len());
    let mut block: Vec<&mut [f32]> = signal.iter_mut().map(Vec::as_mut_slice).collect();
    convolver.process(from, &mut block);
    signal
}

/// Equal bit for bit; says where not, instead of printing everything.
#[track_caller]
pub fn same(ours: &[f32], expected: &[f32]) {
    assert_eq!(ours.len(), expected.len());
    let bad = ours.iter().zip(expected).position(|(a, b)| a.to_bits() != b.to_bits());
    assert_eq!(bad, None, "ours and expected: {:?}", bad.map(|n| (ours[n], expected[n])));
}

/// The demo recording, mono at 48 kHz, −1 to 1.
#[must_use]
pub fn demo() -> Vec<f32> {
    let mut reader = hound::WavReader::open(crate::build::root().join("assets/demo.wav")).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 48_000, 16));
    reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect()
}
