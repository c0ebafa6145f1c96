//! Positions from left to right.

use egui::Rect;

use crate::analyzer::View;

/// A time axis that ends at the newest sample.
pub(super) struct TimeAxis {
    pub(super) left: f32,
    pub(super) right: f32,
    /// Points per sample.
    pub(super) scale: f64,
    /// Position after the newest sample.
    pub(super) now: i64,
    pub(super) sample_rate: u32,
    pub(super) seconds: f64,
}

impl TimeAxis {
    pub(super) fn new(plot: Rect, view: &View, seconds: f64) -> Self {
        let samples = seconds * f64::from(view.sample_rate.max(1));
        Self {
            left: plot.left(),
            right: plot.right(),
            scale: f64::from(plot.width()) / samples,
            now: view.position,
            sample_rate: view.sample_rate,
            seconds,
        }
    }

    /// Where a position is drawn, in points.
    pub(super) fn x(&self, position: i64) -> f32 {
        let ago = self.now.saturating_sub(position) as f64 * self.scale;
        (f64::from(self.right) - ago) as f32
    }

    /// The position drawn at `x`.
    pub(super) fn position(&self, x: f32) -> i64 {
        let ago = f64::from(self.right - x) / self.scale;
        self.now.saturating_sub(ago as i64)
    }
}
