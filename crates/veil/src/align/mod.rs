//! Alignment: where on the timeline a protected recording begins, to the sample.
//!
//! Restoring at a place that is wrong by a few samples leaves traces at the edges of patches, where
//! the weight changes. Two things reveal them. If the original consisted of integers and the protected
//! samples are finer, the restored samples lie on the grid of integers at the right place and at no
//! other: that is certain. Otherwise the traces are unpredictable noise. With a Gaussian prediction
//! error, window by window, as in linear prediction (Makhoul,
//! “Linear prediction: a tutorial review”, Proc. IEEE 63, 1975, sections II and IV), the likelihood of
//! a place is `−½·N·ln E` summed over windows of `N` samples with an error of energy `E`, minus the
//! logarithms of the gains `g₀` by which the veil multiplied each sample itself. It compares recipes as
//! well as places.

mod integer_grid;
mod period;
mod prediction;
mod presence;
mod repeats;
mod seam;
mod search;

pub use integer_grid::distance_from_grid;
pub use period::{in_period, period};
pub use presence::{Presence, veiled_windows};
pub use seam::{Seam, find_seam};

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::detect::loudest;
use crate::recipe::RecipeError;
use crate::veil::Veil;
use search::Search;
pub use search::odds_by_scatter;

/// Odds, as a natural logarithm, from which a place counts as found. Prediction errors of speech and
/// music are not Gaussian, which raises the odds: wrong places had up to 10.
const CERTAIN: f64 = 12.0;
/// Seconds in which every place is tried. In audio without noise and without treble (resampled speech,
/// for example) every place but the right one looks equally bad, however near; there a second is enough.
const PROBE_S: f64 = 1.5;

/// The place of a recording on the timeline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// Timeline position of the recording's first sample, in samples; see [`period`].
    pub offset: i64,
    /// How much likelier this place is than any other tried, as the natural logarithm of the odds. At
    /// least 0; infinite where a grid was found.
    pub log_odds: f64,
    /// Whether it is the place that was expected, and the audio does not rule that out.
    pub is_expected: bool,
    /// Depth in bits of the integers on whose grid the restored samples lie, if they do.
    pub grid_bits: Option<u32>,
}

impl Alignment {
    /// Whether the place is practically certain to be right to the sample.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.is_expected || self.log_odds >= CERTAIN
    }
}

/// Finds the place of `audio`, one channel or the mean of several, among those `within` samples of
/// `near`. `rounding` is the power of the noise, dither included, from rounding to the file's depth,
/// full scale being 1; 0 for floats. `expected` is the place that is likeliest beforehand, if there is one:
/// that of a recording which was not trimmed. Stretches that repeat earlier ones count once. It takes ten seconds or more to distinguish neighbouring samples,
/// unless there is a grid. Allocates, and takes about as long as the audio lasts at 48 kHz.
///
/// # Errors
/// [`RecipeError::NotInvertible`] for the papers' baselines.
pub fn align(
    veil: &Arc<Veil>,
    audio: &[f32],
    rounding: f64,
    near: i64,
    within: u32,
    expected: Option<i64>,
) -> Result<Alignment, RecipeError> {
    align_unless(None, veil, audio, rounding, (near, within), expected)
}

/// The same where `audio` may carry a `rival` at a place that is known, instead of `veil`. Where the loudest second and a half
/// clearly show the rival, the place under `veil` is only the likeliest in these, without odds, which is soon found: enough
/// for [`log_likelihoods`] to compare both.
///
/// # Errors
/// [`RecipeError::NotInvertible`] for the papers' baselines.
pub fn align_unless(
    rival: Option<(&Arc<Veil>, i64)>,
    veil: &Arc<Veil>,
    audio: &[f32],
    rounding: f64,
    (near, within): (i64, u32),
    expected: Option<i64>,
) -> Result<Alignment, RecipeError> {
    let mut search = Search::new(veil, audio, rounding)?;
    let places = near - i64::from(within)..=near + i64::from(within);
    // A mark's edges are long and its taps weak: no place stands out from its neighbours.
    if veil.schedule().is_some() {
        let probe = probe(veil, audio, rounding, places.clone())?;
        if let Some(rival) = rival
            && probe.shows(rival, veil, rounding)?
        {
            let offset = in_period(veil, probe.place);
            return Ok(Alignment { offset, log_odds: 0.0, grid_bits: None, is_expected: false });
        }
        search.likelihood(probe.place);
    }
    let best = climb(&mut search, places.clone());
    let mut best = settle(&mut search, best);
    if search.has_both() {
        best = try_periods(&mut search, best);
    }
    if search.leave_out_repeats(best) {
        let likeliest = search.best();
        best = settle(&mut search, likeliest);
    }
    let expected = expected.and_then(|place| search.expected(place, &places));
    Ok(alignment(&mut search, best, expected))
}

/// The place near `given` that fits best: `given` itself, which [`Alignment::is_expected`] then says, unless the
/// audio rules it out. `audio` and `rounding` are as for [`align`]; so is what it costs if `given` is wrong.
/// If it is right it costs a tenth of that. Allocates.
///
/// # Errors
/// [`RecipeError::NotInvertible`] for the papers' baselines.
pub fn align_given(
    veil: &Arc<Veil>,
    audio: &[f32],
    rounding: f64,
    given: i64,
    within: u32,
) -> Result<Alignment, RecipeError> {
    let mut search = Search::new(veil, audio, rounding)?;
    let steps = [1, 4, 16, 64].into_iter().filter(|step| *step <= i64::from(within));
    for place in steps.flat_map(|step| [given - step, given + step]) {
        search.likelihood(place);
    }
    search.likelihood(given);
    let best = search.best();
    if search.rules_out(given, best) {
        return align(veil, audio, rounding, given, within, Some(given));
    }
    Ok(alignment(&mut search, given, Some(given)))
}

/// What the search shows, if `best` is the likeliest place and `expected` the one likeliest beforehand.
fn alignment(search: &mut Search<'_>, best: i64, expected: Option<i64>) -> Alignment {
    let expected = expected.filter(|place| !search.rules_out(*place, best));
    let best = expected.unwrap_or(best);
    let grid = search.grid(best);
    let place = grid.map_or(best, |(place, _)| place);
    Alignment {
        offset: in_period(search.veil(), place),
        log_odds: if grid.is_some() { f64::INFINITY } else { search.log_odds(best) },
        grid_bits: grid.map(|(_, bits)| bits),
        is_expected: expected == Some(place),
    }
}

/// What the loudest stretch of a recording shows.
struct Probe<'a> {
    stretch: &'a [f32],
    /// Where it begins in the recording.
    first: i64,
    /// The likeliest place of the recording.
    place: i64,
}

impl Probe<'_> {
    /// Whether `rival` at its place is clearly likelier than `veil` at the place found.
    fn shows(
        &self,
        (rival, place): (&Arc<Veil>, i64),
        veil: &Arc<Veil>,
        rounding: f64,
    ) -> Result<bool, RecipeError> {
        let both = [(rival, place), (veil, self.place)];
        let both = both.map(|(veil, place)| (veil.clone(), place + self.first));
        let windows = log_likelihoods(&both, self.stretch, rounding)?;
        Ok(matches!(&windows[..], [one, other] if odds_by_scatter(one, other) >= CERTAIN))
    }
}

/// The likeliest of all `places` by the loudest stretch of `audio` alone.
fn probe<'a>(
    veil: &Arc<Veil>,
    audio: &'a [f32],
    rounding: f64,
    places: RangeInclusive<i64>,
) -> Result<Probe<'a>, RecipeError> {
    let (first, stretch) = loudest(audio, f64::from(veil.sample_rate()), PROBE_S);
    let first = first as i64;
    let mut search = Search::new(veil, stretch, rounding)?;
    for place in places {
        search.likelihood(place + first);
    }
    Ok(Probe { stretch, first, place: search.best() - first })
}

/// The likeliest of `places`, in steps that halve. Where there is noise, edges distinguish places, and
/// well within an edge the likelihood has a single peak.
fn climb(search: &mut Search<'_>, places: RangeInclusive<i64>) -> i64 {
    let half = (places.end() - places.start()) / 2;
    let mut step = (search.fade() / 12).min(half).max(1);
    let mut at = *places.start();
    while at <= *places.end() {
        search.likelihood(at);
        at += step;
    }
    let mut best = search.best();
    while step > 1 {
        step = (step + 1) / 2;
        for at in [best - 2 * step, best - step, best + step, best + 2 * step] {
            search.likelihood(at);
        }
        best = search.best();
    }
    best
}

/// Follows the peak until it is higher than its neighbours on both sides: chance moves it by a sample
/// or two. And where a recipe's period is no whole number of samples, no two of them are quite alike.
fn settle(search: &mut Search<'_>, mut best: i64) -> i64 {
    loop {
        for near in -3..=3 {
            search.likelihood(best + near);
        }
        let periods = if search.has_both() { Vec::new() } else { search.periods_on() };
        for on in periods {
            for near in -1..=1 {
                search.likelihood(best + on + near);
            }
        }
        // Of equal places, as in silence, none is worth following.
        let moved = search.best();
        if search.likelihood(moved) <= search.likelihood(best) {
            return best;
        }
        best = moved;
    }
}

/// The likeliest of the places at which the veil is the same as at `best` and its mark is another.
fn try_periods(search: &mut Search<'_>, best: i64) -> i64 {
    for on in search.periods_on() {
        search.likelihood(best + on);
    }
    match search.best() {
        found if found == best => best,
        found => settle(search, found),
    }
}

/// Log-likelihood, up to a constant that depends on `audio` alone, that it has this veil and begins at
/// `offset`: to choose between recipes. `rounding` is as for [`align`]. Allocates.
///
/// # Errors
/// [`RecipeError::NotInvertible`] for the papers' baselines.
pub fn log_likelihood(
    veil: &Arc<Veil>,
    audio: &[f32],
    rounding: f64,
    offset: i64,
) -> Result<f64, RecipeError> {
    Ok(Search::new(veil, audio, rounding)?.likelihood(offset))
}

/// The same for each window of some 20 ms, for [`odds_by_scatter`]: for each veil and offset of `hypotheses` a row, all of
/// the same windows. So their sums compare too. Allocates.
///
/// # Errors
/// [`RecipeError::NotInvertible`] for the papers' baselines.
pub fn log_likelihoods(
    hypotheses: &[(Arc<Veil>, i64)],
    audio: &[f32],
    rounding: f64,
) -> Result<Vec<Vec<f64>>, RecipeError> {
    let settling = hypotheses.iter().map(|(veil, _)| search::settling(veil)).max().unwrap_or(0);
    let row = |(veil, offset): &(Arc<Veil>, i64)| {
        Ok(Search::new(veil, audio, rounding)?.settled_after(settling).likelihoods(*offset))
    };
    hypotheses.iter().map(row).collect()
}
