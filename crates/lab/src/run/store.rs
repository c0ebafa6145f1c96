//! Opening the results of earlier runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::RunError;
use super::log::{Log, LogError};
use super::record::{Basis, Line, Plan, RunId};
use crate::data::Dataset;
use crate::protect::Veil;

/// The results file in the output folder.
pub const RESULTS: &str = "results.jsonl";

/// The results in the output folder.
#[derive(Debug, Default)]
pub struct StoredResults {
    /// All lines.
    pub lines: Vec<Line>,
}

impl StoredResults {
    /// The finished runs.
    #[must_use]
    pub fn finished(&self) -> BTreeSet<RunId> {
        let id = |line: &Line| match line {
            Line::Run(record) => Some(record.id.clone()),
            _ => None,
        };
        self.lines.iter().filter_map(id).collect()
    }

    /// Whether the quality under `veil` with the keys of `seed` is known.
    #[must_use]
    pub fn has_quality(&self, veil: &str, seed: u64) -> bool {
        self.lines.iter().any(
            |line| matches!(line, Line::Quality(known) if known.veil == veil && known.seed == seed),
        )
    }
}

/// What makes results of two plans incomparable, for the user.
fn differs(old: &Plan, new: &Plan) -> Option<String> {
    if old.basis != new.basis {
        return Some(difference(&old.basis, &new.basis).to_owned());
    }
    let changed =
        |veil: &&Veil| old.veils.iter().any(|old| old.name() == veil.name() && old != *veil);
    new.veils.iter().find(changed).map(|veil| format!("the recipe {}", veil.name()))
}

/// What differs, for the user.
pub(crate) fn difference(old: &Basis, new: &Basis) -> &'static str {
    if old.format != new.format || old.lab != new.lab {
        "the version of lab"
    } else if old.patchveil != new.patchveil {
        "the patchveil command"
    } else if old.quick != new.quick {
        "--quick"
    } else if old.label != new.label {
        "--label"
    } else if old.settings != new.settings {
        "the training settings"
    } else {
        "the data"
    }
}

/// Opens the output folder for a plan. With `resume` it continues the results there; without, there
/// must be none.
///
/// # Errors
/// [`RunError`] if the folder cannot be used or holds results that cannot be continued.
pub fn open(folder: &Path, plan: &Plan, resume: bool) -> Result<(Log, StoredResults), RunError> {
    let differs = |line: &Line| match line {
        Line::Plan(old) => differs(old, plan),
        _ => None,
    };
    let plan = Line::Plan(plan.clone());
    let (log, lines) = open_folder(folder, plan, resume, differs)?;
    Ok((log, StoredResults { lines }))
}

/// Opens the output folder, adds the line of a plan, and returns all lines. With `resume` it continues the results
/// there; without, there must be none. `differs` says what makes results under an earlier line incomparable.
///
/// # Errors
/// [`RunError`] if the folder cannot be used or holds results that cannot be continued.
pub(crate) fn open_folder<L: Serialize + DeserializeOwned>(
    folder: &Path,
    plan: L,
    resume: bool,
    differs: impl Fn(&L) -> Option<String>,
) -> Result<(Log, Vec<L>), RunError> {
    fs::create_dir_all(folder).map_err(|why| LogError::File { path: folder.to_owned(), why })?;
    let (mut log, mut lines) = Log::open(&folder.join(RESULTS))?;
    if !resume && !lines.is_empty() {
        return Err(RunError::HasResults(folder.to_owned()));
    }
    if let Some(what) = lines.iter().find_map(differs) {
        return Err(RunError::Differs { folder: folder.to_owned(), what });
    }
    log.add(&plan)?;
    lines.push(plan);
    Ok((log, lines))
}

/// The lines of the results file in `folder` if its first is a plan, as `is_plan` says; none if the folder holds
/// results of another kind, or none.
///
/// # Errors
/// [`LogError`] if the file cannot be used.
pub(crate) fn read_folder<L: DeserializeOwned>(
    folder: &Path,
    is_plan: impl FnOnce(&L) -> bool,
) -> Result<Option<Vec<L>>, LogError> {
    let path = folder.join(RESULTS);
    let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
    match serde_json::from_str::<L>(text.lines().next().unwrap_or_default()) {
        Ok(first) if is_plan(&first) => Log::open(&path).map(|(_, lines)| Some(lines)),
        _ => Ok(None),
    }
}

/// Hash of all clips and labels.
#[must_use]
pub fn fingerprint(data: &Dataset) -> String {
    let mut hasher = blake3::Hasher::new();
    for clips in [&data.train, &data.test] {
        hasher.update(&(clips.len() as u64).to_le_bytes());
        for clip in clips {
            hasher.update(&(clip.label as u64).to_le_bytes());
            hasher.update(&(clip.samples.len() as u64).to_le_bytes());
            clip.samples.iter().for_each(|sample| {
                hasher.update(&sample.to_le_bytes());
            });
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// The veils without duplicates.
///
/// # Errors
/// [`RunError::DuplicateName`] if two different veils have the same name.
pub fn unique(veils: Vec<Veil>) -> Result<Vec<Veil>, RunError> {
    let mut seen: Vec<Veil> = Vec::new();
    for veil in veils {
        match seen.iter().find(|known| known.name() == veil.name()) {
            Some(known) if *known == veil => {}
            Some(_) => return Err(RunError::DuplicateName(veil.name().to_owned())),
            None => seen.push(veil),
        }
    }
    Ok(seen)
}
