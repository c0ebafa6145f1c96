//! What is kept for a trace, and what it says about keys.

use std::sync::Arc;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use super::super::detector::MarkDecoys;
use super::super::settings::{EchoSettings, PAIR_SLOTS_MAX};
use super::super::{echo_signs_of, kernel::Signs};
use super::grid::BANDS;
use super::ripple::{Ripples, slot_count};
use super::signs::{SignEstimator, laid_out};
use super::tail::tail;
use crate::key::EchoKey;

/// Least seconds of sound to judge.
const ACTIVE_MIN_S: f64 = 0.3;

/// What one recording tells about echo keys. It holds no key.
#[derive(Debug, Clone)]
pub struct EchoEvidence {
    seconds: f64,
    /// The evidence of a growing part of the recording; the last is that of all of it.
    points: Arc<[Point]>,
}

/// The evidence of a recording up to a point in time.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) seconds: f64,
    /// Those that are not digital silence.
    pub(super) active_s: f64,
    /// The long-term mean of the fine structure of its log power spectrum, bins.
    pub(super) spectrum: Vec<f32>,
}

impl EchoEvidence {
    pub(super) fn new(seconds: f64, points: Vec<Point>) -> Self {
        Self { seconds, points: points.into() }
    }

    /// Length of the recording in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Seconds that are not digital silence.
    #[must_use]
    pub fn active_s(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.active_s)
    }
}

/// The evidence of any number of recordings together, of any sample rates. Every recording is made white
/// and limited by itself, and its weight is limited, so that no single one decides: neither a loud nor a
/// long one, nor one with a hum or with somebody else's mark. Order does not matter.
#[derive(Debug, Clone)]
pub struct TraceEvidence {
    settings: EchoSettings,
    ripples: Arc<Ripples>,
    /// The mean spectrum of unmarked recordings, if there are any.
    unmarked: Option<Arc<Vec<f32>>>,
    /// For each hypothesis the weighted sum over recordings, slots.
    sums: Vec<Vec<f64>>,
    /// Sets of bands that any recording has.
    sets: usize,
    seconds: f64,
    active_s: f64,
}

/// How well an echo key fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceFinding {
    /// Probability that a key which had nothing to do with the recordings fits as well, corrected for the sets
    /// of bands, and the comparison, that were tried; never too small. Multiply it by the number of keys and of traces.
    pub p_value: f64,
    /// The best score: a sum of random signs, in its standard deviations. Rank it among [`MarkDecoys`].
    /// It cannot exceed the root of the number of pairs, 8.5 in the presets.
    pub sigmas: f64,
}

impl TraceEvidence {
    /// From so many seconds of sound on a recording weighs no more. Up to there its evidence grows as a sum of
    /// independent parts does, so that the root of its length is the weight of most power. Beyond, what
    /// stays of the host (its room, its notes) is no longer small beside the noise, and one long recording would
    /// drown the others.
    pub const WEIGHT_MAX_S: f64 = 30.0;

    /// None yet, for the echo of `settings`, whose level does not matter.
    #[must_use]
    pub fn new(settings: &EchoSettings) -> Self {
        Self {
            settings: settings.clone(),
            ripples: Arc::new(Ripples::new(settings)),
            unmarked: None,
            sums: vec![vec![0.0; slot_count(settings)]; BANDS],
            sets: 0,
            seconds: 0.0,
            active_s: 0.0,
        }
    }

    /// None yet, but with `unmarked` recordings of the same voices or instruments to compare with: their fine
    /// structure (rooms, vocal tracts, notes that recur) is taken off that of each recording. Nothing in them may
    /// depend on the key. The recordings are tried with and without that.
    #[must_use]
    pub fn compared_with(mut self, unmarked: &[EchoEvidence]) -> Self {
        let points = || unmarked.iter().filter_map(|recording| recording.points.last());
        let bins = points().map(|point| point.spectrum.len()).max().unwrap_or(0);
        let mut sums = vec![(0.0_f64, 0.0_f64); bins];
        for point in points() {
            for ((sum, seconds), x) in sums.iter_mut().zip(&point.spectrum) {
                *sum += point.active_s * f64::from(*x);
                *seconds += point.active_s;
            }
        }
        let mean =
            |(sum, seconds): &(f64, f64)| if *seconds > 0.0 { (sum / seconds) as f32 } else { 0.0 };
        self.unmarked = (bins > 0).then(|| Arc::new(sums.iter().map(mean).collect()));
        let variants = if bins > 0 { 2 } else { 1 };
        self.sums = vec![vec![0.0; slot_count(&self.settings)]; BANDS * variants];
        (self.sets, self.seconds, self.active_s) = (0, 0.0, 0.0);
        self
    }

    /// The same without its recordings, to compare others in the same way.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let sums = vec![vec![0.0; slot_count(&self.settings)]; self.sums.len()];
        Self { sums, sets: 0, seconds: 0.0, active_s: 0.0, ..self.clone() }
    }

    /// Adds a recording, whose detector was made for the same echo.
    pub fn add(&mut self, recording: &EchoEvidence) {
        self.seconds += recording.seconds;
        if let Some(point) = recording.points.last() {
            self.add_point(point);
        }
    }

    /// Adds as much of a recording's beginning as is known to end within `seconds`.
    pub fn add_beginning(&mut self, recording: &EchoEvidence, seconds: f64) {
        let within = recording.points.iter().take_while(|point| point.seconds <= seconds);
        if let Some(point) = within.last() {
            self.seconds += point.seconds;
            self.add_point(point);
        }
    }

    fn add_point(&mut self, point: &Point) {
        self.active_s += point.active_s;
        let weight = point.active_s.min(Self::WEIGHT_MAX_S).sqrt();
        let unmarked = self.unmarked.clone();
        let compared = unmarked.map(|unmarked| {
            // Bins that the unmarked recordings lack stay as they are.
            let others = unmarked.iter().copied().chain(std::iter::repeat(0.0));
            point.spectrum.iter().zip(others).map(|(x, other)| x - other).collect::<Vec<f32>>()
        });
        let spectra = std::iter::once(&point.spectrum).chain(&compared);
        for (spectrum, sums) in spectra.zip(self.sums.chunks_exact_mut(BANDS)) {
            let sets = self.ripples.measure(spectrum);
            self.sets = self.sets.max(sets.len());
            // A recording without the upper bands counts with those that it has.
            let sets = (0..BANDS).filter_map(|set| sets.get(set).or(sets.last()));
            for (sum, ripple) in sums.iter_mut().zip(sets) {
                sum.iter_mut().zip(ripple).for_each(|(sum, x)| *sum += weight * f64::from(*x));
            }
        }
    }

    /// Seconds of all recordings.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Those that are not digital silence.
    #[must_use]
    pub fn active_s(&self) -> f64 {
        self.active_s
    }

    /// Whether there is sound to judge. Without, all p-values are 1.
    #[must_use]
    pub fn has_signal(&self) -> bool {
        self.sets > 0 && self.active_s >= ACTIVE_MIN_S
    }

    /// How well `key` fits.
    #[must_use]
    pub fn test(&self, key: &EchoKey) -> TraceFinding {
        let nothing = TraceFinding { p_value: 1.0, sigmas: 0.0 };
        if !self.has_signal() {
            return nothing;
        }
        let signs = echo_signs_of(key, &self.settings);
        let mut estimator = self.estimator(&signs);
        let findings = self.prepared().into_iter().map(|ripple| {
            let estimates = estimator.estimate(&ripple);
            let sum = signed_sum(&signs, estimates);
            (sum / root_of_squares(estimates), tail(estimates.iter().copied(), sum))
        });
        let best = findings.max_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or(nothing, |(sigmas, chance)| TraceFinding {
            p_value: (chance * self.hypotheses()).min(1.0),
            sigmas,
        })
    }

    /// The score at which `key` would have the p-value `p_value`, if the recordings' evidence were
    /// distributed as it is.
    #[must_use]
    pub fn sigmas_for(&self, key: &EchoKey, p_value: f64) -> f64 {
        let signs = echo_signs_of(key, &self.settings);
        let mut estimator = self.estimator(&signs);
        let Some(ripple) = self.prepared().pop() else { return f64::INFINITY };
        let estimates = estimator.estimate(&ripple);
        let deviation = root_of_squares(estimates);
        let chance = |sigmas: f64| tail(estimates.iter().copied(), sigmas * deviation);
        let (mut low, mut high) = (0.0, self.sigmas_max());
        for _ in 0..20 {
            let middle = (low + high) / 2.0;
            if chance(middle) * self.hypotheses() > p_value { low = middle } else { high = middle }
        }
        high
    }

    /// The highest score there can be: that of signs which all agree with estimates of equal size.
    #[must_use]
    pub fn sigmas_max(&self) -> f64 {
        (self.levels().len() as f64).sqrt()
    }

    /// The scores of `count` echo keys drawn at random, the same for the same `seed`. Nobody who can choose the
    /// audio may know the seed.
    #[must_use]
    pub fn decoys(&self, count: u32, seed: u64) -> MarkDecoys {
        if !self.has_signal() {
            // No key has a score here, so none ranks above another.
            return MarkDecoys::new(vec![0.0; count as usize]);
        }
        let levels = self.levels();
        let ripples = self.prepared();
        let mut estimator = SignEstimator::default();
        // Bits, not keys: a key's signs are such bits, and drawing them at once is much faster.
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let mut signs = vec![0.0; levels.len()];
        let mut score = || {
            let mut apart = vec![0; levels.len()];
            for (signs, apart) in signs.chunks_mut(32).zip(apart.chunks_mut(32)) {
                let bits = random.next_u64();
                for (n, (sign, apart)) in signs.iter_mut().zip(apart).enumerate() {
                    *sign = if bits >> n & 1 == 0 { 1.0 } else { -1.0 };
                    *apart = 1 + (bits >> (32 + n)) as usize % PAIR_SLOTS_MAX as usize;
                }
            }
            let pairs = apart.iter().zip(&levels).enumerate();
            estimator.set_pairs(pairs.map(|(slot, (apart, level))| (slot, *apart, *level)));
            let of_set = |ripple: &Vec<f64>| {
                let estimates = estimator.estimate(ripple);
                let sum: f64 = estimates.iter().zip(&signs).map(|(x, sign)| x * sign).sum();
                sum / root_of_squares(estimates)
            };
            ripples.iter().map(of_set).fold(f64::MIN, f64::max)
        };
        MarkDecoys::new((0..count).map(|_| score()).collect())
    }

    /// Sets of bands, with and without comparison.
    fn hypotheses(&self) -> f64 {
        (self.sets * (self.sums.len() / BANDS)) as f64
    }

    fn estimator(&self, signs: &Signs) -> SignEstimator {
        let mut estimator = SignEstimator::default();
        estimator.set_pairs(laid_out(&signs.pairs, &self.levels()));
        estimator
    }

    /// The level of each pair, compared with the first.
    fn levels(&self) -> Vec<f64> {
        let pairs = slot_count(&self.settings) - PAIR_SLOTS_MAX as usize;
        let span = pairs.saturating_sub(1).max(1) as f64;
        let level = |n: usize| libm::pow(10.0, -self.settings.decay_db * n as f64 / span / 20.0);
        (0..pairs).map(level).collect()
    }

    /// The joint ripple of every hypothesis at unit variation.
    fn prepared(&self) -> Vec<Vec<f64>> {
        let unit = |sum: &Vec<f64>| {
            let square = sum.iter().map(|x| x * x).sum::<f64>() / sum.len() as f64;
            sum.iter().map(|x| x / (square + 1e-30).sqrt()).collect()
        };
        self.sums.chunks_exact(BANDS).flat_map(|sums| &sums[..self.sets]).map(unit).collect()
    }
}

fn signed_sum(signs: &Signs, estimates: &[f64]) -> f64 {
    signs.pairs.iter().zip(estimates).map(|(pair, x)| pair.sign * x).sum()
}

fn root_of_squares(values: &[f64]) -> f64 {
    (values.iter().map(|x| x * x).sum::<f64>() + 1e-300).sqrt()
}
