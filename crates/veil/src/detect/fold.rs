//! From levels to the sums that are left of a recording: what repeats with the frame, and how
//! much everything else moves.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::raster::Raster;

/// The sum over some neighbouring frames of their spectra along time.
pub(super) struct Block {
    /// Frames in it.
    pub(super) frames: u32,
    /// Band by band, in each the harmonics 1, 2, ….
    pub(super) sum: Vec<Complex32>,
}

/// Cuts rows into frames and keeps their spectra: summed over a block as they are, and over
/// everything in power.
pub(super) struct Fold {
    hops: usize,
    harmonics: usize,
    fft: Arc<dyn RealToComplex<f32>>,
    /// The frame that is filling, band by band.
    frame: Vec<Vec<f32>>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
    /// Frames a block.
    block_frames: u32,
    pub(super) blocks: Vec<Block>,
    /// Sum over all frames of the power of every cell.
    pub(super) power: Vec<f64>,
}

impl Fold {
    /// `block_frames` is at least 1.
    pub(super) fn new(raster: &Raster, block_frames: u32) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(raster.hops);
        Self {
            hops: raster.hops,
            harmonics: raster.harmonics,
            frame: vec![Vec::with_capacity(raster.hops); raster.bands.len()],
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            block_frames,
            blocks: Vec::new(),
            power: vec![0.0; raster.cells()],
        }
    }

    /// Takes the next hop's levels.
    pub(super) fn push(&mut self, row: &[f32]) {
        for (frame, &level) in self.frame.iter_mut().zip(row) {
            frame.push(level);
        }
        if self.frame.first().is_some_and(|band| band.len() == self.hops) {
            self.add_frame();
        }
    }

    /// Takes the frame that is not full as if the rest of it were average.
    pub(super) fn finish(&mut self) {
        if self.frame.first().is_some_and(|band| !band.is_empty()) {
            self.frame.iter_mut().for_each(|band| band.resize(self.hops, 0.0));
            self.add_frame();
        }
    }

    fn add_frame(&mut self) {
        let cells = self.power.len();
        if self.blocks.last().is_none_or(|block| block.frames == self.block_frames) {
            self.blocks.push(Block { frames: 0, sum: vec![Complex32::ZERO; cells] });
        }
        let Some(block) = self.blocks.last_mut() else {
            return;
        };
        block.frames += 1;
        let sums = block.sum.chunks_exact_mut(self.harmonics);
        let powers = self.power.chunks_exact_mut(self.harmonics);
        for ((band, sums), powers) in self.frame.iter_mut().zip(sums).zip(powers) {
            // Fails only for buffers of the wrong length, and these are the plan's own.
            let done = self.fft.process_with_scratch(band, &mut self.bins, &mut self.scratch);
            band.clear();
            if done.is_err() {
                continue;
            }
            for ((sum, power), bin) in sums.iter_mut().zip(powers).zip(&self.bins[1..]) {
                *sum += bin;
                *power += f64::from(bin.norm_sqr());
            }
        }
    }
}
