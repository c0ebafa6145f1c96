//! The lines: spectra, their difference, and the gain of a kernel.

use std::ops::Range;

use egui::{Color32, Painter, Pos2, Rangef, Shape, Stroke, pos2};

use super::axes::Axes;
use crate::analyzer::{KernelGain, SpectrumPoint};
use crate::editor::axis::{HZ_MIN, LevelAxis, LogAxis};
use crate::editor::mesh::{area, thinned};
use crate::editor::theme::Palette;

/// Where both spectra are below this, in dBFS, their difference is only noise.
const FLOOR: f32 = -110.0;
/// Horizontal distance of the points of a line, in points.
pub(super) const STEP: f32 = 1.5;
/// How far, in points, a thinned line may miss a point: less than is visible.
const TOLERANCE: f32 = 0.2;

/// How a line is drawn, so that lines can be distinguished without colours.
#[derive(Clone, Copy)]
pub(super) enum LineStyle {
    Thin,
    Thick,
    Dashed,
}

impl LineStyle {
    pub(super) fn draw(self, painter: &Painter, points: &[Pos2], colour: Color32) {
        let points = thinned(points, TOLERANCE);
        let stroke = |width| Stroke::new(width, colour);
        match self {
            Self::Thin => painter.add(Shape::line(points, stroke(1.0))),
            Self::Thick => painter.add(Shape::line(points, stroke(1.7))),
            Self::Dashed => painter.add(Shape::dashed_line(&points, stroke(1.5), 5.0, 4.0)),
        };
    }
}

/// The spectra at each horizontal step of the plot.
pub(super) struct Columns {
    columns: Vec<(f32, SpectrumPoint)>,
}

impl Columns {
    pub(super) fn new(points: &[SpectrumPoint], axis: &LogAxis, x: Rangef) -> Self {
        let count = (x.span() / STEP).max(2.0) as usize;
        let columns = (0..=count)
            .map(|n| {
                let x = x.min + n as f32 * STEP;
                (x, at(points, axis.hz(x - STEP / 2.0)..axis.hz(x + STEP / 2.0)))
            })
            .collect();
        Self { columns }
    }

    fn line(&self, level: impl Fn(&SpectrumPoint) -> f32, axis: &LevelAxis) -> Vec<Pos2> {
        self.columns.iter().map(|(x, point)| pos2(*x, axis.y(level(point)))).collect()
    }

    pub(super) fn draw_levels(
        &self,
        painter: &Painter,
        axes: &Axes,
        bottom: f32,
        peaks: bool,
        colours: &Palette,
    ) {
        let before = self.line(|point| point.before, &axes.level);
        painter.add(area(&before, bottom, colours.before.gamma_multiply(0.22)));
        LineStyle::Thin.draw(painter, &before, colours.before);
        if peaks {
            let thin = |colour: Color32| Stroke::new(1.0, colour.gamma_multiply(0.75));
            let before = self.line(|point| point.before_peak, &axes.level);
            painter.add(Shape::line(thinned(&before, TOLERANCE), thin(colours.before)));
            let after = self.line(|point| point.after_peak, &axes.level);
            painter.add(Shape::line(thinned(&after, TOLERANCE), thin(colours.after)));
        }
        LineStyle::Thick.draw(painter, &self.line(|point| point.after, &axes.level), colours.after);
    }

    /// Draws the difference where there is enough audio for one.
    pub(super) fn draw_difference(&self, painter: &Painter, axes: &Axes, colours: &Palette) {
        let zero = axes.difference.y(0.0);
        for run in self.columns.split(|(_, point)| difference(point).is_none()) {
            let line: Vec<Pos2> = run
                .iter()
                .filter_map(|(x, point)| Some(pos2(*x, axes.difference.y(difference(point)?))))
                .collect();
            painter.add(area(&line, zero, colours.before.gamma_multiply(0.22)));
            LineStyle::Thin.draw(painter, &line, colours.before);
        }
    }
}

/// The level after over the level before, in dB, where there is enough audio.
pub(super) fn difference(point: &SpectrumPoint) -> Option<f32> {
    (point.before.max(point.after) > FLOOR).then_some(point.after - point.before)
}

/// The levels between two frequencies: the highest if there are several points, otherwise
/// interpolated between the neighbours.
pub(super) fn at(points: &[SpectrumPoint], hz: Range<f32>) -> SpectrumPoint {
    let [first, .., last] = points else { return points.first().copied().unwrap_or_default() };
    let spacing = (last.hz - first.hz) / (points.len() - 1) as f32;
    if spacing <= 0.0 {
        return *first;
    }
    let index = |hz: f32| ((hz - first.hz) / spacing).clamp(0.0, (points.len() - 1) as f32);
    let (low, high) = (index(hz.start), index(hz.end));
    let (from, to) = (low.ceil() as usize, high.floor() as usize);
    if from < to {
        let level = |level: fn(&SpectrumPoint) -> f32| {
            points[from..=to].iter().map(level).fold(f32::NEG_INFINITY, f32::max)
        };
        return SpectrumPoint {
            hz: (hz.start + hz.end) / 2.0,
            before: level(|point| point.before),
            after: level(|point| point.after),
            before_peak: level(|point| point.before_peak),
            after_peak: level(|point| point.after_peak),
        };
    }
    let middle = (low + high) / 2.0;
    let left = (middle.floor() as usize).min(points.len() - 2);
    let share = middle - left as f32;
    // Catmull-Rom: a smooth curve through the points.
    let around = [left.saturating_sub(1), left, left + 1, (left + 2).min(points.len() - 1)];
    let between = |level: fn(&SpectrumPoint) -> f32| {
        let [a, b, c, d] = around.map(|at| level(&points[at]));
        let (slope_b, slope_c) = ((c - a) / 2.0, (d - b) / 2.0);
        let bend = share * (2.0 * (b - c) + slope_b + slope_c) + 3.0 * (c - b) - 2.0 * slope_b;
        b + share * (slope_b + share * (bend - slope_c))
    };
    SpectrumPoint {
        hz: (hz.start + hz.end) / 2.0,
        before: between(|point| point.before),
        after: between(|point| point.after),
        before_peak: between(|point| point.before_peak),
        after_peak: between(|point| point.after_peak),
    }
}

/// Draws the gain of a kernel, as measured in its patches and as designed.
pub(super) fn draw_kernel(painter: &Painter, axes: &Axes, kernel: &KernelGain, colours: &Palette) {
    let line = |values: &[(f32, f32)]| -> Vec<Pos2> {
        values
            .iter()
            .filter(|(hz, _)| (HZ_MIN..=axes.hz.top).contains(hz))
            .map(|&(hz, db)| pos2(axes.hz.x(hz), axes.difference.y(db)))
            .collect()
    };
    LineStyle::Thick.draw(painter, &line(&kernel.measured), colours.after);
    LineStyle::Dashed.draw(painter, &line(&kernel.designed), colours.designed);
}

/// The gain at a frequency, in dB, interpolated.
pub(super) fn gain_at(gains: &[(f32, f32)], hz: f32) -> Option<f32> {
    let above = gains.iter().position(|&(at, _)| at >= hz)?;
    let (high, high_db) = gains[above];
    let Some(&(low, low_db)) = above.checked_sub(1).and_then(|below| gains.get(below)) else {
        return Some(high_db);
    };
    Some(low_db + (hz - low) / (high - low).max(1e-6) * (high_db - low_db))
}
