//! `patchveil restore`

use patchveil::VeilCache;
use patchveil::inputs::{Plan, Task};
use patchveil::manifest::ManifestCache;
use patchveil::paths::shown;
use patchveil::restore::{Claim, Evidence, Outcome, Request, RestoreError, restore};
use patchveil_keyring::Keyring;
use patchveil_veil::{ClassKey, Fingerprint, PresetVersion, RecipeError};
use serde::Serialize;

use super::args::{Cli, RestoreArgs};
use super::batch::{Batch, NoResult};
use super::exit::Failure;
use super::{keys, table};

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    status: &'static str,
    #[serde(flatten)]
    outcome: &'a Outcome,
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
        None => key_on_record(&keyring, recorded),
    };
    let plan =
        Plan::new(&args.inputs, args.output.as_deref(), Task::Restore).map_err(Failure::usage)?;
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
    batch.report_inputs(&plan.notes, &plan.failures);
    let totals = batch.run(
        &plan.jobs,
        |job| &job.input,
        |job, watch| match restore(job, &request, watch) {
            Ok(outcome) => {
                batch.print(&Line { status: "done", outcome: &outcome });
                Ok(outcome)
            }
            Err(error) => Err(NoResult::new(&error, matches!(error, RestoreError::Stopped(_)))),
        },
    );
    batch.end(&totals, plan.failures.len(), summary)
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
        None => keyring.default_entry().ok_or_else(|| keys::WHICH_CLASS.to_owned()),
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
            match outcome.evidence {
                Evidence::Manifest => "the manifest",
                Evidence::Detection => "detection",
                Evidence::Guess => "detection, recipe or offset a guess",
                Evidence::None => "none, forced",
            }
            .to_owned(),
            recipe_name(outcome),
            outcome.offset.to_string(),
            closeness(outcome),
        ]);
    }
    let may_be_clipped = done.iter().any(|outcome| outcome.full_scale_samples > 0);
    let hint = if may_be_clipped {
        "\nat most: samples are at full scale; if they were clipped, the audio around them is lost"
    } else {
        ""
    };
    format!("{rows}{hint}")
}

fn recipe_name(outcome: &Outcome) -> String {
    let preset = PresetVersion::all().find(|preset| *preset.recipe() == outcome.recipe);
    preset.map_or_else(|| "custom".to_owned(), |preset| preset.to_string())
}

/// How close to the original the result is, as far as that is known.
fn closeness(outcome: &Outcome) -> String {
    let snr = outcome.expected_snr_db.or(outcome.snr_at_most_db).unwrap_or(0.0);
    match outcome.claim {
        Claim::Original => "exactly the original".to_owned(),
        Claim::Computed => format!("within rounding error, about {snr:.0} dB below"),
        Claim::AtMost if outcome.full_scale_samples > 0 => {
            format!(
                "at most {snr:.0} dB below; {} samples at full scale",
                outcome.full_scale_samples
            )
        }
        Claim::AtMost => format!("at most {snr:.0} dB below; how close is unknown"),
        Claim::Unknown => "unknown".to_owned(),
    }
}
