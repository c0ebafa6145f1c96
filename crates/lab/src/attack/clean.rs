//! Clean data mixed in, and clean data alone.

use std::collections::{BTreeMap, HashMap};

use rand::seq::SliceRandom;

use super::AttackError;
use crate::clip::Clip;
use crate::signal::dice::dice;

/// Replaces `share` of the training clips of each class, at least one, by untouched ones: by the
/// same clip where it is there, else by a random one of the class (where cutting at onsets gave
/// other pieces). The set keeps its size, so the attacker has less protected data, not more data:
/// he published nothing, he found so much elsewhere. (Added instead of replaced, a share of s
/// would be s/(1 + s) of all; the two hardly differ but at 50 %.)
pub(super) fn mix(
    train: &mut [Clip],
    clean: &[Clip],
    share: f64,
    seed: u64,
) -> Result<(), AttackError> {
    let found = found(train, clean, share, seed)?;
    found.iter().for_each(|found| found.lay(train, found.clean.len()));
    Ok(())
}

/// What [`mix`] lets in and nothing else: what protected clips add to it can be told from this. Each
/// clip comes as often as fills its class, so that a pass of a training is as long.
pub(super) fn only(
    train: &mut [Clip],
    clean: &[Clip],
    share: f64,
    seed: u64,
) -> Result<(), AttackError> {
    let found = found(train, clean, share, seed)?;
    found.iter().for_each(|found| found.lay(train, found.members.len()));
    Ok(())
}

/// What was found of a class.
struct Found<'a> {
    /// The training clips of the class, in random order.
    members: Vec<usize>,
    /// Clean clips for the first of them.
    clean: Vec<&'a Clip>,
}

impl Found<'_> {
    /// Puts clean clips, over and over, in the place of `count` members.
    fn lay(&self, train: &mut [Clip], count: usize) {
        for (&index, &clip) in self.members.iter().zip(self.clean.iter().cycle()).take(count) {
            train[index] = clip.clone();
        }
    }
}

fn found<'a>(
    train: &[Clip],
    clean: &'a [Clip],
    share: f64,
    seed: u64,
) -> Result<Vec<Found<'a>>, AttackError> {
    let mut by_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, clip) in train.iter().enumerate() {
        by_class.entry(clip.label).or_default().push(index);
    }
    let by_name: HashMap<(usize, &str), &Clip> =
        clean.iter().map(|clip| ((clip.label, clip.name.as_str()), clip)).collect();
    let of_class = |(label, mut members): (usize, Vec<usize>)| {
        let mut dice = dice(seed, "clean", &label.to_string());
        members.shuffle(&mut dice);
        let count = ((members.len() as f64 * share).round() as usize).max(1);
        let mut others: Vec<&Clip> = clean.iter().filter(|clip| clip.label == label).collect();
        if others.is_empty() {
            return Err(AttackError::NoClean(label));
        }
        others.shuffle(&mut dice);
        let mut others = others.into_iter().cycle();
        let pick = |&index: &usize| {
            by_name.get(&(label, train[index].name.as_str())).copied().or_else(|| others.next())
        };
        let clean = members[..count].iter().filter_map(pick).collect();
        Ok(Found { members, clean })
    };
    by_class.into_iter().map(of_class).collect()
}
