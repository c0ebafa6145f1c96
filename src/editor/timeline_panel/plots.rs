//! Levels, periods and patches.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::time_axis::TimeAxis;
use crate::analyzer::{LevelColumn, Timeline};
use crate::editor::axis::LevelAxis;
use crate::editor::mesh::{RectMesh, area, thinned};
use crate::editor::theme::Palette;

/// Periods closer together than this, in points, are not drawn.
const PERIOD_DISTANCE: f32 = 12.0;
/// Narrowest patch that is drawn separately, in points.
const NARROWEST: f64 = 3.0;
/// Width of one cell of the band that stands for narrower ones, in points.
const CELL: f32 = 2.0;
/// Columns closer together than this, in points, are drawn as one.
const COLUMN_DISTANCE: f32 = 1.5;

/// Draws a line where each period begins, unless there are too many.
pub(super) fn draw_periods(
    painter: &Painter,
    plot: Rect,
    timeline: &Timeline,
    time: &TimeAxis,
    colours: &Palette,
) {
    let periods = &timeline.periods;
    let distance = periods.windows(2).map(|two| two[1] - two[0]).min().unwrap_or(i64::MAX);
    if (distance as f64 * time.scale) < f64::from(PERIOD_DISTANCE) {
        return;
    }
    let colour = colours.outline.gamma_multiply(0.5);
    let mut lines = RectMesh::new(painter);
    for x in periods.iter().map(|&start| time.x(start)) {
        if plot.x_range().contains(x) {
            lines.vline(x, plot.y_range(), colour);
        }
    }
    lines.paint(painter);
}

pub(super) fn draw_levels(
    painter: &Painter,
    plot: Rect,
    timeline: &Timeline,
    time: &TimeAxis,
    axis: &LevelAxis,
    colours: &Palette,
) {
    let columns = &timeline.columns;
    let first = columns.partition_point(|column| time.x(column.position) < plot.left() - 20.0);
    let columns = merged(&columns[first..], time);
    let line = |level: fn(&LevelColumn) -> f32| -> Vec<Pos2> {
        columns.iter().map(|column| pos2(time.x(column.position), axis.y(level(column)))).collect()
    };
    let fill = colours.before.gamma_multiply(0.45);
    painter.add(area(&line(|column| column.before), plot.bottom(), fill));
    let after = thinned(&line(|column| column.after), 0.2);
    painter.add(Shape::line(after, Stroke::new(1.3, colours.after)));
}

/// Joins columns that are close together, keeping the highest levels.
fn merged(columns: &[LevelColumn], time: &TimeAxis) -> Vec<LevelColumn> {
    let mut merged: Vec<LevelColumn> = Vec::with_capacity(columns.len());
    for column in columns {
        match merged.last_mut() {
            Some(last) if time.x(column.position) - time.x(last.position) < COLUMN_DISTANCE => {
                last.before = last.before.max(column.before);
                last.after = last.after.max(column.after);
            }
            _ => merged.push(*column),
        }
    }
    merged
}

/// Draws the patches, each at the height of its kernel's number. Where they are too narrow, a band
/// shows which part of the time they take.
pub(super) fn draw_patches(
    painter: &Painter,
    row: Rect,
    timeline: &Timeline,
    time: &TimeAxis,
    colours: &Palette,
) {
    let patches = &timeline.patches;
    let longest = patches.iter().map(|patch| patch.end - patch.start).max().unwrap_or(0);
    if longest as f64 * time.scale < NARROWEST {
        draw_band(painter, row, timeline, time, colours);
        return;
    }
    let kernels = patches.iter().map(|patch| patch.kernel + 1).max().unwrap_or(1);
    let height = row.height() / kernels as f32;
    let mut rects = RectMesh::new(painter);
    for patch in patches {
        let (from, to) = (time.x(patch.start), time.x(patch.end).min(time.right));
        if to >= row.left() && from <= row.right() {
            let top = row.top() + height * patch.kernel as f32;
            let rect = Rect::from_min_max(pos2(from, top), pos2(to, top + height));
            rects.rect(rect.shrink2(vec2(0.5, 0.0)), colours.patch);
        }
    }
    rects.paint(painter);
}

/// Draws a band that is the stronger the more of the time patches take.
fn draw_band(
    painter: &Painter,
    row: Rect,
    timeline: &Timeline,
    time: &TimeAxis,
    colours: &Palette,
) {
    let cells = (row.width() / CELL).ceil().max(1.0) as usize;
    let mut covered = vec![0.0_f32; cells];
    for patch in &timeline.patches {
        let cell = |position| f64::from(time.x(position) - row.left()) / f64::from(CELL);
        let (from, to) = (cell(patch.start).max(0.0), cell(patch.end).min(cells as f64));
        let mut at = from;
        while at < to {
            let next = (at.floor() + 1.0).min(to);
            covered[(at as usize).min(cells - 1)] += (next - at) as f32;
            at = next;
        }
    }
    let band = row.shrink2(vec2(0.0, row.height() * 0.2));
    let shades: Vec<Color32> =
        covered.into_iter().map(|covered| colours.patch.gamma_multiply(covered.min(1.0))).collect();
    let mut rects = RectMesh::new(painter);
    let mut left = row.left();
    for cells in shades.chunk_by(PartialEq::eq) {
        let right = left + cells.len() as f32 * CELL;
        if cells[0] != Color32::TRANSPARENT {
            rects.rect(Rect::from_x_y_ranges(left..=right, band.y_range()), cells[0]);
        }
        left = right;
    }
    rects.paint(painter);
}
