//! The axes, their grid and their labels.

use egui::{Align2, Rect, Ui, pos2, vec2};
use patchveil_spectral::axis::Tick;

use crate::editor::axis::{LevelAxis, LogAxis};
use crate::editor::mesh::RectMesh;
use crate::editor::theme::{Palette, SMALL, SMALL_GAP};
use crate::editor::words::words;

/// Smallest distance of level labels, in points.
const LABEL_DISTANCE: f32 = 18.0;

/// Where frequencies, levels and differences are drawn.
pub(super) struct Axes {
    pub(super) hz: LogAxis,
    pub(super) level: LevelAxis,
    pub(super) difference: LevelAxis,
}

impl Axes {
    /// Draws grid and labels of the plots of levels, `upper`, and differences, `lower`.
    pub(super) fn draw(&self, ui: &Ui, upper: Rect, lower: Rect, colours: &Palette) {
        self.draw_grid(ui, upper, lower, colours);
        self.draw_frequencies(ui, lower, colours);
        draw_levels(ui, upper, &self.level, false, colours);
        draw_levels(ui, lower, &self.difference, true, colours);
    }

    fn draw_grid(&self, ui: &Ui, upper: Rect, lower: Rect, colours: &Palette) {
        let mut lines = RectMesh::new(ui.painter());
        let faint = colours.grid.gamma_multiply(0.55);
        for tick in self.hz.ticks() {
            let colour = if tick.is_major() { colours.grid } else { faint };
            for rect in [upper, lower] {
                lines.vline(self.hz.x(tick.value as f32), rect.y_range(), colour);
            }
        }
        for (rect, axis, signed) in [(upper, &self.level, false), (lower, &self.difference, true)] {
            for db in axis.labels(LABEL_DISTANCE) {
                let colour = if db == 0.0 && signed { colours.outline } else { colours.grid };
                lines.hline(rect.x_range(), axis.y(db), colour);
            }
        }
        lines.paint(ui.painter());
    }

    /// Labels frequencies, and leaves out labels that would overlap.
    fn draw_frequencies(&self, ui: &Ui, lower: Rect, colours: &Palette) {
        let painter = ui.painter();
        let mut free_from = f32::NEG_INFINITY;
        for tick in self.hz.ticks().into_iter().filter(Tick::is_major) {
            let text = painter.layout_no_wrap(tick.label, SMALL, colours.weak);
            let width = text.size().x;
            let left = self.hz.x(tick.value as f32) - width / 2.0;
            let left = left.clamp(lower.left(), lower.right() - width);
            if left > free_from {
                painter.galley(pos2(left, lower.bottom() + 2.0), text, colours.weak);
                free_from = left + width + SMALL_GAP;
            }
        }
    }
}

/// Labels levels, or differences if `signed`.
fn draw_levels(ui: &Ui, rect: Rect, axis: &LevelAxis, signed: bool, colours: &Palette) {
    let painter = ui.painter();
    for db in axis.labels(LABEL_DISTANCE) {
        let number = format!("{}", db.abs());
        let text = match db {
            ..0.0 => format!("−{number}"),
            0.0 => number,
            _ if signed => format!("+{number}"),
            _ => number,
        };
        // Labels at the ends stay beside their own plot.
        let y = axis.y(db).clamp(rect.top() + 5.0, rect.bottom() - 5.0);
        let at = pos2(rect.left() - SMALL_GAP, y);
        painter.text(at, Align2::RIGHT_CENTER, text, SMALL, colours.weak);
    }
    let corner = rect.left_top() + vec2(6.0, 3.0);
    let name = if signed { words(ui).spectra.difference_axis } else { "dBFS" };
    painter.text(corner, Align2::LEFT_TOP, name, SMALL, colours.weak);
}
