//! What is kept for a trace, and what it says about keys.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use super::super::detector::MarkDecoys;
use super::super::settings::{EchoSettings, PAIR_SLOTS_MAX};
use super::super::{echo_signs_of, kernel::Signs};
use super::ripple::slot_count;
use super::signs::{SignEstimator, laid_out};
use super::tail::tail;
use crate::key::EchoKey;

/// Most sets of bands.
const SETS: usize = 4;
/// From so many seconds of sound on a recording weighs no more. Up to there its evidence grows as a sum of
/// independent parts does, so that the root of its length is the weight of most power. Beyond, what
/// stays of the host (its room, its notes) is no longer small beside the noise, and one long recording would
/// drown the others.
const WEIGHT_MAX_S: f64 = 30.0;
/// Least seconds of sound to judge.
const ACTIVE_MIN_S: f64 = 0.3;

/// What one recording tells about echo keys. It holds no key.
#[derive(Debug, Clone)]
pub struct EchoEvidence {
    seconds: f64,
    /// The evidence of a growing part of the recording; the last is that of all of it.
    points: Vec<Point>,
}

/// The evidence of a recording up to a point in time.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) seconds: f64,
    /// Those that are not digital silence.
    pub(super) active_s: f64,
    /// For the lowest band, for the lowest two, and so on: the ripple in each slot, at unit variation.
    pub(super) sets: Vec<Vec<f32>>,
}

impl EchoEvidence {
    pub(super) fn new(seconds: f64, points: Vec<Point>) -> Self {
        Self { seconds, points }
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
    /// For each set of bands the weighted sum over recordings, slots.
    sums: Vec<Vec<f64>>,
    /// Sets that any recording has.
    sets: usize,
    seconds: f64,
    active_s: f64,
}

/// How well an echo key fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceFinding {
    /// Probability that a key which had nothing to do with the recordings fits as well, corrected for the sets
    /// of bands that were tried; never too small. Multiply it by the number of keys and of traces.
    pub p_value: f64,
    /// The best score: a sum of random signs, in its standard deviations. Rank it among [`MarkDecoys`].
    /// It cannot exceed the root of the number of pairs, 6.9 in the presets.
    pub sigmas: f64,
}

impl TraceEvidence {
    /// None yet, for the echo of `settings`, whose level does not matter.
    #[must_use]
    pub fn new(settings: &EchoSettings) -> Self {
        Self {
            settings: settings.clone(),
            sums: vec![vec![0.0; slot_count(settings)]; SETS],
            sets: 0,
            seconds: 0.0,
            active_s: 0.0,
        }
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
        self.sets = self.sets.max(point.sets.len());
        let weight = point.active_s.min(WEIGHT_MAX_S).sqrt();
        // A recording without the upper bands counts with those that it has.
        let sets = (0..SETS).filter_map(|set| point.sets.get(set).or(point.sets.last()));
        for (sum, ripple) in self.sums.iter_mut().zip(sets) {
            sum.iter_mut().zip(ripple).for_each(|(sum, x)| *sum += weight * f64::from(*x));
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
            p_value: (chance * self.sets as f64).min(1.0),
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
            if chance(middle) * self.sets as f64 > p_value { low = middle } else { high = middle }
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

    /// The joint ripple of every set of bands at unit variation.
    fn prepared(&self) -> Vec<Vec<f64>> {
        let unit = |sum: &Vec<f64>| {
            let square = sum.iter().map(|x| x * x).sum::<f64>() / sum.len() as f64;
            sum.iter().map(|x| x / (square + 1e-30).sqrt()).collect()
        };
        self.sums.iter().take(self.sets).map(unit).collect()
    }
}

fn signed_sum(signs: &Signs, estimates: &[f64]) -> f64 {
    signs.pairs.iter().zip(estimates).map(|(pair, x)| pair.sign * x).sum()
}

fn root_of_squares(values: &[f64]) -> f64 {
    (values.iter().map(|x| x * x).sum::<f64>() + 1e-300).sqrt()
}
