//! The frequency grid of one sample rate: from gains over frequency to cepstra and their phase.

use std::f64::consts::PI;
use std::sync::OnceLock;

use super::lanes::{LANES, Lanes, by_lanes};
use super::pattern::{BandPosition, SpreadingPattern, StaticPattern, raised_cosine};
use crate::processor::for_this_processor;

/// Points at which gains are laid out from 0 Hz to half the sample rate.
const POINTS: usize = 4_096;
/// Steps of the cosine table to a full turn: a point's phase advances by odd multiples of one step.
const TURN: usize = 4 * POINTS;
/// Share of the kernel's length that the cepstrum takes; the rest is for the products of its
/// parts, which would otherwise be cut off, differently at every sample rate.
const CEPSTRUM_SHARE: f64 = 0.75;
/// Frequencies at which the phase is looked at.
const PHASE_POINTS: usize = 512;
/// Sums over the cosine table computed at once: enough to keep the adders busy.
const WALKS: usize = 8;

/// The grid of one sample rate, for kernels of one length.
pub(super) struct Grid {
    sample_rate: u32,
    /// Taps to make.
    len: usize,
    cosine: &'static [f64; TURN],
}

impl Grid {
    pub(super) fn new(sample_rate: u32, len: usize) -> Self {
        static COSINE: OnceLock<Box<[f64; TURN]>> = OnceLock::new();
        let cosine = COSINE.get_or_init(|| {
            let step = PI / (2 * POINTS) as f64;
            let mut table = Box::new([0.0; TURN]);
            table.iter_mut().enumerate().for_each(|(i, cos)| *cos = libm::cos(i as f64 * step));
            table
        });
        Self { sample_rate, len, cosine }
    }

    /// The designed gains in dB at the grid's points, kernels × points: the alternating kernels by
    /// number, and behind them the static EQ if there is one.
    pub(super) fn levels(
        &self,
        bands: u32,
        alternating: &SpreadingPattern<'_>,
        fixed: Option<&StaticPattern<'_>>,
    ) -> Vec<Vec<f64>> {
        let sample_rate = f64::from(self.sample_rate);
        let kernels = alternating.kernels();
        let mut levels = vec![vec![0.0; POINTS]; kernels + usize::from(fixed.is_some())];
        for point in 0..POINTS {
            let hz = (point as f64 + 0.5) / POINTS as f64 * sample_rate / 2.0;
            let at = BandPosition::new(hz, bands);
            for (pair, levels) in levels[..kernels].chunks_mut(2).enumerate() {
                let (signed, even) = alternating.pair_gain_db(pair, &at);
                for (levels, signed) in levels.iter_mut().zip([signed, -signed]) {
                    levels[point] = signed + even;
                }
            }
            if let (Some(fixed), Some(levels)) = (fixed, levels.get_mut(kernels)) {
                levels[point] = fixed.gain_db(&at);
            }
        }
        levels
    }

    /// The causal cepstra, in nepers, of the minimum-phase filters with these gains in dB (kernels ×
    /// points): the real cepstrum folded to its causal half (Oppenheim and Schafer, Discrete-Time
    /// Signal Processing, chapter on the cepstrum). It is tapered by a raised cosine over a share of
    /// the kernel's length, in seconds the same at every rate, which smooths the gain to what the
    /// kernel can follow.
    pub(super) fn cepstra(&self, levels: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let nepers_per_db = std::f64::consts::LN_10 / 20.0;
        let reach = CEPSTRUM_SHARE * self.len as f64;
        let tapers: Vec<f64> =
            (0..self.len).map(|n| 1.0 - raised_cosine(n as f64 / reach)).collect();
        let used = tapers.iter().rposition(|&taper| taper != 0.0).map_or(0, |last| last + 1);
        by_lanes(levels, self.len, |levels, cepstra| {
            for first in (0..used).step_by(WALKS) {
                let walk = |i: usize| Walk { start: first + i, step: 2 * (first + i) };
                let sums = cosine_sums(self.cosine, levels, std::array::from_fn(walk));
                for (n, sums) in (first..used).zip(&sums) {
                    let folded = if n == 0 { 1.0 } else { 2.0 };
                    let scale = folded * tapers[n] * nepers_per_db;
                    cepstra[n] = sums.map(|sum| scale * sum / POINTS as f64);
                }
            }
        })
    }

    /// The largest phase of the filters with these cepstra, in radians: φ(ω) = −Σ c\[n\]·sin(nω).
    pub(super) fn largest_phase(&self, cepstra: &[Vec<f64>]) -> f64 {
        let mut largest = 0.0;
        by_lanes(cepstra, 0, |cepstra, _| {
            for first in (1..PHASE_POINTS).step_by(WALKS) {
                // A sine is a cosine three quarters of a turn later.
                let walk = |i: usize| Walk {
                    start: 3 * POINTS,
                    step: 2 * POINTS / PHASE_POINTS * (first + i).min(PHASE_POINTS - 1),
                };
                let sums = cosine_sums(self.cosine, cepstra, std::array::from_fn(walk));
                largest = sums.iter().flatten().fold(largest, |top: f64, sum| top.max(sum.abs()));
            }
        });
        largest
    }
}

/// One way through the cosine table, round and round.
#[derive(Clone, Copy)]
pub(crate) struct Walk {
    start: usize,
    step: usize,
}

for_this_processor! {
    /// For each walk Σ values\[k\]·cosine\[start + k·step\], k rising, lane by lane.
    cosine_sums = cosine_sums_anywhere,
    (cosine: &[f64; TURN], values: &[Lanes], walks: [Walk; WALKS]) -> [Lanes; WALKS]
}

#[inline(always)]
fn cosine_sums_anywhere(
    cosine: &[f64; TURN],
    values: &[Lanes],
    walks: [Walk; WALKS],
) -> [Lanes; WALKS] {
    // Vectors lie across kernels, never along a sum, so no width of vector changes a bit.
    let mut sums = [[0.0; LANES]; WALKS];
    let mut at = walks.map(|walk| walk.start);
    for value in values {
        for (i, sum) in sums.iter_mut().enumerate() {
            let cos = cosine[at[i] & (TURN - 1)];
            for lane in 0..LANES {
                sum[lane] += value[lane] * cos;
            }
            at[i] += walks[i].step;
        }
    }
    sums
}
