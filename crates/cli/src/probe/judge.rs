//! The rank of the class's key.

use serde::Serialize;

use super::answer_key::AnswerKey;
use super::answers::{Answers, Statistic};

/// A class counts as found if its key ranks first and p is no larger.
pub const FOUND_P: f64 = 0.01;
/// Means that differ less, compared with the largest value of their labels, are ties: they differ by rounding alone.
const TIE: f64 = 1e-9;

/// How a label goes with a key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// Clips of the key that were given the label.
    Count(u64),
    /// The mean score of the label over the clips of the key.
    Mean(f64),
}

/// What answers say about a class.
#[derive(Debug, Clone, Serialize)]
pub struct Judgement {
    /// Clips for each key.
    pub clips: usize,
    /// Keys that are compared: the class's, and the decoys of which a clip was answered.
    pub keys: usize,
    /// Clips with an answer, over all keys.
    pub answered: usize,
    /// Clips without.
    pub missing: usize,
    /// The label that is looked at.
    pub label: String,
    /// Whether the caller named it.
    pub label_given: bool,
    /// Distinct labels.
    pub labels: usize,
    /// What is compared.
    pub statistic: Statistic,
    /// How the label goes with the class's key.
    pub own: Shown,
    /// How it goes with each decoy, highest first.
    pub decoys: Vec<Shown>,
    /// What is ranked: by how much the label goes with the class's key more than with all keys on average,
    /// as a share of the clips or in units of the score; if no label was named and all scores are there, of
    /// their ranks within an excerpt, from 0 to 1.
    pub own_excess: f64,
    /// The same for each decoy, highest first. If no label was named, each decoy has the label that suits it
    /// best.
    pub decoy_excesses: Vec<f64>,
    /// Rank of the class's key among `keys`; ties count against it.
    pub rank: usize,
    /// `rank` / `keys`: the probability of such a rank, or a better one, if the model knows nothing of the
    /// key.
    pub p_value: f64,
    /// The smallest p that so many keys can show.
    pub least_p_value: f64,
    /// Whether the rank is 1 and p at most [`FOUND_P`].
    pub found: bool,
}

/// Ranks the class's key among the decoys by the label that is named or, if none is, by the label that
/// each key raises most: what is done for the class's key is done for every decoy, so p is exact and needs
/// no correction for the number of labels (the maximum statistic of Westfall and Young 1993,
/// “Resampling-based multiple testing”). None if no clip of the class's key was answered, or the values are not finite.
#[must_use]
pub fn judge(answer_key: &AnswerKey, answers: &Answers, label: Option<&str>) -> Option<Judgement> {
    let table = Table::new(answer_key, answers);
    // Labels can be compared with each other only if their values are alike.
    let ranked = (label.is_none() && answers.has_all_scores)
        .then(|| Table::new(answer_key, &answers.ranked(answer_key)));
    let compared = ranked.as_ref().unwrap_or(&table);
    let own_answered = *table.answered.first()?;
    if own_answered == 0 {
        return None;
    }
    let named = label.map(|label| answers.labels.iter().position(|own| own == label));
    let best = |key: usize| match named {
        Some(Some(number)) => (number, compared.excess(key, number)),
        // A label that nobody got.
        Some(None) => (usize::MAX, 0.0),
        None => (0..answers.labels.len())
            .map(|number| (number, compared.excess(key, number)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((usize::MAX, 0.0)),
    };
    let (chosen, own_excess) = best(0);
    let others: Vec<usize> =
        (1..table.answered.len()).filter(|&key| table.answered[key] > 0).collect();
    let bests: Vec<(usize, f64)> = others.iter().map(|&key| best(key)).collect();
    let is_tie_or_above = |&(label, excess): &(usize, f64)| {
        excess >= own_excess - TIE * compared.largest(label).max(compared.largest(chosen))
    };
    let not_below = bests.iter().filter(|best| is_tie_or_above(best)).count();
    let mut decoy_excesses: Vec<f64> = bests.into_iter().map(|(_, excess)| excess).collect();
    decoy_excesses.sort_by(|a, b| b.total_cmp(a));
    // No comparison with these says anything.
    if !own_excess.is_finite() || !decoy_excesses.iter().all(|excess| excess.is_finite()) {
        return None;
    }
    let (rank, keys) = (not_below + 1, others.len() + 1);
    let p_value = rank as f64 / keys as f64;
    let mut decoys: Vec<Shown> = others.iter().map(|&key| table.shown(key, chosen)).collect();
    decoys.sort_by(|a, b| b.value().total_cmp(&a.value()));
    let name = label.or_else(|| answers.labels.get(chosen).map(String::as_str));
    Some(Judgement {
        clips: answer_key.clips_per_key(),
        keys,
        answered: answers.answered(),
        missing: answer_key.clips.len() - answers.answered(),
        label: name.unwrap_or_default().to_owned(),
        label_given: label.is_some(),
        labels: answers.labels.len(),
        statistic: answers.statistic,
        own: table.shown(0, chosen),
        decoys,
        own_excess,
        decoy_excesses,
        rank,
        p_value,
        least_p_value: 1.0 / keys as f64,
        found: rank == 1 && p_value <= FOUND_P,
    })
}

impl Shown {
    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Count(count) => count as f64,
            Self::Mean(mean) => mean,
        }
    }
}

/// Sums over the answers.
struct Table {
    statistic: Statistic,
    labels: usize,
    /// For each key its clips with an answer.
    answered: Vec<usize>,
    /// The largest magnitude of a value of each label.
    largest: Vec<f64>,
    /// Sums of the values, keys × labels.
    sums: Vec<f64>,
    /// The same of what all keys have on average for the same excerpt.
    expected: Vec<f64>,
}

impl Table {
    fn new(answer_key: &AnswerKey, answers: &Answers) -> Self {
        let (keys, labels) = (answer_key.keys(), answers.labels.len());
        let clips = || {
            let answered = answer_key.clips.iter().zip(&answers.values);
            answered.filter_map(|(clip, values)| values.as_ref().map(|values| (clip, values)))
        };
        // For each excerpt its answers, and the sums of their values by label.
        let mut counts = vec![0_usize; answer_key.excerpts.len()];
        let mut means = vec![0.0; counts.len() * labels];
        for (clip, values) in clips() {
            let excerpt = clip.excerpt as usize;
            counts[excerpt] += 1;
            for &(label, value) in values {
                means[excerpt * labels + label] += value;
            }
        }
        for (count, means) in counts.iter().zip(means.chunks_exact_mut(labels.max(1))) {
            means.iter_mut().for_each(|mean| *mean /= (*count).max(1) as f64);
        }
        let mut table = Self {
            statistic: answers.statistic,
            labels,
            answered: vec![0; keys],
            largest: vec![0.0; labels],
            sums: vec![0.0; keys * labels],
            expected: vec![0.0; keys * labels],
        };
        for (clip, values) in clips() {
            let (excerpt, key) = (clip.excerpt as usize, clip.key as usize);
            table.answered[key] += 1;
            for &(label, value) in values {
                table.sums[key * labels + label] += value;
                table.largest[label] = table.largest[label].max(value.abs());
            }
            let means = &means[excerpt * labels..(excerpt + 1) * labels];
            let expected = &mut table.expected[key * labels..(key + 1) * labels];
            expected.iter_mut().zip(means).for_each(|(sum, mean)| *sum += mean);
        }
        table
    }

    /// By how much a label goes with a key more than with all keys, on average over the clips.
    fn excess(&self, key: usize, label: usize) -> f64 {
        let at = key * self.labels + label;
        (self.sums[at] - self.expected[at]) / self.answered[key].max(1) as f64
    }

    /// The largest magnitude of a value of the label; 0 for one that nobody got.
    fn largest(&self, label: usize) -> f64 {
        self.largest.get(label).copied().unwrap_or(0.0)
    }

    fn shown(&self, key: usize, label: usize) -> Shown {
        let sum = if label < self.labels { self.sums[key * self.labels + label] } else { 0.0 };
        match self.statistic {
            Statistic::Labels => Shown::Count(sum as u64),
            Statistic::Scores => Shown::Mean(sum / self.answered[key].max(1) as f64),
        }
    }
}
