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

/// The figures of samples of one channel, which `before` and `after` have at the same positions.
fn measure(before: &[f32], after: &[f32]) -> Figures {
    Figures {
        signal: energy(before),
        change: energy_of_change(before, after),
        peak_before: peak(before),
        peak_after: peak(after),
        clipped: 0,
    }
}

/// Sums side by side, so that they can be vectors.
const LANES: usize = 8;

// A pass for each figure: the compiler makes vectors of loops as short as these, and of no longer ones.
for_this_processor! {
    /// Sum of the squares.
    energy = energy_anywhere, (samples: &[f32]) -> f64
}

for_this_processor! {
    /// Sum of the squared differences.
    energy_of_change = energy_of_change_anywhere, (before: &[f32], after: &[f32]) -> f64
}

for_this_processor! {
    /// Highest magnitude.
    peak = peak_anywhere, (samples: &[f32]) -> f32
}

#[inline(always)]
fn energy_anywhere(samples: &[f32]) -> f64 {
    let mut sums = [0.0; LANES];
    let (vectors, rest) = samples.as_chunks::<LANES>();
    for vector in vectors {
        for lane in 0..LANES {
            let x = f64::from(vector[lane]);
            sums[lane] += x * x;
        }
    }
    for &x in rest {
        sums[0] += f64::from(x) * f64::from(x);
    }
    sums.iter().sum()
}

#[inline(always)]
fn energy_of_change_anywhere(before: &[f32], after: &[f32]) -> f64 {
    let change = |x: f32, y: f32| f64::from(y) - f64::from(x);
    let mut sums = [0.0; LANES];
    let (xs, x_rest) = before.as_chunks::<LANES>();
    let (ys, y_rest) = after.as_chunks::<LANES>();
    for (x, y) in xs.iter().zip(ys) {
        for lane in 0..LANES {
            let change = change(x[lane], y[lane]);
            sums[lane] += change * change;
        }
    }
    for (&x, &y) in x_rest.iter().zip(y_rest) {
        sums[0] += change(x, y) * change(x, y);
    }
    sums.iter().sum()
}

#[inline(always)]
fn peak_anywhere(samples: &[f32]) -> f32 {
    // Without its sign, the bits of a float are in the order of its magnitude (no NaN comes here); integers have a
    // maximum in vectors.
    f32::from_bits(samples.iter().fold(0, |top, x| x.abs().to_bits().max(top)))
}
