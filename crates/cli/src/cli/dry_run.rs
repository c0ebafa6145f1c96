//! `--dry-run`: what would be done, and where it would go.

use std::path::Path;

use crate::inputs::{Job, Plan};
use crate::open;
use crate::output::{OutputError, check};
use crate::paths::{json, shown};
use serde::Serialize;

use super::batch::{Batch, NoResult};
use super::exit::Failure;

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    status: &'static str,
    #[serde(flatten, serialize_with = "json::input")]
    input: &'a Path,
    #[serde(flatten, serialize_with = "json::output")]
    output: &'a Path,
}

/// Says what a run of `plan` would do. `allowed` says of a file why it would fail, as far as its name shows;
/// `is_done` whether its output is on record.
pub(super) fn run(
    plan: &Plan,
    json: bool,
    force: bool,
    allowed: impl Fn(&Path) -> Result<(), String> + Sync,
    is_done: impl Fn(&Job) -> bool + Sync,
) -> Result<u8, Failure> {
    let batch = Batch::begin(json, plan.jobs.iter().map(|job| job.input.as_path()));
    batch.report_inputs(&plan.notes, &plan.failures);
    let say = |status, job: &Job| {
        batch.print(&Line { status, input: &job.input, output: &job.output });
    };
    let totals = batch.run(
        &plan.jobs,
        |job| &job.input,
        |job, _| {
            let failed = |error: String| NoResult::Failed(error);
            allowed(&job.input).map_err(failed)?;
            open::regular(&job.input).map_err(|error| {
                failed(format!("{}: cannot be read: {error}", shown(&job.input)))
            })?;
            match check(&job.output, &[&job.input], force) {
                Err(OutputError::Exists(_)) if is_done(job) => {
                    say("would_skip", job);
                    return Err(NoResult::Skipped);
                }
                result => result.map_err(|error| failed(error.to_string()))?,
            }
            say("would_do", job);
            Ok(job.clone())
        },
    );
    let skipped = totals.skipped();
    batch.end(&totals, plan.failures.len(), |jobs| summary(jobs, skipped))
}

fn summary(jobs: &[Job], skipped: usize) -> String {
    let line = |job: &Job| format!("{} → {}\n", shown(&job.input), shown(&job.output));
    let lines: String = jobs.iter().map(line).collect();
    let files = if jobs.len() == 1 { "file" } else { "files" };
    let skipped = match skipped {
        0 => String::new(),
        skipped => format!(", and {skipped} are on record already"),
    };
    format!("{lines}{} {files} would be written{skipped}; nothing was done", jobs.len())
}
