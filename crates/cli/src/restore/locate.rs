//! Finds recipe and timeline position of a file in its audio.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use patchveil_receipts::Receipt;
use patchveil_veil::{
    Alignment, ClassKey, Recipe, Veil, align_given, align_unless, in_period, log_likelihoods,
    period, same_pattern,
};
use rayon::prelude::*;

use super::better::{Better, is_milder, snr_between};
use super::detected::{Detected, detect};
use super::error::RestoreError;
use super::excerpt::Excerpt;
use super::integers::find_bit_depth;
use super::outcome::Evidence;
use super::request::Request;
use super::rivals::odds_in_stretches;
use super::sought::Sought;
use super::source::Source;
use super::stretches::{find_stretches, settle_seams, whole};
use crate::detector::restorable_presets;
use crate::receipts::ReceiptsCache;
use crate::veil_cache::VeilCache;
use crate::watch::Watch;

/// Seconds of audio in which the position is searched for and, if it is uncertain, confirmed.
const SEARCHED_S: [usize; 2] = [30, 300];
/// How far from a position that was searched for the right one may be, in samples.
const WITHIN_AFTER: u32 = 3;

/// By how much undoing the mark alone narrows down where a file begins that may carry a veil too.
const BY_MARK: u32 = 3;

/// Noise power, relative to that of rounding, above which what rounding hides has no influence.
const MUCH_NOISE: f64 = 64.0;
/// By how much a recipe has to be likelier than the next, as natural log odds per sample. Where a wrong
/// one was likelier, it was by 0.002.
const CLEAR_MARGIN: f64 = 0.005;

/// Odds by scatter, as a natural logarithm, from which one of two recipes counts as clearly likelier.
pub(super) const CLEAR_ODDS: f64 = 5.0;

/// Recipe and position of a file, and what shows that they are right.
pub(super) struct Located {
    pub(super) recipe: Recipe,
    /// Timeline position of the file's first sample, in samples.
    pub(super) offset: i64,
    pub(super) evidence: Evidence,
    /// What of the file carries the veil, in samples.
    pub(super) stretches: Vec<Range<u64>>,
    /// What clearly fits better than what was asked for.
    pub(super) better: Option<Better>,
    /// What the plug-in noted of it, if that is where recipe and position come from.
    pub(super) receipt: Option<Receipt>,
}

/// Finds the recipe, the position to the sample, and the stretches that carry them. `given` is the position
/// asked for, if one was.
///
/// # Errors
/// [`RestoreError`] if the key is not in the file, or not at the position given, or if the position is
/// uncertain and not forced.
pub(super) fn find(
    source: &Source,
    key: &ClassKey,
    sought: &Sought,
    given: Option<i64>,
    request: &Request<'_>,
    watch: &Watch<'_>,
) -> Result<Located, RestoreError> {
    let detected = detect(source, key, &sought.recipes, watch)?;
    let veils = &request.veils;
    let veil_of = |recipe: &Recipe| {
        let veil = veils.get(key, recipe, source.info().sample_rate);
        veil.map_err(|error| source.unusable(error))
    };
    // Of several that may be right, undoing the mildest improves what carries any of them.
    let first = detected.recipes.first().cloned();
    let first = first.ok_or_else(|| RestoreError::NotFound(source.path().to_owned()))?;
    let near = detected.near.round() as i64;
    let stretches = find_stretches(source, &veil_of(&first)?, near, watch)?;
    let is_chosen = request.recipe.is_some();
    let search = Search {
        source,
        key,
        watch,
        veils,
        force: request.force,
        is_chosen,
        detected: &detected,
        noted: &sought.noted,
        receipts: &request.receipts,
        stretches: &stretches,
        searched: OnceLock::new(),
    };
    let located = match given {
        Some(given) => search.given(given)?,
        None => search.by_receipts()?,
    };
    let best = located.better.as_ref();
    let (recipe, offset) =
        best.map_or((&located.recipe, located.offset), |better| (&better.recipe, better.offset));
    let veil = veil_of(recipe)?;
    let stretches = match *recipe == first {
        true => stretches,
        false => find_stretches(source, &veil, offset, watch)?,
    };
    if stretches == [whole(source)] {
        return Ok(Located { stretches, ..located });
    }
    let first = stretches.first().map_or(0, |stretch| stretch.start);
    let bits = find_bit_depth(source, &veil, offset, first, watch)?;
    let stretches = settle_seams(source, &veil, offset, bits, stretches, watch)?;
    Ok(Located { stretches, ..located })
}

/// The search for the position of a key that was detected.
pub(super) struct Search<'a> {
    pub(super) source: &'a Source,
    pub(super) key: &'a ClassKey,
    watch: &'a Watch<'a>,
    veils: &'a VeilCache,
    pub(super) force: bool,
    /// Whether the user chose the recipe.
    is_chosen: bool,
    pub(super) detected: &'a Detected,
    pub(super) noted: &'a [Receipt],
    pub(super) receipts: &'a ReceiptsCache,
    /// What of the file carries the veil.
    stretches: &'a [Range<u64>],
    /// The excerpt that is searched first, once it was read: finding it takes the whole file.
    searched: OnceLock<Excerpt>,
}

impl Search<'_> {
    /// The recipe that fits best at the offset given.
    fn given(&self, given: i64) -> Result<Located, RestoreError> {
        let excerpt = self.searched()?;
        let at = Alignment { offset: given, log_odds: 0.0, grid_bits: None, is_expected: false };
        let candidates = self.candidates(&self.detected.recipes, |_| Ok(at))?;
        let (Candidate { veil, .. }, evidence) = self.likeliest(excerpt, candidates)?;
        if !self.is_near(given) {
            let Detected { near, period, .. } = *self.detected;
            return Err(RestoreError::Elsewhere {
                path: self.source.path().to_owned(),
                given,
                found: near.round() as i64,
                period: period.round() as i64,
            });
        }
        let other = self.better_veil(excerpt, &veil, given)?;
        let best = other.as_ref().unwrap_or(&veil);
        let found = self.align_given(best, excerpt, given)?;
        let place = nearest(best, found.offset, given);
        // In a file that was changed since, some wrong place may look best.
        let best = if place == given || found.is_certain() { best } else { &veil };
        let place = if found.is_certain() { place } else { given };
        self.located(excerpt, (&veil, given), (best, place), evidence)
    }

    /// The likeliest of `recipes` and its position, if they are certain or forced.
    pub(super) fn unknown(&self, recipes: &[Recipe]) -> Result<Located, RestoreError> {
        let longer;
        let mut excerpt = self.searched()?;
        // Most files are whole, or come from a session that begins at 0.
        let expected = Some(0);
        let Near { position, within, mark } = self.near(excerpt, expected)?;
        // Next to the right position one recipe may look as bad as the other, so each is judged where
        // it fits best.
        let place = |veil: &Arc<Veil>| match &mark {
            Some((mark, found)) if mark.recipe() == veil.recipe() => Ok(*found),
            mark => {
                let mark = mark.as_ref().map(|(mark, _)| mark);
                self.align_unless(mark, veil, excerpt, (position, within), expected)
            }
        };
        let candidates = self.candidates(recipes, place)?;
        let (Candidate { veil, at: mut found }, mut evidence) =
            self.likeliest(excerpt, candidates)?;
        let longest = self.stretches.iter().map(|stretch| stretch.end - stretch.start).max();
        if !found.is_certain() && longest.unwrap_or(0) > excerpt.samples.len() as u64 {
            longer = self.loudest(SEARCHED_S[1])?;
            excerpt = &longer;
            found = self.align(&veil, excerpt, found.offset, WITHIN_AFTER, expected)?;
        }
        let offset = found.offset;
        if !found.is_certain() {
            if !self.force {
                let path = self.source.path().to_owned();
                return Err(RestoreError::Uncertain { path, offset });
            }
            evidence = Evidence::Guess;
        }
        let other = self.better_veil(excerpt, &veil, offset)?;
        let best = other.as_ref().unwrap_or(&veil);
        self.located(excerpt, (&veil, offset), (best, offset), evidence)
    }

    /// About where the file begins. Where there are several recipes, the mark alone, whose search is quick, narrows
    /// it down.
    fn near(&self, excerpt: &Excerpt, expected: Option<i64>) -> Result<Near, RestoreError> {
        let Detected { near, within, recipes, .. } = self.detected;
        let (position, within) = (near.round() as i64, *within);
        let mark = recipes.first().filter(|first| recipes.len() > 1 && first.veil.is_none());
        let Some(mark) = mark else { return Ok(Near { position, within, mark: None }) };
        let mark = self.veil(mark)?;
        let found = self.align(&mark, excerpt, position, within, expected)?;
        let within = within.div_ceil(BY_MARK);
        Ok(Near { position: found.offset, within, mark: Some((mark, found)) })
    }

    /// The result, compared with the recipe and position that fit best.
    fn located(
        &self,
        excerpt: &Excerpt,
        (veil, offset): (&Arc<Veil>, i64),
        (best, place): (&Arc<Veil>, i64),
        evidence: Evidence,
    ) -> Result<Located, RestoreError> {
        let recipe = veil.recipe().clone();
        let mut located = Located {
            recipe,
            offset,
            evidence,
            stretches: Vec::new(),
            better: None,
            receipt: None,
        };
        if best.recipe() != veil.recipe() || place != offset {
            let snr_db = snr_between(excerpt, (veil, offset), (best, place))
                .map_err(|error| self.source.unusable(error))?
                .filter(|_| !is_milder(best, veil));
            let recipe = best.recipe().clone();
            located.better = Some(Better { recipe, offset: place, snr_db });
        }
        Ok(located)
    }

    /// The preset that fits clearly better than the recipe that was chosen, of those whose layers were
    /// detected.
    fn better_veil(
        &self,
        excerpt: &Excerpt,
        veil: &Arc<Veil>,
        offset: i64,
    ) -> Result<Option<Arc<Veil>>, RestoreError> {
        if !self.is_chosen {
            return Ok(None);
        }
        let chosen = veil.recipe();
        let is_alike = |other: &Recipe| {
            same_pattern(other, chosen) || other.veil.is_none() || chosen.veil.is_none()
        };
        let presets = restorable_presets().into_iter();
        let others = presets.filter(|other| {
            other != chosen && other.mark.is_some() == self.detected.by_mark && is_alike(other)
        });
        let recipes: Vec<Recipe> = [chosen.clone()].into_iter().chain(others).collect();
        let at = Alignment { offset, log_odds: 0.0, grid_bits: None, is_expected: false };
        let mut candidates = self.candidates(&recipes, |_| Ok(at))?;
        let rounding = self.source.rounding();
        if self.best(excerpt, &candidates, rounding)?.0 == 0 {
            return Ok(None);
        }
        let (best, is_clear) = self.rank(excerpt, &candidates)?;
        let is_other = is_clear && best > 0 && best < candidates.len();
        Ok(is_other.then(|| candidates.swap_remove(best).veil))
    }

    /// The excerpt that is searched first.
    pub(super) fn searched(&self) -> Result<&Excerpt, RestoreError> {
        if let Some(excerpt) = self.searched.get() {
            return Ok(excerpt);
        }
        let excerpt = self.loudest(SEARCHED_S[0])?;
        Ok(self.searched.get_or_init(|| excerpt))
    }

    fn loudest(&self, seconds: usize) -> Result<Excerpt, RestoreError> {
        Excerpt::loudest(self.source, self.stretches, seconds, self.watch)
    }

    pub(super) fn veil(&self, recipe: &Recipe) -> Result<Arc<Veil>, RestoreError> {
        let veil = self.veils.get(self.key, recipe, self.source.info().sample_rate);
        veil.map_err(|error| self.source.unusable(error))
    }

    /// The recipes with their veils, and the position that `position` gives each.
    fn candidates(
        &self,
        recipes: &[Recipe],
        position: impl Fn(&Arc<Veil>) -> Result<Alignment, RestoreError> + Sync,
    ) -> Result<Vec<Candidate>, RestoreError> {
        let candidate = |recipe: &Recipe| {
            let veil = self.veil(recipe)?;
            Ok(Candidate { at: position(&veil)?, veil })
        };
        recipes.par_iter().map(candidate).collect()
    }

    /// The recipe under which the audio is likeliest; if that is not clear and forced, it is a guess.
    fn likeliest(
        &self,
        excerpt: &Excerpt,
        mut candidates: Vec<Candidate>,
    ) -> Result<(Candidate, Evidence), RestoreError> {
        let (mut chosen, mut evidence) = (0, Evidence::Detection);
        if candidates.len() > 1 {
            let is_clear;
            (chosen, is_clear) = self.rank(excerpt, &candidates)?;
            // Where no veil was detected either, it need not be by far.
            let is_mark =
                !self.detected.has_veil && self.is_only_mark(excerpt, &candidates, chosen)?;
            if !is_clear && !is_mark {
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

    /// Whether the one chosen has no veil, and no other without one is about as likely.
    fn is_only_mark(
        &self,
        excerpt: &Excerpt,
        candidates: &[Candidate],
        chosen: usize,
    ) -> Result<bool, RestoreError> {
        let has_none = |one: &&Candidate| one.veil.recipe().veil.is_none();
        let Some(chosen) = candidates.get(chosen).filter(has_none) else { return Ok(false) };
        let is_other = |one: &&Candidate| one.veil.recipe() != chosen.veil.recipe();
        let others = candidates.iter().filter(has_none).filter(is_other);
        let compared = [chosen].into_iter().chain(others);
        let windows =
            self.windows_of(excerpt, compared.map(Candidate::hypothesis), self.source.rounding())?;
        let Some((of_chosen, others)) = windows.split_first() else { return Ok(false) };
        Ok(others.iter().all(|other| odds_in_stretches(of_chosen, other) >= CLEAR_ODDS))
    }

    /// Index of the recipe under which the audio is likeliest, and whether that is clear. Where rounding
    /// noise hides the treble, the noise power assumed can tip the balance: it is clear if it is the likeliest
    /// with none, with the real one and, by a clear margin, with [`MUCH_NOISE`] times that.
    fn rank(
        &self,
        excerpt: &Excerpt,
        candidates: &[Candidate],
    ) -> Result<(usize, bool), RestoreError> {
        let rounding = self.source.rounding();
        let chosen = self.best(excerpt, candidates, rounding)?.0;
        let (with_much, margin) = self.best(excerpt, candidates, MUCH_NOISE * rounding)?;
        let agree = with_much == chosen && self.best(excerpt, candidates, 0.0)?.0 == chosen;
        Ok((chosen, agree && margin >= CLEAR_MARGIN))
    }

    /// Index of the likeliest, with rounding noise of this power, and by how much it is likelier than
    /// the next, as natural log odds per sample.
    fn best(
        &self,
        excerpt: &Excerpt,
        candidates: &[Candidate],
        rounding: f64,
    ) -> Result<(usize, f64), RestoreError> {
        let windows =
            self.windows_of(excerpt, candidates.iter().map(Candidate::hypothesis), rounding)?;
        let likelihoods: Vec<f64> = windows.iter().map(|windows| windows.iter().sum()).collect();
        let best = likelihoods.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let (best, top) = best.map_or((0, 0.0), |(index, top)| (index, *top));
        let others = likelihoods.iter().enumerate().filter(|(index, _)| *index != best);
        let next = others.map(|(_, other)| *other).fold(f64::NEG_INFINITY, f64::max);
        Ok((best, (top - next) / excerpt.samples.len().max(1) as f64))
    }

    /// The log-likelihood of each window under each recipe at its position, with rounding noise of this power.
    pub(super) fn windows_of(
        &self,
        excerpt: &Excerpt,
        hypotheses: impl Iterator<Item = (Arc<Veil>, i64)>,
        rounding: f64,
    ) -> Result<Vec<Vec<f64>>, RestoreError> {
        let hypotheses: Vec<_> =
            hypotheses.map(|(veil, position)| (veil, position + excerpt.first)).collect();
        log_likelihoods(&hypotheses, &excerpt.samples, rounding)
            .map_err(|error| self.source.unusable(error))
    }

    /// The position of the file, found in an excerpt of it; `expected` is the one that is likeliest
    /// beforehand.
    fn align(
        &self,
        veil: &Arc<Veil>,
        excerpt: &Excerpt,
        near: i64,
        within: u32,
        expected: Option<i64>,
    ) -> Result<Alignment, RestoreError> {
        self.align_unless(None, veil, excerpt, (near, within), expected)
    }

    /// The same, only roughly where the file clearly carries a `mark` alone, at the position `near`.
    fn align_unless(
        &self,
        mark: Option<&Arc<Veil>>,
        veil: &Arc<Veil>,
        excerpt: &Excerpt,
        (near, within): (i64, u32),
        expected: Option<i64>,
    ) -> Result<Alignment, RestoreError> {
        let expected = expected.map(|expected| expected + excerpt.first);
        let near = near + excerpt.first;
        let (rounding, samples) = (self.source.rounding(), &excerpt.samples);
        let rival = mark.map(|mark| (mark, near));
        let found = align_unless(rival, veil, samples, rounding, (near, within), expected)
            .map_err(|error| self.source.unusable(error))?;
        Ok(in_file(veil, excerpt, found))
    }

    /// The position given, unless an excerpt shows that another one fits better.
    pub(super) fn align_given(
        &self,
        veil: &Arc<Veil>,
        excerpt: &Excerpt,
        given: i64,
    ) -> Result<Alignment, RestoreError> {
        let (rounding, within) = (self.source.rounding(), self.detected.within);
        let given = given + excerpt.first;
        let found = align_given(veil, &excerpt.samples, rounding, given, within)
            .map_err(|error| self.source.unusable(error))?;
        Ok(in_file(veil, excerpt, found))
    }
}

/// The position of the file, by that of an excerpt.
fn in_file(veil: &Veil, excerpt: &Excerpt, found: Alignment) -> Alignment {
    Alignment { offset: in_period(veil, found.offset - excerpt.first), ..found }
}

/// The position nearest to `to` at which the veil is as at `place`.
pub(super) fn nearest(veil: &Veil, place: i64, to: i64) -> i64 {
    let Some(period) = period(veil) else { return place };
    let ahead = (place - to).rem_euclid(period);
    to + if ahead > period / 2 { ahead - period } else { ahead }
}

/// About where the file begins.
struct Near {
    /// In samples.
    position: i64,
    /// How far from that it may, in samples.
    within: u32,
    /// The mark without a veil and its position, if the recipes begin with one.
    mark: Option<(Arc<Veil>, Alignment)>,
}

/// A recipe, and the position of the file if that is the right one.
struct Candidate {
    veil: Arc<Veil>,
    at: Alignment,
}

impl Candidate {
    fn hypothesis(&self) -> (Arc<Veil>, i64) {
        (self.veil.clone(), self.at.offset)
    }
}
