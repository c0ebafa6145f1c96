//! From the fine structure of a long-term spectrum to its ripple at every delay.

use super::super::detector::Spectrogram;
use super::super::settings::{EchoSettings, PAIR_SLOTS_MAX, SLOT_US, slots};
use crate::dot::dot_f32;

/// Half the width in Hz over which a spectrum is compared with its neighbourhood: an echo of 1 ms ripples once
/// in it.
const AROUND_HZ: f64 = 500.0;
/// Largest deviation from the neighbourhood, in multiples of its variation: the lines of tones that stay
/// stick out further.
const CLIP: f32 = 2.0;
/// Slots over which the ripple is compared with its neighbours, either side: speech leaves slow curves.
const SLOTS_AROUND: usize = 4;
/// Largest ripple, in multiples of its neighbours' variation.
const RIPPLE_CLIP: f32 = 3.0;

/// Measures ripples at one sample rate.
pub(super) struct Ripples {
    /// For each band its bins, counted from the first that is used.
    bands: Vec<std::ops::Range<usize>>,
    /// cos 2πfτ, slots × bins.
    table: Vec<f32>,
    bins: usize,
    slots: usize,
    around: usize,
}

/// Slots that the echoes of any key lie on.
pub(super) fn slot_count(echo: &EchoSettings) -> usize {
    slots(echo.first_us, echo.end_us).len() + PAIR_SLOTS_MAX as usize
}

impl Ripples {
    pub(super) fn new(spectrogram: &Spectrogram, echo: &EchoSettings) -> Self {
        let used = spectrogram.bins();
        let first = slots(echo.first_us, echo.end_us).start;
        let count = slot_count(echo);
        let row = |slot: usize| {
            let delay_s = f64::from((first + slot as u32) * SLOT_US) * 1e-6;
            spectrogram.ripple(delay_s)
        };
        Self {
            bands: spectrogram
                .bands
                .iter()
                .map(|band| band.start - used.start..band.end - used.start)
                .collect(),
            table: (0..count).flat_map(row).collect(),
            bins: used.len(),
            slots: count,
            around: spectrogram.bins_within(AROUND_HZ),
        }
    }

    /// Takes the neighbourhood's mean off a spectrum, so that formants and timbre go.
    pub(super) fn flatten(&self, spectrum: &mut [f32]) {
        let means = means_around(spectrum, self.around);
        spectrum.iter_mut().zip(&means).for_each(|(x, mean)| *x -= mean);
    }

    /// The ripple of a long-term spectrum: for the lowest band, for the lowest two, and so on, the
    /// slots at unit variation.
    pub(super) fn measure(&self, spectrum: &[f32]) -> Vec<Vec<f32>> {
        let mut flat = spectrum.to_vec();
        self.flatten(&mut flat);
        normalise(&mut flat, self.around, CLIP);
        let mut sum = vec![0.0_f32; self.slots];
        let set = |band: &std::ops::Range<usize>| {
            let scale = (2.0 / band.len().max(1) as f32).sqrt();
            let rows = self.table.chunks_exact(self.bins.max(1));
            for (sum, row) in sum.iter_mut().zip(rows) {
                *sum += scale * dot_f32(&row[band.clone()], &flat[band.clone()]);
            }
            whiten(&sum)
        };
        self.bands.iter().map(set).collect()
    }
}

/// What of a ripple differs from its neighbours, at unit variation.
fn whiten(ripple: &[f32]) -> Vec<f32> {
    let means = means_around(ripple, SLOTS_AROUND);
    let mut flat: Vec<f32> = ripple.iter().zip(&means).map(|(x, mean)| x - mean).collect();
    normalise(&mut flat, SLOTS_AROUND, RIPPLE_CLIP);
    flat
}

/// Divides by the root mean square over `around` values either side, and limits the result.
fn normalise(values: &mut [f32], around: usize, clip: f32) {
    let squares: Vec<f32> = values.iter().map(|x| x * x).collect();
    for (x, square) in values.iter_mut().zip(means_around(&squares, around)) {
        *x = (*x / (square + 1e-20).sqrt()).clamp(-clip, clip);
    }
}

/// The mean of each value and `around` neighbours either side, as far as there are any.
fn means_around(values: &[f32], around: usize) -> Vec<f32> {
    let mut ends = Vec::with_capacity(values.len() + 1);
    let mut sum = 0.0_f64;
    ends.push(0.0);
    for x in values {
        sum += f64::from(*x);
        ends.push(sum);
    }
    let mean = |n: usize| {
        let (first, end) = (n.saturating_sub(around), (n + around + 1).min(values.len()));
        // A difference of sums of squares may come out below 0.
        ((ends[end] - ends[first]) / (end - first) as f64) as f32
    };
    (0..values.len()).map(mean).collect()
}
