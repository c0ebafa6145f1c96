//! What is left of a recording once it has been heard, and what it says for or against a key.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner};

use super::coverage::{Coverage, cover};
use super::decoys::{Decoys, keys};
use super::fold::{Block, Fold};
use super::noise;
use super::pattern::Patterns;
use super::raster::Raster;
use crate::key::ClassKey;
use crate::recipe::Recipe;

/// Offsets at which the score is computed, for every hop.
const FINE: usize = 4;

/// What a recording says about keys of one recipe. It holds no key, and every key costs the same
/// however long the recording was.
pub struct Evidence {
    raster: Raster,
    patterns: Patterns,
    blocks: Vec<Block>,
    frames: u64,
    seconds: f64,
    /// 1 / noise power of each cell of one frame; 0 where nothing can be heard.
    certainty: Vec<f32>,
    /// The mean over all frames, each cell times its certainty.
    weighed: Vec<Complex32>,
    /// What share of a band's power is above the floor, and so of a pattern's depth there.
    alive: Vec<f32>,
    ifft: Arc<dyn ComplexToReal<f32>>,
}

/// How well a key fits.
#[derive(Debug, Clone)]
pub struct Score {
    /// The largest correlation over all offsets, in standard deviations of what one offset gives
    /// by chance in audio without any code. It has to be held against that of [`Decoys`].
    pub value: f64,
    /// Position on the timeline of the recording's first sample where it fits best, in samples at
    /// the recording's rate: 0 up to a frame, for the code repeats with every frame. Good to
    /// about half a millisecond.
    pub offset: f64,
    /// How deep the code lies, as a share of the depth that the recipe asks for. Windows, pauses
    /// and the limits of the kernel take their part: of protected speech that nobody touched about
    /// 0.4, of steady noise 0.7.
    pub depth: f64,
    /// The correlation at all offsets, evenly spaced from 0 up to a frame, in the unit of `value`.
    pub over_offset: Vec<f32>,
}

impl Evidence {
    pub(super) fn new(
        raster: Raster,
        recipe: &Recipe,
        fold: Fold,
        alive: Vec<f32>,
        beside: bool,
        seconds: f64,
    ) -> Self {
        let frames: u64 = fold.blocks.iter().map(|block| u64::from(block.frames)).sum();
        let mut mean = vec![Complex32::ZERO; raster.cells()];
        for block in &fold.blocks {
            for (mean, sum) in mean.iter_mut().zip(&block.sum) {
                *mean += sum;
            }
        }
        mean.iter_mut().for_each(|mean| *mean /= frames.max(1) as f32);
        let certainty = noise::certainty(&raster, &fold.power, &mean, frames, &alive, beside);
        let weighed = mean.iter().zip(&certainty).map(|(mean, by)| mean * by).collect();
        Self {
            patterns: Patterns::new(&raster, recipe),
            blocks: fold.blocks,
            frames,
            seconds,
            certainty,
            weighed,
            alive,
            ifft: RealFftPlanner::new().plan_fft_inverse(raster.hops * FINE),
            raster,
        }
    }

    /// Length of the recording in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Length of a frame in samples at the recording's rate: offsets are known up to this.
    #[must_use]
    pub fn period_samples(&self) -> f64 {
        self.raster.period_samples()
    }

    /// Whether there was anything to hear: at least one whole frame with sound. Without, all
    /// scores are 0.
    #[must_use]
    pub fn is_audible(&self) -> bool {
        self.certainty.iter().any(|&certainty| certainty > 0.0)
    }

    /// How well `key` fits, over all offsets.
    #[must_use]
    pub fn test(&self, key: &ClassKey) -> Score {
        let (over_offset, full) = self.correlate(&self.pattern(key));
        let (value, at) = peak(&over_offset);
        let frame = self.raster.period_samples();
        Score {
            value,
            offset: (at * frame / over_offset.len() as f64).rem_euclid(frame),
            depth: if full > 0.0 { value / full } else { 0.0 },
            over_offset,
        }
    }

    /// The scores of `count` keys drawn at random; the same for the same `seed`.
    ///
    /// They serve for any number of keys. Whoever can choose the audio must not know the seed.
    #[must_use]
    pub fn decoys(&self, count: u32, seed: u64) -> Decoys {
        Decoys::new(
            keys(seed)
                .take(count as usize)
                .map(|key| peak(&self.correlate(&self.pattern(&key)).0).0)
                .collect(),
        )
    }

    /// Which seconds of the recording carry the code of `key` at `offset`, the one that
    /// [`Self::test`] found.
    #[must_use]
    pub fn coverage(&self, key: &ClassKey, offset: f64) -> Coverage {
        let mut pattern = self.pattern(key);
        let turn = std::f64::consts::TAU * offset / self.raster.period_samples();
        for (cell, p) in pattern.iter_mut().enumerate() {
            let harmonic = cell % self.raster.harmonics + 1;
            let (sin, cos) = libm::sincos(turn * harmonic as f64);
            *p *= Complex32::new(cos as f32, sin as f32);
        }
        cover(&self.blocks, &pattern, &self.certainty, self.raster.frame_seconds(), self.seconds)
    }

    /// What the key would leave in this recording.
    fn pattern(&self, key: &ClassKey) -> Vec<Complex32> {
        let mut pattern = self.patterns.of(key);
        for (band, alive) in pattern.chunks_exact_mut(self.raster.harmonics).zip(&self.alive) {
            band.iter_mut().for_each(|p| *p *= alive);
        }
        pattern
    }

    /// The correlation at all offsets, and what it would be at the right one for the full depth.
    fn correlate(&self, pattern: &[Complex32]) -> (Vec<f32>, f64) {
        let mut spectrum = self.ifft.make_input_vec();
        let mut norm = 0.0_f32;
        for (cell, ((p, weighed), certainty)) in
            pattern.iter().zip(&self.weighed).zip(&self.certainty).enumerate()
        {
            // The later the offset, the earlier the pattern comes.
            spectrum[cell % self.raster.harmonics + 1] += p * weighed.conj();
            norm += p.norm_sqr() * certainty;
        }
        // The correlation is twice the real part of all harmonics together; by chance its variance
        // is twice the norm, over the number of frames.
        let full = (2.0 * norm * self.frames as f32).sqrt();
        let scale = if norm > 0.0 { full / (2.0 * norm) } else { 0.0 };
        spectrum.iter_mut().for_each(|x| *x *= scale);
        let mut over_offset = self.ifft.make_output_vec();
        // Fails only for buffers of the wrong length, and these are the plan's own.
        let _ = self.ifft.process(&mut spectrum, &mut over_offset);
        (over_offset, f64::from(full))
    }
}

/// Height and interpolated place of the highest point of a circle of values.
fn peak(values: &[f32]) -> (f64, f64) {
    let higher = |best: (usize, f32), now: (usize, f32)| if now.1 > best.1 { now } else { best };
    let Some((best, top)) = values.iter().copied().enumerate().reduce(higher) else {
        return (0.0, 0.0);
    };
    let at = |i: usize| values.get(i % values.len()).copied().unwrap_or(0.0);
    let (left, right) = (at(best + values.len() - 1), at(best + 1));
    // The parabola through three points.
    let bend = left - 2.0 * top + right;
    let aside = if bend < 0.0 { 0.5 * (left - right) / bend } else { 0.0 };
    (f64::from(top), best as f64 + f64::from(aside))
}
