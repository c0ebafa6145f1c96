//! Tokens at several rates, and a model that continues them.

use std::collections::HashMap;

use chacha20::ChaCha20Rng;
use rand::RngExt;

/// Codes in a codebook.
pub(super) const CODES: usize = 256;
/// Frames that a token of each level stands for, the coarsest first.
pub(super) const STRIDES: [usize; 3] = [4, 2, 1];
/// Tokens of all levels in the frames of the coarsest token.
const GROUP: usize = 7;
/// Which level each token of a group has, and which of the group's tokens of that level it is: every token
/// after those it refines.
const ORDER: [(usize, usize); GROUP] = [(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (2, 2), (2, 3)];
/// Most tokens that the next one depends on.
const ORDERS: usize = 3;

/// The tokens of each level.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tokens {
    pub(super) levels: [Vec<u16>; STRIDES.len()],
}

impl Tokens {
    /// Number of tokens of the coarsest level.
    pub(super) fn groups(&self) -> usize {
        self.levels[0].len()
    }

    /// One after the other, group by group.
    fn flat(&self) -> Vec<u16> {
        let group = |n: usize| {
            ORDER.map(|(level, at)| self.levels[level][n * (STRIDES[0] / STRIDES[level]) + at])
        };
        (0..self.groups()).flat_map(group).collect()
    }

    fn of_flat(flat: &[u16]) -> Self {
        let mut tokens = Self::default();
        for group in flat.chunks_exact(GROUP) {
            for (&token, (level, _)) in group.iter().zip(ORDER) {
                tokens.levels[level].push(token);
            }
        }
        tokens
    }
}

/// How often each token followed up to [`ORDERS`] others, at each place of a group. A longer past is used as
/// often as it was seen: the chance to fall back to a shorter one after n sights is d / (n + d), d the
/// number of different continuations (Witten and Bell, IEEE Trans. Inf. Theory 37(4), 1991).
#[derive(Debug, Clone, Default)]
pub(super) struct Ngrams {
    /// By place in the group and past.
    seen: HashMap<(u8, Vec<u16>), Followers>,
}

#[derive(Debug, Clone, Default)]
struct Followers {
    /// Token and count, in the order of first sight.
    counts: Vec<(u16, u32)>,
    total: u32,
}

impl Ngrams {
    pub(super) fn of(sequences: &[Tokens]) -> Self {
        let mut model = Self::default();
        for tokens in sequences {
            let flat = tokens.flat();
            for (n, &token) in flat.iter().enumerate() {
                for order in 0..=ORDERS.min(n) {
                    let key = ((n % GROUP) as u8, flat[n - order..n].to_vec());
                    model.seen.entry(key).or_default().add(token);
                }
            }
        }
        model
    }

    /// New tokens for so many of the coarsest level.
    pub(super) fn draw(&self, groups: usize, rng: &mut ChaCha20Rng) -> Tokens {
        let mut flat: Vec<u16> = Vec::with_capacity(groups * GROUP);
        for n in 0..groups * GROUP {
            let token = (0..=ORDERS.min(n)).rev().find_map(|order| {
                let past = flat[n - order..n].to_vec();
                self.seen.get(&((n % GROUP) as u8, past))?.draw(order > 0, rng)
            });
            flat.push(token.unwrap_or_default());
        }
        Tokens::of_flat(&flat)
    }
}

impl Followers {
    fn add(&mut self, token: u16) {
        self.total += 1;
        match self.counts.iter_mut().find(|(known, _)| *known == token) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((token, 1)),
        }
    }

    /// A token as often as it was seen, or none to fall back.
    fn draw(&self, may_fall_back: bool, rng: &mut ChaCha20Rng) -> Option<u16> {
        let others = if may_fall_back { self.counts.len() as u32 } else { 0 };
        let mut at = rng.random_range(0..self.total + others);
        for &(token, count) in &self.counts {
            if at < count {
                return Some(token);
            }
            at -= count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::rng::rng;

    #[test]
    fn a_sequence_survives_flattening() {
        let tokens =
            Tokens { levels: [vec![1, 2], vec![3, 4, 5, 6], vec![7, 8, 9, 10, 11, 12, 13, 14]] };
        assert_eq!(tokens.flat(), [1, 3, 7, 8, 4, 9, 10, 2, 5, 11, 12, 6, 13, 14]);
        assert_eq!(Tokens::of_flat(&tokens.flat()), tokens);
    }

    #[test]
    fn drawn_tokens_follow_each_other_as_those_that_were_counted() {
        // Groups of the same token only.
        let constant =
            |token: u16| Tokens { levels: [vec![token; 4], vec![token; 8], vec![token; 16]] };
        let model = Ngrams::of(&[constant(3), constant(5)]);
        let drawn = model.draw(200, &mut rng(1, "test", ""));
        assert_eq!((drawn.levels[0].len(), drawn.levels[2].len()), (200, 800));
        let flat = drawn.flat();
        assert!(flat.iter().all(|token| [3, 5].contains(token)));
        let changes = flat.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(changes < flat.len() / 4, "{changes}");
    }
}
