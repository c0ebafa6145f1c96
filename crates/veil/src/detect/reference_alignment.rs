//! Aligning an original with an excerpt, sample for sample.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use patchveil_spectral::Real;
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealToComplex};

use super::correlate::{Correlator, LAGS, energy, mean, peak_offset};
use super::locate::ExcerptMatch;
use crate::history::valid_or_zero;

/// Length of the pieces that are located one by one, in seconds: clocks drift apart.
const PIECE_S: usize = 1;
/// Length of what is resampled for a piece with its surroundings, in seconds.
const BLOCK_S: usize = 2;
/// Seconds at either end over which that fades, since transforms are circular.
const FADE_S: f64 = 0.2;
/// How far a piece may lie from where its neighbour predicts it, in seconds.
const REACH_S: f64 = 0.001;
/// Smaller deviations from that place are ignored, in seconds.
const LEAST_DEVIATION_S: f64 = 2e-5;
/// Correlation from which a piece counts as found.
const LEAST_CORRELATION: f64 = 0.2;
/// In recordings of one rate a piece this close to whole samples is copied, not resampled.
const WHOLE: f64 = 0.05;

impl ExcerptMatch {
    /// The original, resampled and shifted to match `excerpt` (channels × samples) sample for sample: as
    /// many channels as the original has, as many samples as the excerpt, at the excerpt's rate.
    /// `original` is [`Self::original_range`] of it, channels × samples, or as much of that as there is;
    /// missing samples are 0.
    ///
    /// Clocks that differ by up to 0.02 % are followed.
    #[must_use]
    pub fn align_original(&self, excerpt: &[&[f32]], original: &[&[f32]]) -> Vec<Vec<f32>> {
        let count = excerpt.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let rate = self.rates[0] as usize;
        let seconds = count as f64 / rate as f64;
        let first_s = self.original_range(seconds).start as f64 / f64::from(self.rates[1]);
        let starts = self.follow(&mean(excerpt), &mean(original), self.start_s - first_s);
        let mut resampler = Resampler::new(self.rates);
        let align = |channel: &&[f32]| {
            let mut aligned = Vec::with_capacity(count + PIECE_S * rate);
            for start_s in &starts {
                aligned.extend_from_slice(resampler.piece(channel, *start_s));
            }
            aligned.truncate(count);
            aligned
        };
        original.iter().map(align).collect()
    }

    /// For every piece of the excerpt the second of the original's range at which it begins.
    fn follow(&self, excerpt: &[f32], range: &[f32], start_s: f64) -> Vec<f64> {
        let tracker = Tracker::new(self.rates, excerpt, range, start_s);
        let pieces = tracker.pieces.len();
        let mut starts: Vec<f64> = (0..pieces).map(|piece| tracker.nominal_start(piece)).collect();
        // From the piece that was located outwards, each piece near where its neighbour was.
        let located = ((self.probe_s / PIECE_S as f64) as usize).min(pieces);
        let mut walk = |pieces: &mut dyn Iterator<Item = usize>| {
            let mut drift = 0.0;
            for piece in pieces {
                drift += tracker.deviation(piece, drift).unwrap_or(0.0);
                starts[piece] += drift;
            }
        };
        walk(&mut (located..pieces));
        walk(&mut (0..located).rev());
        starts
    }
}

/// Finds the pieces of an excerpt in a range of its original.
struct Tracker<'a> {
    rates: [u32; 2],
    correlator: Correlator,
    transforms: [Arc<dyn RealToComplex<f32>>; 2],
    pieces: Vec<&'a [f32]>,
    range: &'a [f32],
    start_s: f64,
}

impl<'a> Tracker<'a> {
    fn new(rates: [u32; 2], excerpt: &'a [f32], range: &'a [f32], start_s: f64) -> Self {
        let correlator = Correlator::new(BLOCK_S, rates);
        let transforms = rates.map(|rate| correlator.transform(rate));
        let pieces = excerpt.chunks(PIECE_S * rates[0] as usize).collect();
        Self { rates, correlator, transforms, pieces, range, start_s }
    }

    /// Second of the range at which a piece begins if the clocks agree.
    fn nominal_start(&self, piece: usize) -> f64 {
        self.start_s + (piece * PIECE_S) as f64
    }

    /// Seconds by which a piece deviates from `drift` behind its nominal start; `None` where it
    /// hardly does or cannot be found.
    fn deviation(&self, piece: usize, drift: f64) -> Option<f64> {
        let expected = self.nominal_start(piece) + drift;
        let rate = f64::from(self.rates[1]);
        let first = ((expected - REACH_S) * rate).max(0.0) as usize;
        let seconds = self.pieces[piece].len() as f64 / f64::from(self.rates[0]) + 2.0 * REACH_S;
        let last = first + (seconds * rate) as usize;
        let original = self.range.get(first..last.min(self.range.len())).unwrap_or_default();
        let a = self.correlator.spectrum(&*self.transforms[0], self.pieces[piece]);
        let b = self.correlator.spectrum(&*self.transforms[1], original);
        let energies = [&a, &b].map(|spectrum| energy(&self.correlator.signal(spectrum)));
        let products = self.correlator.correlation(&a, &b);
        let near = products.iter().copied().enumerate();
        let near = near.take((2.0 * REACH_S * LAGS as f64) as usize);
        // The polarity may be inverted.
        let (lag, top) = near.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
        let correlation = f64::from(top.abs()) / (energies[0] * energies[1]).sqrt();
        let place = lag as f64 + peak_offset(&products, lag);
        let deviation = first as f64 / rate + place / LAGS as f64 - expected;
        // Where either is silent the correlation is NaN.
        (correlation >= LEAST_CORRELATION && deviation.abs() > LEAST_DEVIATION_S)
            .then_some(deviation)
    }
}

/// Resamples pieces of one recording to the rate of another, band-limited, from any time on.
struct Resampler {
    rates: [usize; 2],
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    block: Vec<f32>,
    bins: Vec<Complex32>,
    moved: Vec<Complex32>,
    piece: Vec<f32>,
}

impl Resampler {
    /// From the second rate to the first, in Hz.
    fn new(rates: [u32; 2]) -> Self {
        let rates = rates.map(|rate| rate as usize);
        let forward = f32::plan_forward(BLOCK_S * rates[1]);
        let inverse = f32::plan_inverse(BLOCK_S * rates[0]);
        Self {
            rates,
            block: forward.make_input_vec(),
            bins: forward.make_output_vec(),
            moved: inverse.make_input_vec(),
            piece: inverse.make_output_vec(),
            forward,
            inverse,
        }
    }

    /// The piece that begins `start_s` seconds after the first of `samples`.
    fn piece(&mut self, samples: &[f32], start_s: f64) -> &[f32] {
        let rate = self.rates[1] as f64;
        let nearest = (start_s * rate).round();
        if self.rates[0] == self.rates[1] && (start_s * rate - nearest).abs() < WHOLE {
            // A copy keeps its bits.
            for (n, x) in self.piece.iter_mut().enumerate().take(PIECE_S * self.rates[0]) {
                *x = sample(samples, nearest as i64 + n as i64);
            }
            return &self.piece[..PIECE_S * self.rates[0]];
        }
        let before_s = (BLOCK_S - PIECE_S) as f64 / 2.0;
        let begin = (start_s - before_s) * rate;
        let whole = begin.floor();
        let fade = FADE_S * rate;
        let last = self.block.len() - 1;
        for (n, x) in self.block.iter_mut().enumerate() {
            let edge = (n.min(last - n) as f64 / fade).min(1.0);
            let weight = 0.5 - 0.5 * libm::cos(PI * edge);
            *x = sample(samples, whole as i64 + n as i64) * weight as f32;
        }
        // Transforms fail only for buffers of the wrong length, and these are the plans' own.
        let _ = self.forward.process(&mut self.block, &mut self.bins);
        let turn = TAU * (begin - whole) / self.block.len() as f64;
        let scale = 1.0 / self.block.len() as f32;
        let kept = self.bins.len().min(self.moved.len()) - 1;
        self.moved.fill(Complex32::ZERO);
        for (bin, (moved, x)) in self.moved.iter_mut().zip(&self.bins).enumerate().take(kept) {
            let (sin, cos) = libm::sincos(turn * bin as f64);
            *moved = x * Complex32::new(cos as f32, sin as f32) * scale;
        }
        if let Some(first) = self.moved.first_mut() {
            first.im = 0.0;
        }
        let _ = self.inverse.process(&mut self.moved, &mut self.piece);
        let first = (BLOCK_S - PIECE_S) * self.rates[0] / 2;
        &self.piece[first..first + PIECE_S * self.rates[0]]
    }
}

/// A sample; 0 where it is missing or invalid.
fn sample(samples: &[f32], at: i64) -> f32 {
    usize::try_from(at).ok().and_then(|at| samples.get(at)).map_or(0.0, |&x| valid_or_zero(x))
}
