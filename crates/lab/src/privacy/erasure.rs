//! One speaker's clips are removed from a model in several ways: what tells the owner?
//!
//! The owner is one speaker of all digits and has one key, so no label goes with the owner. Two
//! things may tell: the model is more often right about clips under the owner's key than under
//! decoys, and it is more certain of the owner's clips that were used than of those that were not.

use super::curve::{accuracy, attack, members, train_on_halves};
use super::error::PrivacyError;
use super::membership::{Observed, confidences};
use super::mlp::{Examples, Mlp};
use super::neutral::{Neutral, chosen, with_labels};
use super::probe::{Answers, Counted, Probed, probe};
use super::record::{Erased, Method, PrivacyOutcome, PrivacyPlan};
use super::sgd::{Training, ascend, descend};
use crate::clip::Clip;
use crate::data::Dataset;
use crate::protect::{Patchveil, Veil};
use crate::signal::rng::rng;

/// Fine-tuning, as a share of the steps and of the learning rate of training.
const FINE_TUNING: (f64, f32) = (0.25, 0.5);
/// Most steps of gradient ascent.
const ASCENT_STEPS: usize = 200;
/// Learning rate of gradient ascent as a share of that of training.
const ASCENT_RATE: f32 = 0.1;

/// What all models of a veil and an owner share.
struct ErasureData {
    /// The owner's published clips under the owner's key; each model is trained on a random half.
    published: Examples,
    /// The clips of all other speakers, unprotected.
    others: Examples,
    /// Untouched test clips of all speakers.
    test: Examples,
    /// Test clips of the owner's voice, and of all voices, under the keys.
    voice: Keyed,
    all: Keyed,
}

/// Neutral clips and what the classifier sees of them.
struct Keyed {
    neutral: Neutral,
    examples: Vec<Examples>,
}

impl Keyed {
    fn new(neutral: Neutral) -> Self {
        let examples = neutral.keyed.iter().map(|clips| Examples::of(clips)).collect();
        Self { neutral, examples }
    }

    /// The owner's key, by how often the model is right.
    fn probe(&self, mlp: &Mlp) -> Option<Probed> {
        let answers: Vec<Answers> =
            self.examples.iter().map(|clips| mlp.log_probabilities(clips)).collect();
        probe(&self.neutral, &answers, Counted::True).first().copied()
    }
}

/// Removes the clips of one speaker, who changes with the seed.
pub(super) fn erase(
    plan: &PrivacyPlan,
    data: &Dataset,
    patchveil: &Patchveil,
    veil: &Veil,
    seed: u64,
) -> Result<PrivacyOutcome, PrivacyError> {
    let mut speakers: Vec<&str> = data.train.iter().map(|clip| clip.group.as_str()).collect();
    speakers.sort_unstable();
    speakers.dedup();
    if speakers.len() < 2 {
        return Err(PrivacyError::OneSpeaker);
    }
    let owner = speakers[seed as usize % speakers.len()].to_owned();
    let (own, others): (Vec<Clip>, Vec<Clip>) =
        data.train.iter().cloned().partition(|clip| clip.group == owner);
    let own_test: Vec<Clip> =
        data.test.iter().filter(|clip| clip.group == owner).cloned().collect();
    // One key for all of the owner's clips, whatever their label.
    let protected = patchveil.protect(&with_labels(&own, |_| 0), veil, seed)?;
    let neutral = |clips: &[Clip]| {
        Neutral::new(clips, (1, plan.decoys), patchveil, (veil, &[100.0]), seed).map(Keyed::new)
    };
    let material = ErasureData {
        published: Examples::of(&with_labels(&protected, |n| own[n].label)),
        others: Examples::of(&others),
        test: Examples::of(&data.test),
        voice: neutral(&own_test)?,
        all: neutral(&chosen(data))?,
    };
    let classes = plan.basis.classes.len();
    Ok(PrivacyOutcome::Erasure { owner, methods: material.methods(plan, classes, seed) })
}

impl ErasureData {
    fn methods(&self, plan: &PrivacyPlan, classes: usize, seed: u64) -> Vec<(Method, Vec<Erased>)> {
        let training = &plan.training;
        let pool = (&self.published, Some(&self.others));
        let (models, observed) = train_on_halves(pool, classes, training, (plan.models, seed));
        let methods = [Method::Nothing, Method::FineTuning, Method::Ascent, Method::Retraining];
        let of_method = |method: Method| {
            let erased = models.iter().enumerate().filter_map(|(n, mlp)| {
                let used = self.published.at(&members(&observed[n].member));
                let after = self.without(mlp, &used, method, training, (n, seed));
                self.judge(&after, &observed, n)
            });
            (method, erased.collect())
        };
        methods.into_iter().map(of_method).collect()
    }

    /// The model after removing the clips `used`.
    fn without(
        &self,
        mlp: &Mlp,
        used: &Examples,
        method: Method,
        training: &Training,
        (model, seed): (usize, u64),
    ) -> Mlp {
        let item = model.to_string();
        let expected = self.others.len() as f64;
        let random = |purpose: &str| rng(seed, purpose, &item);
        match method {
            Method::Nothing => mlp.clone(),
            Method::FineTuning => {
                let steps = (training.steps as f64 * FINE_TUNING.0) as usize;
                let gentle = Training { steps, rate: training.rate * FINE_TUNING.1, ..*training };
                descend(mlp.clone(), &self.others, expected, &gentle, &mut random("fine-tuning"))
            }
            Method::Ascent => self.ascended(mlp, used, training),
            Method::Retraining => {
                let start = Mlp::new(mlp.classes(), &mut random("weights anew"));
                descend(start, &self.others, expected, training, &mut random("training anew"))
            }
        }
    }

    /// Gradient ascent on the clips `used`, until the model is no surer of them than of untouched
    /// test clips.
    fn ascended(&self, mlp: &Mlp, used: &Examples, training: &Training) -> Mlp {
        let rate = training.rate * ASCENT_RATE;
        let step = Training { steps: 1, sampling: 1.0, rate, momentum: 0.0, privacy: None };
        let mut mlp = mlp.clone();
        for _ in 0..ASCENT_STEPS {
            if mean_log_probability(&mlp, used) <= mean_log_probability(&mlp, &self.test) {
                break;
            }
            // Every clip takes part, so nothing is drawn.
            mlp = ascend(mlp, used, &step, &mut rng(0, "ascent", ""));
        }
        mlp
    }

    /// What the owner sees of the model with this number. `None` without decoys.
    fn judge(&self, mlp: &Mlp, observed: &[Observed], number: usize) -> Option<Erased> {
        let target = Observed {
            member: observed[number].member.clone(),
            confidence: confidences(mlp, &self.published),
        };
        let [threshold, ratio] = attack(&target, observed, number);
        let used = members(&target.member).len();
        Some(Erased {
            clips: (used, target.member.len() - used),
            accuracy: accuracy(mlp, &self.test),
            threshold,
            ratio,
            voice: self.voice.probe(mlp)?,
            all: self.all.probe(mlp)?,
        })
    }
}

fn mean_log_probability(mlp: &Mlp, examples: &Examples) -> f64 {
    let answers = mlp.log_probabilities(examples);
    let of_label = |(answer, &label): (&Vec<f32>, &usize)| f64::from(answer[label]);
    let sum: f64 = answers.iter().zip(&examples.labels).map(of_label).sum();
    sum / examples.len().max(1) as f64
}
