//! A lower bound on ε from one training run with canaries: Steinke, Nasr and Jagielski, *Privacy
//! Auditing with One (1) Training Run*, arXiv 2305.08846.
//!
//! Each of m canaries takes part with probability ½. The auditor scores all of them, guesses that
//! the highest took part and the lowest did not, and abstains from the rest. Under (ε, δ)-differential
//! privacy the number of right guesses is bounded (theorem 5.2), so many right guesses rule out small ε.

use chacha20::ChaCha20Rng;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::sgd::Training;

/// Confidence of the lower bound.
pub const CONFIDENCE: f64 = 0.95;

/// Result of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Number of canaries.
    pub canaries: usize,
    /// Number of guesses.
    pub guesses: usize,
    /// Right ones.
    pub right: usize,
    /// Lower bound on ε at a confidence of [`CONFIDENCE`].
    pub epsilon: f64,
}

impl Audit {
    /// Guesses that the `guesses` / 2 canaries of highest score took part, and that as many of
    /// lowest score did not. The number of guesses must be chosen before the scores are seen.
    #[must_use]
    pub fn of(scores: &[f64], took_part: &[bool], guesses: usize, delta: f64) -> Self {
        let mut order: Vec<usize> = (0..scores.len().min(took_part.len())).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let each = (guesses / 2).min(order.len() / 2);
        let low = order[..each].iter().filter(|&&n| !took_part[n]).count();
        let high = order[order.len() - each..].iter().filter(|&&n| took_part[n]).count();
        let (canaries, guesses, right) = (order.len(), 2 * each, low + high);
        let epsilon = lower_bound(canaries, guesses, right, delta);
        Self { canaries, guesses, right, epsilon }
    }
}

/// Audits the noise alone, with the strongest canaries there are (arXiv 2305.08846, section 6,
/// “white-box”): the gradient of each has the largest norm allowed and lies in a weight of its own, in
/// which no clip has any, and the auditor sees every step. `None` without differential privacy, where
/// one look is enough.
pub(super) fn audit_noise(
    training: &Training,
    (canaries, guesses): (usize, usize),
    delta: f64,
    rng: &mut ChaCha20Rng,
) -> Option<Audit> {
    let noise = training.privacy?;
    let took_part: Vec<bool> = (0..canaries).map(|_| rng.random()).collect();
    let mut scores = vec![0.0; canaries];
    for _ in 0..training.steps {
        for (score, &took_part) in scores.iter_mut().zip(&took_part) {
            let drawn = rng.random::<f64>() < training.sampling;
            let gradient = if drawn && took_part { noise.clip } else { 0.0 };
            *score += f64::from(gradient + noise.draw(rng));
        }
    }
    Some(Audit::of(&scores, &took_part, guesses, delta))
}

/// The largest ε that `right` of `guesses` rule out at a confidence of [`CONFIDENCE`].
#[must_use]
pub fn lower_bound(canaries: usize, guesses: usize, right: usize, delta: f64) -> f64 {
    let ruled_out =
        |epsilon: f64| p_value(canaries, guesses, right, epsilon, delta) < 1.0 - CONFIDENCE;
    let (mut low, mut high) = (0.0, 1.0);
    if !ruled_out(low) {
        return 0.0;
    }
    while ruled_out(high) && high < 64.0 {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if ruled_out(middle) { low = middle } else { high = middle }
    }
    low
}

/// Upper bound on the probability of at least `right` right guesses under (ε, δ)-differential
/// privacy (arXiv 2305.08846, theorem 5.2 and the program in appendix D).
fn p_value(canaries: usize, guesses: usize, right: usize, epsilon: f64, delta: f64) -> f64 {
    // Accuracy of randomised response, which is the worst case without δ.
    let accuracy = 1.0 / (1.0 + (-epsilon).exp());
    let masses = binomial(guesses, accuracy);
    let tail: f64 = masses[right.min(guesses)..].iter().sum();
    let (mut below, mut steepest) = (0.0, 0.0f64);
    for fewer in 1..=right.min(guesses) {
        below += masses[right - fewer];
        steepest = steepest.max(below / fewer as f64);
    }
    (tail + 2.0 * canaries as f64 * delta * steepest).min(1.0)
}

/// Probabilities of 0 to `count` successes.
fn binomial(count: usize, probability: f64) -> Vec<f64> {
    let (yes, no) = (probability.ln(), (-probability).ln_1p());
    let mut choose = 0.0;
    (0..=count)
        .map(|n| {
            if n > 0 {
                choose += ((count - n + 1) as f64 / n as f64).ln();
            }
            // 0 · −∞ is 0 here.
            let times = |n: usize, log: f64| if n == 0 { 0.0 } else { n as f64 * log };
            (choose + times(n, yes) + times(count - n, no)).exp()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::privacy::sgd::Noise;
    use crate::signal::rng::rng;

    /// One whole-batch step of σ = 1 has ε = 4.38 at δ = 10⁻⁵ (arXiv 1805.06530, theorem 8).
    #[test]
    fn the_audit_of_known_noise_stays_below_its_epsilon() {
        let privacy = Some(Noise { clip: 0.5, multiplier: 1.0 });
        let training = Training { steps: 1, sampling: 1.0, rate: 0.1, momentum: 0.0, privacy };
        let mut rng = rng(4, "audit test", "");
        let audit = audit_noise(&training, (1_000, 100), 1e-5, &mut rng).unwrap();
        assert!(audit.epsilon > 1.0 && audit.epsilon < 4.377, "{audit:?}");
        assert_eq!(
            audit_noise(&Training { privacy: None, ..training }, (9, 4), 0.0, &mut rng),
            None
        );
    }

    #[test]
    fn binomial_probabilities_add_up() {
        let masses = binomial(300, 0.3);
        assert!((masses.iter().sum::<f64>() - 1.0).abs() < 1e-10);
        assert!((binomial(4, 0.5)[2] - 0.375).abs() < 1e-12);
    }

    /// All of r guesses right rule out accuracies below 0.05^(1/r).
    #[test]
    fn a_perfect_score_has_the_bound_that_follows_by_hand() {
        let accuracy = 0.05f64.powf(0.01);
        let expected = (accuracy / (1.0 - accuracy)).ln();
        assert!((lower_bound(300, 100, 100, 0.0) - expected).abs() < 1e-6);
        assert_eq!(lower_bound(300, 100, 50, 0.0), 0.0, "guessing shows nothing");
        assert!(lower_bound(300, 100, 100, 1e-5) < expected, "a failure probability costs some");
    }

    /// Randomised response is ε-differentially private and no more: the bound may exceed ε in one
    /// audit of twenty, and comes close to it.
    #[test]
    fn randomised_response_is_bounded_by_its_epsilon_and_nearly_reaches_it() {
        let (epsilon, canaries, audits): (f64, usize, usize) = (1.0, 2_000, 200);
        let mut rng = rng(3, "audit test", "");
        let truthful = 1.0 / (1.0 + (-epsilon).exp());
        let bounds: Vec<f64> = (0..audits)
            .map(|_| {
                let took_part: Vec<bool> = (0..canaries).map(|_| rng.random()).collect();
                let scores: Vec<f64> = took_part
                    .iter()
                    .map(|&took_part| {
                        let said =
                            if rng.random::<f64>() < truthful { took_part } else { !took_part };
                        f64::from(u8::from(said))
                    })
                    .collect();
                Audit::of(&scores, &took_part, 1_000, 0.0).epsilon
            })
            .collect();
        let beyond = bounds.iter().filter(|&&bound| bound > epsilon).count();
        assert!(beyond <= audits / 10, "{beyond} of {audits} audits claim more than is there");
        let mean = bounds.iter().sum::<f64>() / audits as f64;
        assert!(mean > 0.8 && mean < 1.0, "{mean}");
    }
}
