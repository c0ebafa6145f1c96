//! The places that were tried, and their likelihoods.

use std::collections::BTreeMap;
use std::iter::repeat;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use super::integer_grid::distance_from_grid;
use super::period::{in_period, period};
use super::prediction::Predictor;
use super::repeats::repeats;
use crate::detect::loudest;
use crate::recipe::RecipeError;
use crate::restore::Restorer;
use crate::veil::Veil;

/// Depths in bits of integers that audio comes from; the mean of two channels has one bit more.
const GRIDS: [u32; 4] = [16, 17, 24, 25];
/// Root mean square distance from a grid, in its steps, up to which samples lie on it. Unrelated
/// samples are 0.29 away.
const ON_GRID: f64 = 0.1;
/// By how much the expected place is likelier beforehand than any other, as a natural logarithm of the
/// odds: nine files in ten are whole, and the others may begin at any of some 4,000 places.
const EXPECTED: f64 = 10.5;
/// Most that a window counts against the expected place, in medians over all windows.
const OUTLIER: f64 = 4.0;
/// Seconds at the start that do not count, at least.
const SETTLING_S: f64 = 0.1;
/// Rasters of windows, each shifted by a part of a window. Windows that begin with a rest reveal a wrong
/// place best, and where these begin is chance.
const RASTERS: usize = 4;
/// Most of a recipe's periods that are distinguished.
const PERIODS_TRIED: usize = 16;
/// Windows whose audio is restored and predicted at a time: some two seconds.
const WINDOWS_AT_A_TIME: usize = 100;
/// Seconds that are checked for a grid.
const GRID_S: f64 = 2.0;
/// Places on either side of the most likely one that are checked for a grid.
const GRID_REACH: i64 = 12;
/// The same for a mark without a veil, as a share of its cross-fade: predictability hardly distinguishes
/// places within one.
const MARK_GRID_REACH: f64 = 0.33;
/// Distance from a grid that leaves no doubt. Beside the right place quiet sound is almost as near.
const CLEARLY_ON_GRID: f64 = 0.01;

/// Samples at the start of an excerpt in which restoring it settles: longer kernels take longer.
pub(super) fn settling(veil: &Veil) -> usize {
    (4 * veil.context()).max((SETTLING_S * f64::from(veil.sample_rate())) as usize)
}

/// A search for the place of `audio` under a veil.
pub(super) struct Search<'a> {
    veil: &'a Arc<Veil>,
    audio: &'a [f32],
    buffer: Vec<f64>,
    predictor: Predictor,
    /// Samples at the start that still depend on what came before the excerpt.
    settling: usize,
    windows_at_a_time: usize,
    /// The log-likelihood of each window, by place.
    tried: BTreeMap<i64, Vec<f64>>,
    /// Whether a window repeats an earlier one and does not count; empty before that is known.
    repeated: Vec<bool>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        veil: &'a Arc<Veil>,
        audio: &'a [f32],
        rounding: f64,
    ) -> Result<Self, RecipeError> {
        Restorer::new(veil.clone(), 0)?;
        Ok(Self {
            veil,
            audio,
            buffer: Vec::new(),
            predictor: Predictor::new(veil.sample_rate(), rounding),
            settling: settling(veil),
            windows_at_a_time: WINDOWS_AT_A_TIME,
            tried: BTreeMap::new(),
            repeated: Vec::new(),
        })
    }

    /// With so many samples at the start that do not count.
    pub(super) fn settled_after(self, settling: usize) -> Self {
        Self { settling, ..self }
    }

    pub(super) fn veil(&self) -> &Veil {
        self.veil
    }

    /// Whether there is a mark besides the veil, so that the periods of the veil differ.
    pub(super) fn has_both(&self) -> bool {
        self.veil.mark().is_some() && self.veil.schedule().is_some()
    }

    /// Restores the samples `from` .. `to` as if the recording began at `offset`.
    fn restore(&mut self, offset: i64, from: usize, to: usize) {
        self.buffer.clear();
        let audio = self.audio.get(from..to).unwrap_or_default();
        self.buffer.extend(audio.iter().copied().map(f64::from));
        // Cannot fail, since `new` made one.
        if let Ok(mut restorer) = Restorer::new(self.veil.clone(), 1) {
            restorer.process_f64(offset + from as i64, &mut [&mut self.buffer]);
        }
    }

    /// Log-likelihood of a place, up to a constant.
    pub(super) fn likelihood(&mut self, offset: i64) -> f64 {
        self.try_place(offset);
        self.tried.get(&offset).map_or(0.0, |windows| self.sum(windows))
    }

    /// Log-likelihood of a place in each window.
    pub(super) fn likelihoods(&mut self, offset: i64) -> Vec<f64> {
        self.try_place(offset);
        self.tried.remove(&offset).unwrap_or_default()
    }

    /// The sum over the windows that are not repeats.
    fn sum(&self, windows: &[f64]) -> f64 {
        self.fresh(windows).sum()
    }

    fn fresh(&self, windows: &[f64]) -> impl Iterator<Item = f64> {
        let repeated = self.repeated.iter().copied().chain(repeat(false));
        windows.iter().copied().zip(repeated).filter(|(_, repeated)| !repeated).map(|(x, _)| x)
    }

    /// The first of `places` at which the veil is as at `place`.
    pub(super) fn expected(&self, place: i64, places: &RangeInclusive<i64>) -> Option<i64> {
        let distance = in_period(self.veil, place - places.start());
        Some(places.start() + distance).filter(|place| places.contains(place))
    }

    /// Whether the audio shows that `other` is right and `expected`, which is so much likelier
    /// beforehand, wrong.
    pub(super) fn rules_out(&mut self, expected: i64, other: i64) -> bool {
        self.try_place(expected);
        self.try_place(other);
        let (Some(expected), Some(other)) = (self.tried.get(&expected), self.tried.get(&other))
        else {
            return false;
        };
        let (other, expected): (Vec<f64>, Vec<f64>) =
            (self.fresh(other).collect(), self.fresh(expected).collect());
        odds_by_scatter(&other, &expected) > EXPECTED
    }

    /// Leaves out windows that repeat earlier ones, by the samples restored at `best`: repeats were
    /// under other patches, so the protected ones differ. Gives whether there are any.
    pub(super) fn leave_out_repeats(&mut self, best: i64) -> bool {
        self.restore(best, 0, self.audio.len());
        let settled = self.buffer.get(self.settling..).unwrap_or_default();
        let (first, window) = self.predictor.windows();
        self.repeated = repeats(settled, first, window, self.veil.sample_rate());
        self.repeated.contains(&true)
    }

    /// Restores the audio at a place that was not tried yet, and predicts it.
    fn try_place(&mut self, offset: i64) {
        if self.tried.contains_key(&offset) {
            return;
        }
        let rasters = self.rasters(offset);
        // The last raster has as many windows as the first, or one less.
        let mean =
            |index: usize| rasters.iter().map(|windows| windows.get(index)).sum::<Option<f64>>();
        let windows = (0..).map_while(mean).map(|sum| sum / RASTERS as f64).collect();
        self.tried.insert(offset, windows);
    }

    /// The log-likelihood of a place in each window of each raster. Some seconds at a time are restored, so that memory does
    /// not grow with the excerpt.
    fn rasters(&mut self, offset: i64) -> [Vec<f64>; RASTERS] {
        let mut rasters = [const { Vec::new() }; RASTERS];
        // Cannot fail, since `new` made one.
        let Ok(mut restorer) = Restorer::new(self.veil.clone(), 1) else { return rasters };
        let (order, window) = self.predictor.windows();
        let step = self.windows_at_a_time * window;
        // As many whole windows of every raster.
        let enough = order + step + (RASTERS - 1) * window / RASTERS;
        let (mut at, mut unsettled) = (offset, self.settling);
        self.buffer.clear();
        for block in self.audio.chunks(step) {
            let kept = self.buffer.len();
            self.buffer.extend(block.iter().copied().map(f64::from));
            let position = at.saturating_add(kept as i64);
            restorer.process_f64(position, &mut [&mut self.buffer[kept..]]);
            let settled = unsettled.min(self.buffer.len());
            self.buffer.drain(..settled);
            at = at.saturating_add(settled as i64);
            unsettled -= settled;
            while self.buffer.len() >= enough {
                self.predict(at, enough, &mut rasters);
                self.buffer.drain(..step);
                at = at.saturating_add(step as i64);
            }
        }
        self.predict(at, self.buffer.len(), &mut rasters);
        rasters
    }

    /// Adds the windows of the first `count` samples in the buffer, which begins at timeline position `at`.
    fn predict(&mut self, at: i64, count: usize, rasters: &mut [Vec<f64>; RASTERS]) {
        let gains = log_gains(self.veil, at, count);
        let more = self.predictor.log_likelihoods::<RASTERS>(&self.buffer[..count], &gains);
        rasters.iter_mut().zip(more).for_each(|(all, more)| all.extend(more));
    }

    /// Distances in samples to the recipe's other periods before the veil repeats exactly.
    pub(super) fn periods_on(&self) -> Vec<i64> {
        let recipe = self.veil.recipe();
        let of_veil = recipe.veil.as_ref().map(|settings| u64::from(settings.placement.period_us));
        let period_us = i128::from(of_veil.unwrap_or_else(|| recipe.period_us()));
        let ticks = period_us * i128::from(self.veil.sample_rate());
        let repeats = period(self.veil).unwrap_or(0);
        let on = (1..).map(|periods: i128| ((periods * ticks + 500_000) / 1_000_000) as i64);
        // Some recipes repeat only after very many periods that hardly differ.
        on.take_while(|on| *on < repeats - 1).take(PERIODS_TRIED).collect()
    }

    /// Length of a patch's edge in samples.
    pub(super) fn fade(&self) -> i64 {
        self.veil.fade() as i64
    }

    /// The likeliest place tried.
    pub(super) fn best(&self) -> i64 {
        let sums = self.tried.iter().map(|(&offset, windows)| (offset, self.sum(windows)));
        sums.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(offset, _)| offset)
    }

    /// Natural logarithm of the odds of a place against the likeliest other.
    pub(super) fn log_odds(&self, best: i64) -> f64 {
        let top = self.tried.get(&best).map_or(0.0, |windows| self.sum(windows));
        let others = self.tried.iter().filter(|(offset, _)| **offset != best);
        let odds = others.map(|(_, windows)| top - self.sum(windows)).fold(f64::INFINITY, f64::min);
        if odds.is_finite() { odds.max(0.0) } else { 0.0 }
    }

    /// The place near `best` where the restored samples lie on integers, and the depth of these in bits.
    pub(super) fn grid(&mut self, best: i64) -> Option<(i64, u32)> {
        let count = (GRID_S * f64::from(self.veil.sample_rate())) as usize;
        let (loud, _) = loudest(self.audio, f64::from(self.veil.sample_rate()), GRID_S);
        // What is loud shows wrong places best, but single precision may not resolve its steps.
        let middle = (self.audio.len() / 2).saturating_sub(count / 2);
        let mut tried = Vec::new();
        [loud, middle]
            .into_iter()
            .find_map(|from| self.grid_in(best, from..from + count, &mut tried))
    }

    /// The same by the samples of `range` and grids that were not `tried` yet.
    fn grid_in(
        &mut self,
        best: i64,
        range: Range<usize>,
        tried: &mut Vec<u32>,
    ) -> Option<(i64, u32)> {
        let (from, to) = (range.start, range.end.min(self.audio.len()));
        let untouched = self.audio.get(from..to).unwrap_or_default();
        let untouched: Vec<f64> = untouched.iter().copied().map(f64::from).collect();
        let is_finer =
            |bits: &u32| distance_from_grid(&untouched, *bits).is_some_and(|far| far >= ON_GRID);
        let is_new = |bits: &u32| !tried.contains(bits);
        let grids: Vec<u32> = GRIDS.into_iter().filter(is_new).filter(is_finer).collect();
        if grids.is_empty() {
            return None;
        }
        tried.extend(&grids);
        let mut nearest: Option<(f64, i64, u32)> = None;
        let steps = (0..=self.grid_reach()).flat_map(|reach| [reach, -reach]).skip(1);
        for offset in steps.map(|step| best + step) {
            self.restore(offset, from, to);
            let settled = self.buffer.get(self.settling..).unwrap_or_default();
            let distance = |bits: &u32| distance_from_grid(settled, *bits).map(|far| (far, *bits));
            let on_grid = grids.iter().filter_map(distance).find(|(far, _)| *far < ON_GRID);
            let Some((far, bits)) = on_grid else { continue };
            if nearest.is_none_or(|(nearest, ..)| far < nearest) {
                nearest = Some((far, offset, bits));
            }
            if far < CLEARLY_ON_GRID {
                break;
            }
        }
        nearest.map(|(_, offset, bits)| (offset, bits))
    }

    fn grid_reach(&self) -> i64 {
        if self.veil.schedule().is_some() {
            return GRID_REACH;
        }
        GRID_REACH.max((MARK_GRID_REACH * self.fade() as f64) as i64)
    }
}

/// The natural logarithm of the odds that one hypothesis is right and the `other` wrong, by the log-likelihoods of each
/// window; negative if the other is likelier. Prediction errors are not Gaussian, so the odds are taken from how much the
/// differences scatter from window to window (Vuong, “Likelihood ratio tests for model selection
/// and non-nested hypotheses”, Econometrica 57, 1989, section 5). Single windows, as those with a
/// click, differ by hundreds of times as much as most, and count as 4 times the median.
#[must_use]
pub fn odds_by_scatter(one: &[f64], other: &[f64]) -> f64 {
    let differences: Vec<f64> = one.iter().zip(other).map(|(a, b)| a - b).collect();
    let most = OUTLIER * median_magnitude(&differences);
    let add = |(sum, squares): (f64, f64), x: f64| (sum + x, squares + x * x);
    let (sum, squares) = differences.iter().map(|x| x.clamp(-most, most)).fold((0.0, 0.0), add);
    let agree = sum * differences.iter().sum::<f64>() > 0.0;
    if agree && squares > 0.0 { 0.5 * sum * sum.abs() / squares } else { 0.0 }
}

/// The median of the magnitudes of those that are not 0.
pub(super) fn median_magnitude(values: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = values.iter().map(|x| x.abs()).filter(|x| *x > 0.0).collect();
    let middle = sizes.len() / 2;
    if sizes.is_empty() { 0.0 } else { *sizes.select_nth_unstable_by(middle, f64::total_cmp).1 }
}

/// Logarithms of the gains by which the veil multiplies each of `count` samples itself, from timeline
/// position `from` on.
pub(super) fn log_gains(veil: &Veil, from: i64, count: usize) -> Vec<f64> {
    // All taps of a mark are delayed.
    let Some(schedule) = veil.schedule() else { return vec![0.0; count] };
    let mut cursor = schedule.patches_from(from);
    let mut patch = cursor.next(schedule);
    let static_eq = veil.static_eq().and_then(|kernel| kernel.taps().first());
    let static_eq = static_eq.map_or(0.0, |&first| f64::from(first).ln());
    let gain = |at: i64| {
        while patch.end <= at && patch.end < i64::MAX {
            patch = cursor.next(schedule);
        }
        let weight = patch.weight(at, veil.rise());
        let first = veil.kernels().get(patch.kernel).and_then(|kernel| kernel.taps().first());
        static_eq + first.map_or(0.0, |&first| (1.0 + weight * (f64::from(first) - 1.0)).ln())
    };
    (from..).take(count).map(gain).collect()
}

#[cfg(test)]
mod tests {
    use patchveil_test_support::signal;

    use super::*;
    use crate::key::ClassKey;
    use crate::recipe::Preset;

    #[test]
    fn how_much_is_restored_at_a_time_changes_no_bit() {
        let key = ClassKey::from_bytes([3; 32]);
        // A window of 882 samples, which four rasters do not divide evenly.
        let veil = Arc::new(Veil::new(&key, &Preset::Light.recipe(), 44_100).unwrap());
        let audio = signal::noise(3, 3 * 44_100 + 123);
        let windows = |at_a_time: usize| {
            let mut search = Search::new(&veil, &audio, 1e-9).unwrap();
            search.windows_at_a_time = at_a_time;
            search.likelihoods(12_345)
        };
        let whole = windows(10_000);
        assert!(whole.len() > 140, "{}", whole.len());
        for at_a_time in [1, 7, 100] {
            assert!(windows(at_a_time) == whole, "{at_a_time} windows at a time");
        }
    }
}
