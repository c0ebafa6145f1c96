//! SNR, peaks and clipping, summed while a file is protected.

use patchveil_veil::for_this_processor;

/// What is measured on the samples of a chunk, or of several.
#[derive(Default)]
pub(super) struct Figures {
    /// Sum of the squared samples of the recording.
    signal: f64,
    /// Sum of the squared changes.
    change: f64,
    /// Highest absolute samples.
    peak_before: f32,
    peak_after: f32,
    /// Samples clipped at full scale.
    pub(super) clipped: u64,
}

impl Figures {
    /// Adds samples of one channel, which `before` and `after` have at the same positions.
    pub(super) fn add_samples(&mut self, before: &[f32], after: &[f32]) {
        self.merge(&measure(before, after));
    }

    /// Adds another chunk's figures.
    pub(super) fn merge(&mut self, other: &Self) {
        self.signal += other.signal;
        self.change += other.change;
        self.peak_before = self.peak_before.max(other.peak_before);
        self.peak_after = self.peak_after.max(other.peak_after);
        self.clipped += other.clipped;
    }

    /// In dB; none if nothing changed or the recording is silent.
    pub(super) fn snr_db(&self) -> Option<f64> {
        (self.signal > 0.0 && self.change > 0.0).then(|| 10.0 * (self.signal / self.change).log10())
    }

    /// In dBFS; none for silence.
    pub(super) fn peak_before_dbfs(&self) -> Option<f64> {
        (self.peak_before > 0.0).then(|| 20.0 * f64::from(self.peak_before).log10())
    }

    /// In dB; none for silence.
    pub(super) fn peak_change_db(&self) -> Option<f64> {
        let (before, after) = (f64::from(self.peak_before), f64::from(self.peak_after));
        (before > 0.0 && after > 0.0).then(|| 20.0 * (after / before).log10())
    }
}

for_this_processor! {
    /// The figures of samples of one channel, which `before` and `after` have at the same positions.
    measure = measure_anywhere, (before: &[f32], after: &[f32]) -> Figures
}

/// Sums in lanes, so that the compiler can vectorise.
#[inline(always)]
fn measure_anywhere(before: &[f32], after: &[f32]) -> Figures {
    const LANES: usize = 8;
    let mut signal = [0.0_f64; LANES];
    let mut change = [0.0_f64; LANES];
    let mut peak_before = [0.0_f32; LANES];
    let mut peak_after = [0.0_f32; LANES];
    let mut lane = |lane: usize, x: f32, y: f32| {
        let difference = f64::from(y) - f64::from(x);
        signal[lane] += f64::from(x) * f64::from(x);
        change[lane] += difference * difference;
        peak_before[lane] = peak_before[lane].max(x.abs());
        peak_after[lane] = peak_after[lane].max(y.abs());
    };
    let (xs, x_rest) = before.as_chunks::<LANES>();
    let (ys, y_rest) = after.as_chunks::<LANES>();
    for (x, y) in xs.iter().zip(ys) {
        for i in 0..LANES {
            lane(i, x[i], y[i]);
        }
    }
    for (&x, &y) in x_rest.iter().zip(y_rest) {
        lane(0, x, y);
    }
    Figures {
        signal: signal.iter().sum(),
        change: change.iter().sum(),
        peak_before: peak_before.iter().copied().fold(0.0, f32::max),
        peak_after: peak_after.iter().copied().fold(0.0, f32::max),
        clipped: 0,
    }
}
