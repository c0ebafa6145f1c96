//! From the levelled spectrogram to what keys are compared with: its ripple at every slot, folded over
//! periods.

use std::ops::Range;

use super::layout::Layout;
use super::spectrogram::Spectrogram;
use crate::dot::dot_f32;
use crate::mark::settings::SLOT_US;

/// Frames over which the variation of a ripple is measured, either side.
pub(super) const NORM_AROUND: usize = 50;
/// Largest ripple, in multiples of its variation.
const CLIP: f32 = 3.0;
/// The bands that a part begins with, and a weighed part: it has all bands up to the next.
const PLAIN_FROM: [usize; 3] = [0, 1, 2];
const WEIGHED_FROM: [usize; 2] = [0, 2];
/// Least variation that a ripple is divided by, as a share of the mean of all: silence has none to divide by, and
/// where next to nothing stands out from the noise, it counts next to nothing.
const LEAST: f64 = 1e-4;
const LEAST_WEIGHED: f64 = 0.1;

/// The parts of a recording that are measured apart: neighbouring bands, the lowest first, then the same weighed by how
/// far they stand out from the noise. That helps where the noise came in after the mark and harms where it is marked
/// too, so both are tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parts {
    plain: usize,
    weighed: usize,
}

impl Parts {
    /// One that is not weighed.
    pub(super) const ONE: Self = Self { plain: 1, weighed: 0 };

    /// Those of so many bands.
    fn of_bands(bands: usize) -> Self {
        let parts = |from: &[usize]| from.iter().filter(|&&first| first < bands).count();
        Self { plain: parts(&PLAIN_FROM), weighed: parts(&WEIGHED_FROM) }
    }

    /// Sets of parts that keys are compared with.
    pub(super) fn sets(self) -> usize {
        self.plain + self.weighed
    }

    /// The parts of one set: the lowest part, the lowest two, and so on, then the same for weighed ones.
    pub(super) fn set(self, number: usize) -> Range<usize> {
        if number < self.plain { 0..number + 1 } else { self.plain..number + 1 }
    }
}

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
        let table = |band: &Range<usize>| {
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

    /// The parts that are measured.
    pub(super) fn parts(&self) -> Parts {
        Parts::of_bands(self.tables.len())
    }

    /// The ripple of `levelled` (frames × bins) in each part, frames × slots: at unit variation, then weighed by what
    /// of each bin is not noise, `shares` (frames × bins).
    pub(super) fn measure(&self, levelled: &[f32], shares: &[f32], bins: usize) -> Vec<Vec<f32>> {
        let mut ripples: Vec<Vec<f32>> = Vec::with_capacity(self.parts().sets());
        for (number, table, range) in self.bands() {
            let mut ripple = products(table, levelled, bins, range);
            normalise(&mut ripple, self.slots);
            join(&mut ripples, PLAIN_FROM.contains(&number), ripple);
        }
        let weighed: Vec<f32> = levelled.iter().zip(shares).map(|(x, share)| x * share).collect();
        for (number, table, range) in self.bands() {
            let mut ripple = products(table, &weighed, bins, range.clone());
            weigh(&mut ripple, self.slots, &strengths(shares, bins, range));
            join(&mut ripples, WEIGHED_FROM.contains(&number), ripple);
        }
        ripples
    }

    /// Number, table and bins of each band.
    fn bands(&self) -> impl Iterator<Item = (usize, &[f32], Range<usize>)> {
        let mut first = 0;
        self.tables.iter().enumerate().map(move |(number, table)| {
            let range = first..first + table.len() / self.slots.max(1);
            first = range.end;
            (number, table.as_slice(), range)
        })
    }
}

/// Adds the ripple of a band to the part that it belongs to.
fn join(parts: &mut Vec<Vec<f32>>, begins_part: bool, ripple: Vec<f32>) {
    match parts.last_mut() {
        Some(part) if !begins_part => add_to(part, &ripple),
        _ => parts.push(ripple),
    }
}

/// Each row of `table` (slots × bins) times each of `frames` (frames × bins) in the bins of `range`: frames × slots.
fn products(table: &[f32], frames: &[f32], bins: usize, range: Range<usize>) -> Vec<f32> {
    let rows = frames.chunks_exact(bins.max(1)).flat_map(|frame| {
        let frame = &frame[range.clone()];
        table.chunks_exact(range.len().max(1)).map(move |row| dot_f32(row, frame))
    });
    let mut ripple =
        Vec::with_capacity(frames.len() / bins.max(1) * table.len() / range.len().max(1));
    ripple.extend(rows);
    ripple
}

/// How strong the ripple of a mark is in each frame where noise takes all but `shares` (frames × bins) of the power.
fn strengths(shares: &[f32], bins: usize, range: Range<usize>) -> Vec<f32> {
    let frames = shares.chunks_exact(bins.max(1)).map(|frame| &frame[range.clone()]);
    let scale = 1.0 / (range.len().max(1) as f32).sqrt();
    frames.map(|frame| scale * dot_f32(frame, frame)).collect()
}

/// Divides each column of `rows` × `columns` values by its root mean square over [`NORM_AROUND`] rows
/// either side, and limits the result.
pub(super) fn normalise(values: &mut [f32], columns: usize) {
    each_deviation(values, columns, LEAST, |_, value, deviation| {
        *value = (*value / deviation).clamp(-CLIP, CLIP);
    });
}

/// The same, then weighs each row by its strength over the deviation: of independent values with these
/// signals and deviations, no other sum has as high a ratio of signal to deviation.
fn weigh(values: &mut [f32], columns: usize, strengths: &[f32]) {
    each_deviation(values, columns, LEAST_WEIGHED, |row, value, deviation| {
        *value = (*value / deviation).clamp(-CLIP, CLIP) * strengths[row] / deviation;
    });
}

/// Gives `each` the row of every value of `rows` × `columns`, the value, and the root mean square of its column over
/// [`NORM_AROUND`] rows either side.
fn each_deviation(
    values: &mut [f32],
    columns: usize,
    least: f64,
    mut each: impl FnMut(usize, &mut f32, f32),
) {
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
    let least = least * whole + 1e-20;
    for row in 0..rows {
        let (first, end) = (row.saturating_sub(NORM_AROUND), (row + NORM_AROUND).min(rows));
        for column in 0..columns {
            let sum = sums[end * columns + column] - sums[first * columns + column];
            let deviation = (sum / (end - first) as f64 + least).sqrt() as f32;
            each(row, &mut values[row * columns + column], deviation);
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
    pub(super) parts: Parts,
    /// For each part the sum over periods, period's hops × slots of the pattern.
    pub(super) pattern: Vec<Vec<f32>>,
    /// For each part the sum over frames, slots of the echo.
    pub(super) echo: Vec<Vec<f32>>,
}

impl Segment {
    pub(super) fn new(layout: &Layout, parts: Parts) -> Self {
        let pattern = vec![vec![0.0; layout.period_hops() * layout.pattern.len()]; parts.sets()];
        let echo = vec![vec![0.0; layout.echo.len()]; parts.sets()];
        Self { frames: 0, active: 0, parts, pattern, echo }
    }

    /// Adds one frame: its ripple in one part (slots), at this hop of the period.
    pub(super) fn add_frame(&mut self, layout: &Layout, part: usize, hop: usize, ripple: &[f32]) {
        add_to(&mut self.echo[part], &ripple[layout.echo.clone()]);
        if layout.patches > 0 {
            let width = layout.pattern.len();
            let sums = &mut self.pattern[part][hop * width..(hop + 1) * width];
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
