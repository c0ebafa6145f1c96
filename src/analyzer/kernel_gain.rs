//! The gain of each kernel, designed and measured.
//!
//! Measured is the power after the veil over the power before it, in segments inside the patches
//! of one kernel where the veil has full weight, with Hann windows, averaged. The filter reaches
//! back before the segment, but only into its own input.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use patchveil_spectral::WindowedPower;
use patchveil_spectral::window::hann;
use patchveil_veil::{Patch, Veil};

use super::view::KernelGain;

/// Frequencies of a gain curve: this many from [`LOW`] to [`HIGH`] Hz, or to half the sample rate,
/// evenly spaced in pitch.
const POINTS: usize = 256;
const LOW: f64 = 20.0;
const HIGH: f64 = 20_000.0;
/// Length of the FFT, and of the longest segment, in samples.
const FFT_LEN: usize = 4_096;
/// Shorter segments resolve nothing.
const SHORTEST: usize = 64;
/// Time constant of the average, in segments.
const AVERAGED: f32 = 32.0;
/// Segments before a gain is shown.
const ENOUGH: usize = 8;
/// Frequencies with less power than this part of the loudest one are not shown: what is there
/// leaked from the loud ones.
const LEAKAGE: f32 = 1e-7;
/// Power of a bin that counts as silence.
const SILENCE: f32 = 1e-12;

/// Measures the kernels of one veil.
pub(super) struct KernelMeter {
    veil: Arc<Veil>,
    /// One of each kernel.
    averages: Vec<PowerAverages>,
    /// Segments of the timeline still to be measured.
    queue: VecDeque<Segment>,
    before: Vec<f32>,
    after: Vec<f32>,
    /// Position of the first sample of both.
    start: i64,
    /// By length of the segment.
    transforms: BTreeMap<usize, WindowedPower>,
}

/// Mean power by bin in the patches of one kernel.
#[derive(Default)]
struct PowerAverages {
    before: Vec<f32>,
    after: Vec<f32>,
    segments: usize,
    /// Whether there is something that the view does not show yet.
    updated: bool,
}

#[derive(Clone, Copy)]
struct Segment {
    start: i64,
    len: usize,
    kernel: usize,
}

impl KernelMeter {
    pub(super) fn new(veil: Arc<Veil>) -> Self {
        Self {
            averages: veil.kernels().iter().map(|_| PowerAverages::default()).collect(),
            veil,
            queue: VecDeque::new(),
            before: Vec::new(),
            after: Vec::new(),
            start: 0,
            transforms: BTreeMap::new(),
        }
    }

    pub(super) fn veil(&self) -> &Arc<Veil> {
        &self.veil
    }

    /// The designed gains, or those of the inverses, with nothing measured yet. Takes milliseconds.
    pub(super) fn designed(&self, inverse: bool) -> Vec<KernelGain> {
        let sign = if inverse { -1.0 } else { 1.0 };
        let gains = |kernel: usize| {
            let point = |hz: f64| (hz as f32, (sign * self.veil.gain_db(kernel, hz)) as f32);
            frequencies(self.veil.sample_rate()).map(point).collect()
        };
        let kernel = |number| KernelGain { designed: gains(number), measured: Vec::new() };
        (0..self.veil.kernels().len()).map(kernel).collect()
    }

    /// Queues a patch that has begun.
    pub(super) fn push_patch(&mut self, patch: Patch) {
        let rising = if patch.rises { patch.fade } else { 0 };
        let falling = if patch.falls { patch.fade } else { 0 };
        let start = patch.start.saturating_add(rising);
        let full_weight = patch.end.saturating_sub(falling).saturating_sub(start);
        let full_weight = usize::try_from(full_weight).unwrap_or(0);
        let len = full_weight.min(FFT_LEN);
        if len < SHORTEST {
            return;
        }
        let segments = (0..full_weight / len).map(|n| Segment {
            start: start.saturating_add((n * len) as i64),
            len,
            kernel: patch.kernel,
        });
        self.queue.extend(segments);
    }

    /// What comes next does not follow what came last.
    pub(super) fn break_off(&mut self) {
        self.queue.clear();
        self.before.clear();
        self.after.clear();
    }

    /// Adds samples from `position` on, which follow those before.
    pub(super) fn push(&mut self, position: i64, before: &[f32], after: &[f32]) {
        if self.before.is_empty() {
            self.start = position;
        }
        self.before.extend_from_slice(before);
        self.after.extend_from_slice(after);
        let end = self.start.saturating_add(self.before.len() as i64);
        while let Some(&segment) = self.queue.front() {
            if segment.start.saturating_add(segment.len as i64) > end {
                break;
            }
            self.queue.pop_front();
            if let Ok(from) = usize::try_from(segment.start.saturating_sub(self.start)) {
                self.measure(from, segment);
            }
        }
        // Nothing before the next segment is needed.
        let needed = self.queue.front().map_or(end, |segment| segment.start.min(end));
        let done = usize::try_from(needed.saturating_sub(self.start)).unwrap_or(0);
        self.before.drain(..done);
        self.after.drain(..done);
        self.start = self.start.saturating_add(done as i64);
    }

    /// Measures a segment whose first sample is at index `from`.
    fn measure(&mut self, from: usize, segment: Segment) {
        let Some(averages) = self.averages.get_mut(segment.kernel) else { return };
        let transform = self
            .transforms
            .entry(segment.len)
            .or_insert_with(|| WindowedPower::new(hann(segment.len), FFT_LEN));
        let scale = transform.full_scale();
        let signals = [(&self.before, &mut averages.before), (&self.after, &mut averages.after)];
        for (samples, mean) in signals {
            let power = transform.power(&samples[from..from + segment.len]);
            mean.resize(power.len(), 0.0);
            for (mean, power) in mean.iter_mut().zip(power) {
                *mean += (power * scale - *mean) / AVERAGED;
            }
        }
        averages.segments += 1;
        averages.updated = true;
    }

    /// Brings the measured gains of `kernels` up to date. Returns whether any changed.
    pub(super) fn update(&mut self, kernels: &mut [KernelGain]) -> bool {
        let rate = self.veil.sample_rate();
        let mut changed = false;
        for (averages, kernel) in self.averages.iter_mut().zip(kernels) {
            if averages.segments >= ENOUGH && std::mem::take(&mut averages.updated) {
                averages.write_gain(rate, &mut kernel.measured);
                changed = true;
            }
        }
        changed
    }
}

impl PowerAverages {
    fn write_gain(&self, sample_rate: u32, measured: &mut Vec<(f32, f32)>) {
        let bin_hz = f64::from(sample_rate) / FFT_LEN as f64;
        let loudest = self.before.iter().copied().fold(0.0, f32::max);
        // Half the way to the next frequency.
        let half_step = frequency_ratio(sample_rate).sqrt();
        measured.clear();
        measured.extend(frequencies(sample_rate).filter_map(|hz| {
            let last = self.before.len().saturating_sub(1);
            let from = ((hz / half_step / bin_hz).round() as usize).min(last);
            let to = ((hz * half_step / bin_hz).round() as usize).clamp(from, last);
            let power = |signal: &[f32]| signal[from..=to].iter().sum::<f32>();
            let (before, after) = (power(&self.before), power(&self.after));
            let floor = (loudest * LEAKAGE).max(SILENCE) * (to - from + 1) as f32;
            let db = 10.0 * (after.max(f32::MIN_POSITIVE) / before).log10();
            (before > floor).then_some((hz as f32, db))
        }));
    }
}

/// Ratio of two neighbouring frequencies.
fn frequency_ratio(sample_rate: u32) -> f64 {
    let high = HIGH.min(f64::from(sample_rate) / 2.0);
    (high / LOW).powf(1.0 / (POINTS - 1) as f64)
}

/// The frequencies of a gain curve, in Hz.
fn frequencies(sample_rate: u32) -> impl Iterator<Item = f64> {
    let ratio = frequency_ratio(sample_rate);
    (0..POINTS).map(move |n| LOW * ratio.powi(n as i32))
}
