//! `patchveil verify`

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use patchveil::protect::{Watch, rough_size};
use patchveil::shown;
use patchveil::verify::{Checked, Status, check, survey};
use patchveil_keyring::{Keyring, resolve_path};
use patchveil_veil::Fingerprint;
use rayon::prelude::*;
use serde::Serialize;

use super::args::{Cli, VerifyArgs};
use super::{
    DONE, FAILED, Failure, STOPPED, complain, keys, progress_bar, say, say_json, stop, table,
};

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
    let classes = classes(cli);
    let survey = survey(&args.inputs).map_err(Failure::usage)?;
    let stop = stop::on_request();
    let bar = progress_bar(survey.files.iter().map(|file| rough_size(file)).sum());
    let progress = |bytes| bar.inc(bytes);
    let watch = Watch { stop: &stop, progress: &progress };
    let checked: Vec<Checked> = survey
        .files
        .par_iter()
        .filter_map(|file| check(file, survey.manifest(file), &watch))
        .collect();
    bar.finish_and_clear();
    if stop.load(Ordering::Relaxed) {
        complain("stopped before all files were checked");
        return Ok(STOPPED);
    }
    let class = |checked: &Checked| {
        checked.fingerprint.and_then(|fingerprint| classes.get(&fingerprint)).map(String::as_str)
    };
    if args.json {
        checked.iter().try_for_each(|one| say_json(&Line { checked: one, class: class(one) }))?;
    } else {
        say(&report(&checked, class))?;
    }
    let well = checked.iter().all(|checked| checked.status.is_well());
    Ok(if well && !checked.is_empty() { DONE } else { FAILED })
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

fn report<'a>(checked: &'a [Checked], class: impl Fn(&'a Checked) -> Option<&'a str>) -> String {
    let mut rows = table::new(&["file", "status", "class", "protected (UTC)"]);
    for one in checked {
        let known = class(one).map(str::to_owned);
        let class = known.or_else(|| one.fingerprint.map(|key| key.to_string()));
        let time = one.time.as_deref().map(|time| time.get(..19).unwrap_or(time).replace('T', " "));
        rows.add_row([
            shown(&one.path).to_string(),
            one.error.clone().unwrap_or_else(|| one.status.words().to_owned()),
            class.unwrap_or_else(|| "–".to_owned()),
            time.unwrap_or_else(|| "–".to_owned()),
        ]);
    }
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| (status, checked.iter().filter(|one| one.status == status).count()))
        .filter(|&(_, count)| count > 0)
        .map(|(status, count)| format!("{count} {}", status.words().to_lowercase()))
        .collect();
    let counts = if counts.is_empty() { "nothing to check".to_owned() } else { counts.join(", ") };
    format!("{rows}\n{counts}\nby hash only: whether a key can be heard in the audio was not tried")
}
