//! What the page says in words and numbers.

use std::path::Path;

use patchveil_spectral::axis::true_minus;
use serde::Serialize;

use super::excerpt::Excerpt;
use super::levels::{Basis, Gains};
use super::samples::Samples;
use crate::inspect::report::Report;
use crate::inspect::thirds::{Third, Thirds};
use crate::paths::shown;

/// What the scripts need, as JSON. The ABX test writes most of it into the file that it saves.
#[derive(Serialize)]
pub(super) struct Facts {
    before: NamedFile,
    after: NamedFile,
    sample_rate_hz: u32,
    channels: u16,
    excerpt: Span,
    gains: Gains,
}

#[derive(Serialize)]
struct NamedFile {
    name: String,
    blake3: String,
}

#[derive(Serialize)]
struct Span {
    from_s: f64,
    seconds: f64,
}

impl Facts {
    pub(super) fn new(report: &Report, excerpt: &Excerpt, samples: &Samples) -> Self {
        let rate = f64::from(report.sample_rate_hz);
        Self {
            before: NamedFile {
                name: name(&report.before.path),
                blake3: samples.before.blake3.clone(),
            },
            after: NamedFile {
                name: name(&report.after.path),
                blake3: samples.after.blake3.clone(),
            },
            sample_rate_hz: report.sample_rate_hz,
            channels: report.channels,
            excerpt: Span {
                from_s: excerpt.start as f64 / rate,
                seconds: excerpt.frames as f64 / rate,
            },
            gains: gains(samples),
        }
    }
}

fn gains(samples: &Samples) -> Gains {
    Gains::new(samples.before.level, samples.after.level, samples.difference)
}

/// A file's name without its folders.
pub(super) fn name(path: &Path) -> String {
    shown(path.file_name().unwrap_or(path.as_os_str()).as_ref()).to_string()
}

/// The line that says what is played.
pub(super) fn excerpt_line(report: &Report, excerpt: &Excerpt) -> String {
    let rate = f64::from(report.sample_rate_hz);
    let (start, seconds) = (excerpt.start as f64 / rate, excerpt.frames as f64 / rate);
    if excerpt.whole {
        return format!("The whole recording, {seconds:.1} s.");
    }
    let why = if excerpt.loudest { ", its loudest stretch" } else { "" };
    format!(
        "An excerpt: {start:.1} s to {:.1} s of {:.1} s{why}. Figures and pictures are of the whole recording.",
        start + seconds,
        report.seconds
    )
}

/// The lines that say how loud everything is played.
pub(super) fn gain_lines(samples: &Samples) -> Vec<String> {
    let gains = gains(samples);
    let (before, after) = (samples.before.level, samples.after.level);
    let db = |value: f64| signed(value, 2, "dB");
    let played = format!("played at {} and {}", db(gains.before_db), db(gains.after_db));
    let matched = match (gains.basis, before.lufs, after.lufs) {
        (Basis::Loudness, Some(before), Some(after)) => format!(
            "Equal loudness: before {}, after {} in this excerpt; {played}.",
            number(before, 2, "LUFS"),
            number(after, 2, "LUFS")
        ),
        (Basis::Rms, ..) => format!(
            "Equal mean power, as the excerpt is too short or too quiet to measure its loudness: before {}, \
             after {}; {played}.",
            optional(before.rms_dbfs, 2, "dBFS"),
            optional(after.rms_dbfs, 2, "dBFS")
        ),
        _ => "A silent excerpt: played as it is.".to_owned(),
    };
    let raised = match gains.difference_db {
        None => "The difference is silent: the files are identical here.".to_owned(),
        Some(gain) if gains.difference_short_db > 0.0 => format!(
            "The difference, after \u{2212} before, is played as it is, or {} higher: as loud as its peaks allow, {} \
             short of the programme.",
            number(gain, 1, "dB"),
            number(gains.difference_short_db, 1, "dB")
        ),
        Some(gain) => format!(
            "The difference, after \u{2212} before, is played as it is, or as loud as the programme, with {}.",
            signed(gain, 1, "dB")
        ),
    };
    vec![matched, raised]
}

/// The label of the switch that raises the difference.
pub(super) fn raise_label(samples: &Samples) -> String {
    let gains = gains(samples);
    let gain = signed(gains.difference_db.unwrap_or(0.0), 1, "dB");
    if gains.difference_short_db > 0.0 {
        format!("Difference as loud as its peaks allow ({gain})")
    } else {
        format!("Difference as loud as the programme ({gain})")
    }
}

/// Labels and values of the table.
pub(super) fn figures(report: &Report) -> Vec<(&'static str, String)> {
    let rate = f64::from(report.sample_rate_hz) / 1000.0;
    let from_to = |before, after, change, unit: &str, change_unit: &str| {
        format!(
            "{} \u{2192} {} ({})",
            optional(before, 1, ""),
            optional(after, 1, unit),
            change_of(change, change_unit)
        )
    };
    vec![
        ("Length", format!("{:.2} s", report.seconds)),
        ("Sample rate", format!("{rate} kHz")),
        ("Channels", report.channels.to_string()),
        ("Samples", format!("{} \u{2192} {}", report.before.format, report.after.format)),
        ("Samples changed", format!("{:.1} %", 100.0 * report.changed_share)),
        ("Stretches changed", report.run_count.to_string()),
        ("SNR", optional(report.snr_db, 1, "dB")),
        ("SNR where changed", optional(report.segmental_snr_db, 1, "dB")),
        (
            "Peak",
            from_to(
                report.peak_before_dbfs,
                report.peak_after_dbfs,
                report.peak_change_db,
                "dBFS",
                "dB",
            ),
        ),
        (
            "Loudness",
            from_to(
                report.loudness_before_lufs,
                report.loudness_after_lufs,
                report.loudness_change_lu,
                "LUFS",
                "LU",
            ),
        ),
        ("Largest difference", optional(report.max_difference_dbfs, 1, "dBFS")),
        ("Third octaves", third_octaves(&report.picture.thirds)),
    ]
}

/// By how much the level in third-octave bands changed.
fn third_octaves(thirds: &Thirds) -> String {
    let shown = |(mean, most): (f64, Third)| {
        let change = change_of(most.change_db, "dB");
        let mean = number(mean, 2, "dB");
        let at = match most.nominal_hz {
            hz @ ..1_000.0 => format!("{hz}\u{a0}Hz"),
            hz => format!("{}\u{a0}kHz", hz / 1_000.0),
        };
        format!("{mean} on average, at most {change} at {at}")
    };
    thirds.summary().map_or_else(|| "\u{2013}".to_owned(), shown)
}

fn change_of(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "\u{2013}".to_owned(), |value| signed(value, 2, unit))
}

fn optional(value: Option<f64>, places: usize, unit: &str) -> String {
    value.map_or_else(|| "\u{2013}".to_owned(), |value| number(value, places, unit))
}

/// A number and its unit, which no line break parts.
fn number(value: f64, places: usize, unit: &str) -> String {
    format!("{}\u{a0}{unit}", true_minus(&format!("{value:.places$}"))).trim_end().to_owned()
}

/// A number with its sign, but for zero.
fn signed(value: f64, places: usize, unit: &str) -> String {
    let text = number(value, places, unit);
    let positive = value >= 0.5 * 0.1_f64.powi(places as i32);
    if positive { format!("+{text}") } else { text }
}
