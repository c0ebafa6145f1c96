//! Finds recipe and timeline position of a file in its audio.

use std::sync::Arc;

use patchveil_veil::{
    Alignment, ClassKey, Recipe, RecipeError, Veil, align, log_likelihood, period,
};
use rayon::prelude::*;

use super::error::RestoreError;
use super::excerpt::Excerpt;
use super::outcome::Evidence;
use super::request::Request;
use super::source::Source;
use crate::detector::{MultiRecipeDetector, detectable_presets};
use crate::manifest::Record;
use crate::veil_cache::VeilCache;
use crate::watch::Watch;

/// Seconds of audio in which the position is searched for and, if it is uncertain, confirmed.
const SEARCHED_S: [usize; 2] = [30, 300];
/// How far from the detected position the right one may be, in samples at 48 kHz: 2 ms. The largest
/// error seen was 1.5 ms.
const WITHIN_AT_48_KHZ: u32 = 96;
/// The same for a position that was searched for, in samples.
const WITHIN_AFTER: u32 = 3;

/// Noise power, relative to that of rounding, above which what rounding hides has no influence.
const MUCH_NOISE: f64 = 64.0;
/// By how much a recipe has to be likelier than the next, as natural log odds per sample. Where a wrong
/// one was likelier, it was by 0.002.
const CLEAR_MARGIN: f64 = 0.005;

/// Recipe and position of a file, and what shows that they are right.
pub(super) struct Located {
    pub(super) recipe: Recipe,
    /// Timeline position of the file's first sample, in samples.
    pub(super) offset: i64,
    pub(super) evidence: Evidence,
}

/// The recipes that a file may carry: the one requested, else the recorded one, else all presets.
pub(super) fn recipes(request: &Request<'_>, record: Option<&Record>) -> Vec<Recipe> {
    match (&request.recipe, record) {
        (Some(recipe), _) => vec![recipe.clone()],
        (None, Some(record)) => vec![record.recipe.clone()],
        (None, None) => detectable_presets(),
    }
}

/// Finds the recipe, and the position to the sample.
///
/// # Errors
/// [`RestoreError`] if the key is not in the file, or not at the offset given, or if the position is
/// uncertain and not forced.
pub(super) fn find(
    source: &Source,
    key: &ClassKey,
    recipes: &[Recipe],
    request: &Request<'_>,
    watch: &Watch<'_>,
) -> Result<Located, RestoreError> {
    let (near, recipes) = detect(source, key, recipes, watch)?;
    let search = Search { source, key, watch, veils: &request.veils, force: request.force };
    if let Some(given) = request.offset {
        return search.given(given, near, &recipes);
    }
    search.unknown(near, &recipes)
}

/// The detected offset, and the recipes that have the detected pattern.
fn detect(
    source: &Source,
    key: &ClassKey,
    recipes: &[Recipe],
    watch: &Watch<'_>,
) -> Result<(f64, Vec<Recipe>), RestoreError> {
    let undetectable =
        |reason: String| RestoreError::Undetectable { path: source.path().to_owned(), reason };
    let info = source.info();
    let mut detector = MultiRecipeDetector::of_recipes(info.sample_rate, info.channels, recipes)
        .map_err(|error| undetectable(error.to_string()))?;
    source.blocks(watch, |_, planar| {
        detector.feed(planar);
        Ok(true)
    })?;
    let evidence = detector.finish_at_random().map_err(|error| undetectable(error.to_string()))?;
    if !evidence.is_audible() {
        return Err(undetectable("it is too short or too quiet to detect a key in it".to_owned()));
    }
    let found = evidence.find(key).map(|best| (best.score.offset, best.recipes.to_vec()));
    found.ok_or_else(|| RestoreError::NotFound(source.path().to_owned()))
}

/// The search for the position of a key that was detected.
struct Search<'a> {
    source: &'a Source,
    key: &'a ClassKey,
    watch: &'a Watch<'a>,
    veils: &'a VeilCache,
    force: bool,
}

impl Search<'_> {
    /// The recipe that fits best at the offset given.
    fn given(&self, given: i64, near: f64, recipes: &[Recipe]) -> Result<Located, RestoreError> {
        let excerpt = Excerpt::loudest(self.source, SEARCHED_S[0], self.watch)?;
        let at = Alignment { offset: given, log_odds: 0.0, grid_bits: None, is_expected: false };
        let candidates = self.candidates(recipes, |_| Ok(at))?;
        let (Candidate { veil, .. }, evidence) = self.likeliest(&excerpt, candidates)?;
        let within = f64::from(self.within());
        // Detection sees the veil alone.
        let recipe = veil.recipe();
        let of_veil = recipe.veil.as_ref().map(|settings| u64::from(settings.placement.period_us));
        let period = of_veil.unwrap_or_else(|| recipe.period_us()) as f64
            * 1e-6
            * f64::from(veil.sample_rate());
        let distance = (given as f64 - near).rem_euclid(period);
        if distance.min(period - distance) > within {
            return Err(RestoreError::Elsewhere {
                path: self.source.path().to_owned(),
                given,
                found: near.round() as i64,
                period: period.round() as i64,
            });
        }
        let recipe = veil.recipe().clone();
        Ok(Located { recipe, offset: given, evidence })
    }

    /// The likeliest recipe and position, if they are certain or forced.
    fn unknown(&self, near: f64, recipes: &[Recipe]) -> Result<Located, RestoreError> {
        let mut excerpt = Excerpt::loudest(self.source, SEARCHED_S[0], self.watch)?;
        let near = near.round() as i64;
        // Next to the right position one recipe may look as bad as the other, so each is judged where
        // it fits best.
        let candidates =
            self.candidates(recipes, |veil| self.align(veil, &excerpt, near, self.within()))?;
        let (Candidate { veil, at: mut found }, mut evidence) =
            self.likeliest(&excerpt, candidates)?;
        let whole = self.source.info().frames();
        if !found.is_certain() && whole > excerpt.samples.len() as u64 {
            excerpt = Excerpt::loudest(self.source, SEARCHED_S[1], self.watch)?;
            found = self.align(&veil, &excerpt, found.offset, WITHIN_AFTER)?;
        }
        let (recipe, offset) = (veil.recipe().clone(), found.offset);
        if !found.is_certain() {
            if !self.force {
                let path = self.source.path().to_owned();
                return Err(RestoreError::Uncertain { path, offset });
            }
            evidence = Evidence::Guess;
        }
        Ok(Located { recipe, offset, evidence })
    }

    fn within(&self) -> u32 {
        (WITHIN_AT_48_KHZ * self.source.info().sample_rate / 48_000).max(4)
    }

    /// The recipes with their veils, and the position that `position` gives each.
    fn candidates(
        &self,
        recipes: &[Recipe],
        position: impl Fn(&Arc<Veil>) -> Result<Alignment, RestoreError> + Sync,
    ) -> Result<Vec<Candidate>, RestoreError> {
        let rate = self.source.info().sample_rate;
        let candidate = |recipe: &Recipe| {
            let veil = self.veils.get(self.key, recipe, rate);
            let veil = veil.map_err(|source| self.unusable(source))?;
            Ok(Candidate { at: position(&veil)?, veil })
        };
        recipes.par_iter().map(candidate).collect()
    }

    /// The recipe under which the audio is likeliest. Where rounding noise hides the treble, the noise
    /// power assumed can tip the balance: a recipe is certain if it is the likeliest with none, with
    /// the real one and, by a clear margin, with [`MUCH_NOISE`] times that. Otherwise, if forced, it is
    /// a guess.
    fn likeliest(
        &self,
        excerpt: &Excerpt,
        mut candidates: Vec<Candidate>,
    ) -> Result<(Candidate, Evidence), RestoreError> {
        // Index of the likeliest, and by how much it is likelier.
        let best = |rounding: f64| -> Result<(usize, f64), RestoreError> {
            let likelihood = |one: &Candidate| {
                let at = one.at.offset + excerpt.first;
                log_likelihood(&one.veil, &excerpt.samples, rounding, at)
            };
            let likelihoods = candidates.iter().map(likelihood).collect::<Result<Vec<f64>, _>>();
            let likelihoods = likelihoods.map_err(|source| self.unusable(source))?;
            let best = likelihoods.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            let (best, top) = best.map_or((0, 0.0), |(index, top)| (index, *top));
            let others = likelihoods.iter().enumerate().filter(|(index, _)| *index != best);
            let next = others.map(|(_, other)| *other).fold(f64::NEG_INFINITY, f64::max);
            Ok((best, (top - next) / excerpt.samples.len().max(1) as f64))
        };
        let (mut chosen, mut evidence) = (0, Evidence::Detection);
        if candidates.len() > 1 {
            chosen = best(self.rounding())?.0;
            let (with_much, margin) = best(MUCH_NOISE * self.rounding())?;
            let agree = with_much == chosen && best(0.0)?.0 == chosen;
            if !(agree && margin >= CLEAR_MARGIN) {
                if !self.force {
                    return Err(RestoreError::RecipeUnclear(self.source.path().to_owned()));
                }
                evidence = Evidence::Guess;
            }
        }
        if chosen >= candidates.len() {
            return Err(RestoreError::NotFound(self.source.path().to_owned()));
        }
        Ok((candidates.swap_remove(chosen), evidence))
    }

    /// The position of the file, found in an excerpt of it.
    fn align(
        &self,
        veil: &Arc<Veil>,
        excerpt: &Excerpt,
        near: i64,
        within: u32,
    ) -> Result<Alignment, RestoreError> {
        // Most files are whole.
        let expected = Some(excerpt.first);
        let near = near + excerpt.first;
        let found = align(veil, &excerpt.samples, self.rounding(), near, within, expected)
            .map_err(|source| self.unusable(source))?;
        let offset = found.offset - excerpt.first;
        let offset = period(veil).map_or(offset, |period| offset.rem_euclid(period));
        Ok(Alignment { offset, ..found })
    }

    /// Power of the rounding noise in the mean of the channels, dither included.
    fn rounding(&self) -> f64 {
        let info = self.source.info();
        let step = info.format.step().map_or(0.0, f64::from);
        step.powi(2) / 4.0 / f64::from(info.channels)
    }

    fn unusable(&self, source: RecipeError) -> RestoreError {
        RestoreError::Recipe { path: self.source.path().to_owned(), source }
    }
}

/// A recipe, and the position of the file if that is the right one.
struct Candidate {
    veil: Arc<Veil>,
    at: Alignment,
}
