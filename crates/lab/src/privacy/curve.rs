//! Privacy against utility: small classifiers with and without differential privacy, and what
//! membership inference, an audit and the owners' keys still find.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::audit::{Audit, audit_noise};
use super::membership::{Observed, Separation, confidences, likelihood_ratios};
use super::mlp::{Examples, Mlp};
use super::neutral::Neutral;
use super::probe::{Answers, Counted, best, probe};
use super::record::{Curve, DELTA, PrivacyPlan};
use super::sgd::{Noise, Training, descend};
use crate::clip::Clip;
use crate::signal::rng::rng;

/// Canaries of an audit, as a share of the pool.
const CANARIES: f64 = 1.0 / 3.0;
/// Guesses of an audit, as a share of the canaries.
const GUESSES: f64 = 0.25;

/// What all models of a veil and a seed share.
pub(super) struct CurveData {
    /// The published clips; each model is trained on a random half.
    pool: Examples,
    clean_test: Examples,
    protected_test: Examples,
    /// The neutral clips under each key.
    keyed: Vec<Examples>,
    classes: usize,
}

impl CurveData {
    /// `published` are the protected training clips, `test` the untouched test clips.
    pub(super) fn new(published: &[Clip], test: &[Clip], neutral: &Neutral) -> Self {
        // Each neutral clip under the key of its own class.
        let own = neutral.keyed.iter().enumerate().take(neutral.own);
        let under_own = own
            .flat_map(|(key, clips)| clips.iter().filter(move |clip| clip.label == key).cloned());
        Self {
            pool: Examples::of(published),
            clean_test: Examples::of(test),
            protected_test: Examples::of(&under_own.collect::<Vec<_>>()),
            keyed: neutral.keyed.iter().map(|clips| Examples::of(clips)).collect(),
            classes: neutral.own,
        }
    }

    /// One point of the curve. `multiplier` is the noise, if any.
    pub(super) fn measure(
        &self,
        plan: &PrivacyPlan,
        neutral: &Neutral,
        multiplier: Option<f64>,
        seed: u64,
    ) -> Curve {
        let privacy = multiplier.map(|multiplier| Noise { clip: plan.clip, multiplier });
        let training = Training { privacy, ..plan.training };
        let (models, observed) =
            train_on_halves((&self.pool, None), self.classes, &training, (plan.models, seed));
        let mean = |of: &dyn Fn(usize, &Mlp) -> f64| {
            let sum: f64 = models.iter().enumerate().map(|(n, mlp)| of(n, mlp)).sum();
            sum / models.len().max(1) as f64
        };
        let separations: Vec<[Separation; 2]> =
            observed.iter().enumerate().map(|(n, target)| attack(target, &observed, n)).collect();
        let probed = models.iter().flat_map(|mlp| {
            let answers: Vec<Answers> =
                self.keyed.iter().map(|clips| mlp.log_probabilities(clips)).collect();
            probe(neutral, &answers, Counted::OfKey)
        });
        Curve {
            multiplier,
            trained: mean(&|n, mlp| accuracy(mlp, &self.pool.at(&members(&observed[n].member)))),
            clean: mean(&|_, mlp| accuracy(mlp, &self.clean_test)),
            protected: mean(&|_, mlp| accuracy(mlp, &self.protected_test)),
            threshold: mean_of(separations.iter().map(|pair| pair[0])),
            ratio: mean_of(separations.iter().map(|pair| pair[1])),
            probed: probed.collect(),
            audit: self.audit(&training, seed),
            audit_of_noise: audit_noise(
                &training,
                canaries_and_guesses(self.pool.len()),
                DELTA,
                &mut rng(seed, "canaries", "noise"),
            ),
        }
    }

    /// Audits a model that is trained on the whole pool, in which a third of the clips are canaries:
    /// each has a wrong label and takes part with probability ½.
    fn audit(&self, training: &Training, seed: u64) -> Audit {
        let mut random = rng(seed, "canaries", "");
        let mut order: Vec<usize> = (0..self.pool.len()).collect();
        order.shuffle(&mut random);
        let (count, guesses) = canaries_and_guesses(self.pool.len());
        let mut canaries = self.pool.at(&order[..count]);
        for label in &mut canaries.labels {
            *label = (*label + random.random_range(1..self.classes)) % self.classes;
        }
        let took_part: Vec<bool> = (0..count).map(|_| random.random()).collect();
        let examples = self.pool.at(&order[count..]).with(&canaries.at(&members(&took_part)));
        let expected = (self.pool.len() - count) as f64 + count as f64 / 2.0;
        let start = Mlp::new(self.classes, &mut rng(seed, "weights", "audit"));
        let before = start.log_probabilities(&canaries);
        let mut drawn = rng(seed, "training", "audit");
        let after =
            descend(start, &examples, expected, training, &mut drawn).log_probabilities(&canaries);
        let gained = |n: usize| {
            let label = canaries.labels[n];
            f64::from(after[n][label]) - f64::from(before[n][label])
        };
        let scores: Vec<f64> = (0..count).map(gained).collect();
        Audit::of(&scores, &took_part, guesses, DELTA)
    }
}

/// Canaries and guesses of an audit of a model that is trained on a pool of this size.
fn canaries_and_guesses(pool: usize) -> (usize, usize) {
    let canaries = pool as f64 * CANARIES;
    (canaries as usize, (canaries * GUESSES) as usize)
}

/// Trains `models` classifiers, each on a random half of `pool` and on all of `always`, and
/// observes their confidence in the whole pool.
pub(super) fn train_on_halves(
    (pool, always): (&Examples, Option<&Examples>),
    classes: usize,
    training: &Training,
    (models, seed): (usize, u64),
) -> (Vec<Mlp>, Vec<Observed>) {
    let train = |model: usize| {
        let item = model.to_string();
        let mut coins = rng(seed, "members", &item);
        let member: Vec<bool> = (0..pool.len()).map(|_| coins.random()).collect();
        let half = pool.at(&members(&member));
        let examples = always.map_or_else(|| half.clone(), |always| half.with(always));
        let expected = pool.len() as f64 / 2.0 + always.map_or(0.0, |always| always.len() as f64);
        let start = Mlp::new(classes, &mut rng(seed, "weights", &item));
        let mlp = descend(start, &examples, expected, training, &mut rng(seed, "training", &item));
        let confidence = confidences(&mlp, pool);
        (mlp, Observed { member, confidence })
    };
    (0..models).map(train).unzip()
}

/// Loss threshold and likelihood ratio against `target`, with all of `models` but number `own` as
/// shadows.
pub(super) fn attack(target: &Observed, models: &[Observed], own: usize) -> [Separation; 2] {
    let others = models.iter().enumerate().filter(|&(n, _)| n != own);
    let shadows: Vec<&Observed> = others.map(|(_, shadow)| shadow).collect();
    let ratios = likelihood_ratios(&target.confidence, &shadows);
    [&target.confidence, &ratios].map(|scores| {
        // Without members or without others there is nothing to tell apart.
        Separation::of(scores, &target.member).unwrap_or(Separation { area: 0.5, found: 0.0 })
    })
}

fn mean_of(separations: impl Iterator<Item = Separation>) -> Separation {
    let all: Vec<Separation> = separations.collect();
    let mean =
        |of: fn(&Separation) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
    Separation { area: mean(|one| one.area), found: mean(|one| one.found) }
}

/// Indices of the members.
pub(super) fn members(member: &[bool]) -> Vec<usize> {
    (0..member.len()).filter(|&n| member[n]).collect()
}

/// Accuracy, 0 to 1.
pub(super) fn accuracy(mlp: &Mlp, examples: &Examples) -> f64 {
    let answers = mlp.log_probabilities(examples);
    let right =
        answers.iter().zip(&examples.labels).filter(|(answer, label)| best(answer) == **label);
    right.count() as f64 / examples.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trains on random labels; returns accuracy on members and how well the attacks do.
    fn by_heart(privacy: Option<Noise>) -> (f64, [Separation; 2]) {
        let pool = Examples::random(120, 3);
        let training = Training { steps: 60, sampling: 0.5, rate: 0.05, momentum: 0.9, privacy };
        let (models, observed) = train_on_halves((&pool, None), 3, &training, (6, 1));
        let on_members = accuracy(&models[0], &pool.at(&members(&observed[0].member)));
        (on_members, attack(&observed[0], &observed, 0))
    }

    #[test]
    fn a_model_that_learned_by_heart_gives_its_members_away() {
        let (accuracy, [threshold, ratio]) = by_heart(None);
        assert!(accuracy > 0.95, "{accuracy}");
        assert!(threshold.area > 0.9 && ratio.area > 0.9, "{threshold:?} {ratio:?}");
    }

    #[test]
    fn noise_hides_the_members() {
        let (_, [threshold, ratio]) = by_heart(Some(Noise { clip: 1.0, multiplier: 50.0 }));
        assert!(threshold.area < 0.7 && ratio.area < 0.7, "{threshold:?} {ratio:?}");
    }
}
