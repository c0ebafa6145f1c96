//! Sheets of paper, and how far the last one is filled.

use super::typeset::Line;
use crate::plot::canvas::Rgb;

/// A4, in points.
pub(super) const SHEET: (f32, f32) = (595.28, 841.89);
pub(super) const LEFT: f32 = 60.0;
pub(super) const WIDTH: f32 = SHEET.0 - 2.0 * LEFT;
const TOP: f32 = 54.0;
const BOTTOM: f32 = SHEET.1 - 58.0;
/// Most that fits on one sheet.
pub(super) const HEIGHT: f32 = BOTTOM - TOP;

/// Something on a sheet; positions in points from the upper left corner.
pub(super) enum Mark {
    /// Its baseline is at `y`.
    Text {
        x: f32,
        y: f32,
        line: Line,
        colour: Rgb,
    },
    Fill {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        colour: Rgb,
    },
    /// The picture of that block of the report.
    Picture {
        block: usize,
        x: f32,
        y: f32,
        width: f32,
        height: f32,
    },
}

/// A section, for the outline.
pub(super) struct Bookmark {
    pub(super) title: String,
    pub(super) sheet: usize,
    pub(super) y: f32,
}

/// What is placed so far.
pub(super) struct Sheets {
    pub(super) sheets: Vec<Vec<Mark>>,
    pub(super) bookmarks: Vec<Bookmark>,
    /// Where the next thing goes.
    y: f32,
}

impl Sheets {
    pub(super) fn new() -> Self {
        Self { sheets: vec![Vec::new()], bookmarks: Vec::new(), y: TOP }
    }

    /// Height that is left on this sheet.
    pub(super) fn left(&self) -> f32 {
        BOTTOM - self.y
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.y <= TOP
    }

    pub(super) fn turn(&mut self) {
        self.sheets.push(Vec::new());
        self.y = TOP;
    }

    /// Turns to a new sheet unless so much is left on this one.
    pub(super) fn need(&mut self, height: f32) {
        if height > self.left() && !self.is_fresh() {
            self.turn();
        }
    }

    /// Leaves space, but not at the top of a sheet.
    pub(super) fn space(&mut self, height: f32) {
        if !self.is_fresh() {
            self.y += height;
        }
    }

    pub(super) fn advance(&mut self, height: f32) {
        self.y += height;
    }

    /// Fills a rectangle that begins `above` points above the present place.
    pub(super) fn fill(&mut self, (x, width): (f32, f32), above: f32, height: f32, colour: Rgb) {
        let y = self.y - above;
        self.put(Mark::Fill { x, y, width, height, colour });
    }

    pub(super) fn picture(&mut self, block: usize, x: f32, (width, height): (f32, f32)) {
        let y = self.y;
        self.put(Mark::Picture { block, x, y, width, height });
        self.y += height;
    }

    /// Text whose line is `leading` points high and begins `down` points below the present place, which stays
    /// as it is.
    pub(super) fn text(&mut self, x: f32, down: f32, leading: f32, line: Line, colour: Rgb) {
        // Three quarters of a line are above the baseline.
        let y = self.y + down + 0.75 * leading;
        self.put(Mark::Text { x, y, line, colour });
    }

    pub(super) fn bookmark(&mut self, title: String) {
        self.bookmarks.push(Bookmark { title, sheet: self.sheets.len() - 1, y: self.y });
    }

    fn put(&mut self, mark: Mark) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.push(mark);
        }
    }
}
