//! `patchveil verify`

use std::collections::BTreeMap;
use std::path::Path;

use patchveil::shown;
use patchveil::verify::{Checked, Status, check, survey};
use patchveil_keyring::{Keyring, resolve_path};
use patchveil_veil::{ClassKey, Fingerprint};
use serde::Serialize;

use super::args::{Cli, VerifyArgs};
use super::batch::Batch;
use super::{DONE, FAILED, Failure, STOPPED, complain, keys, say, say_json, table};

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    checked: &'a Checked,
    /// What the keyring calls the class, if it knows the key.
    class: Option<&'a str>,
}

/// Checks what the arguments name.
pub(super) fn run(cli: &Cli, args: &VerifyArgs) -> Result<u8, Failure> {
    let keys = keys(cli, args)?;
    let classes = classes(cli);
    let survey = survey(&args.inputs).map_err(Failure::usage)?;
    let files: Vec<&Path> = survey.files.iter().map(|file| file.as_path()).collect();
    let batch = Batch::begin(args.json, files.iter().copied());
    let checked =
        batch.each(&files, |file, watch| check(file, survey.manifest(file), &keys, watch));
    let checked: Vec<Checked> = checked.into_iter().flatten().collect();
    if batch.is_stopped() {
        complain("stopped before all files were checked");
        return Ok(STOPPED);
    }
    let class = |checked: &Checked| {
        checked.fingerprint.and_then(|fingerprint| classes.get(&fingerprint)).map(String::as_str)
    };
    if args.json {
        checked.iter().try_for_each(|one| say_json(&Line { checked: one, class: class(one) }))?;
    } else {
        say(&report(&checked, &classes, !keys.is_empty()))?;
    }
    let well = checked.iter().all(|checked| checked.status.is_well());
    Ok(if well && !checked.is_empty() { DONE } else { FAILED })
}

/// The keys to listen for.
fn keys(cli: &Cli, args: &VerifyArgs) -> Result<Vec<ClassKey>, Failure> {
    if args.key.is_empty() && !args.all_keys {
        return Ok(Vec::new());
    }
    let keyring = keys::open(cli)?;
    if args.all_keys {
        return Ok(keyring.entries().iter().map(|entry| entry.key().clone()).collect());
    }
    let named = args.key.iter().map(|name| Ok(keyring.get(name)?.key().clone()));
    named.collect()
}

/// The names of the keyring's classes, as far as they can be had without asking for a passphrase: a
/// check needs no key, and says fingerprints where it knows no names.
fn classes(cli: &Cli) -> BTreeMap<Fingerprint, String> {
    let Ok(path) = resolve_path(cli.keyring.as_deref()) else { return BTreeMap::new() };
    let keyring = match &cli.passphrase_file {
        Some(_) => keys::open(cli).ok(),
        None => Keyring::open(&path, || None).ok(),
    };
    let entries = keyring.iter().flat_map(Keyring::entries);
    entries.map(|entry| (entry.fingerprint(), entry.name().to_owned())).collect()
}

fn report(checked: &[Checked], classes: &BTreeMap<Fingerprint, String>, listened: bool) -> String {
    let named = |key: &Fingerprint| classes.get(key).cloned().unwrap_or_else(|| key.to_string());
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let mut headings = vec!["file", "status", "class", "protected (UTC)"];
    if listened {
        headings.push("heard");
    }
    let mut rows = table::new(&headings);
    for one in checked {
        let time = one.time.as_deref().map(|time| time.get(..19).unwrap_or(time).replace('T', " "));
        let mut row = vec![
            shown(&one.path).to_string(),
            one.error.clone().unwrap_or_else(|| one.status.words().to_owned()),
            or_dash(one.fingerprint.as_ref().map(named)),
            or_dash(time),
        ];
        if listened {
            let heard = one.heard.as_deref().filter(|heard| !heard.is_empty());
            row.push(or_dash(
                heard.map(|heard| heard.iter().map(named).collect::<Vec<_>>().join(", ")),
            ));
        }
        rows.add_row(row);
    }
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| (status, checked.iter().filter(|one| one.status == status).count()))
        .filter(|&(_, count)| count > 0)
        .map(|(status, count)| format!("{count} {}", status.words().to_lowercase()))
        .collect();
    let counts = if counts.is_empty() { "nothing to check".to_owned() } else { counts.join(", ") };
    let hint = if listened {
        ""
    } else {
        "\nby hash only: name keys with --key or --all-keys to listen for them in the audio"
    };
    format!("{rows}\n{counts}{hint}")
}
