//! How often p-values were how small.

use std::f64::consts::SQRT_2;

use patchveil_veil::{MarkDecoys, MarkSettings};

/// Limits in a factor of ten.
pub const STEPS: usize = 8;
/// Limits of p: 1, 10^(−1/8), … 10⁻⁸.
pub const LIMITS: usize = 8 * STEPS + 1;

/// Counts of p-values. All counts of several tallies add up.
#[derive(Debug, Clone)]
pub struct Tally {
    pub trials: u64,
    /// The highest score of a recording as a whole.
    pub highest: f64,
    pub smallest_p: f64,
    at_most: [u64; LIMITS],
}

impl Default for Tally {
    fn default() -> Self {
        Self { trials: 0, highest: 0.0, smallest_p: 1.0, at_most: [0; LIMITS] }
    }
}

/// Limit number `step` of p.
pub fn limit(step: usize) -> f64 {
    libm::pow(10.0, -(step as f64) / STEPS as f64)
}

impl Tally {
    /// How many p-values were at most [`limit`] number `step`.
    pub fn at_most(&self, step: usize) -> u64 {
        self.at_most.get(step).copied().unwrap_or(0)
    }

    /// Counts one p-value.
    pub fn add(&mut self, p: f64, sigmas: f64) {
        self.trials += 1;
        self.highest = self.highest.max(sigmas);
        self.smallest_p = self.smallest_p.min(p);
        let counts = self.at_most.iter_mut().enumerate();
        counts.for_each(|(step, count)| *count += u64::from(p <= limit(step)));
    }

    /// Counts the p-value that each score has in a search over so many places.
    pub fn add_decoys(&mut self, decoys: &MarkDecoys, places: f64) {
        self.trials += decoys.count() as u64;
        self.highest = self.highest.max(decoys.highest());
        self.smallest_p = self.smallest_p.min(places * tail(decoys.highest()));
        self.at_most[0] += decoys.count() as u64;
        for (step, count) in self.at_most.iter_mut().enumerate().skip(1) {
            // The rank among so many decoys, and one more for the key that it is the rank of.
            let rank = decoys.p_value(sigmas(limit(step) / places));
            *count += (rank * (decoys.count() + 1) as f64).round() as u64 - 1;
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.highest = self.highest.max(other.highest);
        self.smallest_p = self.smallest_p.min(other.smallest_p);
        self.at_most.iter_mut().zip(&other.at_most).for_each(|(to, from)| *to += from);
    }
}

/// Upper bound of the probability that a normalised sum of random signs is `sigmas` or more: the tail
/// of the normal distribution times 1/(4·Q(√2)) (Bentkus and Dzindzalieta, Bernoulli 21(2), 2015).
pub fn tail(sigmas: f64) -> f64 {
    let normal = |x: f64| 0.5 * libm::erfc(x / SQRT_2);
    (normal(sigmas) / (4.0 * normal(SQRT_2))).min(1.0)
}

/// The score whose [`tail`] is `p`.
fn sigmas(p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 38.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if tail(middle) > p { low = middle } else { high = middle }
    }
    high
}

/// Places at which a key is compared with a whole recording: each quarter of a patch in the period, in up
/// to three sets of bands as they are, and in one or two weighed by what is not noise.
pub fn places(rate: u32, settings: &MarkSettings) -> f64 {
    let patches = settings.pattern.as_ref().map_or(0, |pattern| pattern.patches);
    // A band needs 20 bins of some 31 Hz below 0.47 of the rate.
    let has_band = |edge: f64| edge + 20.0 * 31.25 < 0.47 * f64::from(rate);
    let sets = match (has_band(4_000.0), has_band(8_000.0)) {
        (false, _) => 2.0,
        (true, false) => 3.0,
        (true, true) => 5.0,
    };
    f64::from((4 * patches).max(1)) * sets
}
