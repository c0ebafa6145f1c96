//! What the later taps of a long kernel add, a block of the timeline at a time.
//!
//! A kernel of more than [`DIRECT_MAX`] taps is cut into parts of [`BLOCK`] taps. The first part
//! acts at once and is computed directly. The others concern only blocks that are already over
//! when an output block begins, so their sum is found by [`spectrum`](crate::spectrum) once for
//! the whole block (uniformly partitioned overlap-save: Stockham, High-speed convolution and
//! correlation, 1966; zero latency by the direct part: Gardner, Efficient convolution without
//! input-output delay, 1995).
//!
//! Blocks lie on the timeline, at multiples of [`BLOCK`], wherever processing starts and however
//! the audio is cut. Spectra are made from raw samples when first wanted and only kept to save
//! work, so nothing is computed between patches and a jump needs no more than to forget them.

use std::sync::Arc;

use crate::history::History;
use crate::kernel::Kernel;
use crate::spectrum::{BLOCK, Spectrum, Transform, convolve, forward};

/// Longest kernel that is computed directly, in taps. A recipe's sound hangs on it: another value
/// rounds differently.
pub(crate) const DIRECT_MAX: usize = 2 * BLOCK;

/// Samples before a position that the output there, to the last bit, depends on for a kernel of
/// `taps` taps.
pub(crate) fn reach(taps: usize) -> usize {
    if taps <= DIRECT_MAX {
        return taps.saturating_sub(1);
    }
    // The last part wants two whole blocks of input, of which the older one matters at most for
    // the rounding; and the output may be the last sample of its block.
    taps.next_multiple_of(BLOCK) + BLOCK - 1
}

/// The parts of a kernel behind its first [`BLOCK`] taps; none if it is short.
pub(crate) fn parts(taps: &[f32]) -> Vec<Spectrum> {
    if taps.len() <= DIRECT_MAX {
        return Vec::new();
    }
    taps.chunks(BLOCK).skip(1).map(Spectrum::of_taps).collect()
}

/// The spectra of one channel's past.
pub(crate) struct Tail {
    transform: Arc<Transform>,
    /// The spectrum of block b and the one before it is in slot b mod the number of slots, a
    /// power of two.
    spectra: Box<[Spectrum]>,
    /// The block that each slot holds.
    held: Box<[Option<i64>]>,
}

/// What the later taps of one kernel add in the block under way.
pub(crate) struct Sum {
    samples: [f32; BLOCK],
    /// Which block and curve it is for.
    of: Option<(i64, usize)>,
}

impl Sum {
    pub(crate) const EMPTY: Self = Self { samples: [0.0; BLOCK], of: None };

    /// To be called where the timeline jumps, and where curve numbers begin to mean other kernels.
    pub(crate) fn forget(&mut self) {
        self.of = None;
    }
}

impl Tail {
    /// Room for kernels that reach back up to `context` samples.
    pub(crate) fn new(transform: Arc<Transform>, context: usize) -> Self {
        let slots = (context / BLOCK).next_power_of_two();
        Self {
            transform,
            spectra: vec![Spectrum::ZERO; slots].into(),
            held: vec![None; slots].into(),
        }
    }

    /// To be called where the timeline jumps: blocks of the past lie elsewhere now.
    pub(crate) fn forget(&mut self) {
        self.held.fill(None);
    }

    /// Adds the parts of `kernel`, which is number `curve`, to `wet`, whose first sample lies at
    /// `position` and `back` samples before the history's end. `sum` is the one that is kept for
    /// this kernel and others that never sound at once with it.
    pub(crate) fn add(
        &mut self,
        sum: &mut Sum,
        history: &History,
        (kernel, curve): (&Kernel, usize),
        position: i64,
        back: usize,
        wet: &mut [f32],
    ) {
        if kernel.parts().is_empty() {
            return;
        }
        let within = position.rem_euclid(BLOCK as i64) as usize;
        // Counted from the start of the first block.
        let (mut block, mut back) = (position.div_euclid(BLOCK as i64), back + within);
        let (first, others) = wet.split_at_mut(wet.len().min(BLOCK - within));
        let mut add = |wet: &mut [f32], from: usize| {
            if sum.of != Some((block, curve)) {
                self.compute(history, kernel.parts(), block, back, &mut sum.samples);
                sum.of = Some((block, curve));
            }
            for (y, more) in wet.iter_mut().zip(&sum.samples[from..]) {
                *y += more;
            }
            block += 1;
            back = back.saturating_sub(BLOCK);
        };
        add(first, within);
        for wet in others.chunks_mut(BLOCK) {
            add(wet, 0);
        }
    }

    /// Finds the sum for `block`, which starts `back` samples before the history's end.
    fn compute(
        &mut self,
        history: &History,
        parts: &[Spectrum],
        block: i64,
        back: usize,
        sum: &mut [f32; BLOCK],
    ) {
        let mask = self.spectra.len() as i64 - 1;
        let slot = |block: i64| (block & mask) as usize;
        for ago in 1..=parts.len() {
            let wanted = block - ago as i64;
            let slot = slot(wanted);
            if self.held[slot] != Some(wanted)
                && let Some(samples) = history.starting(back + (ago + 1) * BLOCK)
            {
                forward(&self.transform, samples, &mut self.spectra[slot]);
                self.held[slot] = Some(wanted);
            }
        }
        convolve(&self.transform, &self.spectra, slot(block - 1), parts, sum);
    }
}
