//! From the levelled spectrogram to what keys are compared with: its ripple at every slot, folded over
//! periods.

use super::layout::Layout;
use super::spectrogram::Spectrogram;
use crate::dot::dot_f32;
use crate::mark::settings::SLOT_US;

/// Frames over which the variation of a ripple is measured, either side.
pub(super) const NORM_AROUND: usize = 50;
/// Largest ripple, in multiples of its variation.
const CLIP: f32 = 3.0;

/// cos 2πfτ for every bin of a band and every slot τ.
pub(super) struct Ripples {
    /// For each band slots × bins.
    tables: Vec<Vec<f32>>,
    slots: usize,
}

impl Ripples {
    pub(super) fn new(spectrogram: &Spectrogram, layout: &Layout) -> Self {
        let first = spectrogram.bins().start;
        let slots = layout.slots.clone();
        let table = |band: &std::ops::Range<usize>| {
            let (skip, take) = (band.start - first, band.len());
            let scale = (2.0 / take as f32).sqrt();
            let row = |slot: u32| {
                let delay_s = f64::from(slot * SLOT_US) * 1e-6;
                spectrogram.ripple(delay_s).skip(skip).take(take).map(move |cos| cos * scale)
            };
            slots.clone().flat_map(row).collect()
        };
        Self { tables: spectrogram.bands.iter().map(table).collect(), slots: slots.len() }
    }

    /// The ripple of `levelled` (frames × bins) in each band, frames × slots, at unit variation.
    pub(super) fn measure(&self, levelled: &[f32], bins: usize) -> Vec<Vec<f32>> {
        let mut first = 0;
        let band = |table: &Vec<f32>| {
            let width = table.len() / self.slots.max(1);
            let range = first..first + width;
            first += width;
            let frames = levelled.chunks_exact(bins.max(1));
            let products = |frame: &[f32]| -> Vec<f32> {
                let frame = &frame[range.clone()];
                table.chunks_exact(width.max(1)).map(|row| dot_f32(row, frame)).collect()
            };
            let mut ripple: Vec<f32> = frames.flat_map(products).collect();
            normalise(&mut ripple, self.slots);
            ripple
        };
        self.tables.iter().map(band).collect()
    }
}

/// Divides each column of `rows` × `columns` values by its root mean square over [`NORM_AROUND`] rows
/// either side, and limits the result.
pub(super) fn normalise(values: &mut [f32], columns: usize) {
    let rows = values.len() / columns.max(1);
    if rows == 0 {
        return;
    }
    let mut sums = vec![0.0_f64; columns * (rows + 1)];
    for row in 0..rows {
        for column in 0..columns {
            let square = f64::from(values[row * columns + column]).powi(2);
            sums[(row + 1) * columns + column] = sums[row * columns + column] + square;
        }
    }
    let whole: f64 = sums[rows * columns..].iter().sum::<f64>() / values.len() as f64;
    // Silence has no variation to divide by.
    let least = 1e-4 * whole + 1e-20;
    for row in 0..rows {
        let (first, end) = (row.saturating_sub(NORM_AROUND), (row + NORM_AROUND).min(rows));
        for column in 0..columns {
            let sum = sums[end * columns + column] - sums[first * columns + column];
            let scale = (sum / (end - first) as f64 + least).sqrt() as f32;
            let value = &mut values[row * columns + column];
            *value = (*value / scale).clamp(-CLIP, CLIP);
        }
    }
}

/// Adds each value to its sum.
pub(super) fn add_to(sums: &mut [f32], values: &[f32]) {
    sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
}

/// A stretch of the recording.
#[derive(Clone)]
pub(super) struct Segment {
    /// Frames in it.
    pub(super) frames: usize,
    /// Those that are not silent.
    pub(super) active: usize,
    /// For each band the sum over periods, period's hops × slots of the pattern.
    pub(super) pattern: Vec<Vec<f32>>,
    /// For each band the sum over frames, slots of the echo.
    pub(super) echo: Vec<Vec<f32>>,
}

impl Segment {
    pub(super) fn new(layout: &Layout, bands: usize) -> Self {
        let pattern = vec![vec![0.0; layout.period_hops() * layout.pattern.len()]; bands];
        let echo = vec![vec![0.0; layout.echo.len()]; bands];
        Self { frames: 0, active: 0, pattern, echo }
    }

    /// Adds one frame: its ripple in every band (slots), at this hop of the period.
    pub(super) fn add_frame(&mut self, layout: &Layout, band: usize, hop: usize, ripple: &[f32]) {
        add_to(&mut self.echo[band], &ripple[layout.echo.clone()]);
        if layout.patches > 0 {
            let width = layout.pattern.len();
            let sums = &mut self.pattern[band][hop * width..(hop + 1) * width];
            add_to(sums, &ripple[layout.pattern.clone()]);
        }
    }

    /// Adds another stretch.
    pub(super) fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.active += other.active;
        let add = |to: &mut [Vec<f32>], from: &[Vec<f32>]| {
            to.iter_mut().zip(from).for_each(|(to, from)| add_to(to, from));
        };
        add(&mut self.pattern, &other.pattern);
        add(&mut self.echo, &other.echo);
    }
}

/// The hop of a period that a frame belongs to whose middle lies `middle_us` behind the recording's
/// beginning. A patch counts from the middle of its rising edge to that of the next.
pub(super) fn hop(layout: &Layout, middle_us: f64) -> usize {
    let Some(pattern) = &layout.settings.pattern else { return 0 };
    let late_us = f64::from(pattern.patch_us) / 4.0;
    let hop = ((middle_us - late_us) / layout.hop_us).floor() as i64;
    hop.rem_euclid(layout.period_hops().max(1) as i64) as usize
}
