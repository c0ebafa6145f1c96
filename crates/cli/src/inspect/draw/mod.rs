//! The picture: figures, spectra, spectrogram of the difference, patches on the time axis.

mod header;
mod layout;
mod plots;
mod thirds;

use std::io::Write;
use std::path::Path;

use tiny_skia::{IntRect, Pixmap};

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

/// One plot of the picture, as a picture of its own.
pub(super) struct Plot {
    pub(super) title: &'static str,
    /// What it shows, for those who do not see it.
    pub(super) text: &'static str,
    pub(super) png: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The plots of the picture one by one, with their headings, and that of third-octave bands.
pub(super) fn plots(report: &Report) -> Result<Vec<Plot>, String> {
    let picture = Pixmap::decode_png(&render(report)?).map_err(|e| e.to_string())?;
    let cut = |(title, text, (top, bottom)): (_, _, (u32, u32))| {
        let (width, height) = (layout::WIDTH, bottom - top);
        let area = IntRect::from_xywh(0, top as i32, width, height).ok_or("no such area")?;
        let part = picture.clone_rect(area).ok_or("no memory for it")?;
        let png = part.encode_png().map_err(|e| e.to_string())?;
        Ok(Plot { title, text, png, width, height })
    };
    let mut plots: Vec<Plot> = layout::PLOTS.into_iter().map(cut).collect::<Result<_, String>>()?;
    // Below the spectra, with which it shares its axis of frequency.
    plots.insert(1, thirds::plot(report)?);
    Ok(plots)
}

fn render(report: &Report) -> Result<Vec<u8>, String> {
    let mut canvas = Canvas::new(layout::WIDTH, layout::HEIGHT)?;
    header::draw(&mut canvas, report);
    plots::spectra(&mut canvas, report);
    plots::difference(&mut canvas, report);
    plots::timeline(&mut canvas, report);
    canvas.to_png()
}
