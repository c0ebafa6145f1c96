//! Vector quantisation.

use chacha20::ChaCha20Rng;
use rand::RngExt;
use rayon::prelude::*;

/// Iterations of Lloyd's algorithm.
const ITERATIONS: usize = 12;

/// A codebook: the vectors that others are quantised to.
pub(super) struct Codebook {
    dim: usize,
    entries: Vec<f32>,
    /// Half the squared norm of each entry.
    halves: Vec<f32>,
}

impl Codebook {
    /// Trains at most `count` entries on `vectors` (concatenated, `dim` values each) with Lloyd's
    /// algorithm, initialised with random vectors (Linde, Buzo and Gray, IEEE Trans. Comm. 28(1),
    /// 1980). Unused entries move to a random vector.
    pub(super) fn train(vectors: &[f32], dim: usize, count: usize, rng: &mut ChaCha20Rng) -> Self {
        let len = vectors.len() / dim;
        let count = count.min(len.div_ceil(4)).max(1);
        let mut pick = || {
            let index = if len > 0 { rng.random_range(0..len) } else { 0 };
            vectors.get(index * dim..(index + 1) * dim).map_or(vec![0.0; dim], <[f32]>::to_vec)
        };
        let mut codebook = Self::new(dim, (0..count).flat_map(|_| pick()).collect());
        for _ in 0..ITERATIONS {
            let nearest: Vec<usize> =
                vectors.par_chunks_exact(dim).map(|vector| codebook.nearest(vector)).collect();
            let mut sums = vec![0.0_f64; count * dim];
            let mut counts = vec![0_u32; count];
            for (vector, index) in vectors.chunks_exact(dim).zip(nearest) {
                counts[index] += 1;
                let sum = &mut sums[index * dim..(index + 1) * dim];
                sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += f64::from(*x));
            }
            let entry = |(sum, count): (&[f64], &u32)| -> Vec<f32> {
                if *count == 0 {
                    return pick();
                }
                sum.iter().map(|x| (x / f64::from(*count)) as f32).collect()
            };
            let entries = sums.chunks_exact(dim).zip(&counts).flat_map(entry).collect();
            codebook = Self::new(dim, entries);
        }
        codebook
    }

    fn new(dim: usize, entries: Vec<f32>) -> Self {
        let half = |entry: &[f32]| entry.iter().map(|x| x * x).sum::<f32>() / 2.0;
        Self { halves: entries.chunks_exact(dim).map(half).collect(), dim, entries }
    }

    fn nearest(&self, vector: &[f32]) -> usize {
        let mut best = (0, f32::INFINITY);
        for (index, (entry, half)) in
            self.entries.chunks_exact(self.dim).zip(&self.halves).enumerate()
        {
            let dot: f32 = entry.iter().zip(vector).map(|(a, b)| a * b).sum();
            if half - dot < best.1 {
                best = (index, half - dot);
            }
        }
        best.0
    }

    /// The entry nearest to `vector`.
    pub(super) fn quantised(&self, vector: &[f32]) -> &[f32] {
        let index = self.nearest(vector);
        &self.entries[index * self.dim..(index + 1) * self.dim]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::rng::rng;

    #[test]
    fn entries_converge_to_the_clusters_of_the_data() {
        let mut rng = rng(1, "test", "vectors");
        let clusters = [(-5.0, 0.0), (5.0, 1.0), (0.0, 9.0)];
        let vectors: Vec<f32> = (0..3_000)
            .flat_map(|n| {
                let (x, y) = clusters[n % 3];
                [x + rng.random_range(-0.5..0.5), y + rng.random_range(-0.5..0.5)]
            })
            .collect();
        let codebook = Codebook::train(&vectors, 2, 8, &mut rng);
        for (x, y) in clusters {
            let near = codebook.quantised(&[x, y]);
            assert!((near[0] - x).abs() < 0.6 && (near[1] - y).abs() < 0.6, "{near:?}");
        }
    }

    #[test]
    fn no_data_gives_a_codebook_of_zeros() {
        let codebook = Codebook::train(&[], 3, 8, &mut rng(1, "test", "vectors"));
        assert_eq!(codebook.quantised(&[1.0, 2.0, 3.0]), [0.0; 3]);
    }
}
