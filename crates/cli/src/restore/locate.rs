//! Where on the timeline a file lies and which recipe it carries, found out from its audio.

use std::sync::Arc;

use patchveil_veil::{
    Alignment, ClassKey, Preset, Recipe, RecipeError, Veil, align, log_likelihood, period,
};
use rayon::prelude::*;

use super::run::{Source, step};
use super::{Evidence, Request, RestoreError, VeilCache};
use crate::hear::Listening;
use crate::manifest::Record;
use crate::protect::Watch;

/// Seconds that a place is searched in, and then, if it is not certain, made certain in.
const SEARCHED_S: [usize; 2] = [30, 300];
/// How far from the detected place the right one may be, in samples at 48 kHz: two milliseconds. Three
/// quarters of that were seen.
const WITHIN_AT_48_KHZ: u32 = 96;
/// The same once the place was searched for, in samples.
const WITHIN_AFTER: u32 = 3;

/// Noise, relative to that of rounding, under which what rounding hid counts for nothing.
const MUCH_NOISE: f64 = 64.0;
/// By how much a recipe has to be likelier than the next one, as the natural logarithm of the odds by
/// sample. Where a wrong one was likelier, it was so by 0.002.
const CLEAR: f64 = 0.005;

/// What to undo, and why that is right.
pub(super) struct Place {
    pub(super) recipe: Recipe,
    pub(super) offset: i64,
    pub(super) evidence: Evidence,
}

/// The recipes that a file may carry: the one that was said, else the recorded one, else all that
/// were released.
pub(super) fn recipes(request: &Request<'_>, record: Option<&Record>) -> Vec<Recipe> {
    match (&request.recipe, record) {
        (Some(recipe), _) => vec![recipe.clone()],
        (None, Some(record)) => vec![record.recipe.clone()],
        (None, None) => released(),
    }
}

/// The presets that can be undone, which are those that can be heard.
pub(crate) fn released() -> Vec<Recipe> {
    Preset::restorable().map(Preset::recipe).collect()
}

/// The recipe to fall back on where the user insists and nothing is known.
pub(super) fn default_recipe() -> Recipe {
    Preset::Balanced.recipe()
}

/// Finds the recipe and the place, to the sample.
///
/// # Errors
/// [`RestoreError`] if the key is not in the file, or not at the offset given, or if the place is not
/// certain and the user does not insist.
pub(super) fn find(
    source: &Source,
    key: &ClassKey,
    recipes: &[Recipe],
    request: &Request<'_>,
    watch: &Watch<'_>,
) -> Result<Place, RestoreError> {
    let (near, recipes) = detect(source, key, recipes, watch)?;
    let search = Search { source, key, watch, veils: &request.veils, force: request.force };
    if let Some(given) = request.offset {
        return search.given(given, near, &recipes);
    }
    search.unknown(near, &recipes)
}

/// The offset that detection gives, and those of the recipes that lay the code it found.
fn detect(
    source: &Source,
    key: &ClassKey,
    recipes: &[Recipe],
    watch: &Watch<'_>,
) -> Result<(f64, Vec<Recipe>), RestoreError> {
    let untold = |reason: String| RestoreError::Untold { path: source.path().to_owned(), reason };
    let info = source.info();
    let mut listening = Listening::new(info.sample_rate, info.channels, recipes)
        .map_err(|error| untold(error.to_string()))?;
    source.blocks(watch, |_, planar| {
        listening.feed(planar);
        Ok(true)
    })?;
    let heard = listening.finish().map_err(|error| untold(error.to_string()))?;
    if !heard.is_audible() {
        return Err(untold("it is too short or too quiet to hear any key in it".to_owned()));
    }
    heard.find(key).ok_or_else(|| RestoreError::NotFound(source.path().to_owned()))
}

/// A key that is known to be in a file.
struct Search<'a> {
    source: &'a Source,
    key: &'a ClassKey,
    watch: &'a Watch<'a>,
    veils: &'a VeilCache,
    force: bool,
}

impl Search<'_> {
    /// The recipe that fits best where the user says the file begins.
    fn given(&self, given: i64, near: f64, recipes: &[Recipe]) -> Result<Place, RestoreError> {
        let excerpt = self.excerpt(SEARCHED_S[0])?;
        let at = Alignment { offset: given, log_odds: 0.0, grid_bits: None };
        let candidates = self.candidates(recipes, |_| Ok(at))?;
        let (Candidate { veil, .. }, evidence) = self.likeliest(&excerpt, candidates)?;
        let within = f64::from(self.within());
        let placement = &veil.recipe().placement;
        let frame = f64::from(placement.period_us) * 1e-6 * f64::from(veil.sample_rate());
        let away = (given as f64 - near).rem_euclid(frame);
        if away.min(frame - away) > within {
            return Err(RestoreError::Elsewhere {
                path: self.source.path().to_owned(),
                given,
                found: near.round() as i64,
                period: frame.round() as i64,
            });
        }
        let recipe = veil.recipe().clone();
        Ok(Place { recipe, offset: given, evidence })
    }

    /// The likeliest recipe and place, if they are certain or the user insists.
    fn unknown(&self, near: f64, recipes: &[Recipe]) -> Result<Place, RestoreError> {
        let mut excerpt = self.excerpt(SEARCHED_S[0])?;
        let near = near.round() as i64;
        // Beside the right place one recipe may look as bad as the other: each stands where it fits
        // best.
        let candidates =
            self.candidates(recipes, |veil| self.align(veil, &excerpt, near, self.within()))?;
        let (Candidate { veil, at: mut found }, mut evidence) =
            self.likeliest(&excerpt, candidates)?;
        let whole = self.source.info().frames();
        if !found.is_certain() && whole > excerpt.samples.len() as u64 {
            excerpt = self.excerpt(SEARCHED_S[1])?;
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
        Ok(Place { recipe, offset, evidence })
    }

    fn within(&self) -> u32 {
        (WITHIN_AT_48_KHZ * self.source.info().sample_rate / 48_000).max(4)
    }

    /// The recipes with their veils, and what `place` says of each.
    fn candidates(
        &self,
        recipes: &[Recipe],
        place: impl Fn(&Arc<Veil>) -> Result<Alignment, RestoreError> + Sync,
    ) -> Result<Vec<Candidate>, RestoreError> {
        let rate = self.source.info().sample_rate;
        let candidate = |recipe: &Recipe| {
            let veil = self.veils.get(self.key, recipe, rate);
            let veil = veil.map_err(|source| self.unusable(source))?;
            Ok(Candidate { at: place(&veil)?, veil })
        };
        recipes.par_iter().map(candidate).collect()
    }

    /// The recipe under which the audio is likeliest. Where rounding noise hides the treble, how much of
    /// it is taken into account can draw to either side: the recipe is told where the likelihood says
    /// the same with none, with what there is and with [`MUCH_NOISE`], and there clearly. Where it is
    /// not and the user insists, it is a guess.
    fn likeliest(
        &self,
        excerpt: &Excerpt,
        mut candidates: Vec<Candidate>,
    ) -> Result<(Candidate, Evidence), RestoreError> {
        // The one that is likeliest, and by how much.
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
            if !(agree && margin >= CLEAR) {
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

    /// The place of the file, as found in an excerpt of it.
    fn align(
        &self,
        veil: &Arc<Veil>,
        excerpt: &Excerpt,
        near: i64,
        within: u32,
    ) -> Result<Alignment, RestoreError> {
        let found = align(veil, &excerpt.samples, self.rounding(), near + excerpt.first, within)
            .map_err(|source| self.unusable(source))?;
        let offset = found.offset - excerpt.first;
        let offset = period(veil).map_or(offset, |period| offset.rem_euclid(period));
        Ok(Alignment { offset, ..found })
    }

    /// Power of the rounding noise in the mean of the channels, dither included.
    fn rounding(&self) -> f64 {
        let info = self.source.info();
        let step = step(info.format).map_or(0.0, f64::from);
        step.powi(2) / 4.0 / f64::from(info.channels)
    }

    fn unusable(&self, source: RecipeError) -> RestoreError {
        RestoreError::Recipe { path: self.source.path().to_owned(), source }
    }

    /// The loudest stretch of the file of up to so many seconds, as the mean of its channels.
    fn excerpt(&self, seconds: usize) -> Result<Excerpt, RestoreError> {
        let rate = self.source.info().sample_rate as usize;
        let mut loudness = Vec::new();
        let mut begun = 0;
        self.source.blocks(self.watch, |_, planar| {
            for sample in mean(planar) {
                if begun % rate == 0 {
                    loudness.push(0.0);
                }
                if let Some(second) = loudness.last_mut() {
                    *second += f64::from(sample).powi(2);
                }
                begun += 1;
            }
            Ok(true)
        })?;
        let sum = |stretch: &[f64]| stretch.iter().sum::<f64>();
        let stretches = loudness.windows(seconds.min(loudness.len()).max(1)).map(sum);
        let loudest = stretches.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let first = loudest.map_or(0, |(second, _)| second * rate);
        let end = first + seconds * rate;
        let (mut at, mut samples) = (0, Vec::new());
        self.source.blocks(self.watch, |_, planar| {
            let block: Vec<f32> = mean(planar).collect();
            let from = first.saturating_sub(at).min(block.len());
            let to = end.saturating_sub(at).min(block.len());
            samples.extend_from_slice(&block[from.min(to)..to]);
            at += block.len();
            Ok(at < end)
        })?;
        Ok(Excerpt { first: first as i64, samples })
    }
}

/// A recipe, and where the file lies on the timeline if it is the right one.
struct Candidate {
    veil: Arc<Veil>,
    at: Alignment,
}

/// A stretch of a file.
struct Excerpt {
    /// Where in the file it begins, in samples.
    first: i64,
    samples: Vec<f32>,
}

/// The mean of all channels: the veil is the same in each, and linear.
fn mean(planar: &[Vec<f32>]) -> impl Iterator<Item = f32> {
    let frames = planar.iter().map(Vec::len).min().unwrap_or(0);
    let scale = 1.0 / planar.len().max(1) as f32;
    (0..frames).map(move |frame| {
        let sum: f32 = planar.iter().filter_map(|channel| channel.get(frame)).sum();
        sum * scale
    })
}
