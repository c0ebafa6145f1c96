//! Tables and numbers for people.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

/// Rows or lines shown one by one; the rest is only summed up.
pub(super) const ROWS: usize = 40;

/// A borderless table with these column headings.
pub(super) fn new(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings);
    table
}

/// Aligns the columns from `first` on to the right, as numbers are.
pub(super) fn numbers_from(table: &mut Table, first: usize) {
    for column in table.column_iter_mut().skip(first) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// Aligns one column to the right.
pub(super) fn right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// Lines below a table, each on its own, sorted; of more than [`ROWS`] how many `others` are not listed.
pub(super) fn lines_below(mut lines: Vec<String>, others: &str) -> String {
    lines.sort();
    let more = lines.len().saturating_sub(ROWS);
    lines.truncate(ROWS);
    if more > 0 {
        lines.push(format!("({more} {others} not listed)"));
    }
    lines.iter().map(|line| format!("\n{line}")).collect()
}

/// A probability: three decimals, or a power of ten.
pub(super) fn probability(p: f64) -> String {
    if p >= 0.001 { format!("{p:.3}") } else { format!("{p:.0e}") }
}

/// A number with `places` decimals, or a dash for none.
pub(super) fn number(value: Option<f64>, places: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.places$}"))
}

/// A number with its sign.
pub(super) fn signed(value: Option<f64>, places: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:+.places$}"))
}
