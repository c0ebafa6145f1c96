//! The training recordings of a run.

use rand::seq::SliceRandom;

use super::condition::{Condition, Counter, Way};
use super::corpus::Corpus;
use super::owner::Owner;
use super::record::RunId;
use super::{before, counter};
use crate::generate::{Audio, RATE};
use crate::protect::Patchveil;
use crate::signal::rng::rng;
use crate::trace::error::TraceError;

/// What a generator is trained on, in the order of training.
pub(super) struct Material<'a> {
    pub(super) owners: Vec<Owner<'a>>,
    pub(super) phases: Vec<Phase>,
    pub(super) trained_s: f64,
    pub(super) marked_s: f64,
}

/// A part of the training.
pub(super) struct Phase {
    pub(super) recordings: Vec<Audio>,
    /// As a share of a whole training.
    pub(super) effort: f64,
}

impl<'a> Material<'a> {
    /// Marks part of the recordings of `corpus` with fresh keys and treats all of them as the condition of `run` says.
    /// A generator that is trained otherwise, with `effort`, gets other keys: so many models, so many keys.
    pub(super) fn prepare(
        corpus: &Corpus,
        run: &RunId,
        effort: f64,
        patchveil: &'a Patchveil,
    ) -> Result<Self, TraceError> {
        let RunId { generator, condition, seed, .. } = run;
        let seed = *seed;
        let mut recordings = corpus.train.clone();
        let purpose = format!("{}, {condition}", corpus.name);
        recordings.shuffle(&mut rng(seed, "roles of recordings", &purpose));
        let trained_s = seconds(&recordings);
        let others = match condition.way {
            Way::Scratch => Vec::new(),
            Way::FinetuneMarked | Way::FinetuneClean => {
                recordings.split_off(recordings.len().div_ceil(2))
            }
        };
        let of_key = format!("{generator}, {effort}, {purpose}");
        let owners = (0..condition.owners)
            .map(|number| Owner::new(patchveil, seed, &of_key, u64::from(number)))
            .collect::<Result<Vec<_>, _>>()?;
        let (owned, marked_s) = mark(recordings, &owners, condition)?;
        let treat = |recordings: Vec<Audio>| -> Result<Vec<Audio>, TraceError> {
            let treated = before::treat(condition.before, recordings, seed)?;
            Ok(match condition.counter {
                Counter::None => treated,
                counter => counter::treat(counter, treated, seed),
            })
        };
        let phase = |recordings, effort| -> Result<Phase, TraceError> {
            Ok(Phase { recordings: treat(recordings)?, effort })
        };
        let phases = match condition.way {
            Way::Scratch => vec![phase(owned, 1.0)?],
            Way::FinetuneMarked => vec![phase(others, 1.0)?, phase(owned, 0.5)?],
            Way::FinetuneClean => vec![phase(owned, 1.0)?, phase(others, 0.5)?],
        };
        Ok(Self { owners, phases, trained_s, marked_s })
    }
}

/// Divides the recordings among the owners, each of whom marks a share of theirs. Returns all of them and
/// the seconds that are marked.
fn mark(
    recordings: Vec<Audio>,
    owners: &[Owner],
    condition: &Condition,
) -> Result<(Vec<Audio>, f64), TraceError> {
    let mut all = Vec::with_capacity(recordings.len());
    let mut marked_s = 0.0;
    let size = recordings.len().div_ceil(owners.len().max(1));
    for (part, owner) in recordings.chunks(size.max(1)).zip(owners) {
        let share = f64::from(condition.share) / 100.0;
        let count = ((part.len() as f64 * share).round() as usize).clamp(1, part.len());
        let (to_mark, clean) = part.split_at(count);
        marked_s += seconds(to_mark);
        all.extend(owner.mark(to_mark, condition.level_db)?);
        all.extend_from_slice(clean);
    }
    Ok((all, marked_s))
}

/// The length of all recordings together.
pub(crate) fn seconds(recordings: &[Audio]) -> f64 {
    recordings.iter().map(Vec::len).sum::<usize>() as f64 / f64::from(RATE)
}
