//! Reports: a self-contained HTML page, a CSV table, and an overview for the terminal.

mod csv;
mod html;
mod overview;
pub(crate) mod plots;
pub(crate) mod style;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::Line;
pub use overview::overview;
use tables::Results;

/// File name of the page.
pub const PAGE: &str = "report.html";
/// File name of the table.
pub const TABLE: &str = "table.csv";

/// Writes page and table into `folder` from the lines of its results file. Both are replaced
/// atomically.
///
/// # Errors
/// [`ReportError`] if no run is finished or a file cannot be written.
pub fn write(folder: &Path, lines: &[Line]) -> Result<(), ReportError> {
    let results = Results::new(lines).ok_or(ReportError::Nothing)?;
    let table = csv::table(&results).map_err(|error| ReportError::Table(error.to_string()))?;
    replace(&folder.join(TABLE), &table)?;
    replace(&folder.join(PAGE), html::page(&results).as_bytes())
}

/// Writes a temporary file and renames it, so that readers see the old file or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let temporary = path.with_extension("new");
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|why| ReportError::File { path: path.to_owned(), why })
}

/// Why no report is written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No run is finished.
    #[error("nothing to report: no training run is finished")]
    Nothing,
    /// The table cannot be written as CSV.
    #[error("the table cannot be written: {0}")]
    Table(String),
    /// A file cannot be written.
    #[error("{}: cannot be written: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        why: std::io::Error,
    },
}

#[cfg(test)]
mod tests;
