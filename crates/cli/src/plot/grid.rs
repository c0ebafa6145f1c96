//! Headings, grids and labels of plots.

use patchveil_spectral::axis::{Tick, time_title};

use super::axis::Axis;
use super::canvas::{Align, Area, Canvas, Rgb};
use super::style::{FRAME, GRID, GRID_MINOR, HEADING_SIZE, INK, LABEL_SIZE, MUTED};

/// Draws the heading of a plot.
pub(crate) fn heading(canvas: &mut Canvas, area: Area, text: &str) {
    let at = (area.left, area.top - 14.0);
    canvas.text(at, text, HEADING_SIZE, Align::Left, INK);
}

/// Draws the title of the vertical axis.
pub(crate) fn axis_title(canvas: &mut Canvas, area: Area, text: &str) {
    let middle = area.top + area.height() / 2.0;
    canvas.text_upwards((34.0, middle), text, LABEL_SIZE, MUTED);
}

/// Draws vertical lines, and labels below if `labels`.
pub(crate) fn vertical_grid(
    canvas: &mut Canvas,
    area: Area,
    axis: Axis,
    ticks: &[Tick],
    labels: bool,
) {
    for tick in ticks {
        let x = axis.at(tick.value);
        let colour = grid_colour(tick);
        canvas.line(&[(x, area.top), (x, area.bottom)], colour, 1.0);
        if labels {
            let at = (x, area.bottom + 26.0);
            canvas.text(at, &tick.label, LABEL_SIZE, Align::Centre, INK);
        }
    }
}

/// Draws horizontal lines with their labels.
pub(crate) fn horizontal_grid(canvas: &mut Canvas, area: Area, axis: Axis, ticks: &[Tick]) {
    for tick in ticks {
        let y = axis.at(tick.value);
        canvas.line(&[(area.left, y), (area.right, y)], grid_colour(tick), 1.0);
    }
    labels_left(canvas, area, axis, ticks);
}

/// Draws tick marks at the left of a plot, with their labels.
pub(crate) fn marks(canvas: &mut Canvas, area: Area, axis: Axis, ticks: &[Tick]) {
    for tick in ticks {
        let y = axis.at(tick.value);
        canvas.line(&[(area.left - 6.0, y), (area.left, y)], FRAME, 1.0);
    }
    labels_left(canvas, area, axis, ticks);
}

/// Labels the ticks of an axis of time below `area`, and says its unit.
pub(crate) fn time_labels(
    canvas: &mut Canvas,
    area: Area,
    axis: Axis,
    ticks: &[Tick],
    seconds: f64,
    below: [f32; 2],
) {
    for tick in ticks {
        let at = (axis.at(tick.value), area.bottom + below[0]);
        canvas.text(at, &tick.label, LABEL_SIZE, Align::Centre, INK);
    }
    let centre = ((area.left + area.right) / 2.0, area.bottom + below[1]);
    canvas.text(centre, time_title(seconds), LABEL_SIZE, Align::Centre, MUTED);
}

fn labels_left(canvas: &mut Canvas, area: Area, axis: Axis, ticks: &[Tick]) {
    for tick in ticks {
        let at = (area.left - 12.0, axis.at(tick.value) + 7.0);
        canvas.text(at, &tick.label, LABEL_SIZE, Align::Right, INK);
    }
}

fn grid_colour(tick: &Tick) -> Rgb {
    if tick.is_major() { GRID } else { GRID_MINOR }
}
