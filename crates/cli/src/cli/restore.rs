//! `patchveil restore`

use std::path::Path;

use patchveil::inputs::{Task, expand};
use patchveil::manifest::ManifestCache;
use patchveil::paths::{json, shown};
use patchveil::restore::{Evidence, Outcome, Request, RestoreError, VeilCache, restore};
use patchveil_keyring::Keyring;
use patchveil_veil::{ClassKey, Fingerprint, Preset, RecipeError};
use serde::Serialize;

use super::args::{Cli, RestoreArgs};
use super::batch::Batch;
use super::{Failure, STOPPED, complain, keys, say, table};

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
    let batch = Batch::begin(args.json, plan.jobs.iter().map(|job| job.input.as_path()));
    for failure in &plan.failures {
        batch.complain(failure);
        batch.tell(&Line::Failed { input: failure.path(), error: failure.to_string() });
    }
    let results = batch.each(&plan.jobs, |job, watch| {
        let result = restore(job, &request, watch);
        match &result {
            Ok(outcome) => batch.tell(&Line::Done { outcome }),
            Err(RestoreError::Stopped(_)) => {}
            Err(error) => {
                batch.complain(error);
                batch.tell(&Line::Failed { input: &job.input, error: error.to_string() });
            }
        }
        result
    });
    let done: Vec<&Outcome> = results.iter().flatten().collect();
    if !args.json && !done.is_empty() {
        say(&summary(&done))?;
    }
    if batch.was_stopped(done.len(), results.len()) {
        return Ok(STOPPED);
    }
    batch.end(done.len(), 0, plan.failures.len() + results.len() - done.len())
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
                Evidence::Guess => "detection, recipe or place a guess",
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
        (evidence, ..) if !evidence.is_proof() => "–".to_owned(),
        (.., None, None) => "–".to_owned(),
        (.., Some(snr), _) => format!("to rounding, about {snr:.0} dB below it"),
        (.., Some(snr)) => format!(
            "at most to rounding, {snr:.0} dB below it; {} at full scale",
            outcome.full_scale_samples
        ),
    }
}
