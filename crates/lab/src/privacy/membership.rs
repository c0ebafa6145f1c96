//! Membership inference: was this clip among those that the model was trained on?
//!
//! Two attacks. *Loss threshold* (Yeom et al., arXiv 1709.01604): a member's label is more probable.
//! *Likelihood ratio* (LiRA, online, Carlini et al., arXiv 2112.03570, algorithm 1): the same figure
//! is compared, clip by clip, with what it is in shadow models that were and were not trained on it.

use serde::{Deserialize, Serialize};

use super::mlp::{Examples, Mlp};

/// log(p / (1 − p)) of the right label's probability p, for each example: close to normally
/// distributed over models (arXiv 2112.03570, section IV-C).
#[must_use]
pub fn confidences(mlp: &Mlp, examples: &Examples) -> Vec<f64> {
    let answers = mlp.log_probabilities(examples);
    answers.iter().zip(&examples.labels).map(|(answer, &label)| confidence(answer, label)).collect()
}

/// log(p / (1 − p)) of the probability of `label`, without cancellation where p is close to 1.
fn confidence(answer: &[f32], label: usize) -> f64 {
    let of_label = answer.get(label).copied().map_or(f64::NEG_INFINITY, f64::from);
    let others = answer.iter().enumerate().filter(|&(n, _)| n != label);
    let others: f64 = others.map(|(_, &value)| f64::from(value).exp()).sum();
    of_label - others.max(f64::MIN_POSITIVE).ln()
}

/// One trained model: which examples it was trained on, and its confidence in each.
#[derive(Debug, Clone)]
pub struct Observed {
    /// Whether each example was among the training examples.
    pub member: Vec<bool>,
    /// [`confidences`] of all examples.
    pub confidence: Vec<f64>,
}

/// The likelihood ratio, as a logarithm, of `target` having been trained on each example. The
/// variances are those of all examples together, as the paper advises for few shadow models.
#[must_use]
pub fn likelihood_ratios(target: &[f64], shadows: &[&Observed]) -> Vec<f64> {
    let means: Vec<[Option<f64>; 2]> = (0..target.len())
        .map(|n| [false, true].map(|member| mean(&confidences_of(shadows, n, member))))
        .collect();
    let deviation = |member: bool| {
        let square = |n: usize| -> Vec<f64> {
            let Some(mean) = means[n][usize::from(member)] else { return Vec::new() };
            let all = confidences_of(shadows, n, member);
            // A mean of few values lies too close to them.
            let unbiased = all.len() as f64 / (all.len() as f64 - 1.0).max(1.0);
            all.iter().map(|value| unbiased * (value - mean).powi(2)).collect()
        };
        let squares: Vec<f64> = (0..target.len()).flat_map(square).collect();
        mean(&squares).unwrap_or(1.0).sqrt().max(1e-6)
    };
    let deviations = [deviation(false), deviation(true)];
    let log_density = |value: f64, mean: f64, deviation: f64| {
        -0.5 * ((value - mean) / deviation).powi(2) - deviation.ln()
    };
    let ratio = |(n, &value): (usize, &f64)| match means[n] {
        [Some(out), Some(inside)] => {
            log_density(value, inside, deviations[1]) - log_density(value, out, deviations[0])
        }
        // No shadow model shows one of the two: nothing to compare with.
        _ => 0.0,
    };
    target.iter().enumerate().map(ratio).collect()
}

fn confidences_of(shadows: &[&Observed], example: usize, member: bool) -> Vec<f64> {
    let shadows = shadows.iter().filter(|shadow| shadow.member[example] == member);
    shadows.map(|shadow| shadow.confidence[example]).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// How well an attack tells members from others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Separation {
    /// Area under the curve of true over false positives: 0.5 is guessing, 1 certainty.
    pub area: f64,
    /// True positives, as a share of members, where at most 1 % of the others are false positives.
    pub found: f64,
}

/// False positives allowed in [`Separation::found`], as a share of the examples that are not members.
const FALSE_POSITIVES: f64 = 0.01;

impl Separation {
    /// Of scores that should be higher for members. `None` without members or without others.
    #[must_use]
    pub fn of(scores: &[f64], member: &[bool]) -> Option<Self> {
        let of = |wanted: bool| -> Vec<f64> {
            let chosen = scores.iter().zip(member).filter(|&(_, &member)| member == wanted);
            chosen.map(|(&score, _)| score).collect()
        };
        let (mut others, members) = (of(false), of(true));
        if others.is_empty() || members.is_empty() {
            return None;
        }
        others.sort_by(f64::total_cmp);
        let count = others.len();
        let beaten = |score: &f64| {
            let below = others.partition_point(|other| other < score);
            let not_above = others.partition_point(|other| other <= score);
            (below + not_above) as f64 / 2.0
        };
        let area = members.iter().map(beaten).sum::<f64>() / (count * members.len()) as f64;
        let allowed = (FALSE_POSITIVES * count as f64).floor() as usize;
        let threshold = others[count - 1 - allowed.min(count - 1)];
        let found = members.iter().filter(|&&score| score > threshold).count();
        Some(Self { area, found: found as f64 / members.len() as f64 })
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;
    use crate::signal::rng::rng;

    #[test]
    fn separation_of_known_scores() {
        let member: Vec<bool> = (0..400).map(|n| n % 2 == 0).collect();
        let perfect: Vec<f64> = member.iter().map(|&member| f64::from(u8::from(member))).collect();
        assert_eq!(Separation::of(&perfect, &member), Some(Separation { area: 1.0, found: 1.0 }));
        let equal = Separation::of(&[0.0; 400], &member).unwrap();
        assert_eq!((equal.area, equal.found), (0.5, 0.0), "ties are no evidence");
        assert_eq!(Separation::of(&[0.0; 3], &[true; 3]), None);
    }

    #[test]
    fn confidence_is_the_log_odds() {
        let answer = [0.9f32.ln(), 0.06f32.ln(), 0.04f32.ln()];
        assert!((confidence(&answer, 0) - (0.9f64 / 0.1).ln()).abs() < 1e-5);
    }

    /// Each clip has its own difficulty, which hides membership from a threshold but not from a
    /// comparison with shadow models.
    #[test]
    fn shadow_models_find_members_that_a_threshold_misses() {
        let mut noise = rng(5, "membership test", "noise");
        let clips = 600;
        let mut normal = |deviation: f64| -> f64 {
            deviation * Distribution::<f64>::sample(&StandardNormal, &mut noise)
        };
        let difficulty: Vec<f64> = (0..clips).map(|_| normal(5.0)).collect();
        let noise: Vec<f64> = (0..9 * clips).map(|_| normal(0.5)).collect();
        let mut coins = rng(6, "membership test", "coins");
        let models: Vec<Observed> = noise
            .chunks(clips)
            .map(|noise| {
                let member: Vec<bool> = (0..clips).map(|_| coins.random()).collect();
                let confidence = (0..clips)
                    .map(|n| difficulty[n] + noise[n] + f64::from(u8::from(member[n])) * 1.5)
                    .collect();
                Observed { member, confidence }
            })
            .collect();
        let (target, shadows) = models.split_first().unwrap();
        let shadows: Vec<&Observed> = shadows.iter().collect();
        let threshold = Separation::of(&target.confidence, &target.member).unwrap();
        let ratios = likelihood_ratios(&target.confidence, &shadows);
        let ratio = Separation::of(&ratios, &target.member).unwrap();
        assert!(threshold.area < 0.7, "{threshold:?}");
        assert!(ratio.area > 0.9 && ratio.found > 0.3, "{ratio:?}");
    }
}
