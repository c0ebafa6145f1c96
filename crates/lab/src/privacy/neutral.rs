//! Neutral clips: recordings that no model was trained on, under own keys and under decoys.

use crate::clip::Clip;
use crate::data::Dataset;
use crate::protect::{Patchveil, ProtectError, Veil};

/// Key number of the first decoy; own keys have lower numbers.
const FIRST_DECOY: usize = 1_000;

/// Test clips of each class and speaker that are used as neutral clips of all classes.
const CLIPS: usize = 2;

/// Depths in % of the veil that neutral clips have in turn, to probe a label that a whole key
/// belongs to. At full depth a model that learned the veils gives some label to *all* clips of any
/// decoy, so decoys often tie with the own key.
pub(super) const DEPTHS: [f64; 4] = [100.0, 50.0, 25.0, 12.5];

/// The test clips that become neutral clips.
pub(super) fn chosen(data: &Dataset) -> Vec<Clip> {
    data.thinned(0, CLIPS).test
}

/// Neutral clips under several keys.
pub(super) struct Neutral {
    /// Keys × clips: the own keys, then the decoys. Labels are the true ones.
    pub(super) keyed: Vec<Vec<Clip>>,
    /// Number of own keys.
    pub(super) own: usize,
}

impl Neutral {
    /// Protects `clips`, with the `depths` in turn, with the own keys 0 to `own` − 1 of `seed`, which are those that
    /// [`Patchveil::protect`] gives to these labels, and with decoys.
    ///
    /// # Errors
    /// [`ProtectError`] if the command fails.
    pub(super) fn new(
        clips: &[Clip],
        (own, decoys): (usize, usize),
        patchveil: &Patchveil,
        (veil, depths): (&Veil, &[f64]),
        seed: u64,
    ) -> Result<Self, ProtectError> {
        let veils: Vec<Veil> =
            depths.iter().map(|&depth| veil.weakened(depth)).collect::<Result<_, _>>()?;
        let keys = (0..own).chain(FIRST_DECOY..FIRST_DECOY + decoys);
        let under = |key: usize| -> Result<Vec<Clip>, ProtectError> {
            let mut protected = with_labels(clips, |_| key);
            for (number, veil) in veils.iter().enumerate() {
                let in_turn = || (number..clips.len()).step_by(veils.len());
                let plain: Vec<Clip> = in_turn().map(|n| protected[n].clone()).collect();
                for (n, clip) in in_turn().zip(patchveil.protect(&plain, veil, seed)?) {
                    protected[n] = clip;
                }
            }
            Ok(with_labels(&protected, |n| clips[n].label))
        };
        Ok(Self { keyed: keys.map(under).collect::<Result<_, _>>()?, own })
    }
}

/// The clips with other labels. The command gives each label a key, so this chooses keys, too.
pub(super) fn with_labels(clips: &[Clip], label: impl Fn(usize) -> usize) -> Vec<Clip> {
    let relabelled = |(n, clip): (usize, &Clip)| Clip { label: label(n), ..clip.clone() };
    clips.iter().enumerate().map(relabelled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weakened_preset_keeps_its_mark_and_loses_depth() {
        let amount = |veil: &Veil| -> serde_json::Value {
            let Veil::Recipe { json, .. } = veil else { panic!("{veil:?}") };
            serde_json::from_str(json).unwrap()
        };
        let half = amount(&Veil::Preset("balanced".into()).weakened(50.0).unwrap());
        let full = amount(&Veil::Preset("balanced".into()).weakened(100.0).unwrap());
        assert_eq!(
            (&half["veil"]["amount"], &full["veil"]["amount"]),
            (&50.0.into(), &100.0.into())
        );
        assert_eq!(half["mark"], full["mark"]);
        let mark = Veil::Preset("mark".into());
        assert_eq!(mark.weakened(50.0).unwrap(), mark, "a mark has no veil to weaken");
    }
}
