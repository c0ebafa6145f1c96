//! The curve of a trace, drawn.

use std::path::Path;

use patchveil_spectral::axis::{level_ticks, time_ticks};

use super::report::TraceReport;
use crate::detect::DetectFileError;
use crate::output::OutputFile;
use crate::paths::shown;
use crate::plot::axis::Axis;
use crate::plot::canvas::{Align, Area, Canvas, Rgb};
use crate::plot::grid::{axis_title, horizontal_grid, time_labels, vertical_grid};
use crate::plot::style::{AFTER, BEFORE, DIFFERENCE, FRAME, INK, LABEL_SIZE, MUTED, TITLE_SIZE};

const SIZE: (u32, u32) = (1_600, 820);
const PLOT: Area = Area { left: 104.0, right: 1_540.0, top: 130.0, bottom: 720.0 };

/// Draws the score against the seconds of audio into a PNG of 1600 × 820 pixels at `path`; an existing file is
/// replaced only if `force`.
///
/// # Errors
/// [`DetectFileError::Output`] if the file exists or cannot be written. It is never half-written.
pub fn draw_trace(report: &TraceReport, path: &Path, force: bool) -> Result<(), DetectFileError> {
    let file = OutputFile::create(path, None, force)?;
    let png =
        render(report).map_err(|what| DetectFileError::Picture { path: path.to_owned(), what })?;
    Ok(file.finish_with(&png)?)
}

/// What was examined and what it came to.
fn facts(report: &TraceReport) -> String {
    let files = match report.recordings.len() {
        1 => "1 recording".to_owned(),
        count => format!("{count} recordings"),
    };
    let copies = report.recordings.iter().filter(|recording| recording.copy == Some(true)).count();
    let copies = match copies {
        0 => String::new(),
        count => format!(" ({count} with the pattern too: copies)"),
    };
    let unmarked = report.unmarked.as_ref().map_or_else(String::new, |unmarked| {
        format!(", compared with {:.1} s unmarked", unmarked.seconds)
    });
    format!(
        "{files}{copies}, {:.1} s{unmarked}: {:.1} σ, p ≤ {:.1e}",
        report.seconds, report.sigmas, report.p_value
    )
}

fn render(report: &TraceReport) -> Result<Vec<u8>, String> {
    let mut canvas = Canvas::new(SIZE.0, SIZE.1)?;
    let class = report.class.as_deref().unwrap_or("echo key");
    let title = format!(
        "{}: {}",
        shown(Path::new(class)),
        if report.found { "trace found" } else { "no trace found" }
    );
    canvas.text((PLOT.left, 50.0), &title, TITLE_SIZE, Align::Left, INK);
    canvas.text((PLOT.left, 96.0), &facts(report), LABEL_SIZE, Align::Left, MUTED);

    let seconds = report.seconds.max(1.0);
    let time = Axis::linear((0.0, seconds), (PLOT.left, PLOT.right));
    let needed = report.needed_sigmas;
    let highest = report.curve.iter().map(|point| point.sigmas);
    let most = highest.chain(needed).chain([report.highest_decoy]).fold(5.0, f64::max) + 0.5;
    let least = report.curve.iter().map(|point| point.sigmas).fold(0.0, f64::min).floor();
    let up = Axis::linear((least, most), (PLOT.bottom, PLOT.top));
    let ticks = time_ticks(seconds);
    vertical_grid(&mut canvas, PLOT, time, &ticks, false);
    horizontal_grid(&mut canvas, PLOT, up, &level_ticks(least, most, 1.0));
    let mut level = |value: f64, text: &str, colour: Rgb| {
        let y = up.at(value);
        canvas.line(&[(PLOT.left, y), (PLOT.right, y)], colour, 2.0);
        canvas.text((PLOT.left + 12.0, y - 8.0), text, LABEL_SIZE, Align::Left, colour);
    };
    if let Some(needed) = needed {
        level(needed, &format!("p = {:.0e}", report.found_p), DIFFERENCE);
    }
    if report.decoys > 0 {
        level(report.highest_decoy, &format!("highest of {} decoys", report.decoys), BEFORE);
    }
    let at = |seconds: f64, sigmas: f64| (time.at(seconds), up.at(sigmas));
    let points: Vec<(f32, f32)> =
        report.curve.iter().map(|point| at(point.seconds, point.sigmas)).collect();
    canvas.line(&points, AFTER, 3.0);
    for (x, y) in points {
        let dot = Area { left: x - 5.0, right: x + 5.0, top: y - 5.0, bottom: y + 5.0 };
        canvas.rect(dot, AFTER, 1.0);
    }
    canvas.frame(PLOT, FRAME);
    axis_title(&mut canvas, PLOT, "score, σ");
    time_labels(&mut canvas, PLOT, time, &ticks, seconds, [28.0, 60.0]);
    canvas.to_png()
}
