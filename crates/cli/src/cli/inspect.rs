//! `patchveil inspect`

use std::path::Path;

use crate::inspect::{Excerpt, Report, compare, draw, page_path, write_page};
use crate::manifest::ManifestCache;
use crate::output;
use crate::paths::{json, shown};
use patchveil_keyring::{KeyEntry, Keyring, resolve_path};
use serde::Serialize;

use super::args::{Cli, InspectArgs};
use super::exit::{DONE, Failure};
use super::mark_level::OnRecord;
use super::stop;
use super::table::{number, signed};
use super::terminal::{progress_bar, say, say_json};

/// The object of `--json`: paths are named as in the other commands, and by `before` and `after` too.
#[derive(Serialize)]
struct Line<'a, T> {
    status: &'static str,
    #[serde(flatten, serialize_with = "json::input")]
    input: &'a Path,
    #[serde(flatten, serialize_with = "json::output")]
    output: &'a Path,
    #[serde(flatten)]
    result: T,
}

impl<'a, T> Line<'a, T> {
    fn new(args: &'a InspectArgs, status: &'static str, result: T) -> Self {
        Self { status, input: &args.before, output: &args.after, result }
    }
}

/// Why there is no result.
#[derive(Serialize)]
struct Failed<'a> {
    error: &'a str,
}

/// What came of it.
#[derive(Serialize)]
struct Done<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark_level: Option<OnRecord>,
}

/// The level of the mark that is on record under the name of this file, if there is a record. Nobody is asked for a passphrase.
fn mark_level(cli: &Cli, after: &Path) -> Option<OnRecord> {
    let record = ManifestCache::default().record(after)?;
    let mark = record.recipe.mark.as_ref()?;
    let path = resolve_path(cli.keyring.as_deref()).ok();
    let keyring = path.and_then(|path| Keyring::open(&path, || None).ok());
    let entry = keyring.as_ref().and_then(|keyring| keyring.by_fingerprint(record.fingerprint));
    Some(OnRecord::new(mark, entry.map(KeyEntry::key)))
}

/// Compares two files.
pub(super) fn run(cli: &Cli, args: &InspectArgs) -> Result<u8, Failure> {
    let result = inspect(cli, args);
    if args.json
        && let Err(failure) = &result
    {
        say_json(&Line::new(args, "failed", Failed { error: &failure.message }))?;
    }
    result
}

fn inspect(cli: &Cli, args: &InspectArgs) -> Result<u8, Failure> {
    let (before, after) = (args.before.as_path(), args.after.as_path());
    args.pipe.prepare(std::iter::once(before), std::iter::once(after))?;
    let page = args.html.as_deref().map(page_path);
    for file in args.png.iter().chain(&page) {
        // Before minutes of work, and because a recording is never overwritten.
        output::check(file, &[&args.before, &args.after], args.force)?;
    }
    let excerpt = match &args.html {
        Some(folder) if folder.exists() && !folder.is_dir() => {
            return Err(Failure::failed(format!(
                "{}: is not a folder; use another name for the page's",
                shown(folder)
            )));
        }
        Some(_) => Some(Excerpt::choose(&args.before, args.from, args.seconds)?),
        None => None,
    };
    let stop = stop::on_request();
    let bar = progress_bar(0);
    let report = compare(&args.before, &args.after, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
        stop::unless(&stop)
    });
    bar.finish_and_clear();
    let report = report?;
    if let Some(png) = &args.png {
        draw(&report, png, args.force)?;
    }
    if let (Some(folder), Some(excerpt)) = (&args.html, &excerpt) {
        write_page(&report, excerpt, folder, args.force)?;
    }
    let mark_level = mark_level(cli, after);
    if args.json {
        say_json(&Line::new(args, "done", Done { report: &report, mark_level }))?;
    } else {
        say(&figures(&report))?;
        if let Some(level) = &mark_level {
            say(&format!("mark level        {}", level.words()))?;
        }
        if let Some(png) = &args.png {
            say(&format!("picture           {}", shown(png)))?;
        }
        if let Some(page) = &page {
            say(&format!("page              {}", shown(page)))?;
        }
    }
    Ok(DONE)
}

/// The figures, one a line.
pub(super) fn figures(report: &Report) -> String {
    let loudness = match (report.loudness_before_lufs, report.loudness_after_lufs) {
        (None, _) | (_, None) => "–  (too short or too quiet to measure)".to_owned(),
        (before, after) => format!(
            "{} → {} LUFS  ({} LU)",
            number(before, 1),
            number(after, 1),
            signed(report.loudness_change_lu, 2)
        ),
    };
    [
        format!(
            "recording         {} s, {} Hz, channels: {}",
            number(Some(report.seconds), 2),
            report.sample_rate_hz,
            report.channels
        ),
        format!("changed           {} % of samples", number(Some(100.0 * report.changed_share), 1)),
        format!("changed runs      {}", report.run_count),
        format!("SNR               {} dB", number(report.snr_db, 1)),
        format!("segmental SNR     {} dB", number(report.segmental_snr_db, 1)),
        format!(
            "peak              {} → {} dBFS  ({} dB)",
            number(report.peak_before_dbfs, 1),
            number(report.peak_after_dbfs, 1),
            signed(report.peak_change_db, 2)
        ),
        format!("loudness          {loudness}"),
        format!("largest change    {} dBFS", number(report.max_difference_dbfs, 1)),
    ]
    .join("\n")
}
