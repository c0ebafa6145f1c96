//! The plot of what changed in third-octave bands.

use patchveil_spectral::axis::{level_step, level_ticks};

use super::Plot;
use super::layout::{THIRDS, THIRDS_HEIGHT, WIDTH};
use super::plots::{frequency_grid, nothing};
use crate::inspect::report::Report;
use crate::inspect::thirds::Third;
use crate::plot::axis::Axis;
use crate::plot::canvas::{Align, Area, Canvas};
use crate::plot::grid::{axis_title, heading, horizontal_grid};
use crate::plot::style::{AFTER, FRAME, GRID, INK, LABEL_SIZE, MUTED};

const TITLE: &str = "Spectrum change by third octave";
const TEXT: &str =
    "By how many dB the mean level in each third-octave band is higher or lower after than before";
/// Least change that the axis reaches, in dB, so that changes nobody hears look small.
const LEAST_DB: f64 = 1.0;
/// Distance of ticks in pixels.
const TICKS_APART: f64 = 30.0;
/// Gap between bars in pixels.
const GAP: f32 = 3.0;

/// Draws a bar for every band.
pub(super) fn plot(report: &Report) -> Result<Plot, String> {
    let mut canvas = Canvas::new(WIDTH, THIRDS_HEIGHT)?;
    heading(&mut canvas, THIRDS, TITLE);
    let thirds = &report.picture.thirds;
    let range = report.picture.before.range_hz;
    let across = Axis::logarithmic(range, (THIRDS.left, THIRDS.right));
    let summary = thirds.summary();
    let largest = summary.and_then(|(_, most)| most.change_db).unwrap_or(0.0).abs();
    let limit = largest.ceil().max(LEAST_DB);
    let up = Axis::linear((-limit, limit), (THIRDS.bottom, THIRDS.top));

    for third in &thirds.0 {
        quiet(&mut canvas, third, across);
    }
    frequency_grid(&mut canvas, THIRDS, across, range);
    let step = level_step(2.0 * limit, f64::from(THIRDS.height()), TICKS_APART);
    horizontal_grid(&mut canvas, THIRDS, up, &level_ticks(-limit, limit, step));
    axis_title(&mut canvas, THIRDS, "dB");
    for third in &thirds.0 {
        bar(&mut canvas, third, across, up);
    }
    let zero = up.at(0.0);
    canvas.line(&[(THIRDS.left, zero), (THIRDS.right, zero)], MUTED, 1.0);
    canvas.frame(THIRDS, FRAME);
    if summary.is_none() {
        nothing(&mut canvas, THIRDS, "nothing to compare");
    }
    legend(&mut canvas);
    let png = canvas.to_png()?;
    Ok(Plot { title: TITLE, text: TEXT, png, width: WIDTH, height: THIRDS_HEIGHT })
}

/// Greys out a band that is not compared.
fn quiet(canvas: &mut Canvas, third: &Third, across: Axis) {
    if third.change_db.is_none() {
        let (left, right) = (across.at(third.edges_hz.0), across.at(third.edges_hz.1));
        canvas.rect(Area { left, right, ..THIRDS }, GRID, 0.5);
    }
}

fn bar(canvas: &mut Canvas, third: &Third, across: Axis, up: Axis) {
    let Some(change) = third.change_db else { return };
    let (left, right) = (across.at(third.edges_hz.0), across.at(third.edges_hz.1));
    let (zero, end) = (up.at(0.0), up.at(change));
    let (top, bottom) = (zero.min(end), zero.max(end));
    canvas.rect(Area { left: left + GAP / 2.0, right: right - GAP / 2.0, top, bottom }, AFTER, 1.0);
}

/// What the two colours are, above the plot.
fn legend(canvas: &mut Canvas) {
    let mut x = THIRDS.right;
    let y = THIRDS.top - 14.0;
    for (name, colour, opacity) in
        [("too quiet to compare", GRID, 0.5), ("after \u{2212} before", AFTER, 1.0)]
    {
        x -= canvas.text_width(name, LABEL_SIZE);
        canvas.text((x, y), name, LABEL_SIZE, Align::Left, INK);
        let swatch = Area { left: x - 36.0, right: x - 10.0, top: y - 15.0, bottom: y + 1.0 };
        canvas.rect(swatch, colour, opacity);
        canvas.frame(swatch, FRAME);
        x -= 36.0 + 28.0;
    }
}
