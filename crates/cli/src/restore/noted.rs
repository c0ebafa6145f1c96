//! Which of the plug-in's receipts a file has, by what the file itself shows.
//!
//! A receipt says where in a project a render began, and a file that was bounced in one go begins there. So its position is
//! expected, as 0 is of files without receipts, and its recipe is compared with those of other receipts, with the presets, and
//! with itself at other levels.

use std::sync::Arc;

use patchveil_receipts::Receipt;
use patchveil_veil::{
    AMOUNT_MAX, ClassKey, MarkSettings, Recipe, Veil, log_likelihoods, odds_by_scatter,
};

use super::error::RestoreError;
use super::excerpt::Excerpt;
use super::locate::{CLEAR_ODDS, Located, SEARCHED_S, Search, nearest};
use super::outcome::Evidence;

/// Levels of mark, in dB, and veil, in percent, that are closer than this are not told apart, and a recipe is compared with itself
/// at levels that are this far away. Sound is not as predictable as it is taken to be: the likeliest levels were up to 0.8 dB and
/// 7 % beside the right ones.
const LEVELS_APART: (f64, f64) = (2.5, 15.0);

/// Odds, as a natural logarithm, from which something that is not noted is right: a receipt for this very place, which one in 200
/// unrelated ones would be for, is much likelier beforehand.
const NOT_NOTED_ODDS: f64 = 10.5;

/// Windows of a stretch: half a second.
const STRETCH: usize = 25;

/// A recipe at a position, and the log-likelihood of each window if they are right.
struct Hypothesis<'a> {
    /// None for a preset.
    receipt: Option<&'a Receipt>,
    veil: Arc<Veil>,
    position: i64,
    windows: Vec<f64>,
}

impl Hypothesis<'_> {
    fn sum(&self) -> f64 {
        self.windows.iter().sum()
    }
}

impl Search<'_> {
    /// Recipe and position by the receipt that fits; nothing where there is none for this place, or a preset fits better.
    ///
    /// # Errors
    /// [`RestoreError::ReceiptsAlike`] and [`RestoreError::ReceiptsUnfit`], unless forced.
    pub(super) fn by_receipt(&self) -> Result<Option<Located>, RestoreError> {
        let is_possible = |receipt: &&Receipt| {
            self.is_near(receipt.position) && self.detected.recipes.contains(&receipt.recipe)
        };
        let possible: Vec<&Receipt> = self.noted.iter().filter(is_possible).collect();
        if possible.is_empty() {
            return Ok(None);
        }
        let excerpt = self.loudest(SEARCHED_S[0])?;
        let mut hypotheses: Vec<Hypothesis<'_>> = Vec::new();
        for receipt in possible {
            let veil = self.veil(&receipt.recipe)?;
            let is_known = |other: &Hypothesis<'_>| {
                nearest(&veil, other.position, receipt.position) == receipt.position
                    && self.acts_alike(other.veil.recipe(), &receipt.recipe)
            };
            if !hypotheses.iter().any(is_known) {
                hypotheses.push(self.hypothesis(
                    &excerpt,
                    veil,
                    receipt.position,
                    Some(receipt),
                )?);
            }
        }
        let by_sum = |a: &Hypothesis<'_>, b: &Hypothesis<'_>| a.sum().total_cmp(&b.sum()).reverse();
        hypotheses.sort_by(by_sum);
        let mut in_order = hypotheses.into_iter();
        let Some(best) = in_order.next() else { return Ok(None) };
        let preset = self.better_preset(&excerpt, &best)?;
        let fits = self.fits(&excerpt, preset.as_ref().unwrap_or(&best))?;
        if preset.is_some() || !fits {
            return if fits || self.force { Ok(None) } else { Err(self.unfit()) };
        }
        let found = self.align_given(&best.veil, &excerpt, best.position)?;
        let place = nearest(&best.veil, found.offset, best.position);
        if !found.is_certain() || place != best.position {
            return Ok(None);
        }
        let mut evidence = Evidence::Detection;
        if let Some(other) = in_order.find(|other| !self.is_told_apart(&best, other)) {
            if !self.force {
                return Err(self.alike(&best, &other));
            }
            evidence = Evidence::Guess;
        }
        let recipe = best.veil.recipe().clone();
        let (offset, receipt) = (best.position, best.receipt.cloned());
        Ok(Some(Located { recipe, offset, evidence, stretches: Vec::new(), better: None, receipt }))
    }

    /// The same error, or that no receipt fits, if that is why.
    pub(super) fn without_receipt(&self, error: RestoreError) -> RestoreError {
        let is_unclear =
            matches!(error, RestoreError::Uncertain { .. } | RestoreError::RecipeUnclear(_));
        if is_unclear && !self.noted.is_empty() { self.unfit() } else { error }
    }

    /// Whether the file may begin at `position`, by where the key was detected.
    pub(super) fn is_near(&self, position: i64) -> bool {
        let (near, period) = (self.detected.near, self.detected.period);
        let distance = (position as f64 - near).rem_euclid(period);
        distance.min(period - distance) <= f64::from(self.detected.within)
    }

    fn veil(&self, recipe: &Recipe) -> Result<Arc<Veil>, RestoreError> {
        let veil = self.veils.get(self.key, recipe, self.source.info().sample_rate);
        veil.map_err(|error| self.source.unusable(error))
    }

    fn hypothesis<'a>(
        &self,
        excerpt: &Excerpt,
        veil: Arc<Veil>,
        position: i64,
        receipt: Option<&'a Receipt>,
    ) -> Result<Hypothesis<'a>, RestoreError> {
        let (rounding, at) = (self.source.rounding(), position + excerpt.first);
        let windows = log_likelihoods(&veil, &excerpt.samples, rounding, at)
            .map_err(|error| self.source.unusable(error))?;
        Ok(Hypothesis { receipt, veil, position, windows })
    }

    /// The preset that is clearly likelier than `best` at its position, if one is.
    fn better_preset(
        &self,
        excerpt: &Excerpt,
        best: &Hypothesis<'_>,
    ) -> Result<Option<Hypothesis<'static>>, RestoreError> {
        let mut better: Option<Hypothesis<'static>> = None;
        let noted = |recipe: &Recipe| self.noted.iter().any(|receipt| receipt.recipe == *recipe);
        for recipe in self.detected.recipes.iter().filter(|recipe| !noted(recipe)) {
            let preset = self.hypothesis(excerpt, self.veil(recipe)?, best.position, None)?;
            if odds(&preset, best) > NOT_NOTED_ODDS
                && better.as_ref().is_none_or(|better| preset.sum() > better.sum())
            {
                better = Some(preset);
            }
        }
        Ok(better)
    }

    /// Whether the same recipe with mark or veil at another level is not clearly likelier.
    fn fits(&self, excerpt: &Excerpt, best: &Hypothesis<'_>) -> Result<bool, RestoreError> {
        for recipe in at_other_levels(best.veil.recipe(), self.key) {
            // Of no use for another file, so not kept.
            let veil = Veil::new(self.key, &recipe, best.veil.sample_rate());
            let veil = Arc::new(veil.map_err(|error| self.source.unusable(error))?);
            if odds(&self.hypothesis(excerpt, veil, best.position, None)?, best) > NOT_NOTED_ODDS {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the audio shows that `best` is right and the other receipt is not this file's.
    fn is_told_apart(&self, best: &Hypothesis<'_>, other: &Hypothesis<'_>) -> bool {
        let recipes = [best, other].map(|one| in_force(one.veil.recipe(), self.key));
        !are_close(&recipes) && odds(best, other).max(odds_in_stretches(best, other)) >= CLEAR_ODDS
    }

    /// Whether the recipes give the same samples: of marks that are held at the highest level, none is louder.
    fn acts_alike(&self, one: &Recipe, other: &Recipe) -> bool {
        in_force(one, self.key) == in_force(other, self.key)
    }

    fn unfit(&self) -> RestoreError {
        let path = self.source.path().to_owned();
        RestoreError::ReceiptsUnfit { path, count: self.noted.len() }
    }

    fn alike(&self, one: &Hypothesis<'_>, other: &Hypothesis<'_>) -> RestoreError {
        let path = self.source.path().to_owned();
        let time = |one: &Hypothesis<'_>| one.receipt.map_or_else(String::new, time_of);
        RestoreError::ReceiptsAlike { path, times: [time(one), time(other)] }
    }
}

/// When the render of a receipt ended, to the second, in UTC.
fn time_of(receipt: &Receipt) -> String {
    receipt.ended()
}

/// The odds of one against another.
fn odds(one: &Hypothesis<'_>, other: &Hypothesis<'_>) -> f64 {
    odds_by_scatter(&one.windows, &other.windows)
}

/// Whether the recipes differ by their levels alone, and by less than [`LEVELS_APART`].
fn are_close([one, other]: &[Recipe; 2]) -> bool {
    let mut apart = (0.0, 0.0);
    let mut alike = other.clone();
    if let (Some(one), Some(other)) = (&one.mark, &mut alike.mark) {
        apart.0 = (one.level_db - other.level_db).abs();
        other.level_db = one.level_db;
    }
    if let (Some(one), Some(other)) = (&one.veil, &mut alike.veil) {
        apart.1 = (one.amount - other.amount).abs();
        other.amount = one.amount;
    }
    *one == alike && apart.0 < LEVELS_APART.0 && apart.1 < LEVELS_APART.1
}

/// The same by the scatter of whole stretches. Music of few tones shows a mark in few windows, which count for little next to the others.
fn odds_in_stretches(one: &Hypothesis<'_>, other: &Hypothesis<'_>) -> f64 {
    let stretches = |of: &Hypothesis<'_>| -> Vec<f64> {
        of.windows.chunks(STRETCH).map(|windows| windows.iter().sum()).collect()
    };
    odds_by_scatter(&stretches(one), &stretches(other))
}

/// The recipe with its mark at the level in force.
fn in_force(recipe: &Recipe, key: &ClassKey) -> Recipe {
    let mut recipe = recipe.clone();
    if let Some(mark) = &mut recipe.mark
        && let Ok(level) = mark.level(key)
    {
        mark.level_db = level.in_force_db;
    }
    recipe
}

/// The recipe with its mark or its veil at other levels.
fn at_other_levels(recipe: &Recipe, key: &ClassKey) -> Vec<Recipe> {
    let recipe = in_force(recipe, key);
    let (by_db, by_percent) = LEVELS_APART;
    let mut others = Vec::new();
    if let Some(mark) = &recipe.mark {
        for by in [-by_db, by_db] {
            let mark = MarkSettings { level_db: mark.level_db + by, ..mark.clone() };
            if mark.validate().is_ok() {
                others.push(Recipe { mark: Some(mark), ..recipe.clone() });
            }
        }
    }
    if let Some(veil) = &recipe.veil {
        for by in [-by_percent, by_percent] {
            let mut veil = veil.clone();
            veil.amount = (veil.amount + by).clamp(0.0, AMOUNT_MAX);
            others.push(Recipe { veil: Some(veil), ..recipe.clone() });
        }
    }
    others
}
