//! `patchveil protect`

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use patchveil::inputs::{Plan, Task, expand};
use patchveil::manifest::{ManifestCache, Record, Recorder};
use patchveil::paths::{json, shown};
use patchveil::protect::{Outcome, ProtectError, Veils, protect};
use patchveil_veil::{ClassKey, Fingerprint};
use serde::Serialize;

use super::args::{Cli, ProtectArgs, RecipeArgs};
use super::batch::Batch;
use super::{FAILED, Failure, STOPPED, complain, keys, say, table};

/// Files listed one by one; of more, the rest is only summed up.
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
    Failed {
        #[serde(flatten, serialize_with = "json::input")]
        input: &'a Path,
        error: String,
    },
}

/// Protects what the arguments name.
pub(super) fn run(cli: &Cli, args: &ProtectArgs) -> Result<u8, Failure> {
    let recipe = args.recipe.recipe()?;
    let keyring = keys::open(cli)?;
    if recipe.amount == 0.0 {
        complain("the amount is 0 %: nothing will be changed, so nothing will be protected");
    }
    let entry = match &args.key {
        Some(name) => keyring.get(name)?,
        None => keyring.default_entry().ok_or_else(|| {
            Failure::usage(
                "which class? name it with --key, or choose one for good: patchveil key default NAME",
            )
        })?,
    };
    let fingerprint = entry.fingerprint();
    let veils = veils(entry.key().clone(), &args.recipe, recipe)?;
    drop(keyring);
    let plan =
        expand(&args.inputs, args.output.as_deref(), Task::Protect).map_err(Failure::usage)?;
    for note in &plan.notes {
        complain(&note.to_string());
    }
    let recorder = match args.no_manifest {
        true => None,
        false => {
            let outputs = plan.jobs.iter().map(|job| job.output.as_path());
            Some(Recorder::new(outputs).map_err(Failure::usage)?)
        }
    };
    work(&plan, &veils, args, fingerprint, recorder)
}

/// The veils of a recipe; says so where it is one that nobody can undo.
pub(super) fn veils(
    key: ClassKey,
    args: &RecipeArgs,
    recipe: patchveil_veil::Recipe,
) -> Result<Veils, Failure> {
    if !recipe.is_restorable() {
        complain(&format!(
            "the recipe {} is a published baseline for comparison: it cannot be undone, keep the \
             originals",
            args.name()
        ));
    }
    Veils::new(key, recipe).map_err(Failure::usage)
}

fn work(
    plan: &Plan,
    veils: &Veils,
    args: &ProtectArgs,
    fingerprint: Fingerprint,
    recorder: Option<Recorder>,
) -> Result<u8, Failure> {
    let begun = Instant::now();
    let batch = Batch::begin(args.json, plan.jobs.iter().map(|job| job.input.as_path()));
    for failure in &plan.failures {
        batch.complain(failure);
        batch.tell(&Line::Failed { input: failure.path(), error: failure.to_string() });
    }
    let unrecorded = AtomicUsize::new(0);
    let record = |outcome: &Outcome| {
        let Some(recorder) = &recorder else { return };
        let record = Record::of(outcome, fingerprint, veils.recipe());
        if let Err(error) = recorder.add(&outcome.output, &record) {
            let file = shown(&outcome.output);
            batch.complain(&format!("{file}: protected, but not recorded: {error}"));
            unrecorded.fetch_add(1, Ordering::Relaxed);
        }
    };
    let records = ManifestCache::default();
    let results = batch.each(&plan.jobs, |job, watch| {
        let result = protect(job, veils, args.force, &records, watch);
        match &result {
            Ok(outcome) => {
                record(outcome);
                batch.tell(&Line::Done { outcome, fingerprint });
            }
            Err(ProtectError::Stopped(_)) => {}
            Err(note @ ProtectError::Done { input, output }) => {
                batch.complain(note);
                batch.tell(&Line::Skipped { input, output });
            }
            Err(error) => {
                batch.complain(error);
                batch.tell(&Line::Failed { input: &job.input, error: error.to_string() });
            }
        }
        result
    });
    let mut unrecorded = unrecorded.into_inner();
    if let Some(Err(error)) = recorder.map(Recorder::finish) {
        complain(&error.to_string());
        unrecorded += 1;
    }
    let done: Vec<&Outcome> = results.iter().flatten().collect();
    if !args.json && !done.is_empty() {
        say(&summary(&done, begun.elapsed().as_secs_f64()))?;
    }
    if batch.was_stopped(done.len(), results.len()) {
        return Ok(STOPPED);
    }
    let skipped = results.iter().filter(|result| matches!(result, Err(ProtectError::Done { .. })));
    let skipped = skipped.count();
    let failed = plan.failures.len() + results.len() - done.len() - skipped;
    let code = batch.end(done.len(), skipped, failed)?;
    Ok(if unrecorded == 0 { code } else { FAILED })
}

/// The closing table.
pub(super) fn summary(done: &[&Outcome], took_s: f64) -> String {
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
    let seconds: f64 = done.iter().map(|outcome| outcome.seconds).sum();
    if done.len() > 1 {
        let left_out = done.len().saturating_sub(ROWS);
        let more = match left_out {
            0 => String::new(),
            n => format!(" ({n} not listed)"),
        };
        rows.add_row([
            format!("{} files{more}", done.len()),
            table::number(Some(seconds), 2),
            done.iter().map(|outcome| outcome.patches).sum::<u64>().to_string(),
            String::new(),
            String::new(),
            table::number(Some(took_s), 3),
            table::number(Some(seconds / took_s.max(1e-9)), 0),
            done.iter().map(|outcome| outcome.clipped_samples).sum::<u64>().to_string(),
        ]);
    }
    table::numbers_from(&mut rows, 1);
    let clipped = done.iter().any(|outcome| outcome.clipped_samples > 0);
    let hint = if clipped {
        "\nclipped samples were cut off at full scale: lower the recording by the peak change first"
    } else {
        ""
    };
    format!("{rows}{hint}")
}
