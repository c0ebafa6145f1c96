//! Random numbers that are the same on every machine and in every run.

/// A small seeded generator (xorshift64*: Vigna, “An experimental exploration of Marsaglia's
/// xorshift generators, scrambled”, 2016). For tests and benches only: it keeps no secrets.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A generator; equal seeds give equal numbers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // A state of 0 would stay 0.
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A generator seeded by a text, by its FNV-1a hash of 64 bits.
    #[must_use]
    pub fn from_text(seed: &str) -> Self {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3);
        Self::new(seed.bytes().fold(0xCBF2_9CE4_8422_2325, step))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number in `0..end`; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() >> 11) as usize % end.max(1)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Nearly normal, with mean 0 and deviation 1: the sum of twelve uniform numbers.
    pub fn normal(&mut self) -> f32 {
        ((0..12).map(|_| self.unit()).sum::<f64>() - 6.0) as f32
    }

    /// A sample in [−0.5, 0.5).
    pub fn sample(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / 16_777_216.0 - 0.5
    }

    /// Puts `items` into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }

    /// 32 bytes, for a key.
    pub fn key_bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for eight in bytes.chunks_exact_mut(8) {
            eight.copy_from_slice(&self.bits().to_le_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_reproducible_and_in_range() {
        let (mut a, mut b, mut other) = (Rng::new(7), Rng::new(7), Rng::new(8));
        assert_ne!(a.clone().bits(), other.bits());
        for _ in 0..1_000 {
            assert_eq!(a.bits(), b.bits());
            assert!(a.below(10) < 10 && b.below(10) < 10);
            assert!((0.0..1.0).contains(&a.unit()) && (0.0..1.0).contains(&b.unit()));
            assert!((-0.5..0.5).contains(&a.sample()) && (-0.5..0.5).contains(&b.sample()));
        }
        assert_eq!(a.below(0), 0);
    }

    #[test]
    fn texts_that_differ_in_a_letter_give_other_numbers() {
        assert_eq!(Rng::from_text("piano").bits(), Rng::from_text("piano").bits());
        assert_ne!(Rng::from_text("piano").bits(), Rng::from_text("pianp").bits());
    }

    #[test]
    fn chances_and_normal_numbers_have_the_moments_they_claim() {
        let mut rng = Rng::new(3);
        let happened = (0..10_000).filter(|_| rng.happens(0.3)).count();
        assert!((2_800..3_200).contains(&happened), "{happened}");
        let numbers: Vec<f32> = (0..10_000).map(|_| rng.normal()).collect();
        let mean = |values: &mut dyn Iterator<Item = f32>| values.sum::<f32>() / 10_000.0;
        let first = mean(&mut numbers.iter().copied());
        let second = mean(&mut numbers.iter().map(|x| x * x));
        assert!(first.abs() < 0.05 && (second - 1.0).abs() < 0.05, "{first}, {second}");
    }

    #[test]
    fn a_shuffle_keeps_all_items() {
        let mut items: Vec<u32> = (0..100).collect();
        Rng::new(1).shuffle(&mut items);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
