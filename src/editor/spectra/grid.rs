//! The axes, their grid and its labels.

use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};

use crate::editor::axis::{self, LevelAxis, LogAxis};
use crate::editor::look::{NEAR, Palette, SMALL};

/// Where frequencies and levels lie.
pub(super) struct Axes {
    pub(super) hz: LogAxis,
    pub(super) level: LevelAxis,
    pub(super) change: LevelAxis,
}

impl Axes {
    /// Draws grounds, lines and labels.
    pub(super) fn draw_grid(&self, ui: &Ui, upper: Rect, lower: Rect, colours: &Palette) {
        let painter = ui.painter();
        painter.rect_filled(upper, 2.0, colours.ground);
        painter.rect_filled(lower, 2.0, colours.ground);
        let faint = Stroke::new(1.0, colours.grid.gamma_multiply(0.55));
        let plain = Stroke::new(1.0, colours.grid);
        for hz in self.hz.lines() {
            let stroke = if axis::leads(hz) { plain } else { faint };
            for rect in [upper, lower] {
                painter.vline(self.hz.x(hz), rect.y_range(), stroke);
            }
        }
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
                let stroke = if db == 0.0 && signs { Stroke::new(1.0, colours.rim) } else { plain };
                painter.hline(rect.x_range(), y, stroke);
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
