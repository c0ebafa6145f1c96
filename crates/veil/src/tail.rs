//! The tail of a long kernel: what its later taps add, one block of the timeline at a time.
//!
//! A kernel of more than [`DIRECT_MAX`](crate::partition::DIRECT_MAX) taps is cut into parts of
//! [`BLOCK`] taps. The first part acts at once and is computed directly. The others involve only blocks
//! that are complete when an output block begins, so [`spectrum`](crate::spectrum) computes their sum
//! once for the whole block (uniformly partitioned overlap-save: Stockham, High-speed convolution and
//! correlation, 1966; zero latency by the direct part: Gardner, Efficient convolution without
//! input-output delay, 1995).
//!
//! Blocks lie at multiples of [`BLOCK`] on the timeline, wherever processing starts and however the
//! audio is cut. Spectra are computed from the samples when first needed and only cached, so nothing is
//! computed between patches, and a jump only has to drop them.

use std::sync::Arc;

use crate::history::History;
use crate::kernel::Kernel;
use crate::spectrum::{BLOCK, Spectrum, Transform, convolve, forward};

/// The cached spectra of one channel's past.
pub(crate) struct Tail {
    transform: Arc<Transform>,
    /// The spectrum of blocks b − 1 and b is in slot b mod the number of slots, a power of two.
    spectra: Box<[Spectrum]>,
    /// The block that each slot holds.
    held: Box<[Option<i64>]>,
}

/// What the later taps of one kernel add in the current block.
pub(crate) struct TailBlock {
    samples: [f32; BLOCK],
    /// The block and kernel number it is for.
    of: Option<(i64, usize)>,
}

impl TailBlock {
    pub(crate) const EMPTY: Self = Self { samples: [0.0; BLOCK], of: None };

    /// To be called when the timeline jumps, and when kernel numbers begin to mean other kernels.
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

    /// To be called when the timeline jumps: the past blocks have other numbers now.
    pub(crate) fn forget(&mut self) {
        self.held.fill(None);
    }

    /// Adds the tail of `kernel`, which has this number, to `wet`, whose first sample lies at
    /// `position` and `back` samples before the history's end. `tail_block` is kept for this kernel and
    /// others that never sound at the same time.
    pub(crate) fn add(
        &mut self,
        tail_block: &mut TailBlock,
        history: &History,
        (kernel, number): (&Kernel, usize),
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
            if tail_block.of != Some((block, number)) {
                self.compute(history, kernel.parts(), block, back, &mut tail_block.samples);
                tail_block.of = Some((block, number));
            }
            for (y, more) in wet.iter_mut().zip(&tail_block.samples[from..]) {
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

    /// Computes `block`, which starts `back` samples before the history's end.
    fn compute(
        &mut self,
        history: &History,
        parts: &[Spectrum],
        block: i64,
        back: usize,
        out: &mut [f32; BLOCK],
    ) {
        let mask = self.spectra.len() as i64 - 1;
        let slot = |block: i64| (block & mask) as usize;
        for ago in 1..=parts.len() {
            let needed = block - ago as i64;
            let slot = slot(needed);
            if self.held[slot] != Some(needed)
                && let Some(samples) = history.starting(back + (ago + 1) * BLOCK)
            {
                forward(&self.transform, samples, &mut self.spectra[slot]);
                self.held[slot] = Some(needed);
            }
        }
        convolve(&self.transform, &self.spectra, slot(block - 1), parts, out);
    }
}
