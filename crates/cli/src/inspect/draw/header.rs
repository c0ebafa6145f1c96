//! Names and figures above the plots.

use std::path::Path;

use patchveil_spectral::axis::true_minus;

use super::layout::SPECTRA;
use crate::inspect::report::Report;
use crate::paths::shown;
use crate::plot::canvas::{Align, Canvas};
use crate::plot::style::{FIGURE_SIZE, INK, LABEL_SIZE, MUTED, TITLE_SIZE};

/// Draws the names of the files and the figures.
pub(super) fn draw(canvas: &mut Canvas, report: &Report) {
    let (left, right) = (SPECTRA.left, SPECTRA.right);
    let (before, after) = (name(&report.before.path), name(&report.after.path));
    let title = fitting(canvas, &before, &after, right - left);
    canvas.text((left, 46.0), &title, TITLE_SIZE, Align::Left, INK);
    canvas.text((left, 80.0), &facts(report), LABEL_SIZE, Align::Left, MUTED);

    let figures = figures(report);
    let widths = figures.each_ref().map(|(label, value)| {
        let label = canvas.text_width(label, LABEL_SIZE);
        label.max(canvas.text_width(value, FIGURE_SIZE))
    });
    let gap = (right - left - widths.iter().sum::<f32>()) / (figures.len() - 1) as f32;
    let mut x = left;
    for ((label, value), width) in figures.iter().zip(widths) {
        canvas.text((x, 124.0), label, LABEL_SIZE, Align::Left, MUTED);
        canvas.text((x, 160.0), value, FIGURE_SIZE, Align::Left, INK);
        x += width + gap;
    }
}

/// A file's name without its folders.
fn name(path: &Path) -> String {
    shown(path.file_name().unwrap_or(path.as_os_str()).as_ref()).to_string()
}

/// Both names, shortened at their fronts until they fit.
fn fitting(canvas: &Canvas, before: &str, after: &str, width: f32) -> String {
    let longest = before.chars().count().max(after.chars().count());
    let mut title = String::new();
    for keep in (8..=longest.max(8)).rev() {
        title = format!("{}  \u{2192}  {}", tail(before, keep), tail(after, keep));
        if canvas.text_width(&title, TITLE_SIZE) <= width {
            break;
        }
    }
    title
}

fn tail(name: &str, keep: usize) -> String {
    let count = name.chars().count();
    if count <= keep {
        return name.to_owned();
    }
    let rest: String = name.chars().skip(count - keep).collect();
    format!("\u{2026}{rest}")
}

fn facts(report: &Report) -> String {
    let channels = match report.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        n => format!("{n} channels"),
    };
    let format = if report.before.format == report.after.format {
        report.before.format.to_string()
    } else {
        format!("{} \u{2192} {}", report.before.format, report.after.format)
    };
    let rate = f64::from(report.sample_rate_hz) / 1000.0;
    format!("{rate} kHz, {channels}, {format}, {}", length(report.seconds))
}

fn length(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.3} s"),
        10..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

/// Labels and values of one row.
fn figures(report: &Report) -> [(&'static str, String); 7] {
    let number = |value: Option<f64>, unit: &str| match value {
        Some(value) => true_minus(&format!("{value:.1}")) + " " + unit,
        None => "\u{2013}".to_owned(),
    };
    let signed = |value: Option<f64>, unit: &str| {
        let plus = if value.is_some_and(|v| v >= 0.05) { "+" } else { "" };
        format!("{plus}{}", number(value, unit))
    };
    [
        ("SNR", number(report.snr_db, "dB")),
        ("SNR where changed", number(report.segmental_snr_db, "dB")),
        ("samples changed", format!("{:.1} %", report.changed_share * 100.0)),
        ("stretches changed", report.run_count.to_string()),
        ("peak", signed(report.peak_change_db, "dB")),
        ("loudness", signed(report.loudness_change_lu, "LU")),
        ("largest difference", number(report.max_difference_dbfs, "dBFS")),
    ]
}
