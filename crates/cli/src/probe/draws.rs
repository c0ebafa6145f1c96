//! Random numbers that follow from the seed of a probe: whoever is shown it can check every choice.

use blake3::{Hasher, OutputReader};

/// Numbers for one purpose.
pub(super) struct Draws(OutputReader);

impl Draws {
    /// The stream of `seed` for `purpose`; streams for other purposes are independent.
    pub(super) fn new(seed: &[u8; 32], purpose: &str) -> Self {
        let mut hasher = Hasher::new_derive_key("patchveil v1 probe draws");
        hasher.update(seed).update(purpose.as_bytes());
        Self(hasher.finalize_xof())
    }

    /// A whole number in `0..bound`, 0 for a bound of 0, by multiply and shift.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        ((u128::from(u64::from_le_bytes(bytes)) * u128::from(bound)) >> 64) as u64
    }

    /// A number in `low..high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.below(1 << 53) as f64 / (1_u64 << 53) as f64
    }

    /// Puts `items` in random order (Fisher–Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_follow_from_seed_and_purpose_alone_and_stay_in_range() {
        let order = |seed: u8, purpose| {
            let mut items: Vec<u32> = (0..50).collect();
            Draws::new(&[seed; 32], purpose).shuffle(&mut items);
            items
        };
        assert_eq!(order(1, "a"), order(1, "a"));
        assert_ne!(order(1, "a"), order(1, "b"));
        assert_ne!(order(1, "a"), order(2, "a"));
        let mut draws = Draws::new(&[3; 32], "range");
        assert_eq!(draws.below(0), 0);
        for _ in 0..1_000 {
            assert!(draws.below(7) < 7);
            assert!((-1.0..2.0).contains(&draws.between(-1.0, 2.0)));
        }
    }
}
