//! What a classifier says of neutral clips under own keys and decoys.

use serde::{Deserialize, Serialize};

use super::neutral::Neutral;
use super::rank::Rank;
use crate::learn::Model;

/// Natural logarithms of class probabilities: clips × classes.
pub(super) type Answers = Vec<Vec<f32>>;

/// The own key's rank by the two things that a classifier may give away.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Probed {
    /// By labels alone: how many neutral clips get the label in question.
    pub labels: Rank,
    /// By scores: the mean logarithm of that label's probability.
    pub scores: Rank,
}

/// Which label of a neutral clip is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// The label of the class that the own key belongs to, over the clips of *other* classes: for
    /// keys that belong to a label.
    OfKey,
    /// The clip's true label, over all clips: for a key that was used across labels. A model is
    /// more often right about a filter that it was trained with.
    True,
}

/// Asks a model of the panel about all neutral clips: keys × clips × classes.
pub(super) fn ask(model: &mut Model, neutral: &Neutral) -> Vec<Answers> {
    neutral.keyed.iter().map(|clips| model.log_probabilities(clips)).collect()
}

/// Ranks each own key among the decoys. `answers` has the order of [`Neutral::keyed`].
#[must_use]
pub(super) fn probe(neutral: &Neutral, answers: &[Answers], counted: Counted) -> Vec<Probed> {
    let labels: Vec<usize> =
        neutral.keyed.first().into_iter().flatten().map(|clip| clip.label).collect();
    let (own, decoys) = answers.split_at(neutral.own.min(answers.len()));
    let rank = |(key, own): (usize, &Answers)| {
        let figures = |answers: &Answers| figures(answers, &labels, counted, key);
        let (given, score) = figures(own);
        let (all_given, all_scores): (Vec<f64>, Vec<f64>) = decoys.iter().map(figures).unzip();
        Probed { labels: Rank::of(given, &all_given), scores: Rank::of(score, &all_scores) }
    };
    own.iter().enumerate().map(rank).collect()
}

/// Share of clips that are given the label in question, and the mean logarithm of its probability.
fn figures(answers: &Answers, labels: &[usize], counted: Counted, key: usize) -> (f64, f64) {
    let (mut clips, mut given, mut score) = (0, 0, 0.0);
    for (answer, &label) in answers.iter().zip(labels) {
        let wanted = match counted {
            Counted::OfKey if label == key => continue,
            Counted::OfKey => key,
            Counted::True => label,
        };
        clips += 1;
        given += usize::from(best(answer) == wanted);
        score += f64::from(answer.get(wanted).copied().unwrap_or(f32::NEG_INFINITY));
    }
    let clips = f64::from(clips.max(1));
    (given as f64 / clips, score / clips)
}

/// The label that a model gives: the class of highest probability, the first of equals.
pub(super) fn best(answer: &[f32]) -> usize {
    let higher = |best: usize, n: usize| if answer[n] > answer[best] { n } else { best };
    (0..answer.len()).reduce(higher).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::Clip;

    /// Two classes with own keys, three decoys; the key of class 0 pulls clips of class 1 over.
    #[test]
    fn a_key_that_pulls_clips_to_its_label_comes_first() {
        let clip = |label: usize| Clip {
            samples: vec![0.0],
            rate: 8_000,
            label,
            group: String::new(),
            name: String::new(),
        };
        let keyed = vec![vec![clip(0), clip(1), clip(1)]; 5];
        let neutral = Neutral { keyed, own: 2 };
        let (zero, one) = (vec![-0.1, -2.4], vec![-2.4, -0.1]);
        let honest = vec![zero.clone(), one.clone(), one.clone()];
        let pulled = vec![zero.clone(), zero.clone(), one.clone()];
        let answers = [pulled, honest.clone(), honest.clone(), honest.clone(), honest];
        let probed = probe(&neutral, &answers, Counted::OfKey);
        assert_eq!((probed[0].labels.rank, probed[0].scores.rank), (1, 1));
        assert_eq!(probed[0].labels.own, 0.5, "clips of the class itself are left out");
        assert_eq!(probed[1].labels.rank, 4);
        let right = probe(&neutral, &answers, Counted::True);
        assert_eq!(right[0].labels.own, 2.0 / 3.0);
        assert_eq!(right[1].labels.own, 1.0);
    }
}
