//! The axes, their grid and its labels.

use egui::{Align2, Rect, Ui, pos2, vec2};

use crate::editor::axis::{self, LevelAxis, LogAxis};
use crate::editor::mesh::Fill;
use crate::editor::theme::{NEAR, Palette, SMALL};

/// Where frequencies and levels lie.
pub(super) struct Axes {
    pub(super) hz: LogAxis,
    pub(super) level: LevelAxis,
    pub(super) change: LevelAxis,
}

impl Axes {
    /// Draws lines and labels.
    pub(super) fn draw_grid(&self, ui: &Ui, upper: Rect, lower: Rect, colours: &Palette) {
        let painter = ui.painter();
        let mut lines = Fill::new(painter);
        let faint = colours.grid.gamma_multiply(0.55);
        for hz in self.hz.lines() {
            let ink = if axis::leads(hz) { colours.grid } else { faint };
            for rect in [upper, lower] {
                lines.vline(self.hz.x(hz), rect.y_range(), ink);
            }
        }
        for (rect, axis, signs) in [(upper, &self.level, false), (lower, &self.change, true)] {
            for db in axis.labels(18.0) {
                let ink = if db == 0.0 && signs { colours.rim } else { colours.grid };
                lines.hline(rect.x_range(), axis.y(db), ink);
            }
        }
        lines.paint(painter);
        let mut free = f32::NEG_INFINITY;
        for (hz, text) in self.hz.labels() {
            let text = painter.layout_no_wrap(text, SMALL, colours.quiet);
            let width = text.size().x;
            let left = self.hz.x(hz) - width / 2.0;
            let left = left.clamp(lower.left(), lower.right() - width);
            if left > free {
                painter.galley(pos2(left, lower.bottom() + 2.0), text, colours.quiet);
                free = left + width + NEAR;
            }
        }
        let left = upper.left();
        for (rect, axis, unit, signs) in
            [(upper, &self.level, "dBFS", false), (lower, &self.change, "dB", true)]
        {
            for db in axis.labels(18.0) {
                let y = axis.y(db);
                let number = format!("{}", db.abs());
                let text = match db {
                    ..0.0 => format!("−{number}"),
                    0.0 => number,
                    _ if signs => format!("+{number}"),
                    _ => number,
                };
                // Labels at the ends stay beside their own picture.
                let y = y.clamp(rect.top() + 5.0, rect.bottom() - 5.0);
                painter.text(
                    pos2(left - NEAR, y),
                    Align2::RIGHT_CENTER,
                    text,
                    SMALL,
                    colours.quiet,
                );
            }
            let corner = rect.left_top() + vec2(6.0, 3.0);
            let name = if signs { format!("Difference, {unit}") } else { unit.to_owned() };
            painter.text(corner, Align2::LEFT_TOP, name, SMALL, colours.quiet);
        }
    }
}
