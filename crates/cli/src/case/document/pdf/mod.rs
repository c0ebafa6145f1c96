//! A report on paper: A4, with real text, embedded subsets of the fonts and an outline.
//!
//! `typeset` breaks texts into lines, `sheets` places what a sheet carries, `layout` and `table` place the
//! blocks of a report, `write` makes the file.

mod layout;
mod sheets;
mod table;
mod typeset;
mod write;

use super::Document;
use typeset::Fonts;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
#[error("the PDF cannot be made: {0}")]
pub(in crate::case) struct PdfError(String);

/// The whole file.
pub(in crate::case) fn paper(document: &Document) -> Result<Vec<u8>, PdfError> {
    let fonts = Fonts::new().map_err(PdfError)?;
    let sheets = layout::lay_out(document, &fonts);
    write::write(document, &fonts, &sheets).map_err(PdfError)
}
