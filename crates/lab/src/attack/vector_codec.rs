//! A codec that learns its codebooks from the data.
//!
//! After SNAC (“Multi-Scale Neural Audio Codec”, arXiv 2410.14411): residual vector quantisers, the
//! coarse ones at a lower rate than the fine ones. The codebooks come from this data only, so what
//! is rare in it is lost. Simplified: an MDCT instead of a learned encoder, Lloyd's algorithm
//! instead of gradient descent, and no perceptual or adversarial loss. About 17 kbit/s at 8 kHz; a
//! neural codec of this rate sounds better and generalises from far more data.

use std::sync::Arc;

use chacha20::ChaCha20Rng;
use rand::RngExt;
use rand::seq::SliceRandom;
use rayon::prelude::*;
use rustdct::DctPlanner;
use rustdct::mdct::{Mdct, window_fn};

use super::codebook::Codebook;
use crate::clip::Clip;
use crate::signal::rng::rng;

/// Hop of the transform in seconds; its window is twice as long.
const HOP: f64 = 0.016;
/// Bands whose levels are coded.
const BANDS: usize = 20;
/// Hops that each quantiser of the levels averages over, the coarsest first.
const SCALES: [usize; 3] = [4, 2, 1];
/// Neighbouring coefficients that are coded together, after division by their level.
const GROUP: usize = 8;
/// Quantisers of the coefficients, each for the residual of the one before.
const STAGES: usize = 2;
/// Entries of each codebook: 8 bits.
const ENTRIES: usize = 256;
/// Clips the codebooks are trained on, and groups of coefficients from these.
const CLIPS: usize = 400;
const GROUPS: usize = 20_000;
/// Lowest level, in dB.
const FLOOR_DB: f32 = -100.0;

/// Coefficients of a clip: hops × coefficients.
type Frames = Vec<Vec<f32>>;
/// Levels of a clip: hops × bands, in dB.
type Levels = Vec<Vec<f32>>;

/// Trains the codec on training clips, then codes and decodes these and the test clips. All clips
/// must have the same sample rate.
pub(super) fn code_all(train: &mut [Clip], test: &mut [Clip], seed: u64) {
    let Some(rate) = train.first().map(|clip| clip.rate) else { return };
    let transform = Transform::new(rate);
    let mut rng = rng(seed, "vector-codec", "codebooks");
    let mut order: Vec<usize> = (0..train.len()).collect();
    order.shuffle(&mut rng);
    order.truncate(CLIPS);
    let frames: Vec<Frames> =
        order.par_iter().map(|&index| transform.forward(&train[index].samples)).collect();
    let codec = Codec::train(&frames, transform.hop, &mut rng);
    train.par_iter_mut().chain(test.par_iter_mut()).for_each(|clip| {
        let mut frames = transform.forward(&clip.samples);
        codec.code(&mut frames);
        clip.samples = transform.inverse(&frames, clip.samples.len());
    });
}

/// A modified discrete cosine transform (MDCT) with a sine window; the inverse reconstructs the
/// samples.
struct Transform {
    hop: usize,
    plan: Arc<dyn Mdct<f32>>,
}

impl Transform {
    fn new(rate: u32) -> Self {
        let hop = (HOP * f64::from(rate) / GROUP as f64).round().max(1.0) as usize * GROUP;
        Self { hop, plan: DctPlanner::new().plan_mdct(hop, window_fn::mp3_invertible) }
    }

    fn forward(&self, samples: &[f32]) -> Frames {
        let hop = self.hop;
        let count = samples.len().div_ceil(hop) + 1;
        let mut padded = vec![0.0; (count + 1) * hop];
        padded[hop..hop + samples.len()].copy_from_slice(samples);
        let mut scratch = vec![0.0; self.plan.get_scratch_len()];
        let frame = |t: usize| {
            let (a, b) = padded[t * hop..(t + 2) * hop].split_at(hop);
            let mut out = vec![0.0; hop];
            self.plan.process_mdct_with_scratch(a, b, &mut out, &mut scratch);
            out
        };
        (0..count).map(frame).collect()
    }

    fn inverse(&self, frames: &Frames, len: usize) -> Vec<f32> {
        let hop = self.hop;
        let mut out = vec![0.0; (frames.len() + 1) * hop];
        let mut scratch = vec![0.0; self.plan.get_scratch_len()];
        for (t, frame) in frames.iter().enumerate() {
            let (a, b) = out[t * hop..(t + 2) * hop].split_at_mut(hop);
            self.plan.process_imdct_with_scratch(frame, a, b, &mut scratch);
        }
        out[hop..hop + len].to_vec()
    }
}

/// The codebooks.
struct Codec {
    /// First coefficient of each band, then the end of the last band.
    edges: Vec<usize>,
    levels: Vec<Codebook>,
    shapes: Vec<Codebook>,
}

impl Codec {
    fn train(clips: &[Frames], hop: usize, rng: &mut ChaCha20Rng) -> Self {
        let mut codec = Self { edges: edges(hop), levels: Vec::new(), shapes: Vec::new() };
        let bands = codec.edges.len() - 1;
        let levels: Vec<Levels> = clips.iter().map(|frames| codec.measure(frames)).collect();
        let mut residues = levels.clone();
        for scale in SCALES {
            let blocks: Vec<f32> =
                residues.iter().flat_map(|levels| levels.chunks(scale).flat_map(mean)).collect();
            let codebook = Codebook::train(&blocks, bands, ENTRIES, rng);
            residues.par_iter_mut().for_each(|levels| subtract(levels, scale, &codebook));
            codec.levels.push(codebook);
        }
        let mut groups: Vec<f32> = Vec::new();
        for ((frames, levels), residues) in clips.iter().zip(&levels).zip(&residues) {
            let mut frames = frames.clone();
            codec.scale(&mut frames, &difference(levels, residues), -1.0);
            groups.extend(frames.into_iter().flatten());
        }
        let count = groups.len() / GROUP;
        let mut chosen: Vec<f32> = (0..GROUPS.min(count))
            .flat_map(|_| {
                let at = rng.random_range(0..count) * GROUP;
                groups[at..at + GROUP].to_vec()
            })
            .collect();
        for _ in 0..STAGES {
            let codebook = Codebook::train(&chosen, GROUP, ENTRIES, rng);
            for group in chosen.chunks_exact_mut(GROUP) {
                let entry = codebook.quantised(group).to_vec();
                group.iter_mut().zip(entry).for_each(|(x, q)| *x -= q);
            }
            codec.shapes.push(codebook);
        }
        codec
    }

    /// Codes and decodes in place.
    fn code(&self, frames: &mut Frames) {
        let levels = self.measure(frames);
        let mut residues = levels.clone();
        for (scale, codebook) in SCALES.into_iter().zip(&self.levels) {
            subtract(&mut residues, scale, codebook);
        }
        let decoded = difference(&levels, &residues);
        self.scale(frames, &decoded, -1.0);
        for group in frames.iter_mut().flat_map(|frame| frame.chunks_exact_mut(GROUP)) {
            let mut rest = group.to_vec();
            for codebook in &self.shapes {
                let entry = codebook.quantised(&rest).to_vec();
                rest.iter_mut().zip(entry).for_each(|(x, q)| *x -= q);
            }
            group.iter_mut().zip(rest).for_each(|(x, left)| *x -= left);
        }
        self.scale(frames, &decoded, 1.0);
    }

    /// Level of every band in every hop, in dB.
    fn measure(&self, frames: &Frames) -> Levels {
        let level = |band: &[f32]| {
            let power = band.iter().map(|x| x * x).sum::<f32>() / band.len() as f32;
            (10.0 * (power + f32::MIN_POSITIVE).log10()).max(FLOOR_DB)
        };
        let of_frame = |frame: &Vec<f32>| {
            self.edges.windows(2).map(|edge| level(&frame[edge[0]..edge[1]])).collect()
        };
        frames.iter().map(of_frame).collect()
    }

    /// Applies `sign` times its level in dB as gain to every band.
    fn scale(&self, frames: &mut Frames, levels: &Levels, sign: f32) {
        for (frame, levels) in frames.iter_mut().zip(levels) {
            for (edge, level) in self.edges.windows(2).zip(levels) {
                let gain = 10_f32.powf(sign * level / 20.0);
                frame[edge[0]..edge[1]].iter_mut().for_each(|x| *x *= gain);
            }
        }
    }
}

/// Edges of the bands, in coefficients: equal widths on the mel scale of a recording at 8 kHz (for
/// other rates the scale is stretched), at least two coefficients each.
fn edges(hop: usize) -> Vec<usize> {
    let mel = |x: f64| (1.0 + x * 4_000.0 / 700.0).ln() / (1.0 + 4_000.0 / 700.0_f64).ln();
    let mut edges = vec![0];
    for n in 1..hop {
        let last = edges[edges.len() - 1];
        let wanted = edges.len() as f64 / BANDS as f64;
        if n >= last + 2 && n + 2 <= hop && mel(n as f64 / hop as f64) >= wanted {
            edges.push(n);
        }
    }
    edges.push(hop);
    edges
}

/// Mean levels over a block of hops.
fn mean(block: &[Vec<f32>]) -> Vec<f32> {
    let bands = block.first().map_or(0, Vec::len);
    let of_band = |band| block.iter().map(|x| x[band]).sum::<f32>() / block.len() as f32;
    (0..bands).map(of_band).collect()
}

/// Subtracts from every block of `scale` hops the codebook entry nearest to its mean.
fn subtract(levels: &mut Levels, scale: usize, codebook: &Codebook) {
    for block in levels.chunks_mut(scale) {
        let entry = codebook.quantised(&mean(block)).to_vec();
        for levels in block {
            levels.iter_mut().zip(&entry).for_each(|(x, q)| *x -= q);
        }
    }
}

fn difference(levels: &Levels, residues: &Levels) -> Levels {
    let minus = |(a, b): (&Vec<f32>, &Vec<f32>)| a.iter().zip(b).map(|(a, b)| a - b).collect();
    levels.iter().zip(residues).map(minus).collect()
}
