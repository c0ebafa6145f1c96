//! Lines: spectra at the places where they are drawn, and curves of kernels.

use std::ops::Range;

use egui::{Color32, Painter, Pos2, Rangef, Shape, Stroke, pos2};

use super::grid::Axes;
use crate::analyzer::{Curve, SpectrumPoint};
use crate::editor::axis::{HZ_MIN, LevelAxis, LogAxis};
use crate::editor::mesh::{area, thinned};
use crate::editor::theme::Palette;

/// Where both spectra lie below this, in dBFS, their difference is that of noises.
const FLOOR: f32 = -110.0;
/// Distance of drawn points, in points.
pub(super) const STEP: f32 = 1.5;
/// How far, in points, a drawn line may pass a point by: less than an eye can tell.
const OFF: f32 = 0.2;

/// How a line is drawn, so that lines are told apart without colours.
#[derive(Clone, Copy)]
pub(super) enum Line {
    Plain,
    Strong,
    Dashed,
}

impl Line {
    pub(super) fn draw(self, painter: &Painter, points: &[Pos2], colour: Color32) {
        let points = thinned(points, OFF);
        let stroke = |width| Stroke::new(width, colour);
        match self {
            Self::Plain => painter.add(Shape::line(points, stroke(1.0))),
            Self::Strong => painter.add(Shape::line(points, stroke(1.7))),
            Self::Dashed => painter.add(Shape::dashed_line(&points, stroke(1.5), 5.0, 4.0)),
        };
    }
}

/// Spectra at the places where they are drawn.
pub(super) struct Curves {
    columns: Vec<(f32, SpectrumPoint)>,
}

impl Curves {
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
        Line::Plain.draw(painter, &before, colours.before);
        if peaks {
            let thin = |colour: Color32| Stroke::new(1.0, colour.gamma_multiply(0.75));
            let before = self.line(|point| point.before_peak, &axes.level);
            painter.add(Shape::line(thinned(&before, OFF), thin(colours.before)));
            let after = self.line(|point| point.after_peak, &axes.level);
            painter.add(Shape::line(thinned(&after, OFF), thin(colours.after)));
        }
        Line::Strong.draw(painter, &self.line(|point| point.after, &axes.level), colours.after);
    }

    /// The difference over all, where there is sound enough to speak of one.
    pub(super) fn draw_change(&self, painter: &Painter, axes: &Axes, colours: &Palette) {
        let zero = axes.change.y(0.0);
        for run in self.columns.split(|(_, point)| change(point).is_none()) {
            let line: Vec<Pos2> = run
                .iter()
                .filter_map(|(x, point)| Some(pos2(*x, axes.change.y(change(point)?))))
                .collect();
            painter.add(area(&line, zero, colours.before.gamma_multiply(0.22)));
            Line::Plain.draw(painter, &line, colours.before);
        }
    }
}

/// How much louder it is after than before, in dB, if it is loud enough to tell.
pub(super) fn change(point: &SpectrumPoint) -> Option<f32> {
    (point.before.max(point.after) > FLOOR).then_some(point.after - point.before)
}

/// The levels between two frequencies: the highest where there are several points, and on a line
/// between the neighbours where there are none.
pub(super) fn at(points: &[SpectrumPoint], hz: Range<f32>) -> SpectrumPoint {
    let [first, .., last] = points else { return points.first().copied().unwrap_or_default() };
    let spacing = (last.hz - first.hz) / (points.len() - 1) as f32;
    if spacing <= 0.0 {
        return *first;
    }
    let place = |hz: f32| ((hz - first.hz) / spacing).clamp(0.0, (points.len() - 1) as f32);
    let (low, high) = (place(hz.start), place(hz.end));
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
    // A curve through the points and their slopes (Catmull-Rom), as the eye would draw it.
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

/// What a kernel does, as heard in its patches and as designed.
pub(super) fn draw_curve(painter: &Painter, axes: &Axes, curve: &Curve, colours: &Palette) {
    let line = |values: &[(f32, f32)]| -> Vec<Pos2> {
        values
            .iter()
            .filter(|(hz, _)| (HZ_MIN..=axes.hz.top).contains(hz))
            .map(|&(hz, db)| pos2(axes.hz.x(hz), axes.change.y(db)))
            .collect()
    };
    Line::Strong.draw(painter, &line(&curve.measured), colours.after);
    Line::Dashed.draw(painter, &line(&curve.designed), colours.designed);
}

/// The value of a curve at a frequency, in dB.
pub(super) fn value(curve: &[(f32, f32)], hz: f32) -> Option<f32> {
    let above = curve.iter().position(|&(at, _)| at >= hz)?;
    let (high, high_db) = curve[above];
    let Some(&(low, low_db)) = above.checked_sub(1).and_then(|below| curve.get(below)) else {
        return Some(high_db);
    };
    Some(low_db + (hz - low) / (high - low).max(1e-6) * (high_db - low_db))
}
