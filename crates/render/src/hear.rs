//! Listening for keys: detection over one file, for all recipes that it may carry.

use std::hash::{BuildHasher, RandomState};

use patchveil_veil::{ClassKey, Decoys, DetectError, Detector, Evidence, Recipe, same_code};

/// Keys drawn at random that a key has to beat, all of them: a false alarm in a thousand.
const DECOYS: u32 = 999;

/// An ear for every code that a set of recipes lays.
pub(crate) struct Listening {
    ears: Vec<(Detector, Vec<Recipe>)>,
}

impl Listening {
    /// For audio of `channels` channels at `sample_rate` Hz. Recipes that lay the same code at another
    /// depth share an ear.
    pub(crate) fn new(
        sample_rate: u32,
        channels: u16,
        recipes: &[Recipe],
    ) -> Result<Self, DetectError> {
        let mut ears: Vec<(Detector, Vec<Recipe>)> = Vec::new();
        for recipe in recipes {
            let same = |(_, code): &&mut (_, Vec<Recipe>)| {
                code.first().is_some_and(|first| same_code(first, recipe))
            };
            if let Some((_, code)) = ears.iter_mut().find(same) {
                code.push(recipe.clone());
                continue;
            }
            let detector = Detector::new(sample_rate, usize::from(channels), recipe)?;
            ears.push((detector, vec![recipe.clone()]));
        }
        Ok(Self { ears })
    }

    /// Takes the next block, a buffer a channel.
    pub(crate) fn feed(&mut self, planar: &[Vec<f32>]) {
        let block: Vec<&[f32]> = planar.iter().map(Vec::as_slice).collect();
        self.ears.iter_mut().for_each(|(detector, _)| detector.feed(&block));
    }

    /// Ends the recording.
    pub(crate) fn finish(self) -> Heard {
        // Nobody who makes the audio can know it.
        let seed = RandomState::new().hash_one(0);
        let heard = |(detector, code): (Detector, Vec<Recipe>)| {
            let evidence = detector.finish();
            let decoys = evidence.decoys(DECOYS, seed);
            (evidence, decoys, code)
        };
        Heard { codes: self.ears.into_iter().map(heard).collect() }
    }
}

/// What a file says about keys.
pub(crate) struct Heard {
    codes: Vec<(Evidence, Decoys, Vec<Recipe>)>,
}

impl Heard {
    /// Whether there was anything to hear.
    pub(crate) fn is_audible(&self) -> bool {
        self.codes.iter().any(|(evidence, ..)| evidence.is_audible())
    }

    /// If the key is there: the timeline position of the first sample, within a frame and about half a
    /// millisecond, and the recipes that lay the code it was found by.
    pub(crate) fn find(self, key: &ClassKey) -> Option<(f64, Vec<Recipe>)> {
        let mut best: Option<(f64, f64, Vec<Recipe>)> = None;
        for (evidence, decoys, code) in self.codes {
            let score = evidence.test(key);
            let stands_out = decoys.sigmas(score.value);
            let is_present = score.value > decoys.highest();
            if is_present && best.as_ref().is_none_or(|(most, ..)| stands_out > *most) {
                best = Some((stands_out, score.offset, code));
            }
        }
        best.map(|(_, offset, code)| (offset, code))
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &ClassKey) -> bool {
        self.codes.iter().any(|(evidence, decoys, _)| evidence.test(key).value > decoys.highest())
    }
}
