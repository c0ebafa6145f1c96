//! The spectrum of a whole file, by Welch's method.

use patchveil_spectral::PowerStream;

use crate::pcm::PcmInfo;

/// Lowest frequency shown, unless the sample rate is very low.
const LOWEST_HZ: f64 = 20.0;
/// Points a curve is drawn with. On a logarithmic axis far fewer than there are bins at the top.
const POINTS: usize = 500;
/// Share of half the sample rate that the lowest frequency may be.
const LOWEST_SHARE: f64 = 1.0 / 50.0;

/// Averages the power spectra of windows of about 1/6 s that overlap by half, over all channels. The last
/// samples, which fill no window, are left out.
pub(super) struct Spectrum {
    stream: PowerStream,
    /// Sum of the power in each bin.
    sums: Vec<f64>,
    windows: u64,
    channels: f64,
    bin_hz: f64,
}

/// Level over frequency.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    /// Hz and dBFS (a full-scale sine reads 0), by rising frequency; no points for silence.
    pub(super) points: Vec<(f64, f64)>,
    /// Ends of the frequency axis in Hz.
    pub(super) range_hz: (f64, f64),
}

impl Spectrum {
    pub(super) fn new(info: &PcmInfo) -> Self {
        let wanted = (info.sample_rate as usize / 6).next_power_of_two();
        let longest = usize::try_from(info.frames()).unwrap_or(usize::MAX);
        // No longer than the file, but at least one window.
        let len = wanted.min(1 << longest.max(16).ilog2()).max(16);
        let lead = len.saturating_sub(longest);
        Self {
            stream: PowerStream::new(len, len / 2, lead, usize::from(info.channels)),
            sums: vec![0.0; len / 2 + 1],
            windows: 0,
            channels: f64::from(info.channels),
            bin_hz: f64::from(info.sample_rate) / len as f64,
        }
    }

    pub(super) fn push(&mut self, block: &[Vec<f32>]) {
        let (sums, windows) = (&mut self.sums, &mut self.windows);
        self.stream.push(block, |_, power| {
            *windows += 1;
            for (sum, &p) in sums.iter_mut().zip(power) {
                *sum += f64::from(p);
            }
        });
    }

    /// Half the sample rate.
    pub(super) fn nyquist_hz(&self) -> f64 {
        self.bin_hz * (self.sums.len() - 1) as f64
    }

    /// Power from one frequency in Hz up to another, to compare with that of a file of the same shape.
    pub(super) fn power(&self, (low, high): (f64, f64)) -> f64 {
        let bin = |hz: f64| ((hz / self.bin_hz).ceil() as usize).min(self.sums.len());
        self.sums[bin(low)..bin(high)].iter().sum()
    }

    /// The mean, in bands of equal width on a logarithmic axis.
    pub(super) fn finish(self) -> Curve {
        let nyquist = self.nyquist_hz();
        let lowest = LOWEST_HZ.min(nyquist * LOWEST_SHARE);
        let count = self.windows.max(1) as f64 * self.channels;
        let edge = |i: f64| lowest * (nyquist / lowest).powf(i / POINTS as f64) / self.bin_hz;
        let last = self.sums.len() - 1;
        let mut points: Vec<(f64, f64)> = Vec::new();
        let mut next_bin = (edge(0.0).ceil() as usize).max(1);
        for i in 0..POINTS {
            // A band has the bins up to its upper edge that no lower band has; low bands without any
            // give no point.
            let end = if i + 1 == POINTS {
                last
            } else {
                (edge(i as f64 + 1.0).floor() as usize).min(last)
            };
            if end < next_bin {
                continue;
            }
            let bins = &self.sums[next_bin..=end];
            let mean = bins.iter().sum::<f64>() / bins.len() as f64 / count;
            let centre = 0.5 * (next_bin + end) as f64 * self.bin_hz;
            if mean > 0.0 {
                points.push((centre, 10.0 * mean.log10()));
            }
            next_bin = end + 1;
        }
        Curve { points, range_hz: (lowest, nyquist) }
    }
}
