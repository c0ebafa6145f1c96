//! `patchveil restore`

use std::collections::BTreeMap;
use std::path::Path;

use crate::inputs::{Job, Plan, Task};
use crate::manifest::ManifestCache;
use crate::output::OutputError;
use crate::paths::{json, shown};
use crate::protect::Timeline;
use crate::recording::hashes;
use crate::restore::{Claim, Evidence, Outcome, Request, RestoreError, Stretch, restore};
use crate::{ReceiptsCache, VeilCache, Watch};
use patchveil_keyring::Keyring;
use patchveil_veil::{ClassKey, Fingerprint, MarkLevel, PresetVersion, Recipe, RecipeError};
use serde::Serialize;

use super::args::Cli;
use super::batch::{Batch, NoResult};
use super::exit::Failure;
use super::job_args::RestoreArgs;
use super::terminal::complain;
use super::{dry_run, keys, mark_level, resume, table};

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    status: &'static str,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

/// A line of `--json` about a file that is done already.
#[derive(Serialize)]
struct Skipped<'a> {
    status: &'static str,
    #[serde(flatten, serialize_with = "json::input")]
    input: &'a Path,
    #[serde(flatten, serialize_with = "json::output")]
    output: &'a Path,
}

/// Restores what the arguments name.
pub(super) fn run(cli: &Cli, args: &RestoreArgs) -> Result<u8, Failure> {
    let recipe = args.job.recipe.chosen()?;
    if recipe.as_ref().is_some_and(|recipe| !recipe.is_restorable()) {
        return Err(Failure::usage(RecipeError::NotInvertible));
    }
    let keyring = keys::open(cli)?;
    let named = args.key.as_ref().map(|name| keys::named(&keyring, name)).transpose()?;
    let named = named.map(|entry| entry.key().clone());
    let key = |recorded| match &named {
        Some(key) => Ok(key.clone()),
        None => key_on_record(&keyring, recorded),
    };
    let selection = args.job.list.selection(&args.inputs)?;
    let reads_back = args.job.run.verify || args.job.run.resume;
    args.job.pipe.prepare(&selection, args.output.as_deref(), reads_back)?;
    let output = args.output.as_deref();
    let format = args.job.written.format;
    let mut plan =
        Plan::in_format(&selection, output, format, Task::Restore).map_err(Failure::usage)?;
    args.job.written.complete(&mut plan.jobs, false);
    if args.job.run.dry_run {
        return dry_run::run(&plan, args.job.json, args.force, |_| Ok(()), |_| false);
    }
    let request = Request {
        key: &key,
        veils: VeilCache::default(),
        manifests: ManifestCache::default(),
        receipts: ReceiptsCache::default(),
        recipe,
        timeline: args
            .timeline
            .map(|timeline| timeline.chosen(None))
            .or(args.offset.map(Timeline::At)),
        float: args.float,
        force: args.force,
    };
    let batch = Batch::begin(args.job.json, plan.jobs.iter().map(|job| job.input.as_path()));
    batch.report_inputs(&plan.notes, &plan.failures);
    if args.job.run.resume {
        resume::clear_up(&plan.jobs, &batch);
    }
    let totals = batch.run(
        &plan.jobs,
        |job| &job.input,
        |job, watch| {
            if args.job.run.resume && is_restored(job, &request, watch)? {
                let (input, output) = (&job.input, &job.output);
                batch.print(&Skipped { status: "skipped", input, output });
                return Err(NoResult::Skipped);
            }
            let outcome = one(job, &request, args.job.run.resume, watch)?;
            if args.job.run.verify {
                resume::read_back(&outcome.output, outcome.audio_after, None, watch)?;
            }
            if let Some(note) = &outcome.note {
                batch.complain(&format!("{}: {note}", shown(&outcome.input)));
            }
            batch.print(&Line { status: "done", outcome: &outcome });
            Ok(outcome)
        },
    );
    if args.job.run.resume && totals.skipped() > 0 {
        complain(&format!("{} of {} were done already", totals.skipped(), plan.jobs.len()));
    }
    batch.end(&totals, plan.failures.len(), summary)
}

/// Whether the output is there and is the original to the bit, according to the manifest of the protected
/// file.
fn is_restored(job: &Job, request: &Request<'_>, watch: &Watch<'_>) -> Result<bool, NoResult> {
    let Some(record) = request.manifests.record(&job.input) else { return Ok(false) };
    match hashes(&job.output, &watch.without_progress()) {
        Ok(Some(read)) => Ok(read == (record.audio_before, record.around)),
        Ok(None) => Err(NoResult::Stopped),
        // It is not there, or no recording.
        Err(_) => Ok(false),
    }
}

/// Restores one file.
fn one(
    job: &Job,
    request: &Request<'_>,
    resume: bool,
    watch: &Watch<'_>,
) -> Result<Outcome, NoResult> {
    let attempt = |job: &Job| restore(job, request, watch);
    let mut result = attempt(job);
    // No record says that an output is what would be written, so it is made again and compared.
    if resume && matches!(result, Err(RestoreError::Output(OutputError::Exists(_)))) {
        match resume::again(job, attempt) {
            Ok(Some(outcome)) => result = Ok(Outcome { output: job.output.clone(), ..outcome }),
            Ok(None) => {}
            Err(error) => result = Err(error),
        }
    }
    result.map_err(|error| NoResult::new(&error, matches!(error, RestoreError::Stopped(_))))
}

/// The key for a file where no class is named: the one on record, else the default class's.
fn key_on_record(keyring: &Keyring, recorded: Option<Fingerprint>) -> Result<ClassKey, String> {
    let entry = match recorded {
        Some(fingerprint) => keyring.by_fingerprint(fingerprint).ok_or_else(|| {
            format!(
                "was protected with the key {fingerprint}, which is not in the keyring; import it \
                 with: patchveil key import FILE"
            )
        }),
        None => keyring
            .default_entry()
            .ok_or_else(|| keys::no_default(keyring, keys::WHICH_CLASS).message),
    };
    entry.map(|entry| entry.key().clone())
}

/// The closing table.
fn summary(done: &[Outcome]) -> String {
    let headings = ["file", "seconds", "evidence", "recipe", "offset", "restored"];
    let mut rows = table::new(&headings);
    for outcome in done {
        rows.add_row([
            shown(&outcome.output).to_string(),
            table::number(Some(outcome.seconds), 2),
            evidence(outcome),
            name_of(&outcome.recipe),
            outcome.offset.to_string(),
            closeness(outcome),
        ]);
    }
    let lines: String = done.iter().flat_map(notes).map(|note| format!("\n{note}")).collect();
    format!("{rows}{lines}{}{}", held_levels(done), hints(done))
}

/// The marks that were held back, in lines below the table; with several files, in how many.
fn held_levels(done: &[Outcome]) -> String {
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    let levels = done.iter().filter_map(|outcome| outcome.mark_level.as_ref());
    for line in levels.filter(|level| MarkLevel::is_held_back(level)).filter_map(mark_level::line) {
        *files.entry(line).or_default() += 1;
    }
    let all = done.len();
    let line = |(line, count): (String, usize)| match all {
        1 => line,
        _ => format!("{count} of {all} files: {line}"),
    };
    table::lines_below(files.into_iter().map(line).collect(), "levels")
}

/// What shows that the right thing was undone.
fn evidence(outcome: &Outcome) -> String {
    let evidence = match outcome.evidence {
        Evidence::Manifest => "the manifest",
        Evidence::Detection => "detection",
        Evidence::Guess => "detection, recipe or offset a guess",
        Evidence::None => "none, forced",
    };
    let Some(receipt) = &outcome.receipt else { return evidence.to_owned() };
    format!("{evidence}, by the receipt of {} UTC", receipt.ended())
}

/// What the user has to know of a file besides its row.
fn notes(outcome: &Outcome) -> Vec<String> {
    let file = shown(&outcome.output);
    let mut notes = Vec::new();
    if !is_whole(outcome) {
        let stretch = |part: &Stretch| format!("{:.2} to {:.2} s", part.from_s, part.to_s);
        let stretches: Vec<String> = outcome.restored.iter().map(stretch).collect();
        notes.push(format!(
            "{file}: restored from {}; the rest does not carry the key and is as it was",
            stretches.join(" and from ")
        ));
    }
    let better = [
        outcome.better_offset.map(|offset| format!("offset {offset}")),
        outcome.better_recipe.as_ref().map(|recipe| format!("the recipe {}", name_of(recipe))),
    ];
    let better: Vec<String> = better.into_iter().flatten().collect();
    if !better.is_empty() {
        notes.push(format!(
            "{file}: restored as asked, but {} clearly fits better, unless the file was changed since",
            better.join(" with ")
        ));
    }
    notes
}

/// Whether all of the file was restored.
fn is_whole(outcome: &Outcome) -> bool {
    let Some(part) = outcome.restored.first() else { return false };
    (part.from_s, part.to_s) == (0.0, outcome.seconds)
}

/// What the words in the last column mean.
fn hints(done: &[Outcome]) -> String {
    let mut hints = String::new();
    if done.iter().any(|outcome| outcome.full_scale_samples > 0) {
        hints += "\nat most: samples are at full scale; if they were clipped, the audio around them is lost";
    }
    let is_unknown =
        |outcome: &Outcome| matches!(outcome.claim, Claim::Unknown | Claim::NotTheProtectedFile);
    let (lossy, others): (Vec<&Outcome>, Vec<&Outcome>) = done
        .iter()
        .filter(|outcome| is_unknown(outcome))
        .partition(|outcome| outcome.is_lossy && outcome.evidence == Evidence::Manifest);
    if !lossy.is_empty() {
        hints += "\nunknown: a file in a lossy format does not show how much encoding it lost";
    }
    if !others.is_empty() {
        hints += "\nunknown: only the record in the manifest shows that a file was not encoded, mixed or \
                  edited since it was protected";
    }
    hints
}

fn name_of(recipe: &Recipe) -> String {
    let preset = PresetVersion::all().find(|preset| preset.recipe() == recipe);
    preset.map_or_else(|| "custom".to_owned(), |preset| preset.to_string())
}

/// How close to the original the result is, as far as that is known.
fn closeness(outcome: &Outcome) -> String {
    let snr = outcome.expected_snr_db.or(outcome.snr_at_most_db).unwrap_or(0.0);
    match outcome.claim {
        Claim::Original => "exactly the original".to_owned(),
        Claim::Computed => format!("within rounding error, about {snr:.0} dB below"),
        Claim::Integers => integers(outcome),
        Claim::AtMost if outcome.full_scale_samples > 0 => {
            format!(
                "at most {snr:.0} dB below; {} samples at full scale",
                outcome.full_scale_samples
            )
        }
        Claim::AtMost => format!("at most {snr:.0} dB below"),
        Claim::NotTheProtectedFile => "unknown; not the file that was protected".to_owned(),
        Claim::Unknown => "unknown".to_owned(),
    }
}

/// How much of the result consists of integers.
fn integers(outcome: &Outcome) -> String {
    let Some(integers) = outcome.integers else { return String::new() };
    let bits = integers.bits;
    if integers.share >= 1.0 {
        return format!("to integers of {bits} bits, as the original's");
    }
    let percent = (1_000.0 * integers.share).floor() / 10.0;
    format!("to integers of {bits} bits, as the original's, in {percent} % of it")
}
