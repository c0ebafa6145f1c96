//! Clean data mixed in, and clean data alone.

use std::collections::{BTreeMap, HashMap};

use rand::seq::SliceRandom;

use super::error::AttackError;
use crate::clip::Clip;
use crate::signal::rng::rng;

/// Replaces `share` of the training clips of each class, at least one, by untouched ones: by the
/// same clip if it exists, otherwise by a random one of the class (cutting at onsets gives other
/// pieces). The set keeps its size, so the attacker has less protected data, not more data. (If the
/// clips were added instead, a share of s would be s/(1 + s) of all: a real difference only at 50
/// %.)
pub(super) fn mix(
    train: &mut [Clip],
    clean: &[Clip],
    share: f64,
    seed: u64,
) -> Result<(), AttackError> {
    let classes = clean_classes(train, clean, share, seed)?;
    classes.iter().for_each(|class| class.replace(train, class.clean.len()));
    Ok(())
}

/// Only the clips that [`mix`] lets in, which shows what the protected clips add to them. Each is
/// repeated until its class has its size, so that an epoch has the same length.
pub(super) fn only(
    train: &mut [Clip],
    clean: &[Clip],
    share: f64,
    seed: u64,
) -> Result<(), AttackError> {
    let classes = clean_classes(train, clean, share, seed)?;
    classes.iter().for_each(|class| class.replace(train, class.members.len()));
    Ok(())
}

/// A class and its clean clips.
struct CleanClass<'a> {
    /// The training clips of the class, in random order.
    members: Vec<usize>,
    /// Clean clips for the first of these.
    clean: Vec<&'a Clip>,
}

impl CleanClass<'_> {
    /// Replaces the first `count` members by the clean clips, repeated as often as needed.
    fn replace(&self, train: &mut [Clip], count: usize) {
        for (&index, &clip) in self.members.iter().zip(self.clean.iter().cycle()).take(count) {
            train[index] = clip.clone();
        }
    }
}

fn clean_classes<'a>(
    train: &[Clip],
    clean: &'a [Clip],
    share: f64,
    seed: u64,
) -> Result<Vec<CleanClass<'a>>, AttackError> {
    let mut by_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, clip) in train.iter().enumerate() {
        by_class.entry(clip.label).or_default().push(index);
    }
    let by_name: HashMap<(usize, &str), &Clip> =
        clean.iter().map(|clip| ((clip.label, clip.name.as_str()), clip)).collect();
    let of_class = |(label, mut members): (usize, Vec<usize>)| {
        let mut rng = rng(seed, "clean", &label.to_string());
        members.shuffle(&mut rng);
        let count = ((members.len() as f64 * share).round() as usize).max(1);
        let mut others: Vec<&Clip> = clean.iter().filter(|clip| clip.label == label).collect();
        if others.is_empty() {
            return Err(AttackError::NoClean(label));
        }
        others.shuffle(&mut rng);
        let mut others = others.into_iter().cycle();
        let pick = |&index: &usize| {
            by_name.get(&(label, train[index].name.as_str())).copied().or_else(|| others.next())
        };
        let clean = members[..count].iter().filter_map(pick).collect();
        Ok(CleanClass { members, clean })
    };
    by_class.into_iter().map(of_class).collect()
}
