//! From samples to the fine structure of the power spectrum over time.

use std::f64::consts::PI;

use patchveil_spectral::ForwardFft;
use patchveil_spectral::window::hann;

use crate::mark::bands::{BANDS_HZ, USABLE};

/// Length of a frame in seconds: twice the longest delay of the pattern and more, so that its ripple
/// is resolved, and hardly longer than a patch.
const FRAME_S: f64 = 0.032;
/// Fewest bins of a band.
const BINS_MIN: usize = 20;
/// Bins and frames either side over which the power is averaged, to level it.
pub(super) const AROUND: usize = 4;
/// What is added to that mean, as a share of the mean power of all: digital silence stays 0.
const FLOOR: f32 = 1e-8;
/// Highest levelled power: clicks count no more than this.
const CAP: f32 = 8.0;

/// Frames of one sample rate.
pub(super) struct Spectrogram {
    rate: f64,
    hop_us: f64,
    window: Vec<f32>,
    fft: ForwardFft,
    /// Bins of each band, neighbours.
    pub(super) bands: Vec<std::ops::Range<usize>>,
}

impl Spectrogram {
    pub(super) fn new(sample_rate: u32, hop_us: f64) -> Self {
        let rate = f64::from(sample_rate);
        let frame = ((rate * FRAME_S).round() as usize).max(16);
        let size = smooth(frame);
        let hz = rate / size as f64;
        let bin = |hz_edge: f64| (hz_edge.min(USABLE * rate) / hz).ceil() as usize;
        let edges = BANDS_HZ.windows(2);
        let bands = edges.map(|edge| bin(edge[0])..bin(edge[1]));
        let bands = bands.filter(|band| band.len() >= BINS_MIN).collect();
        Self { rate, hop_us, window: hann(frame), fft: ForwardFft::new(size), bands }
    }

    /// First sample of frame `number`.
    pub(super) fn start(&self, number: u64) -> u64 {
        (number as f64 * self.hop_us * 1e-6 * self.rate).round() as u64
    }

    /// Samples in a frame.
    pub(super) fn len(&self) -> usize {
        self.window.len()
    }

    /// The middle of frame `number`, in µs.
    pub(super) fn middle_us(&self, number: u64) -> f64 {
        (self.start(number) as f64 + self.window.len() as f64 / 2.0) * 1e6 / self.rate
    }

    /// First of the bins that [`power`](Self::power) gives, and how many there are.
    pub(super) fn bins(&self) -> std::ops::Range<usize> {
        let first = self.bands.first().map_or(0, |band| band.start);
        first..self.bands.last().map_or(first, |band| band.end)
    }

    /// From one bin to the next, in Hz.
    pub(super) fn bin_hz(&self) -> f64 {
        self.rate / self.fft.len() as f64
    }

    /// Adds the power in each used bin of the frame that `samples` begin with.
    pub(super) fn add_power(&mut self, samples: &[f32], power: &mut [f32]) {
        let bins = self.bins();
        let to = self.fft.samples_mut();
        to.fill(0.0);
        for ((to, x), w) in to.iter_mut().zip(samples).zip(&self.window) {
            *to = x * w;
        }
        let spectrum = &self.fft.transform()[bins];
        power.iter_mut().zip(spectrum).for_each(|(power, bin)| *power += bin.norm_sqr());
    }

    /// cos 2πfτ at each used bin's frequency f, for a delay τ in seconds.
    pub(super) fn ripple(&self, delay_s: f64) -> impl Iterator<Item = f32> {
        let hz = self.bin_hz();
        self.bins().map(move |bin| libm::cos(2.0 * PI * bin as f64 * hz * delay_s) as f32)
    }
}

/// Divides `power` (frames × bins) by its mean over [`AROUND`] frames and bins either side, less 1: the
/// host's formants and notes go, the ripple of echoes stays. The result is capped. Returns those means.
pub(super) fn level(power: &mut [f32], bins: usize) -> Vec<f32> {
    let frames = power.len() / bins.max(1);
    let mut means = Vec::with_capacity(power.len());
    if frames == 0 {
        return means;
    }
    let mean = power.iter().map(|&x| f64::from(x)).sum::<f64>() / power.len() as f64;
    let floor = (mean as f32) * FLOOR;
    let across: Vec<f32> = power.chunks_exact(bins).flat_map(sums_around).collect();
    // The sum over frames of what was summed over bins moves along by one frame at a time.
    let row = |frame: usize| &across[frame * bins..(frame + 1) * bins];
    let mut sum = vec![0.0_f64; bins];
    let add = |sum: &mut Vec<f64>, frame: usize, sign: f64| {
        sum.iter_mut().zip(row(frame)).for_each(|(sum, x)| *sum += sign * f64::from(*x));
    };
    (0..AROUND.min(frames)).for_each(|frame| add(&mut sum, frame, 1.0));
    for frame in 0..frames {
        if frame + AROUND < frames {
            add(&mut sum, frame + AROUND, 1.0);
        }
        let rows = (frame + AROUND + 1).min(frames) - frame.saturating_sub(AROUND);
        for (bin, x) in power[frame * bins..(frame + 1) * bins].iter_mut().enumerate() {
            let columns = (bin + AROUND + 1).min(bins) - bin.saturating_sub(AROUND);
            let mean = (sum[bin].max(0.0) / (rows * columns) as f64) as f32;
            means.push(mean);
            *x = if *x > floor { (*x / (mean + floor)).min(CAP) - 1.0 } else { 0.0 };
        }
        if frame >= AROUND {
            add(&mut sum, frame - AROUND, -1.0);
        }
    }
    means
}

/// The sum of each value and its neighbours.
fn sums_around(row: &[f32]) -> Vec<f32> {
    let mut ends = Vec::with_capacity(row.len() + 1);
    let mut sum = 0.0_f64;
    ends.push(0.0);
    for x in row {
        sum += f64::from(*x);
        ends.push(sum);
    }
    let around = |n: usize| {
        let (first, end) = (n.saturating_sub(AROUND), (n + AROUND + 1).min(row.len()));
        (ends[end] - ends[first]) as f32
    };
    (0..row.len()).map(around).collect()
}

/// The smallest even number from `least` on without a prime factor above 7: transforms of it are fast.
fn smooth(least: usize) -> usize {
    let mut size = least.next_multiple_of(2);
    loop {
        let mut rest = size;
        for prime in [2, 3, 5, 7] {
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
        }
        if rest == 1 {
            return size;
        }
        size += 2;
    }
}
