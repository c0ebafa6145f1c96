//! Reproducible random numbers, the same on every machine and in every order of work.

use chacha20::ChaCha20Rng;
use rand::SeedableRng;

/// A generator for one `purpose` (such as the name of an attack) and one `item` (such as the name
/// of a clip). The same arguments give the same numbers, any others unrelated ones, so clips can be
/// processed in any order on any number of threads.
#[must_use]
pub fn rng(seed: u64, purpose: &str, item: &str) -> ChaCha20Rng {
    // Published figures depend on this context: it never changes.
    let mut hash = blake3::Hasher::new_derive_key("patchveil audit dice v1");
    hash.update(&seed.to_le_bytes());
    // With the lengths, ("ab", "c") and ("a", "bc") differ.
    for text in [purpose, item] {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    ChaCha20Rng::from_seed(*hash.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    #[test]
    fn seed_purpose_and_item_each_change_the_numbers() {
        let draw = |seed, purpose, item| rng(seed, purpose, item).random::<u64>();
        assert_eq!(draw(1, "noise", "7_theo_3"), draw(1, "noise", "7_theo_3"));
        let others = [
            draw(1, "noise", "7_theo_3"),
            draw(2, "noise", "7_theo_3"),
            draw(1, "shift", "7_theo_3"),
            draw(1, "noise", "7_theo_4"),
            draw(1, "noise7", "_theo_3"),
        ];
        for (i, one) in others.iter().enumerate() {
            assert!(!others[..i].contains(one), "draw {i} repeats an earlier one");
        }
    }
}
