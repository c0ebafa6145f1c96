//! BLAKE3 of samples that are processed in any order.
//!
//! BLAKE3 is a tree over its input, so pieces can be hashed in any order and joined afterwards. The
//! result is the plain BLAKE3 hash of the bytes in order, as any tool computes it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root,
};
use blake3::{Hash, Hasher};

/// A hash in progress, fed by several threads. Needs a few dozen bytes per thread and per level of the
/// tree, however long the input.
pub(crate) struct TreeHash {
    /// Length of the whole input in bytes.
    total: u64,
    /// Length of a leaf of this tree: a power of two, at least one chunk of BLAKE3.
    leaf: u64,
    /// Finished subtrees by their first byte, with their lengths.
    parts: Mutex<BTreeMap<u64, (u64, Part)>>,
}

#[derive(Clone, Copy)]
enum Part {
    Inner(ChainingValue),
    /// The only leaf there is.
    Root(Hash),
}

impl TreeHash {
    /// For `total` bytes in pieces of `piece` bytes, a multiple of 1,024; the last one may be shorter.
    pub(crate) fn new(total: u64, piece: u64) -> Self {
        let leaf = 1 << piece.max(blake3::CHUNK_LEN as u64).trailing_zeros();
        Self { total, leaf, parts: Mutex::new(BTreeMap::new()) }
    }

    /// Adds the piece whose first byte is at `start`, a multiple of the piece length.
    pub(crate) fn add(&self, start: u64, bytes: &[u8]) {
        let mut at = start;
        for leaf in bytes.chunks(self.leaf as usize) {
            let mut hasher = Hasher::new();
            let part = if leaf.len() as u64 == self.total {
                Part::Root(hasher.update(leaf).finalize())
            } else {
                Part::Inner(hasher.set_input_offset(at).update(leaf).finalize_non_root())
            };
            self.join(at, leaf.len() as u64, part);
            at += leaf.len() as u64;
        }
    }

    /// Adds a finished subtree, and joins it with its neighbours as far up as they are finished too.
    fn join(&self, mut start: u64, mut len: u64, mut part: Part) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        // The length of the full subtree of this level; the last one may be shorter.
        let mut level = self.leaf;
        while let Part::Inner(own) = part {
            let is_right = start & level != 0;
            let other = if is_right { start - level } else { start + level };
            let Some(&(other_len, Part::Inner(its))) = parts.get(&other) else {
                break;
            };
            // The topmost two are joined as the root, at the end. And a neighbour that is not yet
            // as tall has to wait for its own other half.
            let whole = len + other_len == self.total;
            let expected = |start: u64| level.min(self.total - start);
            if whole || len != expected(start) || other_len != expected(other) {
                break;
            }
            parts.remove(&other);
            let (left, right) = if is_right { (its, own) } else { (own, its) };
            part = Part::Inner(merge_subtrees_non_root(&left, &right, Mode::Hash));
            start = start.min(other);
            len += other_len;
            level *= 2;
        }
        parts.insert(start, (len, part));
    }

    /// The hash; `None` if a piece is missing.
    pub(crate) fn finish(self) -> Option<Hash> {
        let parts = self.parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        if self.total == 0 {
            return Some(blake3::hash(&[]));
        }
        if parts.values().map(|(len, _)| len).sum::<u64>() != self.total {
            return None;
        }
        // What is left are subtrees of falling height from left to right.
        let mut left = parts.into_values().map(|(_, part)| part).rev();
        let mut right = left.next()?;
        let mut left = left.peekable();
        while let Some(part) = left.next() {
            let (Part::Inner(a), Part::Inner(b)) = (part, right) else {
                return None;
            };
            right = match left.peek() {
                Some(_) => Part::Inner(merge_subtrees_non_root(&a, &b, Mode::Hash)),
                None => Part::Root(merge_subtrees_root(&a, &b, Mode::Hash)),
            };
        }
        match right {
            Part::Root(hash) => Some(hash),
            Part::Inner(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_hash_is_that_of_the_bytes_in_order_whatever_the_order_of_the_pieces(
            len in 0_usize..200_000, chunks in 1_u64..40, order: u64
        ) {
            let bytes: Vec<u8> = (0..len).map(|i| (i * i / 7 + i) as u8).collect();
            let piece = chunks * 1_024;
            let mut pieces: Vec<(u64, &[u8])> =
                (0..).map(|n| n * piece).zip(bytes.chunks(piece as usize)).collect();
            pieces.sort_by_key(|(at, _)| (at + 1).wrapping_mul(order | 1));
            let tree = TreeHash::new(len as u64, piece);
            for (at, piece) in pieces {
                tree.add(at, piece);
            }
            prop_assert_eq!(tree.finish(), Some(blake3::hash(&bytes)));
        }
    }

    #[test]
    fn a_missing_piece_is_noticed_and_memory_use_is_small() {
        let bytes = vec![7; 1 << 20];
        let tree = TreeHash::new(bytes.len() as u64, 4_096);
        for (n, piece) in bytes.chunks(4_096).enumerate().take(255) {
            tree.add(n as u64 * 4_096, piece);
            assert!(tree.parts.lock().unwrap().len() <= 8);
        }
        assert_eq!(tree.finish(), None);
    }
}
