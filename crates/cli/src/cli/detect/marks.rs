//! `patchveil detect` for marks.

use std::path::{Path, PathBuf};

use crate::detect::{FOUND_P, MarkMatch, MarkRequest, MarkSearch, draw_marks, search_marks};
use crate::output;
use crate::paths::shown;
use patchveil_veil::{Decoys, MarkSettings};
use serde::Serialize;

use super::{candidates, exit_code, is_satisfied, no_result, recordings, say_picture};
use crate::cli::args::{Cli, DetectArgs};
use crate::cli::batch::Batch;
use crate::cli::exit::{Failure, STOPPED};
use crate::cli::{keys, table};

/// From this many classes on, the table leaves out those that were not found.
const MANY_CLASSES: usize = 4;

/// How to find what has no mark.
const VERSION_1_HINT: &str =
    "\nfiles that version 1 protected have no mark; look for these with --preset balanced@1";

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    status: &'static str,
    #[serde(flatten)]
    search: &'a MarkSearch,
    #[serde(flatten)]
    found: Option<&'a MarkMatch>,
}

/// Looks for the marks of classes in what the arguments name.
pub(super) fn run(cli: &Cli, args: &DetectArgs, settings: MarkSettings) -> Result<u8, Failure> {
    let (files, found) = recordings(args)?;
    if let Some(png) = &args.png {
        let inputs: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        output::check(png, &inputs, args.force)?;
    }
    let candidates = candidates(&keys::open(cli)?, args)?;
    let request = MarkRequest {
        pairs: files.len() * candidates.len(),
        candidates,
        settings,
        decoys: args.decoys,
        seed: Decoys::random_seed().map_err(Failure::usage)?,
    };
    let batch = Batch::begin(args.json, files.iter().map(PathBuf::as_path));
    batch.report_inputs(&found.notes, &found.failures);
    let totals = batch.run(
        &files,
        |file| file,
        |file, watch| {
            let search = search_marks(file, &request, watch).map_err(no_result)?;
            print(&batch, &search);
            Ok(search)
        },
    );
    let code = batch.end(&totals, found.failures.len(), summary)?;
    if code != STOPPED
        && let Some(png) = &args.png
        && !totals.done.is_empty()
    {
        draw_marks(&totals.done, png, args.force).map_err(Failure::failed)?;
        say_picture(args, png)?;
    }
    let found = |search: &MarkSearch| {
        search.has_signal && is_satisfied(args, search.matches.iter().map(|found| found.found))
    };
    let satisfied = totals.done.iter().all(found);
    Ok(exit_code(code, satisfied))
}

fn print(batch: &Batch, search: &MarkSearch) {
    if !search.has_signal {
        batch.print(&Line { status: "nothing to judge", search, found: None });
    }
    for found in &search.matches {
        batch.print(&Line { status: "done", search, found: Some(found) });
    }
}

/// The closing table.
fn summary(done: &[MarkSearch]) -> String {
    let headings = ["file", "class", "marked", "p ≤", "σ", "seconds", "offset, samples", "speed"];
    let mut rows = table::new(&headings);
    let mut silent = String::new();
    for search in done {
        let file = shown(&search.input).to_string();
        if !search.has_signal {
            silent += &format!("\n{file}: nothing to judge, silent or too short");
            rows.add_row([file, "–".to_owned()]);
            continue;
        }
        let few = search.matches.len() < MANY_CLASSES;
        let listed = search.matches.iter().filter(|found| few || found.found);
        let before = rows.row_count();
        for found in listed {
            rows.add_row(row(&file, search, found));
        }
        if rows.row_count() == before {
            rows.add_row([file, format!("none of {} classes", search.matches.len())]);
        }
    }
    table::numbers_from(&mut rows, 3);
    let pairs = done.first().map_or(0, |search| search.pairs);
    let corrected = match pairs {
        0 | 1 => String::new(),
        pairs => format!("; p is corrected for {pairs} pairs of file and class"),
    };
    let without =
        |search: &MarkSearch| search.has_signal && search.matches.iter().all(|found| !found.found);
    let missing = done.iter().any(without);
    let hint = if missing { VERSION_1_HINT } else { "" };
    format!("{rows}\nmarked: p ≤ {FOUND_P:.0e}{corrected}{hint}{}", silent)
}

fn row(file: &str, search: &MarkSearch, found: &MarkMatch) -> [String; 8] {
    let if_found = |text: String| if found.found { text } else { "–".to_owned() };
    [
        file.to_owned(),
        found.class.clone(),
        if found.found { "yes" } else { "no" }.to_owned(),
        table::probability(found.p_value),
        table::number(Some(found.sigmas), 1),
        if_found(covered(search, found)),
        if_found(table::number(found.offset_samples, 0)),
        if_found(speed(found)),
    ]
}

fn speed(found: &MarkMatch) -> String {
    match (found.speed == 1.0, found.pitch_moved) {
        (true, _) => "as marked".to_owned(),
        (false, true) => format!("{:+.1} % with pitch", 100.0 * (found.speed - 1.0)),
        (false, false) => format!("{:+.1} %, pitch kept", 100.0 * (found.speed - 1.0)),
    }
}

/// “all 30.0”, or which seconds.
fn covered(search: &MarkSearch, found: &MarkMatch) -> String {
    match found.covered[..] {
        [(start, end)] if start <= 0.0 && end >= search.seconds => format!("all {end:.1}"),
        [(start, end)] => format!("{start:.1}–{end:.1} of {:.1}", search.seconds),
        _ => format!(
            "{:.1} in {} parts of {:.1}",
            found.covered_s,
            found.covered.len(),
            search.seconds
        ),
    }
}
