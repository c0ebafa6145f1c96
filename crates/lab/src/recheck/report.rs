//! The table, in Markdown, which terminals show as well.

use std::path::Path;

use super::record::{Line, Record, Removal};
use crate::privacy::{TABLES, table};
use crate::report::{ReportError, replace};
use crate::trace::Rechecked;

/// Writes the table into `folder`, atomically.
///
/// # Errors
/// [`ReportError`] if no task is finished or the file cannot be written.
pub fn write_tables(folder: &Path, lines: &[Line]) -> Result<(), ReportError> {
    let tables = tables(lines).ok_or(ReportError::Nothing)?;
    replace(&folder.join(TABLES), tables.as_bytes())
}

/// The table, a row for each removal and length; none if no task is finished.
#[must_use]
pub fn tables(lines: &[Line]) -> Option<String> {
    let quick =
        lines.iter().any(|line| matches!(line, Line::Plan(plan) if plan.basis.effort < 1.0));
    let warning = if quick { "Little training (--quick). No conclusions.\n\n" } else { "" };
    let records = lines.iter().filter_map(|line| match line {
        Line::Recheck(record) => Some(record),
        Line::Plan(_) => None,
    });
    let heads = [
        "model",
        "removed by",
        "before, s",
        "σ",
        "p",
        "new output, s",
        "σ",
        "p",
        "left of the strength (95 %)",
        "recheck says",
        "LSD, dB",
    ];
    table("What case recheck says", &heads, records.flat_map(|record| rows(record)).collect())
        .map(|table| format!("{warning}{table}\n"))
}

fn rows(record: &Record) -> Vec<Vec<String>> {
    let before = &record.before;
    let head = |removed: &str| {
        let scores = [
            format!("{:.0}", before.seconds),
            format!("{:.1}", before.sigmas),
            format!("{:.0e}", before.p_value),
        ];
        [record.task.to_string(), removed.to_owned()].into_iter().chain(scores)
    };
    if record.removals.is_empty() {
        let rest =
            ["", "", "", "", "not found before", &decibels(record.lsd_db)].map(str::to_owned);
        return vec![head("–").chain(rest).collect()];
    }
    let of = |removal: &Removal, found: &Rechecked| {
        let left = &found.comparison;
        let rest = [
            // Which is less than was asked for where the recordings to speak do not suffice.
            format!("{:.0}", found.trace.seconds),
            format!("{:.1}", found.trace.sigmas),
            format!("{:.0e}", found.trace.p_value),
            format!("{:.2} ({:.2} to {:.2})", left.ratio, left.ratio_low, left.ratio_high),
            found.outcome.replace('_', " "),
            decibels(removal.lsd_db),
        ];
        head(&removal.method.to_string()).chain(rest).collect()
    };
    let all = record
        .removals
        .iter()
        .flat_map(|removal| removal.rechecks.iter().map(move |(_, found)| of(removal, found)));
    all.collect()
}

fn decibels(distance: Option<f64>) -> String {
    distance.map_or_else(|| "–".to_owned(), |db| format!("{db:.1}"))
}
