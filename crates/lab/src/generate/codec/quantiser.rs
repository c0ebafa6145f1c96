//! Residual vector quantisation at several frame rates.

use chacha20::ChaCha20Rng;
use rand::RngExt;

use super::tokens::{CODES, STRIDES, Tokens};

/// Width of a latent frame.
pub(super) const WIDTH: usize = 24;
/// Frames of the coarsest token.
pub(super) const LONGEST: usize = STRIDES[0];
/// Share of the old average that stays in a step.
const MEMORY: f32 = 0.98;
/// A code that is used less often than this, on average in a step, is drawn anew.
const UNUSED: f32 = 0.02;

/// The codebooks, each the moving average of what was quantised to its codes (van den Oord et al., arXiv
/// 1711.00937, appendix A.1).
#[derive(Clone)]
pub(super) struct Quantiser {
    books: Vec<Book>,
}

#[derive(Clone)]
struct Book {
    /// Codes × [`WIDTH`].
    codes: Vec<f32>,
    sums: Vec<f32>,
    counts: Vec<f32>,
    is_drawn: bool,
}

/// What comes out of quantisation.
pub(super) struct Quantised {
    /// Frames × [`WIDTH`].
    pub(super) values: Vec<f32>,
    /// Of all excerpts one after the other.
    pub(super) tokens: Tokens,
}

impl Quantised {
    fn new(latent: &[f32], rest: &[f32], tokens: Tokens) -> Self {
        let values = latent.iter().zip(rest).map(|(all, rest)| all - rest).collect();
        Self { values, tokens }
    }
}

impl Quantiser {
    pub(super) fn new() -> Self {
        let book = Book {
            codes: vec![0.0; CODES * WIDTH],
            sums: vec![0.0; CODES * WIDTH],
            counts: vec![0.0; CODES],
            is_drawn: false,
        };
        Self { books: vec![book; STRIDES.len()] }
    }

    pub(super) fn weights(&self) -> usize {
        self.books.len() * CODES * WIDTH
    }

    /// Quantises excerpts of `frames` frames, a multiple of [`LONGEST`].
    pub(super) fn quantise(&self, latent: &[f32], frames: usize) -> Quantised {
        debug_assert!(frames.is_multiple_of(LONGEST));
        let mut rest = latent.to_vec();
        let mut tokens = Tokens::default();
        for ((book, stride), to) in self.books.iter().zip(STRIDES).zip(&mut tokens.levels) {
            *to = book.nearest_to_all(&pooled(&rest, stride));
            book.subtract(to, stride, &mut rest);
        }
        Quantised::new(latent, &rest, tokens)
    }

    /// The same, and moves the codes towards what they stand for.
    pub(super) fn quantise_and_learn(
        &mut self,
        latent: &[f32],
        frames: usize,
        rng: &mut ChaCha20Rng,
    ) -> Quantised {
        debug_assert!(frames.is_multiple_of(LONGEST));
        let mut rest = latent.to_vec();
        let mut tokens = Tokens::default();
        for ((book, stride), to) in self.books.iter_mut().zip(STRIDES).zip(&mut tokens.levels) {
            let means = pooled(&rest, stride);
            if !book.is_drawn {
                book.draw(&means, rng);
            }
            *to = book.nearest_to_all(&means);
            book.subtract(to, stride, &mut rest);
            book.learn(&means, to, rng);
        }
        Quantised::new(latent, &rest, tokens)
    }

    /// The latent frames that tokens stand for: frames × [`WIDTH`].
    pub(super) fn values(&self, tokens: &Tokens) -> Vec<f32> {
        let frames = tokens.groups() * LONGEST;
        let mut values = vec![0.0; frames * WIDTH];
        for (frame, to) in values.chunks_exact_mut(WIDTH).enumerate() {
            for ((book, stride), level) in self.books.iter().zip(STRIDES).zip(&tokens.levels) {
                let code = book.code(level[frame / stride]);
                to.iter_mut().zip(code).for_each(|(to, code)| *to += code);
            }
        }
        values
    }
}

/// The means of `stride` frames each.
fn pooled(frames: &[f32], stride: usize) -> Vec<f32> {
    let mean = |group: &[f32]| -> Vec<f32> {
        let of = |n: usize| group.iter().skip(n).step_by(WIDTH).sum::<f32>() / stride as f32;
        (0..WIDTH).map(of).collect()
    };
    frames.chunks_exact(stride * WIDTH).flat_map(mean).collect()
}

impl Book {
    fn code(&self, token: u16) -> &[f32] {
        &self.codes[usize::from(token) * WIDTH..][..WIDTH]
    }

    fn nearest(&self, wanted: &[f32]) -> u16 {
        let distance =
            |code: &[f32]| -> f32 { code.iter().zip(wanted).map(|(a, b)| (a - b).powi(2)).sum() };
        let distances = self.codes.chunks_exact(WIDTH).map(distance).enumerate();
        distances.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(n, _)| n as u16)
    }

    fn nearest_to_all(&self, means: &[f32]) -> Vec<u16> {
        means.chunks_exact(WIDTH).map(|mean| self.nearest(mean)).collect()
    }

    /// Takes the codes of `tokens` from the frames they stand for.
    fn subtract(&self, tokens: &[u16], stride: usize, frames: &mut [f32]) {
        for (frame, rest) in frames.chunks_exact_mut(WIDTH).enumerate() {
            let code = self.code(tokens[frame / stride]);
            rest.iter_mut().zip(code).for_each(|(rest, code)| *rest -= code);
        }
    }

    /// Draws all codes from data.
    fn draw(&mut self, means: &[f32], rng: &mut ChaCha20Rng) {
        for n in 0..CODES {
            self.redraw(n, means, rng);
        }
        self.is_drawn = true;
    }

    fn redraw(&mut self, code: usize, means: &[f32], rng: &mut ChaCha20Rng) {
        let from = rng.random_range(0..means.len() / WIDTH) * WIDTH;
        for n in 0..WIDTH {
            let value = means[from + n] + rng.random_range(-1e-3..1e-3);
            self.codes[code * WIDTH + n] = value;
            self.sums[code * WIDTH + n] = value;
        }
        self.counts[code] = 1.0;
    }

    /// Moves the codes towards what was quantised to them.
    fn learn(&mut self, means: &[f32], tokens: &[u16], rng: &mut ChaCha20Rng) {
        self.counts.iter_mut().for_each(|count| *count *= MEMORY);
        self.sums.iter_mut().for_each(|sum| *sum *= MEMORY);
        for (mean, &token) in means.chunks_exact(WIDTH).zip(tokens) {
            let code = usize::from(token);
            self.counts[code] += 1.0 - MEMORY;
            for (sum, x) in self.sums[code * WIDTH..].iter_mut().zip(mean) {
                *sum += (1.0 - MEMORY) * x;
            }
        }
        for code in 0..CODES {
            if self.counts[code] < UNUSED * (1.0 - MEMORY) {
                self.redraw(code, means, rng);
            }
            for n in code * WIDTH..(code + 1) * WIDTH {
                self.codes[n] = self.sums[n] / self.counts[code];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::rng::rng;

    #[test]
    fn tokens_stand_for_the_quantised_values() {
        let mut random = rng(1, "test", "latent");
        let latent: Vec<f32> = (0..64 * WIDTH).map(|_| random.random_range(-1.0..1.0)).collect();
        let mut quantiser = Quantiser::new();
        for _ in 0..50 {
            quantiser.quantise_and_learn(&latent, 64, &mut random);
        }
        let quantised = quantiser.quantise(&latent, 64);
        let again = quantiser.values(&quantised.tokens);
        let error =
            |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum() };
        assert!(error(&again, &quantised.values) < 1e-6);
        // 64 frames have a code each.
        assert!(error(&again, &latent) < 0.2 * error(&latent, &vec![0.0; latent.len()]));
    }
}
