//! Listening for keys: detection over one file, for all recipes that it may carry.

use patchveil_veil::{
    ClassKey, Decoys, DetectError, Detector, Evidence, KeyError, Recipe, same_pattern,
};

use crate::detect::LEAST_DECOYS;

/// Recipes by the code that they lay, each with what belongs to it: the recipes of one code differ in
/// depth alone, so one [`Detector`], of the recipe that stands first, serves for all.
pub(crate) fn codes<T>(recipes: impl IntoIterator<Item = (T, Recipe)>) -> Vec<(Recipe, Vec<T>)> {
    let mut codes: Vec<(Recipe, Vec<T>)> = Vec::new();
    for (item, recipe) in recipes {
        match codes.iter_mut().find(|(first, _)| same_pattern(first, &recipe)) {
            Some((_, items)) => items.push(item),
            None => codes.push((recipe, vec![item])),
        }
    }
    codes
}

/// The decoys of all codes together; none where there is no code.
pub(crate) fn decoys<'a>(
    evidence: impl Iterator<Item = &'a Evidence>,
    count: u32,
    seed: u64,
) -> Option<Decoys> {
    evidence.map(|evidence| evidence.decoys(count, seed)).reduce(|all, more| all.or(&more))
}

/// Channels as detectors take them.
pub(crate) fn slices(channels: &[Vec<f32>]) -> Vec<&[f32]> {
    channels.iter().map(Vec::as_slice).collect()
}

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
        let ears = codes(recipes.iter().map(|recipe| (recipe.clone(), recipe.clone())))
            .into_iter()
            .map(|(first, code)| {
                let detector = Detector::new(sample_rate, usize::from(channels), &first)?;
                Ok((detector, code))
            })
            .collect::<Result<_, DetectError>>()?;
        Ok(Self { ears })
    }

    /// Takes the next block, a buffer a channel.
    pub(crate) fn feed(&mut self, planar: &[Vec<f32>]) {
        let block = slices(planar);
        self.ears.iter_mut().for_each(|(detector, _)| detector.feed(&block));
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// [`KeyError::NoEntropy`] when the system has no random bytes for the decoys.
    pub(crate) fn finish(self) -> Result<Heard, KeyError> {
        let seed = Decoys::random_seed()?;
        let codes: Vec<(Evidence, Vec<Recipe>)> =
            self.ears.into_iter().map(|(detector, code)| (detector.finish(), code)).collect();
        let decoys = decoys(codes.iter().map(|(evidence, _)| evidence), LEAST_DECOYS, seed);
        Ok(Heard { codes, decoys })
    }
}

/// What a file says about keys.
pub(crate) struct Heard {
    codes: Vec<(Evidence, Vec<Recipe>)>,
    /// Of all codes together; none where no code is asked for.
    decoys: Option<Decoys>,
}

impl Heard {
    /// Whether there was anything to hear.
    pub(crate) fn is_audible(&self) -> bool {
        self.codes.iter().any(|(evidence, _)| evidence.is_audible())
    }

    /// If the key is there: the timeline position of the first sample, within a frame and about half a
    /// millisecond, and the recipes that lay the code it was found by.
    pub(crate) fn find(self, key: &ClassKey) -> Option<(f64, Vec<Recipe>)> {
        let scores = self.codes.into_iter().map(|(evidence, code)| (evidence.test(key), code));
        let (score, code) = scores.max_by(|(a, _), (b, _)| a.value.total_cmp(&b.value))?;
        (score.value > self.decoys?.highest()).then_some((score.offset, code))
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &ClassKey) -> bool {
        let Some(decoys) = &self.decoys else { return false };
        self.codes.iter().any(|(evidence, _)| evidence.test(key).value > decoys.highest())
    }
}
