//! Kernels of keyed echoes.

use std::ops::Range;

use zeroize::Zeroize;

use super::settings::{PAIR_SLOTS_MAX, SLOT_US};
use super::sparse_fir::{Step, steps};
use crate::key::Seed;

/// The keyed signs of one kernel and where their pairs lie.
pub(super) struct Signs {
    pub(super) pairs: Vec<Pair>,
}

/// Two opposite echoes.
#[derive(Clone, Copy, Zeroize)]
pub(super) struct Pair {
    /// Delay of the first, in slots.
    pub(super) slot: u32,
    /// Slots from the first to the second.
    pub(super) apart: u32,
    /// Sign of the first: 1 or −1.
    pub(super) sign: f64,
}

/// Gains by slot, before they are laid out at a sample rate.
pub(super) struct Taps {
    first_slot: u32,
    gains: Vec<f64>,
}

impl Signs {
    /// The signs of kernel number `kernel`: one pair for each of `slots`.
    pub(super) fn draw(seed: &Seed, kernel: u64, slots: Range<u32>) -> Self {
        let mut stream = seed.stream(kernel);
        let draw = |slot| Pair {
            slot,
            apart: 1 + stream.below(PAIR_SLOTS_MAX),
            sign: if stream.below(2) == 0 { 1.0 } else { -1.0 },
        };
        Self { pairs: slots.map(draw).collect() }
    }

    /// The taps whose power, on average over keys, is `level_db` below the direct sound, times `scale`²;
    /// the last pair is `decay_db` weaker than the first.
    pub(super) fn taps(&self, level_db: f64, decay_db: f64, scale: f64) -> Taps {
        let span = self.pairs.len().saturating_sub(1).max(1) as f64;
        let share = |number: usize| libm::pow(10.0, -decay_db * number as f64 / span / 20.0);
        let power: f64 = (0..self.pairs.len()).map(|number| 2.0 * share(number).powi(2)).sum();
        let gain = scale * libm::pow(10.0, level_db / 20.0) / power.sqrt();
        let first_slot = self.pairs.first().map_or(0, |pair| pair.slot);
        let mut gains = vec![0.0; self.pairs.len() + PAIR_SLOTS_MAX as usize];
        for (number, pair) in self.pairs.iter().enumerate() {
            let signed = pair.sign * gain * share(number);
            gains[number] += signed;
            gains[number + pair.apart as usize] -= signed;
        }
        Taps { first_slot, gains }
    }
}

impl Drop for Signs {
    fn drop(&mut self) {
        self.pairs.zeroize();
    }
}

impl Taps {
    /// Sum of magnitudes: the most by which the taps can amplify anything.
    pub(super) fn sum(&self) -> f64 {
        self.gains.iter().map(|gain| gain.abs()).sum()
    }

    /// The taps times `limit` at `sample_rate` Hz, each at the sample nearest to its delay.
    pub(super) fn at_rate(&self, limit: f64, sample_rate: u32) -> SparseKernel {
        let mut taps: Vec<(u32, f64)> = Vec::with_capacity(self.gains.len());
        for (slot, gain) in (u64::from(self.first_slot)..).zip(&self.gains) {
            let parts = slot * u64::from(SLOT_US) * u64::from(sample_rate);
            let delay = ((parts + 500_000) / 1_000_000).max(1) as u32;
            match taps.last_mut() {
                // At low rates neighbours fall on one sample.
                Some(last) if last.0 == delay => last.1 += gain * limit,
                _ => taps.push((delay, gain * limit)),
            }
        }
        taps.retain(|tap| tap.1 != 0.0);
        let taps: Vec<(u32, f32)> = taps.iter().map(|tap| (tap.0, tap.1 as f32)).collect();
        SparseKernel { steps: steps(&taps), taps }
    }
}

/// Delays in samples, ascending and at least 1, each with its gain.
pub(super) struct SparseKernel {
    taps: Vec<(u32, f32)>,
    steps: Vec<Step>,
}

impl SparseKernel {
    /// The taps, shortest delay first.
    pub(super) fn taps(&self) -> &[(u32, f32)] {
        &self.taps
    }

    /// The same for [`sparse_fir`](super::sparse_fir::sparse_fir).
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Longest delay in samples, 0 where there are no taps.
    pub(super) fn longest(&self) -> usize {
        self.taps.last().map_or(0, |tap| tap.0 as usize)
    }

    /// Shortest delay in samples, `None` where there are no taps: at low rates a pair can fall on one
    /// sample and cancel.
    pub(super) fn shortest(&self) -> Option<usize> {
        self.taps.first().map(|tap| tap.0 as usize)
    }
}

impl Drop for SparseKernel {
    fn drop(&mut self) {
        self.taps.iter_mut().for_each(|tap| tap.zeroize());
        self.steps.zeroize();
    }
}
