//! `patchveil protect`

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::inputs::{Plan, Task};
use crate::manifest::{ManifestCache, Recorder};
use crate::paths::{json, shown};
use crate::protect::{Outcome, ProtectError, Timeline, Veils, protect};
use patchveil_veil::{ClassKey, Fingerprint, Recipe};
use serde::Serialize;

use super::args::{Cli, ProtectArgs};
use super::batch::{Batch, NoResult};
use super::exit::{DONE, FAILED, Failure};
use super::recipe_args::RecipeArgs;
use super::terminal::complain;
use super::{keys, table};

/// Files listed one by one; the rest is only summed up.
const ROWS: usize = 40;

/// A line of `--json`.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Line<'a> {
    Done {
        #[serde(flatten)]
        outcome: &'a Outcome,
        fingerprint: Fingerprint,
    },
    Skipped {
        #[serde(flatten, serialize_with = "json::input")]
        input: &'a Path,
        #[serde(flatten, serialize_with = "json::output")]
        output: &'a Path,
    },
}

/// Protects what the arguments name.
pub(super) fn run(cli: &Cli, args: &ProtectArgs) -> Result<u8, Failure> {
    let recipe = args.recipe.recipe()?;
    let keyring = keys::open(cli)?;
    if recipe.veil.as_ref().is_some_and(|veil| veil.amount == 0.0) {
        complain(match recipe.mark {
            None => "the amount is 0 %: nothing will be changed, so nothing will be protected",
            Some(_) => "the amount is 0 %: only the mark will be added",
        });
    }
    let entry = match &args.key {
        Some(name) => keyring.get(name)?,
        None => keyring.default_entry().ok_or_else(|| Failure::usage(keys::WHICH_CLASS))?,
    };
    let veils = veils(entry.key().clone(), &args.recipe, recipe)?;
    drop(keyring);
    let (output, format) = (args.output.as_deref(), args.written.format);
    let mut plan =
        Plan::in_format(&args.inputs, output, format, Task::Protect).map_err(Failure::usage)?;
    args.written.complete(&mut plan.jobs, args.strip_metadata);
    let recorder = match args.no_manifest {
        true => None,
        false => {
            let outputs = plan.jobs.iter().map(|job| job.output.as_path());
            Some(Recorder::new(outputs).map_err(Failure::usage)?)
        }
    };
    work(&plan, &veils, args, recorder)
}

/// The veils of a recipe; warns if nobody can undo it.
pub(super) fn veils(key: ClassKey, args: &RecipeArgs, recipe: Recipe) -> Result<Veils, Failure> {
    if !recipe.is_restorable() {
        complain(&format!(
            "the recipe {} is a published baseline for comparison: it cannot be undone, keep the \
             originals",
            args.name()
        ));
    }
    Veils::new(key, recipe).map_err(Failure::usage)
}

/// Protects and records the files of a plan.
fn work(
    plan: &Plan,
    veils: &Veils,
    args: &ProtectArgs,
    recorder: Option<Recorder>,
) -> Result<u8, Failure> {
    let begun = Instant::now();
    let fingerprint = veils.fingerprint();
    let batch = Batch::begin(args.json, plan.jobs.iter().map(|job| job.input.as_path()));
    batch.report_inputs(&plan.notes, &plan.failures);
    let unrecorded = AtomicUsize::new(0);
    let record = |outcome: &Outcome| {
        let Some(recorder) = &recorder else { return };
        let record = outcome.to_record(fingerprint, veils.recipe());
        if let Err(error) = recorder.add(&outcome.output, &record) {
            let file = shown(&outcome.output);
            batch.complain(&format!("{file}: protected, but not recorded: {error}"));
            unrecorded.fetch_add(1, Ordering::Relaxed);
        }
    };
    let timeline = args.timeline.chosen(args.offset);
    let manifests = ManifestCache::default();
    let totals = batch.run(
        &plan.jobs,
        |job| &job.input,
        |job, watch| match protect(job, veils, timeline, args.force, &manifests, watch) {
            Ok(outcome) => {
                if let Some(note) = &outcome.note {
                    batch.complain(&format!("{}: {note}", shown(&outcome.input)));
                }
                record(&outcome);
                batch.print(&Line::Done { outcome: &outcome, fingerprint });
                Ok(outcome)
            }
            Err(ref note @ ProtectError::Done { ref input, ref output }) => {
                batch.complain(note);
                batch.print(&Line::Skipped { input, output });
                Err(NoResult::Skipped)
            }
            Err(error) => Err(NoResult::new(&error, matches!(error, ProtectError::Stopped(_)))),
        },
    );
    let mut unrecorded = unrecorded.into_inner();
    if let Some(Err(error)) = recorder.map(Recorder::finish) {
        complain(&error.to_string());
        unrecorded += 1;
    }
    let took_s = begun.elapsed().as_secs_f64();
    let table = |done: &[Outcome]| {
        let positions = positions(done, timeline);
        format!("{}{positions}", summary(done, took_s))
    };
    let code = batch.end(&totals, plan.failures.len(), table)?;
    Ok(if code == DONE && unrecorded > 0 { FAILED } else { code })
}

/// Where on the timeline the recordings begin, in lines below the table, unless at its start.
fn positions(done: &[Outcome], timeline: Timeline) -> String {
    let source = match timeline {
        Timeline::At(_) => "as given",
        Timeline::Bext => "its TimeReference",
    };
    let shifted = done.iter().filter(|outcome| outcome.offset != 0 || timeline == Timeline::Bext);
    let line = |outcome: &Outcome| {
        let file = shown(&outcome.output);
        let (offset, rate) = (outcome.offset, f64::from(outcome.sample_rate_hz));
        format!("\n{file} begins at sample {offset} ({:.3} s), {source}", offset as f64 / rate)
    };
    shifted.take(ROWS).map(line).collect()
}

/// The closing table.
pub(super) fn summary(done: &[Outcome], took_s: f64) -> String {
    let headings =
        ["file", "seconds", "patches", "SNR dB", "peak dB", "took s", "× real time", "clipped"];
    let mut rows = table::new(&headings);
    for outcome in done.iter().take(ROWS) {
        rows.add_row([
            shown(&outcome.output).to_string(),
            table::number(Some(outcome.seconds), 2),
            outcome.patches.to_string(),
            table::number(outcome.snr_db, 1),
            table::signed(outcome.peak_change_db, 2),
            table::number(Some(outcome.took_s), 3),
            table::number(Some(outcome.realtime), 0),
            outcome.clipped_samples.to_string(),
        ]);
    }
    if done.len() > 1 {
        rows.add_row(total_row(done, took_s));
    }
    table::numbers_from(&mut rows, 1);
    let clipped = done.iter().any(|outcome| outcome.clipped_samples > 0);
    let hint = if clipped {
        "\nsamples were clipped at full scale: lower the recording's level by the peak change first"
    } else {
        ""
    };
    format!("{rows}{hint}")
}

/// The row that sums up several files.
fn total_row(done: &[Outcome], took_s: f64) -> [String; 8] {
    let seconds: f64 = done.iter().map(|outcome| outcome.seconds).sum();
    let not_listed = match done.len().saturating_sub(ROWS) {
        0 => String::new(),
        n => format!(" ({n} not listed)"),
    };
    [
        format!("{} files{not_listed}", done.len()),
        table::number(Some(seconds), 2),
        done.iter().map(|outcome| outcome.patches).sum::<u64>().to_string(),
        String::new(),
        String::new(),
        table::number(Some(took_s), 3),
        table::number(Some(seconds / took_s.max(1e-9)), 0),
        done.iter().map(|outcome| outcome.clipped_samples).sum::<u64>().to_string(),
    ]
}
