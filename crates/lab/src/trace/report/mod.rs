//! Reports of traced runs: a self-contained HTML page, a CSV table, and an overview for the terminal.

mod csv;
mod html;
mod overview;
mod plots;
mod rows;

use std::path::Path;

use super::record::{Line, Plan, Record};
use crate::report::{PAGE, ReportError, TABLE, replace};
pub use overview::{curve, overview};

/// Up to this p-value a key counts as found.
pub const FOUND_P: f64 = 1e-3;

/// Finished runs and the last plan.
pub(super) struct Results<'a> {
    pub(super) plan: &'a Plan,
    pub(super) records: Vec<&'a Record>,
}

impl<'a> Results<'a> {
    pub(super) fn new(lines: &'a [Line]) -> Option<Self> {
        let plan = lines.iter().rev().find_map(|line| match line {
            Line::Plan(plan) => Some(plan),
            Line::Trace(_) => None,
        })?;
        let records: Vec<&Record> = lines
            .iter()
            .filter_map(|line| match line {
                Line::Trace(record) => Some(record.as_ref()),
                Line::Plan(_) => None,
            })
            .collect();
        (!records.is_empty()).then_some(Self { plan, records })
    }
}

/// Writes page and table into `folder` from the lines of its results file. Both are replaced atomically.
///
/// # Errors
/// [`ReportError`] if no run is finished or a file cannot be written.
pub fn write(folder: &Path, lines: &[Line]) -> Result<(), ReportError> {
    let results = Results::new(lines).ok_or(ReportError::Nothing)?;
    let table = csv::table(&results).map_err(|error| ReportError::Table(error.to_string()))?;
    replace(&folder.join(TABLE), &table)?;
    replace(&folder.join(PAGE), html::page(&results).as_bytes())
}
