//! Tables on sheets. A row is never parted, and the headings are repeated on every sheet.

use super::layout::{BODY, LEADING};
use super::sheets::{LEFT, Sheets, WIDTH};
use super::typeset::{Fonts, Line};
use crate::case::document::{Row, Table, mono};
use crate::plot::canvas::Rgb;
use crate::plot::style::{FRAME, GRID, INK, MUTED};

const SIZE: f32 = BODY - 0.6;
const HEADING: f32 = 8.6;
const GAP: f32 = 9.0;
const PAD: f32 = 2.5;
/// Lines below a row's cells.
const BELOW: f32 = 9.0;
const BELOW_LEADING: f32 = 10.5;
const RULE: f32 = 0.6;

/// A row, broken into lines.
struct Broken {
    cells: Vec<Vec<Line>>,
    below: Vec<Line>,
}

impl Broken {
    fn height(&self, leading: f32) -> f32 {
        let tallest = self.cells.iter().map(Vec::len).max().unwrap_or(0);
        tallest as f32 * leading + self.below.len() as f32 * BELOW_LEADING + 2.0 * PAD
    }
}

/// Height of the headings with the first row.
pub(super) fn lead(table: &Table, fonts: &Fonts) -> f32 {
    let first = table.rows.first().map_or(0.0, |row| broken(table, row, fonts).height(LEADING));
    headings(table, fonts).height(LEADING) + first
}

/// Places the whole table.
pub(super) fn place(table: &Table, fonts: &Fonts, sheets: &mut Sheets) {
    let mut on_this_sheet = false;
    for row in &table.rows {
        let row = broken(table, row, fonts);
        let high = row.height(LEADING);
        if high > sheets.left() && !sheets.is_fresh() {
            sheets.turn();
            on_this_sheet = false;
        }
        if !on_this_sheet {
            line_up(table, headings(table, fonts), MUTED, FRAME, sheets);
            on_this_sheet = true;
        }
        line_up(table, row, INK, GRID, sheets);
    }
}

fn headings(table: &Table, fonts: &Fonts) -> Broken {
    let cell =
        |(at, width): (usize, f32)| fonts.lines(&table.columns[at].heading.into(), HEADING, width);
    Broken { cells: widths(table).enumerate().map(cell).collect(), below: Vec::new() }
}

fn broken(table: &Table, row: &Row, fonts: &Fonts) -> Broken {
    let cells = row.cells.iter().zip(widths(table));
    let below = row.below.iter().flat_map(|line| fonts.lines(&mono(line.as_str()), BELOW, WIDTH));
    Broken {
        cells: cells.map(|(cell, width)| fonts.lines(cell, SIZE, width)).collect(),
        below: below.collect(),
    }
}

/// The widths of the columns, without the gaps between them.
fn widths(table: &Table) -> impl Iterator<Item = f32> + '_ {
    let all: f32 = table.columns.iter().map(|column| column.share).sum();
    let free = WIDTH - GAP * (table.columns.len().saturating_sub(1)) as f32;
    table.columns.iter().map(move |column| free * column.share / all)
}

/// Places a row and a rule below it.
fn line_up(table: &Table, row: Broken, colour: Rgb, rule: Rgb, sheets: &mut Sheets) {
    let high = row.height(LEADING);
    let below = high - PAD - row.below.len() as f32 * BELOW_LEADING;
    let mut x = LEFT;
    for ((cell, width), column) in row.cells.into_iter().zip(widths(table)).zip(&table.columns) {
        for (at, line) in cell.into_iter().enumerate() {
            let shift = if column.numbers { width - line.width } else { 0.0 };
            sheets.text(x + shift, PAD + at as f32 * LEADING, LEADING, line, colour);
        }
        x += width + GAP;
    }
    for (at, line) in row.below.into_iter().enumerate() {
        sheets.text(LEFT, below + at as f32 * BELOW_LEADING, BELOW_LEADING, line, MUTED);
    }
    sheets.advance(high);
    sheets.fill((LEFT, WIDTH), 0.0, RULE, rule);
    sheets.advance(RULE);
}
