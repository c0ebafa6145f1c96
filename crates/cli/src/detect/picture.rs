//! The picture: score over offset, coverage over time.

use std::io::Write;
use std::path::Path;

use patchveil_spectral::axis::{level_ticks, time_ticks, true_minus};

use super::error::DetectFileError;
use super::search::{Finding, Search};
use crate::output::OutputFile;
use crate::paths::shown;
use crate::plot::axis::Axis;
use crate::plot::canvas::{Align, Area, Canvas};
use crate::plot::grid::{axis_title, heading, horizontal_grid, time_labels, vertical_grid};
use crate::plot::style::{AFTER, BEFORE, DIFFERENCE, FRAME, INK, LABEL_SIZE, MUTED, TITLE_SIZE};

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 860;
const OFFSETS: Area = Area { left: 104.0, top: 168.0, right: 1474.0, bottom: 440.0 };
const TIME: Area = Area { left: 104.0, top: 552.0, right: 1474.0, bottom: 724.0 };
const COVERED: Area = Area { left: 104.0, top: 732.0, right: 1474.0, bottom: 752.0 };

/// Draws the result for one class in one file into a PNG of 1600 × 860 pixels at `path`; an existing one
/// is replaced only if `force`.
///
/// # Errors
/// [`DetectFileError::Output`] if the file exists or cannot be written. It is never half-written.
pub fn draw(
    search: &Search,
    finding: &Finding,
    path: &Path,
    force: bool,
) -> Result<(), DetectFileError> {
    let mut file = OutputFile::create(path, None, force)?;
    let png = render(search, finding)
        .map_err(|what| DetectFileError::Picture { path: path.to_owned(), what })?;
    file.write_all(&png).map_err(|e| file.write_failed(e))?;
    file.commit()?;
    Ok(())
}

fn render(search: &Search, finding: &Finding) -> Result<Vec<u8>, String> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT)?;
    title(&mut canvas, search, finding);
    offsets(&mut canvas, search, finding);
    coverage(&mut canvas, search, finding);
    canvas.to_png()
}

fn title(canvas: &mut Canvas, search: &Search, finding: &Finding) {
    let name = search.input.file_name().unwrap_or(search.input.as_os_str());
    let result = if finding.found { "found" } else { "not found" };
    let class = shown(Path::new(&finding.class)).to_string();
    let title = format!("{}: {class} {result}", shown(Path::new(name)));
    canvas.text((OFFSETS.left, 46.0), &title, TITLE_SIZE, Align::Left, INK);
    let compared = if search.reference.is_some() { ", compared with its original" } else { "" };
    let facts = format!(
        "p = {:.3}, {} σ above {} decoys, {:.1} s of {:.1} s covered{compared}",
        finding.p_value,
        true_minus(&format!("{:.1}", finding.sigmas)),
        search.decoys,
        finding.covered_s,
        search.seconds,
    );
    canvas.text((OFFSETS.left, 86.0), &facts, LABEL_SIZE, Align::Left, MUTED);
}

/// The score at every offset, and the highest score of a decoy at any.
fn offsets(canvas: &mut Canvas, search: &Search, finding: &Finding) {
    heading(canvas, OFFSETS, "Score over offset in the period");
    let values = &finding.over_offset;
    let least = values.iter().copied().fold(0.0, f32::min);
    let most = values.iter().copied().fold(0.0, f32::max);
    let step = nice_step(f64::from(most - least) / 5.0);
    let low = (f64::from(least) / step).floor() * step;
    let high = (f64::from(most).max(finding.highest_decoy) / step).ceil() * step;
    let up = Axis::linear((low, high.max(low + step)), (OFFSETS.bottom, OFFSETS.top));
    let period_s = period_seconds(search, finding);
    let across = Axis::linear((0.0, 1e3 * period_s), (OFFSETS.left, OFFSETS.right));
    let step_ms = nice_step(1e3 * period_s / 10.0);
    let ticks = level_ticks(0.0, 1e3 * period_s, step_ms);
    vertical_grid(canvas, OFFSETS, across, &ticks, true);
    horizontal_grid(canvas, OFFSETS, up, &level_ticks(low, high, step));
    axis_title(canvas, OFFSETS, "score, σ");
    let at = |i: usize| across.at(1e3 * period_s * i as f64 / values.len().max(1) as f64);
    let decoy = up.at(finding.highest_decoy);
    canvas.line(&[(OFFSETS.left, decoy), (OFFSETS.right, decoy)], DIFFERENCE, 2.0);
    let label = (OFFSETS.right + 10.0, decoy + 7.0);
    canvas.text(label, "best decoy", LABEL_SIZE, Align::Left, DIFFERENCE);
    let points: Vec<(f32, f32)> =
        values.iter().enumerate().map(|(i, &value)| (at(i), up.at(f64::from(value)))).collect();
    canvas.line(&points, AFTER, 2.0);
    canvas.frame(OFFSETS, FRAME);
    let centre = ((OFFSETS.left + OFFSETS.right) / 2.0, OFFSETS.bottom + 58.0);
    canvas.text(centre, "offset, ms", LABEL_SIZE, Align::Centre, MUTED);
}

/// Depth of the pattern over time, and the stretches that count as covered.
fn coverage(canvas: &mut Canvas, search: &Search, finding: &Finding) {
    heading(canvas, TIME, "Depth of the pattern over time, and what is covered");
    let (depths, part) = (&finding.depths.0, finding.depths.1);
    let time = Axis::linear((0.0, search.seconds), (TIME.left, TIME.right));
    let ticks = time_ticks(search.seconds);
    vertical_grid(canvas, TIME, time, &ticks, false);
    let most = depths.iter().copied().fold(0.1, f32::max);
    let up = Axis::linear((0.0, f64::from(most)), (TIME.bottom, TIME.top));
    for (at, &depth) in depths.iter().enumerate() {
        let (left, right) = (time.at(at as f64 * part), time.at((at + 1) as f64 * part));
        if depth > 0.0 {
            let bar = Area { left, right, top: up.at(f64::from(depth)), bottom: TIME.bottom };
            canvas.rect(bar, BEFORE, 0.9);
        }
    }
    for &(start, end) in &finding.covered {
        canvas.rect(Area { left: time.at(start), right: time.at(end), ..COVERED }, AFTER, 1.0);
    }
    canvas.frame(TIME, FRAME);
    canvas.frame(COVERED, FRAME);
    axis_title(canvas, TIME, "depth");
    let label = (COVERED.right + 10.0, COVERED.bottom - 3.0);
    canvas.text(label, "covered", LABEL_SIZE, Align::Left, AFTER);
    time_labels(canvas, COVERED, time, &ticks, search.seconds, [30.0, 62.0]);
}

/// Length of the period, which the curve over offset spans.
fn period_seconds(search: &Search, finding: &Finding) -> f64 {
    finding.period_samples / f64::from(search.sample_rate_hz.max(1))
}

/// 1, 2 or 5 times a power of ten, near `step`, at least 1.
fn nice_step(step: f64) -> f64 {
    let decade = 10.0_f64.powf(step.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|digit| digit * decade)
        .into_iter()
        .find(|&nice| nice >= step)
        .unwrap_or(decade)
}
