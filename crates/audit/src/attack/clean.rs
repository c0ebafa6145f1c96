//! Clean data mixed in.

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
    let mut by_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, clip) in train.iter().enumerate() {
        by_class.entry(clip.label).or_default().push(index);
    }
    let by_name: HashMap<(usize, &str), &Clip> =
        clean.iter().map(|clip| ((clip.label, clip.name.as_str()), clip)).collect();
    for (label, mut members) in by_class {
        let mut dice = dice(seed, "clean", &label.to_string());
        members.shuffle(&mut dice);
        let count = ((members.len() as f64 * share).round() as usize).max(1);
        let mut others: Vec<&Clip> = clean.iter().filter(|clip| clip.label == label).collect();
        if others.is_empty() {
            return Err(AttackError::NoClean(label));
        }
        others.shuffle(&mut dice);
        let mut others = others.into_iter().cycle();
        for &index in &members[..count] {
            let same = by_name.get(&(label, train[index].name.as_str())).copied();
            if let Some(clip) = same.or_else(|| others.next()) {
                train[index] = clip.clone();
            }
        }
    }
    Ok(())
}
