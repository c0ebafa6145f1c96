//! Decoys: the scores of random keys in a recording, against which a score is ranked.

use std::ops::Range;

use super::code::{Code, Spreader};
use super::evidence::MarkEvidence;
use super::layout::Layout;
use super::pairs::Pairs;
use super::score::Scorer;
use crate::key::Seed;

/// The scores of keys drawn at random in the same recording as a whole.
#[derive(Debug, Clone)]
pub struct MarkDecoys {
    /// In rising order.
    sigmas: Vec<f64>,
}

impl MarkEvidence {
    /// The scores of `count` keys drawn at random, the same for the same `seed`, at all places of the whole
    /// recording. Nobody who can choose the audio may know the seed.
    #[must_use]
    pub fn decoys(&self, count: u32, seed: u64) -> MarkDecoys {
        self.decoys_range(0..count, seed)
    }

    /// Those of the decoys of `seed` whose numbers are in `range`, for whoever shares the work: joined
    /// ([`MarkDecoys::join`]), ranges that make up 0 to `count` are [`decoys`](Self::decoys).
    #[must_use]
    pub fn decoys_range(&self, range: Range<u32>, seed: u64) -> MarkDecoys {
        MarkDecoys::new(self.decoy_sigmas(range, seed))
    }

    /// Their scores in the order of their numbers. Number n of `seed` is the same key in all recordings, so that scores in
    /// several can be added up, and ranked among such sums.
    #[must_use]
    pub fn decoy_sigmas(&self, range: Range<u32>, seed: u64) -> Vec<f64> {
        if !self.has_signal() {
            // No key has a score here, so none ranks above another.
            return vec![0.0; range.len()];
        }
        let (mut codes, mut scorer) =
            (DecoyCodes::new(&self.layout, seed), Scorer::new(&self.layout));
        let prepared = scorer.prepare(&self.whole);
        range.map(|number| scorer.best(&prepared, codes.draw(number)).sigmas).collect()
    }
}

impl MarkDecoys {
    pub(in crate::mark) fn new(mut sigmas: Vec<f64>) -> Self {
        sigmas.sort_unstable_by(f64::total_cmp);
        Self { sigmas }
    }

    /// All decoys of `parts`.
    #[must_use]
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::new(parts.into_iter().flat_map(|part| part.sigmas).collect())
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.sigmas.len()
    }

    /// The highest score, 0 without decoys.
    #[must_use]
    pub fn highest(&self) -> f64 {
        self.sigmas.last().copied().unwrap_or(0.0)
    }

    /// (1 + decoys that score at least as high as `sigmas`, a [`MarkFinding::whole_sigmas`](super::MarkFinding::whole_sigmas)
    /// or a [`TraceFinding::sigmas`](crate::TraceFinding::sigmas)) / (1 + decoys): a p-value that assumes nothing
    /// (Phipson and Smyth 2010, “Permutation p-values should never be zero”).
    #[must_use]
    pub fn p_value(&self, sigmas: f64) -> f64 {
        let below = self.sigmas.partition_point(|&decoy| decoy < sigmas);
        (1 + self.sigmas.len() - below) as f64 / (1 + self.sigmas.len()) as f64
    }
}

/// Draws codes with the distribution that the codes of random keys have: independent signs and distances,
/// patches in random order. Without hashes of a key, and into one place of memory, which is quicker.
struct DecoyCodes {
    seed: Seed,
    /// The patches before they are put in order.
    patches: Vec<(usize, f32)>,
    spreader: Spreader,
    code: Code,
}

impl DecoyCodes {
    fn new(layout: &Layout, seed: u64) -> Self {
        let spreader = Spreader::new(layout);
        let patch = |n: usize| (n / 2, if n.is_multiple_of(2) { 1.0 } else { -1.0 });
        let patches: Vec<(usize, f32)> = (0..layout.patches).map(patch).collect();
        let code = Code {
            order: patches.clone(),
            pattern: Pairs::blank(layout.patches / 2, layout.pattern.len()),
            echo: Pairs::blank(1, layout.echo.len()),
            spectra: spreader.no_spectra(),
        };
        Self { seed: Seed::of_decoys(seed), patches, spreader, code }
    }

    /// The code of decoy number `number`.
    fn draw(&mut self, number: u32) -> &Code {
        let mut stream = self.seed.stream(u64::from(number));
        let Code { order, pattern, echo, spectra } = &mut self.code;
        [&mut *pattern, echo].into_iter().for_each(|pairs| pairs.draw(&mut stream));
        order.copy_from_slice(&self.patches);
        stream.shuffle(order);
        self.spreader.spread(order, pattern, spectra);
        &self.code
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::Coder;
    use super::*;
    use crate::ClassKey;
    use crate::mark::MarkSettings;

    const DRAWN: u32 = 400;

    /// For each place of a code how often its sign is positive, how often its distance is long, and which
    /// patch is first; and what all codes have in common.
    fn statistics<'a>(codes: impl Iterator<Item = &'a Code>) -> (Vec<u32>, Vec<usize>) {
        let mut counts = Vec::new();
        let mut shape = Vec::new();
        for code in codes {
            let pairs: Vec<(f32, bool)> =
                [&code.pattern, &code.echo].into_iter().flat_map(Pairs::iter).collect();
            let first_patch =
                (0..code.order.len()).map(|n| code.order[0] == (n / 2, [1.0, -1.0][n % 2]));
            let now = pairs
                .iter()
                .flat_map(|(sign, far)| [*sign > 0.0, *far])
                .chain(first_patch)
                .map(u32::from);
            counts.resize(counts.len().max(2 * pairs.len() + code.order.len()), 0);
            counts.iter_mut().zip(now).for_each(|(count, now)| *count += now);
            let mut patches: Vec<usize> = code
                .order
                .iter()
                .map(|(kernel, sign)| 2 * kernel + usize::from(*sign < 0.0))
                .collect();
            patches.sort_unstable();
            shape = [pairs.len()].into_iter().chain(patches).collect();
        }
        (counts, shape)
    }

    #[test]
    fn decoys_have_the_distribution_of_random_keys() {
        let layout = Layout::new(&MarkSettings::default());
        let mut codes = DecoyCodes::new(&layout, 1);
        let mut drawn = statistics(std::iter::empty());
        let mut counts = Vec::new();
        for number in 0..DRAWN {
            drawn = statistics(std::iter::once(codes.draw(number)));
            counts.resize(drawn.0.len(), 0);
            counts.iter_mut().zip(&drawn.0).for_each(|(sum, now)| *sum += now);
        }
        let mut coder = Coder::new(&layout);
        let keys: Vec<Code> = (0..DRAWN)
            .map(|number| {
                let mut bytes = [9; 32];
                bytes[..4].copy_from_slice(&number.to_le_bytes());
                coder.code(&ClassKey::from_bytes(bytes))
            })
            .collect();
        let of_keys = statistics(keys.iter());
        assert_eq!(drawn.1, of_keys.1, "the same places and patches");
        let pairs = 2 * (32 * 32 + 72);
        assert_eq!(counts.len(), pairs + 64);
        for counts in [&counts, &of_keys.0] {
            // Half of 400, ± 6 σ; a 64th of them, of which more than 25 happen less than once in 10⁷.
            assert!(counts[..pairs].iter().all(|n| (140..=260).contains(n)), "{counts:?}");
            assert!(counts[pairs..].iter().all(|n| *n <= 25), "{counts:?}");
        }
    }

    #[test]
    fn the_spectra_of_a_decoy_are_those_of_its_own_pairs_whatever_was_drawn_before() {
        let layout = Layout::new(&MarkSettings::default());
        let (mut one, mut other) = (DecoyCodes::new(&layout, 7), DecoyCodes::new(&layout, 7));
        (0..5).for_each(|number| _ = one.draw(number));
        let (one, other) = (one.draw(3), other.draw(3));
        assert_eq!(one.order, other.order);
        assert!(one.spectra == other.spectra);
    }
}
