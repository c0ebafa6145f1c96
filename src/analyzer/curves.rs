//! What the kernels do, as designed and as heard.
//!
//! Heard means: the power after over the power before in stretches that lie inside the patches of
//! one curve where the veil has its full weight, under Hann windows, averaged. The kernel reaches
//! back before the stretch, but what it finds there is what was before the veil in any case.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use patchveil_veil::{Patch, Veil};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::Curve;
use super::spectrum::hann;

/// Frequencies at which curves are drawn: this many from [`LOW`] to [`HIGH`] Hz, or to half the
/// sample rate, evenly spaced in pitch.
const POINTS: usize = 256;
const LOW: f64 = 20.0;
const HIGH: f64 = 20_000.0;
/// Length of the transform, and of the longest stretch, in samples.
const SIZE: usize = 4_096;
/// Shorter stretches say nothing.
const SHORTEST: usize = 64;
/// Stretches of a curve that are averaged, as a time constant.
const MEMORY: f32 = 32.0;
/// Stretches of a curve before anything is shown.
const ENOUGH: usize = 8;
/// Frequencies that hold less power than this part of the loudest one are not shown: what is there
/// has leaked from the loud ones.
const LEAK: f32 = 1e-7;
/// Power of a bin that counts as silence.
const SILENCE: f32 = 1e-12;

/// The curves of one veil.
pub(super) struct Curves {
    veil: Arc<Veil>,
    heard: Vec<Heard>,
    /// Stretches of the timeline that are to be measured.
    queue: VecDeque<Piece>,
    before: Vec<f32>,
    after: Vec<f32>,
    /// Position of the first sample of the two.
    start: i64,
    fft: Arc<dyn RealToComplex<f32>>,
    windows: BTreeMap<usize, Vec<f32>>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

/// What was heard of one curve.
#[derive(Default)]
struct Heard {
    before: Vec<f32>,
    after: Vec<f32>,
    count: usize,
    fresh: bool,
}

#[derive(Clone, Copy)]
struct Piece {
    start: i64,
    len: usize,
    curve: usize,
}

impl Curves {
    pub(super) fn new(veil: Arc<Veil>) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(SIZE);
        Self {
            heard: veil.kernels().iter().map(|_| Heard::default()).collect(),
            veil,
            queue: VecDeque::new(),
            before: Vec::new(),
            after: Vec::new(),
            start: 0,
            windows: BTreeMap::new(),
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    pub(super) fn veil(&self) -> &Arc<Veil> {
        &self.veil
    }

    /// The curves as designed, or their inverses, with nothing heard yet. Takes milliseconds.
    pub(super) fn designed(&self, inverse: bool) -> Vec<Curve> {
        let sign = if inverse { -1.0 } else { 1.0 };
        let gains = |curve: usize| {
            let point = |hz: f64| (hz as f32, (sign * self.veil.gain_db(curve, hz)) as f32);
            pitches(self.veil.sample_rate()).map(point).collect()
        };
        let curve = |number| Curve { designed: gains(number), measured: Vec::new() };
        (0..self.veil.kernels().len()).map(curve).collect()
    }

    /// A patch has begun: it will be measured.
    pub(super) fn expect(&mut self, patch: Patch) {
        let rising = if patch.rises { patch.fade } else { 0 };
        let falling = if patch.falls { patch.fade } else { 0 };
        let start = patch.start.saturating_add(rising);
        let body = patch.end.saturating_sub(falling).saturating_sub(start);
        let body = usize::try_from(body).unwrap_or(0);
        let len = body.min(SIZE);
        if len < SHORTEST {
            return;
        }
        let pieces = (0..body / len).map(|n| Piece {
            start: start.saturating_add((n * len) as i64),
            len,
            curve: patch.kernel,
        });
        self.queue.extend(pieces);
    }

    /// What comes next does not follow what came last.
    pub(super) fn interrupt(&mut self) {
        self.queue.clear();
        self.before.clear();
        self.after.clear();
    }

    /// Samples from `position` on, behind those before.
    pub(super) fn take_in(&mut self, position: i64, before: &[f32], after: &[f32]) {
        if self.before.is_empty() {
            self.start = position;
        }
        self.before.extend_from_slice(before);
        self.after.extend_from_slice(after);
        let end = self.start.saturating_add(self.before.len() as i64);
        while let Some(&piece) = self.queue.front() {
            let piece_end = piece.start.saturating_add(piece.len as i64);
            if piece_end > end {
                break;
            }
            self.queue.pop_front();
            if let Ok(from) = usize::try_from(piece.start.saturating_sub(self.start)) {
                self.measure(from, piece);
            }
        }
        // Nothing before the next piece is needed.
        let needed = self.queue.front().map_or(end, |piece| piece.start.min(end));
        let done = usize::try_from(needed.saturating_sub(self.start)).unwrap_or(0);
        self.before.drain(..done);
        self.after.drain(..done);
        self.start = self.start.saturating_add(done as i64);
    }

    fn measure(&mut self, from: usize, piece: Piece) {
        let Some(heard) = self.heard.get_mut(piece.curve) else { return };
        let window = self.windows.entry(piece.len).or_insert_with(|| hann(piece.len));
        let scale = (2.0 / window.iter().sum::<f32>()).powi(2);
        let sides = [(&self.before, &mut heard.before), (&self.after, &mut heard.after)];
        for (samples, mean) in sides {
            self.input.fill(0.0);
            let samples = &samples[from..from + piece.len];
            for ((to, x), w) in self.input.iter_mut().zip(samples).zip(&*window) {
                *to = x * w;
            }
            let done =
                self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
            if done.is_err() {
                // Only a wrong length can be refused, and all lengths are the planner's own.
                return;
            }
            mean.resize(self.output.len(), 0.0);
            for (mean, line) in mean.iter_mut().zip(&self.output) {
                *mean += (line.norm_sqr() * scale - *mean) / MEMORY;
            }
        }
        heard.count += 1;
        heard.fresh = true;
    }

    /// Brings what was heard into `curves`; says whether there is anything new.
    pub(super) fn show(&mut self, curves: &mut [Curve]) -> bool {
        let rate = self.veil.sample_rate();
        let mut news = false;
        for (heard, curve) in self.heard.iter_mut().zip(curves) {
            if heard.count >= ENOUGH && std::mem::take(&mut heard.fresh) {
                heard.write(rate, &mut curve.measured);
                news = true;
            }
        }
        news
    }
}

impl Heard {
    fn write(&self, sample_rate: u32, measured: &mut Vec<(f32, f32)>) {
        let bin = f64::from(sample_rate) / SIZE as f64;
        let loudest = self.before.iter().copied().fold(0.0, f32::max);
        // Half the way to the neighbours.
        let reach = ratio(sample_rate).sqrt();
        measured.clear();
        measured.extend(pitches(sample_rate).filter_map(|hz| {
            let last = self.before.len().saturating_sub(1);
            let from = ((hz / reach / bin).round() as usize).min(last);
            let to = ((hz * reach / bin).round() as usize).clamp(from, last);
            let power = |side: &[f32]| side[from..=to].iter().sum::<f32>();
            let (before, after) = (power(&self.before), power(&self.after));
            let floor = (loudest * LEAK).max(SILENCE) * (to - from + 1) as f32;
            let db = 10.0 * (after.max(f32::MIN_POSITIVE) / before).log10();
            (before > floor).then_some((hz as f32, db))
        }));
    }
}

/// Ratio of two neighbouring frequencies.
fn ratio(sample_rate: u32) -> f64 {
    let high = HIGH.min(f64::from(sample_rate) / 2.0);
    (high / LOW).powf(1.0 / (POINTS - 1) as f64)
}

/// The frequencies at which curves are drawn, in Hz.
fn pitches(sample_rate: u32) -> impl Iterator<Item = f64> {
    let ratio = ratio(sample_rate);
    (0..POINTS).map(move |n| LOW * ratio.powi(n as i32))
}
