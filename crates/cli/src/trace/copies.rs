//! Copies among recordings: files that contain marked audio itself, and are not a model's work.
//!
//! A copy carries the pattern. Each file is searched for it by itself, at all speeds. A short one may carry too little to
//! show, so those that show nothing by themselves are searched together: the squares of their scores are added up, and
//! the same is done for keys drawn at random, which are the same in all files. The rank of the key's sum among theirs is
//! a p-value whatever the files have in common.

use patchveil_veil::{ClassKey, MarkEvidence};
use serde::Serialize;

use super::recording::TracedRecording;
use crate::detect::FOUND_P;

/// Random keys that the score of all files together is ranked among.
const DECOYS: u32 = 999;
/// Up to this rank, as a p-value, copies count as shown among files: the least that these keys allow. It is larger than
/// [`FOUND_P`], since to doubt a claim takes less than to make it.
const TOGETHER_P: f64 = 1e-3;

/// What one recording says about the pattern.
#[derive(Debug, Clone)]
pub struct PatternScores {
    /// As of [`MarkFinding`](patchveil_veil::MarkFinding).
    p_value: f64,
    /// The score of the recording as a whole, in σ.
    sigmas: f64,
    /// Those of keys drawn at random.
    decoys: Vec<f64>,
}

impl PatternScores {
    /// Those of `key` in a recording, whose detector had no echo to look for: models give that back too. The random keys
    /// are drawn from `seed`, the same for all recordings.
    #[must_use]
    pub fn of(evidence: &MarkEvidence, key: &ClassKey, seed: u64) -> Self {
        let found = evidence.test(&[key]);
        let (p_value, sigmas) =
            found.first().map_or((1.0, 0.0), |finding| (finding.p_value, finding.whole_sigmas));
        Self { p_value, sigmas, decoys: evidence.decoy_sigmas(0..DECOYS, seed) }
    }
}

/// What all recordings that are not shown to be copies by themselves say about the pattern together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Together {
    /// Recordings.
    pub files: usize,
    /// The rank of their score among those of random keys, as a p-value.
    pub p_value: f64,
    /// Whether that shows copies among them, though none by itself.
    pub copies: bool,
}

/// Says of each recording whether it is shown to be a copy, and looks at the others together; none for an echo key, which
/// has no pattern, and where no others are.
pub(super) fn find(recordings: &mut [TracedRecording]) -> Option<Together> {
    let files = recordings.len() as f64;
    for recording in &mut *recordings {
        let p_value = recording.pattern.as_ref().map(|own| (own.p_value * files).min(1.0));
        recording.pattern_p_value = p_value;
        recording.copy = p_value.map(|p| p <= FOUND_P);
    }
    let others = recordings.iter().filter(|recording| recording.copy == Some(false));
    together(others.filter_map(|recording| recording.pattern.as_ref()))
}

fn together<'a>(scores: impl Iterator<Item = &'a PatternScores>) -> Option<Together> {
    let square = |sigmas: f64| sigmas.max(0.0).powi(2);
    let (mut files, mut own) = (0, 0.0);
    let mut decoys = vec![0.0; DECOYS as usize];
    for scores in scores {
        files += 1;
        own += square(scores.sigmas);
        decoys.iter_mut().zip(&scores.decoys).for_each(|(sum, sigmas)| *sum += square(*sigmas));
    }
    let above = decoys.iter().filter(|decoy| **decoy >= own).count();
    let p_value = (1 + above) as f64 / (1 + decoys.len()) as f64;
    (files > 0).then_some(Together { files, p_value, copies: p_value <= TOGETHER_P })
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::Rng;

    use super::*;

    /// Scores as they are where nothing is, those of the key higher by `more`.
    fn scores(files: usize, more: f64, rng: &mut Rng) -> Vec<PatternScores> {
        let mut score = || 3.5 + 0.4 * f64::from(rng.normal());
        (0..files)
            .map(|_| PatternScores {
                p_value: 1.0,
                sigmas: score() + more,
                decoys: (0..DECOYS).map(|_| score()).collect(),
            })
            .collect()
    }

    #[test]
    fn many_files_show_together_what_none_shows_by_itself() {
        let mut rng = Rng::new(1);
        let few = scores(40, 0.6, &mut rng);
        let found = together(few.iter()).unwrap();
        assert_eq!((found.files, found.copies, found.p_value), (40, true, TOGETHER_P));
        assert!(few.iter().all(|own| own.sigmas < 7.0), "far from a p-value of one in a million");
        assert!(together(std::iter::empty()).is_none());
    }

    #[test]
    fn files_without_the_pattern_rank_as_random_keys_do() {
        let mut rng = Rng::new(2);
        let ranks = |_| together(scores(8, 0.0, &mut rng).iter()).unwrap().p_value;
        let p_values: Vec<f64> = (0..200).map(ranks).collect();
        let at_most = |p| p_values.iter().filter(|own| **own <= p).count();
        assert!((4..=40).contains(&at_most(0.1)) && at_most(0.001) <= 2, "{p_values:?}");
    }
}
