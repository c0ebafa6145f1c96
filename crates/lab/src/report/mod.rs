//! What came of a plan, for people (one HTML page that needs nothing else) and for programs (CSV).

mod csv;
mod html;
mod overview;
mod plots;
mod style;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::Line;
pub use overview::overview;
use tables::Results;

/// The page.
pub const PAGE: &str = "report.html";
/// Means and spreads.
pub const TABLE: &str = "table.csv";

/// Writes page and table into `folder` from the lines of its file of results. Both are replaced as
/// a whole.
///
/// # Errors
/// [`ReportError`] if there is nothing to report, or a file cannot be written.
pub fn write(folder: &Path, lines: &[Line]) -> Result<(), ReportError> {
    let results = Results::new(lines).ok_or(ReportError::Nothing)?;
    let table = csv::table(&results).map_err(|error| ReportError::Table(error.to_string()))?;
    replace(&folder.join(TABLE), &table)?;
    replace(&folder.join(PAGE), html::page(&results).as_bytes())
}

/// Writes beside, then renames: a reader sees the old file or the new one.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let beside = path.with_extension("new");
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|why| ReportError::File { path: path.to_owned(), why })
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No run is finished.
    #[error("no training run is finished, so there is nothing to report")]
    Nothing,
    /// The table could not be made.
    #[error("the table cannot be made: {0}")]
    Table(String),
    /// A file could not be written.
    #[error("{}: cannot be written: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
}

#[cfg(test)]
mod tests;
