//! The original, sample for sample beside an excerpt.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::correlate::{Correlator, LAGS, aside, energy, mean};
use super::locate::ExcerptMatch;
use crate::history::valid_or_zero;

/// Length of the pieces for each of which the place is looked up anew, in seconds: clocks drift apart.
const PIECE_S: usize = 1;
/// Length of what is resampled for a piece, its surroundings included, in seconds.
const BLOCK_S: usize = 2;
/// Seconds at either end of that over which it fades, so that its end joins its beginning.
const FADE_S: f64 = 0.2;
/// How far a piece may lie from where its neighbour says, in seconds.
const REACH_S: f64 = 0.001;
/// What a piece has to be away from where its neighbour says to be moved, in seconds.
const STILL_S: f64 = 2e-5;
/// Likeness from which a piece is believed.
const ALIKE: f64 = 0.2;
/// Up to this part of a sample beside a whole one, in recordings of one rate, a piece lies on whole ones.
const WHOLE: f64 = 0.05;

impl ExcerptMatch {
    /// The original, resampled and moved so that every sample lies beside its own of `excerpt`, which
    /// is channels × samples: as many channels as the original has, as many samples as the excerpt, at
    /// the excerpt's rate. `original` is [`Self::stretch`] of it, channels × samples, or what there
    /// is of that; where it has nothing there are zeros.
    ///
    /// A copy whose clock was off by up to 0.02 % is followed.
    #[must_use]
    pub fn align_original(&self, excerpt: &[&[f32]], original: &[&[f32]]) -> Vec<Vec<f32>> {
        let count = excerpt.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let rate = self.rates[0] as usize;
        // From the excerpt's start to that of the stretch.
        let seconds = count as f64 / rate as f64;
        let first_s = self.stretch(seconds).start as f64 / f64::from(self.rates[1]);
        let starts = self.follow(&mean(excerpt), &mean(original), self.start_s - first_s);
        let mut resampler = Resampler::new(self.rates);
        let lay = |channel: &&[f32]| {
            let mut laid = Vec::with_capacity(count + PIECE_S * rate);
            for start_s in &starts {
                laid.extend_from_slice(resampler.piece(channel, *start_s));
            }
            laid.truncate(count);
            laid
        };
        original.iter().map(lay).collect()
    }

    /// For every piece of the excerpt the second of the stretch at which it begins.
    fn follow(&self, excerpt: &[f32], stretch: &[f32], start_s: f64) -> Vec<f64> {
        let correlator = Correlator::new(BLOCK_S, self.rates);
        let transforms = self.rates.map(|rate| correlator.transform(rate));
        let length = PIECE_S * self.rates[0] as usize;
        let pieces: Vec<&[f32]> = excerpt.chunks(length).collect();
        let probed = ((self.probe_s / PIECE_S as f64) as usize).min(pieces.len());
        let mut found: Vec<f64> =
            (0..pieces.len()).map(|piece| start_s + (piece * PIECE_S) as f64).collect();
        let look = |piece: usize, drift: f64| {
            let expected = start_s + (piece * PIECE_S) as f64 + drift;
            let of_rate = f64::from(self.rates[1]);
            let first = ((expected - REACH_S) * of_rate).max(0.0) as usize;
            let seconds = pieces[piece].len() as f64 / f64::from(self.rates[0]) + 2.0 * REACH_S;
            let last = first + (seconds * of_rate) as usize;
            let there = stretch.get(first..last.min(stretch.len())).unwrap_or_default();
            let a = correlator.spectrum(&*transforms[0], pieces[piece]);
            let b = correlator.spectrum(&*transforms[1], there);
            let energies = [&a, &b].map(|spectrum| energy(&correlator.signal(spectrum)));
            let correlation = correlator.correlation(&a, &b);
            let near = correlation.iter().copied().enumerate();
            let near = near.take((2.0 * REACH_S * LAGS as f64) as usize);
            // A copy with turned polarity is a copy.
            let (lag, top) = near.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
            let likeness = f64::from(top.abs()) / (energies[0] * energies[1]).sqrt();
            let place = lag as f64 + aside(&correlation, lag);
            let away = first as f64 / of_rate + place / LAGS as f64 - expected;
            // The likeness is not a number where one of them is silent.
            (likeness >= ALIKE && away.abs() > STILL_S).then_some(away)
        };
        let mut walk = |pieces: &mut dyn Iterator<Item = usize>| {
            let mut drift = 0.0;
            for piece in pieces {
                drift += look(piece, drift).unwrap_or(0.0);
                found[piece] += drift;
            }
        };
        walk(&mut (probed..pieces.len()));
        walk(&mut (0..probed).rev());
        found
    }
}

/// Gives pieces of one recording at the rate of another, band-limited, from any time on.
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
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(BLOCK_S * rates[1]);
        let inverse = planner.plan_fft_inverse(BLOCK_S * rates[0]);
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
            // A copy stays one, to the last bit.
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

/// A sample; 0 where there is none, or what the veil takes for none.
fn sample(samples: &[f32], at: i64) -> f32 {
    usize::try_from(at).ok().and_then(|at| samples.get(at)).map_or(0.0, |&x| valid_or_zero(x))
}
