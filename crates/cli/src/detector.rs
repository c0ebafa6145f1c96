//! Detection for several recipes at once.

use patchveil_veil::{
    ClassKey, Decoys, DetectError, Detector, Evidence, MarkDetector, MarkEvidence, Preset, Recipe,
    Score, same_pattern,
};

/// Fewest decoys that a score is ranked among: with fewer, no p-value is as small as 0.001.
pub const DECOYS_MIN: u32 = 999;

/// The recipes, of version 1, of the presets whose veil can be detected and restored.
pub(crate) fn detectable_presets() -> Vec<Recipe> {
    let of_version_1 = Preset::ALL.into_iter().filter_map(|preset| preset.recipe_of_version(1));
    of_version_1.filter(Recipe::is_restorable).collect()
}

/// The recipes of the presets that can be restored: those with a mark, then those of version 1, each
/// mildest first.
pub(crate) fn restorable_presets() -> Vec<Recipe> {
    let with_a_mark = Preset::restorable().map(Preset::recipe);
    with_a_mark.chain(detectable_presets()).collect()
}

/// Channels as detectors take them.
pub(crate) fn slices(channels: &[Vec<f32>]) -> Vec<&[f32]> {
    channels.iter().map(Vec::as_slice).collect()
}

/// One [`Detector`] for every pattern that the recipes have. Recipes that differ in depth alone have
/// the same pattern and share a detector. `T` is what stands for a recipe: its name, or itself.
pub(crate) struct MultiRecipeDetector<T> {
    detectors: Vec<(Detector, Vec<T>)>,
}

impl<T> MultiRecipeDetector<T> {
    /// `detector` makes the detector for a recipe.
    ///
    /// # Errors
    /// Those of `detector`.
    pub(crate) fn new(
        recipes: impl IntoIterator<Item = (T, Recipe)>,
        detector: impl Fn(&Recipe) -> Result<Detector, DetectError>,
    ) -> Result<Self, DetectError> {
        let patterns = by_pattern(recipes).into_iter();
        let detectors = patterns.map(|(recipe, items)| detector(&recipe).map(|one| (one, items)));
        Ok(Self { detectors: detectors.collect::<Result<_, _>>()? })
    }

    /// Detects nothing.
    pub(crate) fn none() -> Self {
        Self { detectors: Vec::new() }
    }

    /// Feeds the next block, a slice a channel.
    pub(crate) fn feed(&mut self, block: &[Vec<f32>]) {
        let block = slices(block);
        self.detectors.iter_mut().for_each(|(detector, _)| detector.feed(&block));
    }

    /// Ends the recording, and draws `count` decoys from `seed`.
    pub(crate) fn finish(self, count: u32, seed: u64) -> MultiRecipeEvidence<T> {
        let patterns: Vec<(Evidence, Vec<T>)> = self
            .detectors
            .into_iter()
            .map(|(detector, items)| (detector.finish(), items))
            .collect();
        let decoys = patterns.iter().map(|(evidence, _)| evidence.decoys(count, seed));
        MultiRecipeEvidence { decoys: decoys.reduce(|all, more| all.or(&more)), patterns }
    }
}

impl MultiRecipeDetector<Recipe> {
    /// For audio of `channels` channels at `sample_rate` Hz.
    ///
    /// # Errors
    /// Those of [`Detector::new`].
    pub(crate) fn of_recipes(
        sample_rate: u32,
        channels: u16,
        recipes: &[Recipe],
    ) -> Result<Self, DetectError> {
        let recipes = recipes.iter().map(|recipe| (recipe.clone(), recipe.clone()));
        Self::new(recipes, |recipe| Detector::new(sample_rate, usize::from(channels), recipe))
    }

    /// The same without the recipes that have no detector for such audio, as at a rate that is too low.
    pub(crate) fn of_detectable(
        sample_rate: u32,
        channels: u16,
        recipes: impl IntoIterator<Item = Recipe>,
    ) -> Self {
        let valid = recipes.into_iter().filter(|recipe| recipe.validate().is_ok());
        let patterns = by_pattern(valid.map(|recipe| (recipe.clone(), recipe)));
        let detectors = patterns.into_iter().filter_map(|(recipe, items)| {
            let detector = Detector::new(sample_rate, usize::from(channels), &recipe);
            detector.ok().map(|detector| (detector, items))
        });
        Self { detectors: detectors.collect() }
    }
}

/// The first recipe of each pattern, and what stands for all that have it.
fn by_pattern<T>(recipes: impl IntoIterator<Item = (T, Recipe)>) -> Vec<(Recipe, Vec<T>)> {
    let mut patterns: Vec<(Recipe, Vec<T>)> = Vec::new();
    for (item, recipe) in recipes {
        match patterns.iter_mut().find(|(first, _)| same_pattern(first, &recipe)) {
            Some((_, items)) => items.push(item),
            None => patterns.push((recipe, vec![item])),
        }
    }
    patterns
}

/// Detects marks and veils in one pass.
pub(crate) struct LayersDetector {
    pub(crate) veils: MultiRecipeDetector<Recipe>,
    /// None where the rate or the recipes allow none.
    pub(crate) mark: Option<MarkDetector>,
}

/// What a recording shows about the veils and the mark of some recipes.
pub(crate) struct LayersEvidence {
    pub(crate) veils: MultiRecipeEvidence<Recipe>,
    pub(crate) mark: Option<MarkEvidence>,
}

impl LayersDetector {
    /// Feeds the next block, a slice a channel.
    pub(crate) fn feed(&mut self, block: &[Vec<f32>]) {
        self.veils.feed(block);
        if let Some(mark) = &mut self.mark {
            mark.feed(&slices(block));
        }
    }

    /// Ends the recording, with [`DECOYS_MIN`] decoys from `seed`.
    pub(crate) fn finish(self, seed: u64) -> LayersEvidence {
        let veils = self.veils.finish(DECOYS_MIN, seed);
        LayersEvidence { veils, mark: self.mark.map(MarkDetector::finish) }
    }
}

/// What a recording shows about keys.
pub(crate) struct MultiRecipeEvidence<T> {
    patterns: Vec<(Evidence, Vec<T>)>,
    /// Of all patterns together; none where no recipe was given.
    decoys: Option<Decoys>,
}

/// The pattern in which a key scores highest.
pub(crate) struct BestPattern<'a, T> {
    pub(crate) evidence: &'a Evidence,
    pub(crate) score: Score,
    /// What stands for the recipes that have this pattern.
    pub(crate) recipes: &'a [T],
}

impl<T> MultiRecipeEvidence<T> {
    /// Whether there was enough sound to detect anything in.
    pub(crate) fn is_audible(&self) -> bool {
        self.patterns.iter().any(|(evidence, _)| evidence.has_signal())
    }

    /// Seconds of audio fed.
    pub(crate) fn seconds(&self) -> f64 {
        self.patterns.first().map_or(0.0, |(evidence, _)| evidence.seconds())
    }

    /// The decoys; none where no recipe was given.
    pub(crate) fn decoys(&self) -> Option<&Decoys> {
        self.decoys.as_ref()
    }

    /// The pattern in which `key` scores highest; none where no recipe was given.
    pub(crate) fn best(&self, key: &ClassKey) -> Option<BestPattern<'_, T>> {
        self.patterns
            .iter()
            .map(|(evidence, recipes)| BestPattern { evidence, score: evidence.test(key), recipes })
            .max_by(|a, b| a.score.value.total_cmp(&b.score.value))
    }

    /// The pattern in which `key` was found, which is where it scores higher than every decoy.
    pub(crate) fn find(&self, key: &ClassKey) -> Option<BestPattern<'_, T>> {
        let highest = self.decoys.as_ref()?.highest();
        self.best(key).filter(|best| best.score.value > highest)
    }

    /// The rank of `key` among the decoys, as a p-value; 1 where no recipe was given.
    pub(crate) fn p_value(&self, key: &ClassKey) -> f64 {
        let best = self.decoys.as_ref().zip(self.best(key));
        best.map_or(1.0, |(decoys, best)| decoys.p_value(best.score.value))
    }
}
