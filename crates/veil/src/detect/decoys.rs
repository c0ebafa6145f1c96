//! Decoys: the scores of random keys in a recording, against which a score is ranked.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

use crate::key::{ClassKey, KeyError};

/// The scores of keys drawn at random, and what they say about another score.
#[derive(Debug, Clone)]
pub struct Decoys {
    /// In the order of their keys.
    drawn: Vec<f64>,
    /// In rising order.
    scores: Vec<f64>,
    mean: f64,
    deviation: f64,
}

impl Decoys {
    pub(super) fn new(drawn: Vec<f64>) -> Self {
        let mut scores = drawn.clone();
        scores.sort_unstable_by(f64::total_cmp);
        let count = scores.len().max(1) as f64;
        let mean = scores.iter().sum::<f64>() / count;
        let variance = scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / count;
        Self { drawn, scores, mean, deviation: variance.sqrt() }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.scores.len()
    }

    /// The p-value of a score: (1 + decoys that score at least as high) / (1 + decoys).
    ///
    /// A class key is 32 random bytes, and decoys are drawn the same way. If the recording was
    /// made without the key, the key is one more draw, and its rank among all of them is uniform
    /// whatever the audio: the probability of a value of `p` or less is at most `p`
    /// (Phipson and Smyth 2010, “Permutation p-values should never be zero”).
    #[must_use]
    pub fn p_value(&self, score: f64) -> f64 {
        let below = self.scores.partition_point(|&decoy| decoy < score);
        (1 + self.scores.len() - below) as f64 / (1 + self.scores.len()) as f64
    }

    /// The score in standard deviations of the decoys above their mean. Unlike the p-value it
    /// keeps rising where no decoy comes near, but it is not a probability.
    #[must_use]
    pub fn sigmas(&self, score: f64) -> f64 {
        if self.deviation > 0.0 { (score - self.mean) / self.deviation } else { 0.0 }
    }

    /// The decoys of a search for two recipes: each key counts with the higher of its two scores, as
    /// the key in question does. Both must have been drawn with the same seed.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self::new(self.drawn.iter().zip(&other.drawn).map(|(a, b)| a.max(*b)).collect())
    }

    /// A seed from the operating system's random source.
    ///
    /// # Errors
    /// [`KeyError::NoEntropy`] when the system has no random bytes to give.
    pub fn random_seed() -> Result<u64, KeyError> {
        getrandom::u64().map_err(|_| KeyError::NoEntropy)
    }

    /// The highest score.
    #[must_use]
    pub fn highest(&self) -> f64 {
        self.scores.last().copied().unwrap_or(0.0)
    }
}

/// Random keys: 32 bytes each from ChaCha20, seeded by `seed`.
pub(crate) fn keys(seed: u64) -> impl Iterator<Item = ClassKey> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    std::iter::repeat_with(move || {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut());
        ClassKey::from_bytes(*bytes)
    })
}
