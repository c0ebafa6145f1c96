//! The page: one HTML file that plays an excerpt of both files, switches between them without a gap, and
//! holds a blind ABX test.
//!
//! It loads nothing: the samples (as they are stored, in base64), the pictures and the scripts are inside,
//! and its content security policy forbids the network. Names of files are hostile input: they reach the page
//! through [`crate::html::escaped`] or [`html::script_json`] only.

mod excerpt;
mod facts;
mod html;
mod levels;
mod samples;

use std::io::Write;
use std::path::{Path, PathBuf};

pub use excerpt::{Excerpt, SECONDS_DEFAULT, SECONDS_MAX, SECONDS_MIN};

use super::draw::plots;
use super::error::InspectError;
use super::report::Report;
use crate::output::OutputFile;
use samples::Samples;

/// The file in the folder of a page.
const FILE: &str = "index.html";

/// Where the page of a folder is.
#[must_use]
pub fn page_path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Writes the page of a comparison into `folder`, which is made if it is missing; an existing page is
/// replaced only if `force`.
///
/// `report` is the comparison of the files that `excerpt` was chosen from. The page holds the
/// excerpt of the unprotected recording, so it gets that file's permissions.
///
/// # Errors
/// [`InspectError::Pcm`] if one of the files cannot be read any more, [`InspectError::Output`] if the page
/// exists or cannot be written. It is never half-written.
pub fn write_page(
    report: &Report,
    excerpt: &Excerpt,
    folder: &Path,
    force: bool,
) -> Result<(), InspectError> {
    let path = page_path(folder);
    let mut file = OutputFile::create(&path, Some(&report.before.path), force)?;
    let samples = Samples::read(report, excerpt)?;
    let pictures =
        plots(report).map_err(|what| InspectError::Picture { path: path.clone(), what })?;
    let page = html::page(report, excerpt, &samples, &pictures)?;
    file.write_all(page.as_bytes()).map_err(|e| file.write_failed(e))?;
    file.commit()?;
    Ok(())
}
