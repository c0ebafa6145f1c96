//! Which of the plug-in's receipts a file has, by what the file itself shows.
//!
//! A receipt says where in a project a render began and how long it was, and a file that was bounced in one go begins there and is as
//! long. So its position is expected, as 0 is of files without receipts. Its recipe is taken if it is clearly likelier than those
//! of other receipts, than the presets, and than itself at other levels. Else the file is looked into as if there were no receipts.

use std::path::PathBuf;
use std::sync::Arc;

use patchveil_receipts::Receipt;
use patchveil_veil::{AMOUNT_MAX, ClassKey, MarkSettings, Recipe, Veil};

use super::error::RestoreError;
use super::excerpt::Excerpt;
use super::locate::{CLEAR_ODDS, Located, Search, nearest};
use super::outcome::Evidence;
use super::rivals::{Rival, Verdict, judge, odds_in_stretches};
use crate::detector::restorable_presets;

/// Levels of mark, in dB, and veil, in percent, that are closer than this are not told apart, and a recipe is compared with itself
/// at levels that are this far away. Sound is not as predictable as it is taken to be: the likeliest levels were up to 0.8 dB and
/// 7 % beside the right ones.
const LEVELS_APART: (f64, f64) = (2.5, 15.0);

/// By how many seconds a file may be longer or shorter than the render that a receipt notes: hosts add tails and cut them.
const TAIL_S: u64 = 1;

/// A recipe at a position.
struct Hypothesis<'a> {
    /// None where no receipt notes it.
    receipt: Option<&'a Receipt>,
    veil: Arc<Veil>,
    position: i64,
}

impl Hypothesis<'_> {
    fn recipe(&self) -> &Recipe {
        self.veil.recipe()
    }

    /// Whether `veil` is the same at `position` as at this one.
    fn is_at(&self, veil: &Veil, position: i64) -> bool {
        nearest(veil, position, self.position) == self.position
    }
}

impl Search<'_> {
    /// Recipe and position by the receipt that fits, else as they are found without receipts, else with the recipe of a
    /// receipt at another position.
    ///
    /// # Errors
    /// [`RestoreError`] if none of these is certain, and it is not forced.
    pub(super) fn by_receipts(&self) -> Result<Located, RestoreError> {
        if self.noted.is_empty() {
            return self.unknown(&self.detected.recipes);
        }
        if let Some(located) = self.by_receipt()? {
            return Ok(located);
        }
        let presets = restorable_presets();
        let (presets, noted): (Vec<Recipe>, Vec<Recipe>) =
            self.detected.recipes.iter().cloned().partition(|recipe| presets.contains(recipe));
        let path = || self.source.path().to_owned();
        if noted.is_empty() {
            return self.unknown(&presets).map_err(|error| self.without_receipt(error));
        }
        let by_preset = match presets.is_empty() {
            true => Err(RestoreError::RecipeUnclear(path())),
            false => self.unknown(&presets),
        };
        let error = match by_preset {
            Ok(found) if found.evidence.is_proof() && !self.is_displaced(&found, &noted)? => {
                return Ok(found);
            }
            Ok(_) => RestoreError::RecipeUnclear(path()),
            Err(error) if error.is_unclear() => error,
            Err(error) => return Err(error),
        };
        match self.unknown(&self.detected.recipes) {
            Ok(found) if self.force || self.is_clear(&found)? => Ok(found),
            Ok(_) => Err(self.without_receipt(error)),
            Err(other) if other.is_unclear() => Err(self.without_receipt(error)),
            Err(other) => Err(other),
        }
    }

    /// The receipt of a whole file that is clearly right; none if there is none for this place and length, or something else fits
    /// better.
    fn by_receipt(&self) -> Result<Option<Located>, RestoreError> {
        let mut noted = self.expected()?;
        if noted.is_empty() {
            return Ok(None);
        }
        let excerpt = self.searched()?;
        if noted.len() > 1 {
            let windows = self.windows(excerpt, &noted)?;
            let sums = windows.iter().map(|windows| windows.iter().sum::<f64>()).enumerate();
            let best = sums.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index);
            noted.swap(0, best);
        }
        let Some(best) = noted.first() else { return Ok(None) };
        let others = self.others(best)?;
        noted.extend(others);
        let windows = self.windows(excerpt, &noted)?;
        let (Some((best, others)), Some((of_best, of_others))) =
            (noted.split_first(), windows.split_first())
        else {
            return Ok(None);
        };
        let rival = |(other, windows): (&Hypothesis<'_>, _)| {
            let is_same_place = best.is_at(&other.veil, other.position);
            let recipes = [best, other].map(|one| in_force(one.recipe(), self.key));
            let is_noted = other.receipt.is_some() || restorable_presets().contains(other.recipe());
            Rival { windows, is_close: is_noted && is_same_place && are_close(&recipes) }
        };
        let rivals: Vec<Rival<'_>> =
            others.iter().zip(of_others.iter().map(Vec::as_slice)).map(rival).collect();
        match judge(of_best, &rivals) {
            Verdict::Unfit => Ok(None),
            Verdict::Clear if self.is_there(excerpt, best)? => {
                Ok(Some(found(best, Evidence::Detection)))
            }
            Verdict::Clear => Ok(None),
            Verdict::Alike(alike) => {
                let alike: Vec<_> =
                    alike.into_iter().filter_map(|index| others.get(index)).collect();
                self.of_alike(excerpt, best, &alike)
            }
        }
    }

    /// The one of those alike that leaves integers at its position; none if that is a preset.
    ///
    /// # Errors
    /// [`RestoreError::ReceiptsAlike`] if none does, unless forced.
    fn of_alike(
        &self,
        excerpt: &Excerpt,
        best: &Hypothesis<'_>,
        alike: &[&Hypothesis<'_>],
    ) -> Result<Option<Located>, RestoreError> {
        for one in [best].into_iter().chain(alike.iter().copied()) {
            if self.is_on_grid(excerpt, one)? {
                let is_noted = one.receipt.is_some();
                return Ok(is_noted.then(|| found(one, Evidence::Detection)));
            }
        }
        if self.force {
            return Ok(Some(found(best, Evidence::Guess)));
        }
        let fit = [best, alike.first().copied().unwrap_or(best)].map(describe);
        let (path, receipts) = (self.source.path().to_owned(), self.noted_in());
        Err(RestoreError::ReceiptsAlike { path, receipts, fit })
    }

    /// What the receipts say of a whole file of this length, where the key was detected; the same only once.
    fn expected(&self) -> Result<Vec<Hypothesis<'_>>, RestoreError> {
        let info = self.source.info();
        let tail = TAIL_S * u64::from(info.sample_rate);
        let is_expected = |receipt: &&Receipt| {
            receipt.frames.abs_diff(info.frames()) <= tail
                && self.is_near(receipt.position)
                && self.detected.recipes.contains(&receipt.recipe)
        };
        let mut noted: Vec<Hypothesis<'_>> = Vec::new();
        for receipt in self.noted.iter().filter(is_expected) {
            let (veil, position) = (self.veil(&receipt.recipe)?, receipt.position);
            let is_same = |other: &Hypothesis<'_>| {
                other.is_at(&veil, position) && self.acts_alike(other.recipe(), &receipt.recipe)
            };
            if !noted.iter().any(is_same) {
                noted.push(Hypothesis { receipt: Some(receipt), veil, position });
            }
        }
        Ok(noted)
    }

    /// What `best` is compared with besides other receipts: itself at other levels, the presets, and all of them at 0, where the
    /// files of the command begin.
    fn others<'a>(&self, best: &Hypothesis<'_>) -> Result<Vec<Hypothesis<'a>>, RestoreError> {
        let mut others: Vec<Hypothesis<'a>> = Vec::new();
        for recipe in at_other_levels(best.recipe(), self.key) {
            if !self.acts_alike(&recipe, best.recipe()) {
                // Of no use for another file, so not kept.
                let veil = Veil::new(self.key, &recipe, best.veil.sample_rate());
                let veil = Arc::new(veil.map_err(|error| self.source.unusable(error))?);
                others.push(Hypothesis { receipt: None, veil, position: best.position });
            }
        }
        let presets = restorable_presets();
        let is_sought = |recipe: &&Recipe| presets.contains(recipe) || *recipe == best.recipe();
        for recipe in self.detected.recipes.iter().filter(is_sought) {
            let veil = self.veil(recipe)?;
            if !self.acts_alike(recipe, best.recipe()) {
                let veil = veil.clone();
                others.push(Hypothesis { receipt: None, veil, position: best.position });
            }
            if self.is_near(0) && !best.is_at(&veil, 0) {
                others.push(Hypothesis { receipt: None, veil, position: 0 });
            }
        }
        Ok(others)
    }

    /// Whether one of the recipes `noted` is clearly likelier than the one found, at its position.
    fn is_displaced(&self, found: &Located, noted: &[Recipe]) -> Result<bool, RestoreError> {
        let is_other = |recipe: &&Recipe| {
            !are_close(&[*recipe, &found.recipe].map(|recipe| in_force(recipe, self.key)))
        };
        let recipes = [&found.recipe].into_iter().chain(noted.iter().filter(is_other));
        let at_place = |recipe: &Recipe| {
            let veil = self.veil(recipe)?;
            Ok(Hypothesis { receipt: None, veil, position: found.offset })
        };
        let hypotheses = recipes.map(at_place).collect::<Result<Vec<_>, RestoreError>>()?;
        let windows = self.windows(self.searched()?, &hypotheses)?;
        let Some((of_found, others)) = windows.split_first() else { return Ok(false) };
        Ok(others.iter().any(|other| odds_in_stretches(other, of_found) >= CLEAR_ODDS))
    }

    /// Whether the recipe found, at its position, is clearly likelier than any other sought and itself at other levels.
    fn is_clear(&self, found: &Located) -> Result<bool, RestoreError> {
        let (veil, position) = (self.veil(&found.recipe)?, found.offset);
        let best = Hypothesis { receipt: None, veil, position };
        let mut hypotheses = self.others(&best)?;
        let mut is_any_close = false;
        for recipe in &self.detected.recipes {
            if !self.acts_alike(recipe, best.recipe()) {
                let recipes = [recipe, best.recipe()].map(|one| in_force(one, self.key));
                is_any_close |= are_close(&recipes);
                hypotheses.push(Hypothesis { receipt: None, veil: self.veil(recipe)?, position });
            }
        }
        hypotheses.retain(|other| best.is_at(&other.veil, other.position));
        hypotheses.insert(0, best);
        let excerpt = self.searched()?;
        if let Some(best) = hypotheses.first()
            && self.is_on_grid(excerpt, best)?
        {
            return Ok(true);
        }
        let windows = self.windows(excerpt, &hypotheses)?;
        let Some((of_best, others)) = windows.split_first() else { return Ok(false) };
        let rivals: Vec<Rival<'_>> =
            others.iter().map(|windows| Rival { windows, is_close: false }).collect();
        Ok(!is_any_close && judge(of_best, &rivals) == Verdict::Clear)
    }

    /// The same error, and that no receipt fits, if it is about what could not be found.
    fn without_receipt(&self, error: RestoreError) -> RestoreError {
        if !error.is_unclear() || self.noted.is_empty() {
            return error;
        }
        let (error, count) = (Box::new(error), self.noted.len());
        RestoreError::ReceiptsUnfit { error, receipts: self.noted_in(), count }
    }

    /// The file in which the first receipt is.
    fn noted_in(&self) -> PathBuf {
        self.noted
            .first()
            .map_or_else(PathBuf::new, |receipt| self.receipts.path_of(self.source.path(), receipt))
    }

    /// Whether the file may begin at `position`, by where the key was detected.
    pub(super) fn is_near(&self, position: i64) -> bool {
        let (near, period) = (self.detected.near, self.detected.period);
        let distance = (position as f64 - near).rem_euclid(period);
        distance.min(period - distance) <= f64::from(self.detected.within)
    }

    /// Whether the file begins at the position of `one`, as far as it shows.
    fn is_there(&self, excerpt: &Excerpt, one: &Hypothesis<'_>) -> Result<bool, RestoreError> {
        let found = self.align_given(&one.veil, excerpt, one.position)?;
        Ok(found.is_certain() && one.is_at(&one.veil, found.offset))
    }

    /// Whether undoing it leaves integers, which only the right recipe does at the right position.
    fn is_on_grid(&self, excerpt: &Excerpt, one: &Hypothesis<'_>) -> Result<bool, RestoreError> {
        let found = self.align_given(&one.veil, excerpt, one.position)?;
        Ok(found.grid_bits.is_some() && one.is_at(&one.veil, found.offset))
    }

    /// The log-likelihood of each window under each hypothesis.
    fn windows(
        &self,
        excerpt: &Excerpt,
        hypotheses: &[Hypothesis<'_>],
    ) -> Result<Vec<Vec<f64>>, RestoreError> {
        let hypotheses = hypotheses.iter().map(|one| (one.veil.clone(), one.position));
        self.windows_of(excerpt, hypotheses, self.source.rounding())
    }

    /// Whether the recipes give the same samples: of marks that are held at the highest level, none is louder.
    fn acts_alike(&self, one: &Recipe, other: &Recipe) -> bool {
        let marks = match (&one.mark, &other.mark) {
            (Some(mark), Some(other)) => mark.acts_like(other, self.key).unwrap_or(false),
            (mark, other) => mark.is_none() && other.is_none(),
        };
        marks && *one == Recipe { mark: one.mark.clone(), ..other.clone() }
    }
}

/// The result.
fn found(one: &Hypothesis<'_>, evidence: Evidence) -> Located {
    let (recipe, offset) = (one.recipe().clone(), one.position);
    let receipt = one.receipt.cloned();
    Located { recipe, offset, evidence, stretches: Vec::new(), better: None, receipt }
}

/// What is at which position, with which levels, and who noted it.
fn describe(one: &Hypothesis<'_>) -> String {
    let recipe = one.recipe();
    let mark = recipe.mark.as_ref().map(|mark| format!("mark {} dB", mark.level_db));
    let veil = recipe.veil.as_ref().map(|veil| format!("veil {} %", veil.amount));
    let levels: Vec<String> = mark.into_iter().chain(veil).collect();
    let (levels, position) = (levels.join(", "), one.position);
    match one.receipt {
        Some(receipt) => {
            format!("the render of {} UTC at {position} ({levels})", receipt.ended())
        }
        None => format!("a recipe that is not noted at {position} ({levels})"),
    }
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
