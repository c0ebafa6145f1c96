//! `patchveil protect`

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::Watch;
use crate::inputs::{Job, Plan, Task};
use crate::manifest::{ManifestCache, Recorder};
use crate::output::OutputError;
use crate::paths::{json, shown};
use crate::protect::{Outcome, ProtectError, Timeline, Veils, protect};
use crate::standard_io;
use patchveil_keyring::Keyring;
use patchveil_veil::{ClassKey, Fingerprint, MarkLevel, Recipe};
use serde::Serialize;

use super::args::Cli;
use super::batch::{Batch, NoResult, Totals};
use super::exit::{DONE, FAILED, Failure};
use super::job_args::ProtectArgs;
use super::key_map::KeyMap;
use super::recipe_args::RecipeArgs;
use super::table::ROWS;
use super::terminal::complain;
use super::{drop_folder, dry_run, keys, mark_level, resume, table};

/// A line of `--json`.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Line<'a> {
    Done {
        #[serde(flatten)]
        outcome: &'a Outcome,
        fingerprint: Fingerprint,
        #[serde(skip_serializing_if = "Option::is_none")]
        mark_level: Option<MarkLevel>,
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
    let recipe = args.job.recipe.recipe()?;
    let keyring = keys::open(cli)?;
    if recipe.veil.as_ref().is_some_and(|veil| veil.amount == 0.0) {
        complain(match recipe.mark {
            None => "the amount is 0 %: nothing will be changed, so nothing will be protected",
            Some(_) => "the amount is 0 %: only the mark will be added",
        });
    }
    let keys = Keys::choose(&keyring, args, &recipe)?;
    drop(keyring);
    if let Some(folder) = &args.watch.watch {
        args.job.list.set_threads()?;
        return drop_folder::run(folder, &keys, args);
    }
    let selection = args.job.list.selection(&args.inputs)?;
    let reads_back = args.job.run.verify || args.job.run.resume;
    args.job.pipe.prepare(&selection, args.output.as_deref(), reads_back)?;
    let (output, format) = (args.output.as_deref(), args.job.written.format);
    let mut plan =
        Plan::in_format(&selection, output, format, Task::Protect).map_err(Failure::usage)?;
    args.job.written.complete(&mut plan.jobs, args.strip_metadata);
    if args.job.run.dry_run {
        let manifests = ManifestCache::default();
        let allowed = |path: &Path| keys.of(path).map(|_| ());
        let is_done = |job: &Job| manifests.record(&job.output).is_some();
        return dry_run::run(&plan, args.job.json, args.force, allowed, is_done);
    }
    let begun = Instant::now();
    let batch = Batch::begin(args.job.json, plan.jobs.iter().map(|job| job.input.as_path()));
    batch.report_inputs(&plan.notes, &plan.failures);
    if args.job.run.resume {
        resume::clear_up(&plan.jobs, &batch);
    }
    let (totals, unrecorded) = work(&plan.jobs, &keys, args, &batch)?;
    let took_s = begun.elapsed().as_secs_f64();
    let timeline = args.timeline.chosen(args.offset);
    let table = |done: &[Outcome]| {
        let positions = positions(done, timeline);
        format!("{}{positions}{}", summary(done, took_s), keys.mark_levels())
    };
    if args.job.run.resume && totals.skipped() > 0 {
        complain(&format!("{} of {} were done already", totals.skipped(), plan.jobs.len()));
    }
    let code = batch.end(&totals, plan.failures.len(), table)?;
    Ok(if code == DONE && unrecorded > 0 { FAILED } else { code })
}

/// Whose key each recording gets.
pub(super) struct Keys {
    /// By path; else it is the one class there is.
    map: Option<KeyMap>,
    classes: HashMap<String, Veils>,
    name: String,
}

impl Keys {
    fn choose(keyring: &Keyring, args: &ProtectArgs, recipe: &Recipe) -> Result<Self, Failure> {
        let map = args.key_map.as_deref().map(KeyMap::read).transpose()?;
        let name = match map {
            Some(_) => String::new(),
            None => keys::class(keyring, args.key.as_deref())?.name().to_owned(),
        };
        let mut classes = HashMap::new();
        let mapped = map.iter().flat_map(KeyMap::classes);
        let named = map.is_none().then_some(name.as_str());
        for class in mapped.chain(named) {
            if !classes.contains_key(class) {
                let key = keys::named(keyring, class)?.key().clone();
                let is_first = classes.is_empty();
                classes.insert(
                    class.to_owned(),
                    veils_of(key, &args.job.recipe, recipe.clone(), is_first)?,
                );
            }
        }
        Ok(Self { map, classes, name })
    }

    /// The level of the mark in lines below the table, unless it is the preset's own; with a key map, by class.
    fn mark_levels(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for (class, veils) in &self.classes {
            let Some(line) = veils.mark_level().and_then(|level| mark_level::line(&level)) else {
                continue;
            };
            lines.push(match &self.map {
                None => line,
                Some(_) => format!("{class}: {line}"),
            });
        }
        table::lines_below(lines, "classes")
    }

    /// The veils for the recording at `path`; if there are none, a line about it.
    fn of(&self, path: &Path) -> Result<&Veils, String> {
        let class = match &self.map {
            None => Some(self.name.as_str()),
            Some(map) => map.class_of(path),
        };
        class.and_then(|class| self.classes.get(class)).ok_or_else(|| {
            let path = shown(path);
            format!("{path}: no line of the key map matches it, so it has no key; add one, or leave it out")
        })
    }
}

/// The veils of a recipe; warns if nobody can undo it.
pub(super) fn veils(key: ClassKey, args: &RecipeArgs, recipe: Recipe) -> Result<Veils, Failure> {
    veils_of(key, args, recipe, true)
}

/// The same, with the warning only if it was not given before.
fn veils_of(
    key: ClassKey,
    args: &RecipeArgs,
    recipe: Recipe,
    warn: bool,
) -> Result<Veils, Failure> {
    if warn && !recipe.is_restorable() {
        complain(&format!(
            "the recipe {} is a published baseline for comparison: it cannot be undone, keep the \
             originals",
            args.name()
        ));
    }
    Veils::new(key, recipe).map_err(Failure::usage)
}

/// Protects and records files; gives what came of them, and how many could not be recorded.
pub(super) fn work(
    jobs: &[Job],
    keys: &Keys,
    args: &ProtectArgs,
    batch: &Batch,
) -> Result<(Totals<Outcome>, usize), Failure> {
    let recorder = match args.no_manifest {
        true => None,
        false => {
            let outputs = jobs.iter().map(|job| job.output.as_path());
            let outputs = outputs.filter(|output| !standard_io::is_output(output));
            Some(Recorder::new(outputs).map_err(Failure::usage)?)
        }
    };
    let unrecorded = AtomicUsize::new(0);
    let record = |outcome: &Outcome, veils: &Veils| {
        let Some(recorder) = &recorder else { return };
        // Nobody knows what becomes of it.
        if standard_io::is_output(&outcome.output) {
            return;
        }
        let record = outcome.to_record(veils.fingerprint(), veils.recipe());
        if let Err(error) = recorder.add(&outcome.output, &record) {
            let file = shown(&outcome.output);
            batch.complain(&format!("{file}: protected, but not recorded: {error}"));
            unrecorded.fetch_add(1, Ordering::Relaxed);
        }
    };
    let manifests = ManifestCache::default();
    let totals = batch.run(
        jobs,
        |job| &job.input,
        |job, watch| {
            let veils = keys.of(&job.input).map_err(NoResult::Failed)?;
            let outcome = one(job, veils, args, &manifests, (batch, watch))?;
            if args.job.run.verify {
                let (audio, around) = (outcome.audio_after, Some(outcome.around));
                resume::read_back(&outcome.output, audio, around, watch)?;
            }
            if let Some(note) = &outcome.note {
                batch.complain(&format!("{}: {note}", shown(&outcome.input)));
            }
            record(&outcome, veils);
            let (fingerprint, mark_level) = (veils.fingerprint(), veils.mark_level());
            batch.print(&Line::Done { outcome: &outcome, fingerprint, mark_level });
            Ok(outcome)
        },
    );
    let mut unrecorded = unrecorded.into_inner();
    if let Some(Err(error)) = recorder.map(Recorder::finish) {
        complain(&error.to_string());
        unrecorded += 1;
    }
    Ok((totals, unrecorded))
}

/// Protects one file.
fn one(
    job: &Job,
    veils: &Veils,
    args: &ProtectArgs,
    manifests: &ManifestCache,
    (batch, watch): (&Batch, &Watch<'_>),
) -> Result<Outcome, NoResult> {
    let timeline = args.timeline.chosen(args.offset);
    let attempt = |job: &Job| protect(job, veils, timeline, args.force, manifests, watch);
    let mut result = attempt(job);
    // A run was killed between the last rename and its record.
    if args.job.run.resume && matches!(result, Err(ProtectError::Output(OutputError::Exists(_)))) {
        match resume::again(job, attempt) {
            Ok(Some(outcome)) => result = Ok(Outcome { output: job.output.clone(), ..outcome }),
            Ok(None) => {}
            Err(error) => result = Err(error),
        }
    }
    match result {
        Ok(outcome) => Ok(outcome),
        Err(ref note @ ProtectError::Done { ref input, ref output }) => {
            if !args.job.run.resume {
                batch.complain(note);
            }
            batch.print(&Line::Skipped { input, output });
            Err(NoResult::Skipped)
        }
        Err(error) => Err(NoResult::new(&error, matches!(error, ProtectError::Stopped(_)))),
    }
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
