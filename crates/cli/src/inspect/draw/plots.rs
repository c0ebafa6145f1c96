//! The three plots.

use patchveil_spectral::axis::{Tick, frequency_ticks, level_ticks, time_ticks, time_title};

use super::layout::{CHANGED, HEAT, LEVEL, SPECTRA};
use crate::inspect::report::Report;
use crate::inspect::spectrogram::ROWS;
use crate::plot::axis::Axis;
use crate::plot::canvas::{Align, Area, Canvas};
use crate::plot::grid::{axis_title, heading, horizontal_grid, marks, vertical_grid};
use crate::plot::style::{
    AFTER, BEFORE, DIFFERENCE, FRAME, HEADING_SIZE, INK, LABEL_SIZE, MUTED, heat,
};

/// How far below the highest value of a plot its axis goes, in dB.
const SPECTRA_RANGE_DB: f64 = 100.0;
const HEAT_RANGE_DB: f64 = 70.0;
/// Faintest a change is drawn, however short it is in its column.
const FAINTEST: f32 = 0.35;
/// In a short clip a column is shorter than a cycle of the sound, and its level would be a comb.
const SMOOTH_SECONDS: f64 = 0.003;
/// Most columns to each side that are smoothed over.
const LONGEST_SMOOTH: usize = 12;

/// Spectra of both files and of the difference.
pub(super) fn spectra(canvas: &mut Canvas, report: &Report) {
    let picture = &report.picture;
    let curves = [
        ("before", &picture.before, BEFORE, 4.5),
        ("after", &picture.after, AFTER, 2.0),
        ("difference", &picture.difference, DIFFERENCE, 2.0),
    ];
    let levels = || curves.iter().flat_map(|c| &c.1.points).map(|p| p.1);
    let highest = levels().fold(f64::NEG_INFINITY, f64::max);
    let lowest = levels().fold(f64::INFINITY, f64::min);
    let top = round_up(highest);
    let bottom = ((lowest / 10.0).floor() * 10.0).clamp(top - SPECTRA_RANGE_DB, top - 20.0);

    heading(canvas, SPECTRA, "Mean spectrum");
    let mut x = SPECTRA.right;
    for (name, _, colour, width) in curves.iter().rev() {
        x -= canvas.text_width(name, LABEL_SIZE);
        let y = SPECTRA.top - 14.0;
        canvas.text((x, y), name, LABEL_SIZE, Align::Left, INK);
        canvas.line(&[(x - 46.0, y - 7.0), (x - 10.0, y - 7.0)], *colour, *width);
        x -= 46.0 + 28.0;
    }

    let range = picture.before.range_hz;
    let across = Axis::logarithmic(range, (SPECTRA.left, SPECTRA.right));
    let up = Axis::linear((bottom, top), (SPECTRA.bottom, SPECTRA.top));
    frequency_grid(canvas, SPECTRA, across, range);
    horizontal_grid(canvas, SPECTRA, up, &level_ticks(bottom, top, 20.0));
    axis_title(canvas, SPECTRA, "dBFS");
    for (_, curve, colour, width) in curves {
        let visible = curve.points.iter().map(|&(hz, db)| (across.at(hz), up.at(db)));
        canvas.line(&visible.collect::<Vec<_>>(), colour, width);
    }
    canvas.frame(SPECTRA, FRAME);
}

/// The grid of a frequency axis from left to right, with labels below.
pub(super) fn frequency_grid(canvas: &mut Canvas, area: Area, axis: Axis, range: (f64, f64)) {
    vertical_grid(canvas, area, axis, &frequency_ticks(range.0, range.1), true);
    let unit = (area.right + 14.0, area.bottom + 26.0);
    canvas.text(unit, "Hz", LABEL_SIZE, Align::Left, MUTED);
}

/// Spectrogram of the difference with its scale of colours.
pub(super) fn difference(canvas: &mut Canvas, report: &Report) {
    let picture = &report.picture.spectrogram;
    let db = |power: f32| 10.0 * f64::from(power).log10();
    let loudest = db(picture.cells.iter().copied().fold(0.0, f32::max));
    let top = round_up(loudest);
    let bottom = top - HEAT_RANGE_DB;
    let colour = |db: f64| heat(((db - bottom) / HEAT_RANGE_DB) as f32);

    heading(canvas, HEAT, "Spectrogram of the difference (after \u{2212} before)");
    for (x, column) in columns(picture.columns, HEAT) {
        let cells = picture.cells.iter().skip(column * ROWS).take(ROWS);
        for (y, &power) in (0..HEAT.bottom as i32).rev().zip(cells) {
            if power > 0.0 {
                canvas.pixel(x, y, colour(db(power)));
            }
        }
    }
    if loudest == f64::NEG_INFINITY {
        nothing(canvas, HEAT, "the files are identical");
    }
    let range = picture.range_hz;
    let up = Axis::logarithmic(range, (HEAT.bottom, HEAT.top));
    let mut ticks = frequency_ticks(range.0, range.1);
    ticks.retain(Tick::is_major);
    // Lines would hide what is drawn, so there are marks outside.
    marks(canvas, HEAT, up, &ticks);
    axis_title(canvas, HEAT, "Hz");
    canvas.frame(HEAT, FRAME);
    colour_bar(canvas, bottom, top);
}

/// The scale of colours next to the spectrogram, from `bottom` to `top` dB.
fn colour_bar(canvas: &mut Canvas, bottom: f64, top: f64) {
    let bar = Area { left: HEAT.right + 22.0, right: HEAT.right + 42.0, ..HEAT };
    let scale = Axis::linear((bottom, top), (bar.bottom, bar.top));
    for y in bar.top as i32..bar.bottom as i32 {
        let share = (bar.bottom - y as f32) / bar.height();
        let row = Area { top: y as f32, bottom: y as f32 + 1.0, ..bar };
        canvas.rect(row, heat(share), 1.0);
    }
    for tick in level_ticks(bottom, top, 10.0) {
        let at = (bar.right + 8.0, scale.at(tick.value) + 7.0);
        canvas.text(at, &tick.label, LABEL_SIZE, Align::Left, INK);
    }
    canvas.frame(bar, FRAME);
    let above = (bar.left, bar.top - 16.0);
    canvas.text(above, "dBFS", LABEL_SIZE, Align::Left, MUTED);
}

/// Level over time with the difference, and what changed below.
pub(super) fn timeline(canvas: &mut Canvas, report: &Report) {
    heading(canvas, LEVEL, "Level over time, and where it changed");
    let time = Axis::linear((0.0, report.seconds), (LEVEL.left, LEVEL.right));
    let ticks = time_ticks(report.seconds);
    vertical_grid(canvas, LEVEL, time, &ticks, false);
    levels(canvas, report);
    changes(canvas, &report.picture.coverage);
    time_axis(canvas, time, &ticks, report.seconds);
    legend(canvas);
}

/// Peak level of the recording and of the difference.
fn levels(canvas: &mut Canvas, report: &Report) {
    let picture = &report.picture;
    let column_seconds = report.seconds / picture.level.len() as f64;
    let radius = ((SMOOTH_SECONDS / column_seconds) as usize).min(LONGEST_SMOOTH);
    let level = smoothed(&picture.level, radius);
    let difference = smoothed(&picture.difference_level, radius);
    let loudest = level.iter().chain(&difference).copied().fold(0.0, f32::max);
    let scale = f64::from(loudest).max(f64::MIN_POSITIVE);
    let up = Axis::linear((-scale, scale), (LEVEL.bottom, LEVEL.top));
    for (values, colour) in [(&level, BEFORE), (&difference, DIFFERENCE)] {
        for (x, column) in columns(values.len(), LEVEL) {
            let value = values.get(column).copied().unwrap_or(0.0);
            if value > 0.0 {
                let top = up.at(f64::from(value));
                let bottom = up.at(-f64::from(value)).max(top + 1.0);
                canvas.rect(pixel_column(x, top, bottom), colour, 0.9);
            }
        }
    }
    canvas.frame(LEVEL, FRAME);
}

/// The share of every column that changed.
fn changes(canvas: &mut Canvas, coverage: &[f32]) {
    for (x, column) in columns(coverage.len(), CHANGED) {
        let share = coverage.get(column).copied().unwrap_or(0.0);
        if share > 0.0 {
            let opacity = FAINTEST + (1.0 - FAINTEST) * share;
            canvas.rect(pixel_column(x, CHANGED.top, CHANGED.bottom), DIFFERENCE, opacity);
        }
    }
    canvas.frame(CHANGED, FRAME);
}

/// Marks and labels of the time axis.
fn time_axis(canvas: &mut Canvas, time: Axis, ticks: &[Tick], seconds: f64) {
    let bottom = CHANGED.bottom;
    for tick in ticks {
        let x = time.at(tick.value);
        canvas.line(&[(x, bottom), (x, bottom + 6.0)], FRAME, 1.0);
        canvas.text((x, bottom + 30.0), &tick.label, LABEL_SIZE, Align::Centre, INK);
    }
    let centre = (CHANGED.left + CHANGED.width() / 2.0, bottom + 62.0);
    canvas.text(centre, time_title(seconds), LABEL_SIZE, Align::Centre, MUTED);
}

/// Names of the colours, next to them.
fn legend(canvas: &mut Canvas) {
    let x = LEVEL.right + 14.0;
    let level = LEVEL.top + LEVEL.height() / 2.0;
    for (y, text, colour) in [
        (level - 6.0, "before", BEFORE),
        (level + 22.0, "difference", DIFFERENCE),
        (CHANGED.bottom - 5.0, "changed", DIFFERENCE),
    ] {
        canvas.text((x, y), text, LABEL_SIZE, Align::Left, colour);
    }
}

/// Fills dips narrower than twice `radius` columns; where sound starts and ends stays.
fn smoothed(values: &[f32], radius: usize) -> Vec<f32> {
    let near = |values: &[f32], i: usize, pick: fn(f32, f32) -> f32| {
        let end = values.len().min(i + radius + 1);
        let near = values.get(i.saturating_sub(radius)..end).unwrap_or_default();
        near.iter().copied().reduce(pick).unwrap_or(0.0)
    };
    let raised: Vec<f32> = (0..values.len()).map(|i| near(values, i, f32::max)).collect();
    (0..values.len()).map(|i| near(&raised, i, f32::min)).collect()
}

/// One column of pixels.
fn pixel_column(x: i32, top: f32, bottom: f32) -> Area {
    Area { left: x as f32, top, right: x as f32 + 1.0, bottom }
}

/// The pixel columns of a plot, and which of `count` columns each shows.
fn columns(count: usize, area: Area) -> impl Iterator<Item = (i32, usize)> {
    let width = area.width() as usize;
    (0..width).map(move |x| (area.left as i32 + x as i32, x * count / width))
}

/// A level in dB rounded up to a multiple of ten; 0 for silence.
fn round_up(db: f64) -> f64 {
    if db.is_finite() { (db / 10.0).ceil() * 10.0 } else { 0.0 }
}

/// Says in the middle of a plot why there is nothing in it.
pub(super) fn nothing(canvas: &mut Canvas, area: Area, text: &str) {
    let at = (area.left + area.width() / 2.0, area.top + area.height() / 2.0);
    canvas.text(at, text, HEADING_SIZE, Align::Centre, MUTED);
}
