//! `patchveil verify`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::paths::{json, shown};
use crate::receipts::ReceiptsCache;
use crate::verify::{Checked, Inventory, Status, check};
use patchveil_keyring::{Keyring, resolve_path};
use patchveil_receipts::to_the_second;
use patchveil_veil::{ClassKey, Fingerprint};
use serde::Serialize;

use super::args::{Cli, VerifyArgs};
use super::batch::{Batch, NoResult};
use super::exit::{DONE, FAILED, Failure};
use super::terminal::say;
use super::{keys, table};

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    checked: &'a Checked,
    /// The path again, under the name that it has in the lines of the other commands.
    #[serde(flatten, serialize_with = "json::input")]
    input: &'a Path,
    /// What the keyring calls the class, if it has the key.
    class: Option<&'a str>,
}

/// Checks what the arguments name.
pub(super) fn run(cli: &Cli, args: &VerifyArgs) -> Result<u8, Failure> {
    let keys = keys(cli, args)?;
    let classes = classes(cli);
    let selection = args.list.selection(&args.inputs)?;
    args.pipe.prepare(selection.inputs().map(PathBuf::as_path), std::iter::empty())?;
    let inventory = Inventory::of(&selection).map_err(Failure::usage)?;
    let files: Vec<&Path> = inventory.files.iter().map(|file| file.as_path()).collect();
    let pairs = files.len() * keys.len();
    let receipts = ReceiptsCache::default();
    let batch = Batch::begin(args.json, files.iter().copied());
    let left_out: Vec<Checked> = inventory.notes.iter().filter_map(Checked::left_out).collect();
    let others = inventory.notes.iter().filter(|note| !note.is_recording());
    others.for_each(|note| batch.complain(note));
    let mut totals = batch.run(
        &files,
        |file| file,
        |file, watch| {
            let manifest = inventory.manifest(file);
            check(file, manifest, &keys, pairs, &receipts, watch).ok_or(NoResult::Stopped)
        },
    );
    // What cannot be read stands in the table like the rest.
    totals.add(inventory.failures.iter().map(Checked::from).chain(left_out));
    totals.done.sort_by(|a, b| a.path.cmp(&b.path));
    for checked in &totals.done {
        let class = checked.fingerprint.and_then(|fingerprint| classes.get(&fingerprint));
        let class = class.map(String::as_str);
        batch.print(&Line { checked, input: &checked.path, class });
    }
    let is_empty = totals.done.is_empty();
    let code = batch.end(&totals, 0, |done| summary(done, &classes, !keys.is_empty()))?;
    if code == DONE && is_empty && !args.json {
        say("nothing to check")?;
    }
    let fine = totals.done.iter().all(|checked| checked.status.is_fine());
    Ok(if code == DONE && (is_empty || !fine) { FAILED } else { code })
}

/// The keys to detect.
fn keys(cli: &Cli, args: &VerifyArgs) -> Result<Vec<ClassKey>, Failure> {
    if args.key.is_empty() && !args.all_keys {
        return Ok(Vec::new());
    }
    let keyring = keys::open(cli)?;
    if args.all_keys {
        return Ok(keyring.entries().iter().map(|entry| entry.key().clone()).collect());
    }
    args.key.iter().map(|name| Ok(keys::named(&keyring, name)?.key().clone())).collect()
}

/// The names of the keyring's classes, as far as they are available without asking for a passphrase: a
/// check needs no key, and prints fingerprints where it knows no names.
fn classes(cli: &Cli) -> BTreeMap<Fingerprint, String> {
    let Ok(path) = resolve_path(cli.keyring.as_deref()) else { return BTreeMap::new() };
    let keyring = match &cli.passphrase_file {
        Some(_) => keys::open(cli).ok(),
        None => Keyring::open(&path, || None).ok(),
    };
    let entries = keyring.iter().flat_map(Keyring::entries);
    entries.map(|entry| (entry.fingerprint(), entry.name().to_owned())).collect()
}

/// How a file compares, in words. A receipt does not know files: it is worth a word because its key was
/// detected in this one.
fn status(checked: &Checked) -> String {
    let words = checked.status.words();
    match &checked.receipt {
        Some(receipt) => {
            let day = receipt.time.get(..10).unwrap_or(&receipt.time);
            format!("{words}; the plug-in noted a render with its key on {day}")
        }
        None => words.to_owned(),
    }
}

/// The closing table. `with_keys` is whether keys were asked for.
fn summary(
    checked: &[Checked],
    classes: &BTreeMap<Fingerprint, String>,
    with_keys: bool,
) -> String {
    let named = |key: &Fingerprint| classes.get(key).cloned().unwrap_or_else(|| key.to_string());
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let mut headings = vec!["file", "status", "class", "protected (UTC)"];
    if with_keys {
        headings.push("detected");
    }
    let mut rows = table::new(&headings);
    for one in checked {
        let time = one.time.as_deref().map(to_the_second);
        let mut row = vec![
            shown(&one.path).to_string(),
            one.error.clone().unwrap_or_else(|| status(one)),
            or_dash(one.fingerprint.as_ref().map(named)),
            or_dash(time),
        ];
        if with_keys {
            let keys = one.detected.as_deref().filter(|keys| !keys.is_empty());
            let names = keys.map(|keys| keys.iter().map(named).collect::<Vec<_>>().join(", "));
            row.push(or_dash(names));
        }
        rows.add_row(row);
    }
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| (status, checked.iter().filter(|one| one.status == status).count()))
        .filter(|&(_, count)| count > 0)
        .map(|(status, count)| format!("{count} {}", status.words().to_lowercase()))
        .collect();
    let counts = counts.join(", ");
    let hint = if with_keys {
        ""
    } else {
        "\nby hash only: detect keys in the audio too with --key or --all-keys"
    };
    format!("{rows}\n{counts}{hint}")
}
