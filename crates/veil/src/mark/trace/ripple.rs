//! From the fine structure of a long-term spectrum to its ripple at every delay.

use super::super::settings::{EchoSettings, PAIR_SLOTS_MAX, SLOT_US, slots};
use super::grid::{FRAME_S, bands, bins};
use crate::dot::dot_f32;

/// Bins either side over which a frame's spectrum is compared with its neighbourhood, 500 Hz: an echo of 1 ms
/// ripples once in the whole.
const AROUND: usize = 32;
/// The same for the long-term mean, 190 Hz. That costs the shortest echoes, but in narrow-band speech what
/// stays of the formants costs more.
const LONG_TERM_AROUND: usize = 12;
/// Bins either side over which the variation of one frame is measured.
const VARIATION_AROUND: usize = 16;
/// Largest deviation from the neighbourhood, in multiples of its variation: the lines of tones that stay
/// stick out further.
const CLIP: f32 = 2.0;
/// Slots over which the ripple is compared with its neighbours, either side: speech leaves slow curves.
const SLOTS_AROUND: usize = 4;
/// Largest ripple, in multiples of its neighbours' variation.
const RIPPLE_CLIP: f32 = 3.0;

/// Measures ripples.
#[derive(Debug)]
pub(super) struct Ripples {
    /// cos 2πfτ, slots × bins.
    table: Vec<f32>,
    bins: usize,
    slots: usize,
}

/// Slots that the echoes of any key lie on.
pub(super) fn slot_count(echo: &EchoSettings) -> usize {
    slots(echo.first_us, echo.end_us).len() + PAIR_SLOTS_MAX as usize
}

impl Ripples {
    pub(super) fn new(echo: &EchoSettings) -> Self {
        let first = slots(echo.first_us, echo.end_us).start;
        let slots = slot_count(echo);
        let row = |slot: usize| {
            let delay_s = f64::from((first + slot as u32) * SLOT_US) * 1e-6;
            let turns = std::f64::consts::TAU * delay_s / FRAME_S;
            bins(None).map(move |bin| libm::cos(turns * bin as f64) as f32)
        };
        Self { table: (0..slots).flat_map(row).collect(), bins: bins(None).len(), slots }
    }

    /// The ripple of a long-term spectrum's fine structure: for the lowest band, for the lowest two, and
    /// so on, the slots at unit variation.
    pub(super) fn measure(&self, spectrum: &[f32]) -> Vec<Vec<f32>> {
        let mut flat = spectrum.to_vec();
        take_neighbourhood(&mut flat, LONG_TERM_AROUND);
        normalise(&mut flat, AROUND, CLIP);
        let mut sum = vec![0.0_f32; self.slots];
        let set = |band: std::ops::Range<usize>| {
            let scale = (2.0 / band.len() as f32).sqrt();
            for (sum, row) in sum.iter_mut().zip(self.table.chunks_exact(self.bins)) {
                *sum += scale * dot_f32(&row[band.clone()], &flat[band.clone()]);
            }
            whiten(&sum)
        };
        bands(spectrum.len()).map(set).collect()
    }
}

/// The fine structure of a frame's log spectrum: what differs from the neighbourhood's mean, so that formants
/// and timbre go.
pub(super) fn fine_structure(spectrum: &mut [f32]) {
    take_neighbourhood(spectrum, AROUND);
}

/// Writes the mean square around each bin.
pub(super) fn variation(fine: &[f32], to: &mut Vec<f32>) {
    to.clear();
    to.extend(fine.iter().map(|x| x * x));
    let means = means_around(to, VARIATION_AROUND);
    to.copy_from_slice(&means);
}

/// What of a ripple differs from its neighbours, at unit variation.
fn whiten(ripple: &[f32]) -> Vec<f32> {
    let mut flat = ripple.to_vec();
    take_neighbourhood(&mut flat, SLOTS_AROUND);
    normalise(&mut flat, SLOTS_AROUND, RIPPLE_CLIP);
    flat
}

/// Takes the mean over `around` values either side off.
fn take_neighbourhood(values: &mut [f32], around: usize) {
    let means = means_around(values, around);
    values.iter_mut().zip(&means).for_each(|(x, mean)| *x -= mean);
}

/// Divides by the root mean square over `around` values either side, and limits the result.
fn normalise(values: &mut [f32], around: usize, clip: f32) {
    let mut squares = Vec::with_capacity(values.len());
    squares.extend(values.iter().map(|x| x * x));
    for (x, square) in values.iter_mut().zip(means_around(&squares, around)) {
        *x = (*x / (square + 1e-20).sqrt()).clamp(-clip, clip);
    }
}

/// The mean of each value and `around` neighbours either side, as far as there are any.
fn means_around(values: &[f32], around: usize) -> Vec<f32> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    let mut sum = 0.0_f64;
    sums.push(0.0);
    for x in values {
        sum += f64::from(*x);
        sums.push(sum);
    }
    let mean = |n: usize| {
        let (first, end) = (n.saturating_sub(around), (n + around + 1).min(values.len()));
        ((sums[end] - sums[first]) / (end - first) as f64) as f32
    };
    (0..values.len()).map(mean).collect()
}
