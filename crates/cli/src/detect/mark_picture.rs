//! The picture of marks: for every class that was found in a file, its score over time and what it covers.

use std::io::Write;
use std::path::Path;

use patchveil_spectral::axis::{level_ticks, time_ticks};

use super::error::DetectFileError;
use super::marks::{MarkMatch, MarkSearch};
use crate::output::OutputFile;
use crate::paths::shown;
use crate::plot::axis::Axis;
use crate::plot::canvas::{Align, Area, Canvas};
use crate::plot::grid::{axis_title, heading, horizontal_grid, time_labels, vertical_grid};
use crate::plot::style::{AFTER, BEFORE, FRAME, INK, LABEL_SIZE, MUTED, TITLE_SIZE};

const WIDTH: u32 = 1600;
const LEFT: f32 = 104.0;
const RIGHT: f32 = 1_474.0;
/// Height of a lane's plot, of its bar of what is covered, and of a lane with its texts.
const PLOT: f32 = 150.0;
const BAR: f32 = 20.0;
const LANE: f32 = 330.0;
/// Where the first lane begins.
const TOP: f32 = 120.0;
/// Most lanes: a picture stays below some 10,000 pixels.
const LANES_MAX: usize = 30;

/// Draws every class that was found in `searches` into a PNG of 1600 pixels' width at `path`, at most 30 of
/// them; an existing file is replaced only if `force`.
///
/// # Errors
/// [`DetectFileError::Output`] if the file exists or cannot be written. It is never half-written.
pub fn draw_marks(
    searches: &[MarkSearch],
    path: &Path,
    force: bool,
) -> Result<(), DetectFileError> {
    let mut file = OutputFile::create(path, None, force)?;
    let png = render(searches)
        .map_err(|what| DetectFileError::Picture { path: path.to_owned(), what })?;
    file.write_all(&png).map_err(|e| file.write_failed(e))?;
    file.commit()?;
    Ok(())
}

fn render(searches: &[MarkSearch]) -> Result<Vec<u8>, String> {
    let found: Vec<(&MarkSearch, &MarkMatch)> = searches
        .iter()
        .flat_map(|search| search.matches.iter().map(move |found| (search, found)))
        .filter(|(_, found)| found.found)
        .collect();
    let lanes = found.len().min(LANES_MAX);
    let height = TOP + LANE * lanes.max(1) as f32;
    let mut canvas = Canvas::new(WIDTH, height as u32)?;
    let files = searches.len();
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    let title = match found.len() {
        0 => format!("{files}: no mark found"),
        1 => format!("{files}: 1 mark found"),
        count => format!("{files}: {count} marks found"),
    };
    canvas.text((LEFT, 46.0), &title, TITLE_SIZE, Align::Left, INK);
    if found.len() > lanes {
        let more = format!("the first {lanes} of them");
        canvas.text((LEFT, 80.0), &more, LABEL_SIZE, Align::Left, MUTED);
    }
    for (number, (search, found)) in found.into_iter().take(lanes).enumerate() {
        lane(&mut canvas, TOP + LANE * number as f32, search, found);
    }
    canvas.to_png()
}

/// One class in one file.
fn lane(canvas: &mut Canvas, top: f32, search: &MarkSearch, found: &MarkMatch) {
    let plot = Area { left: LEFT, right: RIGHT, top: top + 70.0, bottom: top + 70.0 + PLOT };
    let bar = Area { top: plot.bottom + 8.0, bottom: plot.bottom + 8.0 + BAR, ..plot };
    let name = search.input.file_name().unwrap_or(search.input.as_os_str());
    let class = shown(Path::new(&found.class)).to_string();
    canvas.text(
        (LEFT, top + 10.0),
        &format!("{}: {class}", shown(Path::new(name))),
        LABEL_SIZE,
        Align::Left,
        INK,
    );
    let facts = format!(
        "p ≤ {:.1e}, {:.1} σ, {:.1} s of {:.1} s",
        found.p_value, found.sigmas, found.covered_s, search.seconds
    );
    heading(canvas, plot, &facts);

    let (scores, part) = (&found.profile.0, found.profile.1);
    let time = Axis::linear((0.0, search.seconds), (plot.left, plot.right));
    let ticks = time_ticks(search.seconds);
    vertical_grid(canvas, plot, time, &ticks, false);
    let most = scores.iter().copied().fold(4.0, f64::max);
    let up = Axis::linear((0.0, most), (plot.bottom, plot.top));
    horizontal_grid(canvas, plot, up, &level_ticks(0.0, most, if most > 10.0 { 5.0 } else { 2.0 }));
    for (at, &score) in scores.iter().enumerate() {
        let end_s = ((at + 1) as f64 * part).min(search.seconds);
        if score > 0.0 {
            let (left, right) = (time.at(at as f64 * part), time.at(end_s));
            canvas.rect(Area { left, right, top: up.at(score), bottom: plot.bottom }, BEFORE, 0.9);
        }
    }
    for &(start, end) in &found.covered {
        canvas.rect(Area { left: time.at(start), right: time.at(end), ..bar }, AFTER, 1.0);
    }
    canvas.frame(plot, FRAME);
    canvas.frame(bar, FRAME);
    axis_title(canvas, plot, "score, σ");
    canvas.text((RIGHT + 10.0, bar.bottom - 3.0), "marked", LABEL_SIZE, Align::Left, AFTER);
    time_labels(canvas, bar, time, &ticks, search.seconds, [28.0, 56.0]);
}
