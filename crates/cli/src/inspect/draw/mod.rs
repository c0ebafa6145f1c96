//! The picture: figures, spectra, spectrogram of the difference, patches on the time axis.

mod header;
mod layout;
mod plots;

use std::io::Write;
use std::path::Path;

use super::error::InspectError;
use super::report::Report;
use crate::output::OutputFile;
use crate::plot::canvas::Canvas;

/// Draws a comparison into a PNG of 1600 × 1120 pixels at `path`; an existing one is replaced only if
/// `force`.
///
/// # Errors
/// [`InspectError::Output`] if the file exists or cannot be written. It is never half-written.
pub fn draw(report: &Report, path: &Path, force: bool) -> Result<(), InspectError> {
    let mut file = OutputFile::create(path, None, force)?;
    let png =
        render(report).map_err(|what| InspectError::Picture { path: path.to_owned(), what })?;
    file.write_all(&png).map_err(|e| file.write_failed(e))?;
    file.commit()?;
    Ok(())
}

fn render(report: &Report) -> Result<Vec<u8>, String> {
    let mut canvas = Canvas::new(layout::WIDTH, layout::HEIGHT)?;
    header::draw(&mut canvas, report);
    plots::spectra(&mut canvas, report);
    plots::difference(&mut canvas, report);
    plots::timeline(&mut canvas, report);
    canvas.to_png()
}
