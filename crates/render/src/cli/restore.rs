//! `patchveil restore`

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use patchveil::inputs::{Task, expand};
use patchveil::manifest::ManifestCache;
use patchveil::paths::{json, shown};
use patchveil::protect::{Watch, rough_size};
use patchveil::restore::{Evidence, Outcome, Request, RestoreError, VeilCache, restore};
use patchveil_keyring::Keyring;
use patchveil_veil::{ClassKey, Fingerprint, Preset, RecipeError};
use rayon::prelude::*;
use serde::Serialize;

use super::args::{Cli, RestoreArgs};
use super::{
    DONE, FAILED, Failure, STOPPED, complain, keys, progress_bar, say, say_json, stop, table,
};

/// A line of `--json`.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Line<'a> {
    Done {
        #[serde(flatten)]
        outcome: &'a Outcome,
    },
    Failed {
        #[serde(flatten, serialize_with = "json::input")]
        input: &'a Path,
        error: String,
    },
}

/// Restores what the arguments name.
pub(super) fn run(cli: &Cli, args: &RestoreArgs) -> Result<u8, Failure> {
    let recipe = args.recipe.chosen()?;
    if recipe.as_ref().is_some_and(|recipe| !recipe.is_restorable()) {
        return Err(Failure::usage(RecipeError::NotInvertible));
    }
    let keyring = keys::open(cli)?;
    let named = args.key.as_ref().map(|name| keyring.get(name)).transpose()?;
    let named = named.map(|entry| entry.key().clone());
    let key = |recorded| match &named {
        Some(key) => Ok(key.clone()),
        None => unnamed(&keyring, recorded),
    };
    let plan =
        expand(&args.inputs, args.output.as_deref(), Task::Restore).map_err(Failure::usage)?;
    for note in &plan.notes {
        complain(&note.to_string());
    }
    let request = Request {
        key: &key,
        veils: VeilCache::default(),
        manifests: ManifestCache::default(),
        recipe,
        offset: args.offset,
        float: args.float,
        force: args.force,
    };
    let stop = stop::on_request();
    let bar = progress_bar(plan.jobs.iter().map(|job| rough_size(&job.input)).sum());
    let progress = |bytes| bar.inc(bytes);
    let watch = Watch { stop: &stop, progress: &progress };
    let told = AtomicBool::new(true);
    let tell = |line: &Line<'_>| {
        if args.json && bar.suspend(|| say_json(line)).is_err() {
            told.store(false, Ordering::Relaxed);
        }
    };
    for failure in &plan.failures {
        complain(&failure.to_string());
        tell(&Line::Failed { input: failure.path(), error: failure.to_string() });
    }
    let results: Vec<Result<Outcome, RestoreError>> = plan
        .jobs
        .par_iter()
        .map(|job| {
            let result = restore(job, &request, &watch);
            match &result {
                Ok(outcome) => tell(&Line::Done { outcome }),
                Err(RestoreError::Stopped(_)) => {}
                Err(error) => {
                    bar.suspend(|| complain(&error.to_string()));
                    tell(&Line::Failed { input: &job.input, error: error.to_string() });
                }
            }
            result
        })
        .collect();
    bar.finish_and_clear();
    let done: Vec<&Outcome> = results.iter().flatten().collect();
    if !args.json && !done.is_empty() {
        say(&summary(&done))?;
    }
    if stop.load(Ordering::Relaxed) {
        complain(&format!("stopped; {} of {} files were done", done.len(), results.len()));
        return Ok(STOPPED);
    }
    let failed = plan.failures.len() + results.len() - done.len();
    if failed > 0 && results.len() + plan.failures.len() > 1 {
        complain(&format!("{failed} failed, {} done", done.len()));
    }
    if !told.into_inner() {
        return Err(Failure::failed("standard output could not be written"));
    }
    Ok(if failed == 0 { DONE } else { FAILED })
}

/// The key for a file where no class is named: the one on record, else the default class's.
fn unnamed(keyring: &Keyring, recorded: Option<Fingerprint>) -> Result<ClassKey, String> {
    let entry = match recorded {
        Some(fingerprint) => keyring.by_fingerprint(fingerprint).ok_or_else(|| {
            format!(
                "was protected with the key {fingerprint}, which is not in the keyring; import it \
                 with: patchveil key import FILE"
            )
        }),
        None => keyring.default_entry().ok_or_else(|| {
            "which class? name it with --key, or choose one for good: patchveil key default NAME"
                .to_owned()
        }),
    };
    entry.map(|entry| entry.key().clone())
}

/// The closing table.
fn summary(done: &[&Outcome]) -> String {
    let mut rows = table::new(&["file", "seconds", "shown by", "recipe", "offset", "restored"]);
    for outcome in done {
        rows.add_row([
            shown(&outcome.output).to_string(),
            table::number(Some(outcome.seconds), 2),
            match outcome.evidence {
                Evidence::Manifest => "the manifest",
                Evidence::Detection => "detection",
                Evidence::Guess => "detection, the place a guess",
                Evidence::None => "nothing",
            }
            .to_owned(),
            recipe_name(outcome),
            outcome.offset.to_string(),
            closeness(outcome),
        ]);
    }
    let cut_off = done.iter().any(|outcome| outcome.full_scale_samples > 0);
    let hint = if cut_off {
        "\nat most: samples are at full scale; if they were cut off there, what surrounds them is lost"
    } else {
        ""
    };
    format!("{rows}{hint}")
}

fn recipe_name(outcome: &Outcome) -> String {
    let preset = Preset::ALL.into_iter().find(|preset| preset.recipe() == outcome.recipe);
    preset.map_or_else(|| "its own".to_owned(), |preset| preset.to_string())
}

/// How near the original the result is, as far as that is known.
fn closeness(outcome: &Outcome) -> String {
    let (expected, most) = (outcome.expected_snr_db, outcome.snr_at_most_db);
    match (outcome.evidence, outcome.is_original, expected, most) {
        (_, Some(true), ..) => "exactly the original".to_owned(),
        (Evidence::Guess | Evidence::None, ..) | (.., None, None) => "–".to_owned(),
        (.., Some(snr), _) => format!("to rounding, about {snr:.0} dB below it"),
        (.., Some(snr)) => format!(
            "at most to rounding, {snr:.0} dB below it; {} at full scale",
            outcome.full_scale_samples
        ),
    }
}
