//! Neutral clips: recordings that no model was trained on, under own keys and under decoys.

use crate::clip::Clip;
use crate::data::Dataset;
use crate::protect::{Patchveil, ProtectError, Veil};

/// Key number of the first decoy; own keys have lower numbers.
const FIRST_DECOY: usize = 1_000;

/// Test clips of each class and speaker that are used as neutral clips of all classes.
const CLIPS: usize = 2;

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
    /// Protects `clips` with the own keys 0 to `own` − 1 of `seed`, which are those that
    /// [`Patchveil::protect`] gives to these labels, and with decoys.
    ///
    /// # Errors
    /// [`ProtectError`] if the command fails.
    pub(super) fn new(
        clips: &[Clip],
        (own, decoys): (usize, usize),
        patchveil: &Patchveil,
        veil: &Veil,
        seed: u64,
    ) -> Result<Self, ProtectError> {
        let keys = (0..own).chain(FIRST_DECOY..FIRST_DECOY + decoys);
        let under = |key: usize| -> Result<Vec<Clip>, ProtectError> {
            let named = with_labels(clips, |_| key);
            let protected = patchveil.protect(&named, veil, seed)?;
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
