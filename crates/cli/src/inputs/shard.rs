//! A part of the files, so that several machines can share them.

use std::path::{Component, Path};
use std::str::FromStr;

use blake3::Hasher;

/// Part `index` of `count` parts: together they are everything, and no file is in two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    index: u64,
    count: u64,
}

/// A text is not a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a part such as 1/8 (the first of eight) to 8/8")]
pub struct NotAShard;

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let (number, count) = text.split_once('/').ok_or(NotAShard)?;
        let [number, count] = [number, count].map(|text| text.parse::<u64>().unwrap_or(0));
        if !(1..=count).contains(&number) {
            return Err(NotAShard);
        }
        Ok(Self { index: number - 1, count })
    }
}

impl Shard {
    /// Whether a file is in this part. That depends on `relative`, its path relative to the folder that was
    /// searched, and on nothing else: neither on other files nor on the machine.
    #[must_use]
    pub fn takes(self, relative: &Path) -> bool {
        let mut hasher = Hasher::new();
        for component in relative.components() {
            if let Component::Normal(name) = component {
                hasher.update(name.as_encoded_bytes()).update(b"/");
            }
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first) % self.count == self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_exactly_one_part_and_parts_are_about_equal() {
        for count in [1, 2, 7, 16] {
            let shards: Vec<Shard> =
                (1..=count).map(|n| format!("{n}/{count}").parse().unwrap()).collect();
            let mut sizes = vec![0; shards.len()];
            for n in 0..1_600 {
                let path = format!("show/{}/{n}.wav", n % 10);
                let takers: Vec<usize> =
                    (0..shards.len()).filter(|at| shards[*at].takes(Path::new(&path))).collect();
                assert_eq!(takers.len(), 1, "{path}");
                sizes[takers[0]] += 1;
            }
            let fair = 1_600 / shards.len();
            assert!(sizes.iter().all(|size| (fair / 2..=2 * fair).contains(size)), "{sizes:?}");
        }
        let one: Shard = "1/2".parse().unwrap();
        assert_eq!(one.takes(Path::new("./a/b.wav")), one.takes(Path::new("a/b.wav")));
    }

    #[test]
    fn only_parts_that_exist_can_be_asked_for() {
        for text in ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"] {
            assert_eq!(text.parse::<Shard>(), Err(NotAShard), "{text}");
        }
    }
}
