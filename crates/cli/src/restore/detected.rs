//! Detects a key in a file, before its position is found to the sample.

use patchveil_veil::{ClassKey, MarkDetector, MarkSettings, Recipe};

use super::error::RestoreError;
use super::source::Source;
use crate::detect::FOUND_P;
use crate::detector::{
    BestPattern, LayersDetector, LayersEvidence, MultiRecipeDetector, restorable_presets,
};
use crate::watch::Watch;

/// How far from the position of a veil the right one may be, in samples at 48 kHz: 2 ms. The largest
/// error seen was 1.5 ms.
const VEIL_WITHIN: u32 = 96;
/// The same for a mark: 3.3 ms. Detection has steps of 5 ms.
const MARK_WITHIN: u32 = 160;
/// Above this p-value nothing speaks for a mark.
const DOUBTFUL_P: f64 = 0.05;
/// The same for a veil, in sound of [`VEIL_SHOWS_S`] seconds. Of 320 excerpts of 10 s with the veil of `light`, at 8 to 48 kHz, plain
/// and through MP3 64 kbit/s, none had more than 0.002; of as many of 5 s one had 0.029.
const VEIL_DOUBTFUL_P: f64 = 0.02;
const VEIL_SHOWS_S: f64 = 10.0;

/// A key that was detected in a file.
pub(super) struct Detected {
    /// Timeline position of the file's first sample, in samples, up to whole periods.
    pub(super) near: f64,
    /// How far from that the right one may be.
    pub(super) within: u32,
    /// The period, in samples.
    pub(super) period: f64,
    /// The recipes that may be right, mildest first.
    pub(super) recipes: Vec<Recipe>,
    /// Whether the mark was found, or else only the veil.
    pub(super) by_mark: bool,
    /// Whether the veil was found.
    pub(super) has_veil: bool,
}

/// Detects `key` in a file that carries one of `recipes`.
///
/// # Errors
/// [`RestoreError::NotFound`] or [`RestoreError::Undetectable`].
pub(super) fn detect(
    source: &Source,
    key: &ClassKey,
    recipes: &[Recipe],
    watch: &Watch<'_>,
) -> Result<Detected, RestoreError> {
    let evidence = gather(source, key, recipes, watch)?;
    let mark = evidence.mark.as_ref().filter(|mark| mark.has_signal());
    if mark.is_none() && !evidence.veils.is_audible() {
        return Err(undetectable(source, "it is too short or too quiet to detect a key in it"));
    }
    let veil = evidence.veils.find(key);
    let finding = mark.and_then(|mark| mark.test(&[key]).into_iter().next());
    let p_value = finding.as_ref().map_or(1.0, |finding| finding.p_value);
    let by_veil = veil.as_ref().map(|veil| of_veil(source, veil, p_value));
    let Some((mark, finding)) = mark.zip(finding).filter(|_| p_value <= FOUND_P) else {
        return by_veil.ok_or_else(|| RestoreError::NotFound(source.path().to_owned()));
    };
    if finding.speed != 1.0 {
        let factor = finding.speed;
        let what = "this key is found in it, but it runs at";
        let reason = format!("{what} {factor} times the speed at which it was marked");
        return Err(undetectable(source, reason));
    }
    let may_be_veiled =
        mark.active_s() < VEIL_SHOWS_S || evidence.veils.p_value(key) <= VEIL_DOUBTFUL_P;
    let recipes = marked(recipes, may_be_veiled);
    let by_mark = Detected {
        near: 0.0,
        within: at_rate(source, MARK_WITHIN),
        period: mark.period_samples(),
        recipes,
        by_mark: true,
        has_veil: veil.is_some(),
    };
    let rate = f64::from(source.info().sample_rate);
    Ok(match (finding.position_s, by_veil) {
        (Some(position_s), _) => Detected { near: position_s * rate, ..by_mark },
        // An echo alone has no place, but a veil beside it has.
        (None, Some(veil)) => Detected { recipes: by_mark.recipes, by_mark: true, ..veil },
        (None, None) => by_mark,
    })
}

/// Those of `recipes` that have a mark; without the veils of the presets unless the file may have one. A veil of
/// somebody's own may be too weak to show, and where one recipe was asked for or is on record, it counts.
fn marked(recipes: &[Recipe], may_be_veiled: bool) -> Vec<Recipe> {
    let presets =
        if may_be_veiled || recipes.len() < 2 { Vec::new() } else { restorable_presets() };
    let is_possible = |recipe: &&Recipe| {
        recipe.mark.is_some() && (recipe.veil.is_none() || !presets.contains(recipe))
    };
    recipes.iter().filter(is_possible).cloned().collect()
}

/// Reads the file.
fn gather(
    source: &Source,
    key: &ClassKey,
    recipes: &[Recipe],
    watch: &Watch<'_>,
) -> Result<LayersEvidence, RestoreError> {
    let info = source.info();
    let settings: Option<&MarkSettings> = recipes.iter().find_map(|recipe| recipe.mark.as_ref());
    let channels = usize::from(info.channels);
    let mark = settings
        .map(|settings| MarkDetector::new(info.sample_rate, channels, settings))
        .transpose();
    let mark = mark.map_err(|error| undetectable(source, error))?;
    let veiled: Vec<Recipe> =
        recipes.iter().filter(|recipe| recipe.veil.is_some()).cloned().collect();
    let veils = match MultiRecipeDetector::of_recipes(info.sample_rate, info.channels, &veiled) {
        Ok(veils) => veils,
        // A mark is enough.
        Err(_) if mark.is_some() => MultiRecipeDetector::none(),
        Err(error) => return Err(undetectable(source, error)),
    };
    let mut detector = LayersDetector { veils, mark };
    source.blocks(watch, |_, planar| {
        detector.feed(planar);
        Ok(true)
    })?;
    Ok(detector.finish(key.decoy_seed()))
}

/// What a veil shows where the mark was not found and has this p-value.
fn of_veil(source: &Source, veil: &BestPattern<'_, Recipe>, p_value: f64) -> Detected {
    let found = veil.recipes;
    let may_be_marked = p_value <= DOUBTFUL_P || found.iter().all(|recipe| recipe.mark.is_some());
    let recipes = found.iter().filter(|recipe| recipe.mark.is_none() || may_be_marked).cloned();
    let settings = found.first().and_then(|recipe| recipe.veil.as_ref());
    let period_us = settings.map_or(1, |settings| settings.placement.period_us);
    Detected {
        near: veil.score.offset,
        within: at_rate(source, VEIL_WITHIN),
        period: f64::from(period_us) * 1e-6 * f64::from(source.info().sample_rate),
        recipes: recipes.collect(),
        by_mark: false,
        has_veil: true,
    }
}

/// Nothing can be detected in the file, for this reason.
fn undetectable(source: &Source, reason: impl ToString) -> RestoreError {
    RestoreError::Undetectable { path: source.path().to_owned(), reason: reason.to_string() }
}

/// So many samples at 48 kHz, but never fewer than 4.
fn at_rate(source: &Source, samples: u32) -> u32 {
    (u64::from(samples) * u64::from(source.info().sample_rate) / 48_000).max(4) as u32
}
