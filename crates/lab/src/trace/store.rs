//! The results in the output folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::error::TraceError;
use super::record::{Line, Plan, RunId};
use crate::run::{Log, LogError, RESULTS};

/// The finished runs among `lines`.
#[must_use]
pub fn finished(lines: &[Line]) -> BTreeSet<RunId> {
    let id = |line: &Line| match line {
        Line::Trace(record) => Some(record.id.clone()),
        Line::Plan(_) => None,
    };
    lines.iter().filter_map(id).collect()
}

/// Opens the output folder for a plan and returns its lines. With `resume` it continues the results there;
/// without, there must be none.
///
/// # Errors
/// [`TraceError`] if the folder cannot be used or holds results that cannot be continued.
pub fn open(folder: &Path, plan: &Plan, resume: bool) -> Result<(Log, Vec<Line>), TraceError> {
    fs::create_dir_all(folder).map_err(|why| LogError::File { path: folder.to_owned(), why })?;
    let (mut log, mut lines) = Log::open_lines(&folder.join(RESULTS))?;
    if !resume && !lines.is_empty() {
        return Err(TraceError::HasResults(folder.to_owned()));
    }
    for line in &lines {
        if let Line::Plan(old) = line
            && let Some(what) = difference(old, plan)
        {
            return Err(TraceError::Differs { folder: folder.to_owned(), what });
        }
    }
    let line = Line::Plan(plan.clone());
    log.add(&line)?;
    lines.push(line);
    Ok((log, lines))
}

/// What differs so that results cannot be compared. Corpora can be added.
fn difference(old: &Plan, new: &Plan) -> Option<&'static str> {
    let (old, new) = (&old.basis, &new.basis);
    let other_samples =
        new.corpora.iter().any(|(name, hash)| old.corpora.get(name).is_some_and(|old| old != hash));
    if old.format != new.format || old.lab != new.lab {
        Some("the version of lab")
    } else if old.patchveil != new.patchveil {
        Some("the patchveil command")
    } else if old.effort != new.effort {
        Some("how long generators are trained (--quick)")
    } else if old.originals != new.originals {
        Some("whether the owners' originals are used (--no-originals)")
    } else if other_samples {
        Some("the recordings")
    } else {
        None
    }
}

/// The lines of the results file in `folder`.
///
/// # Errors
/// [`LogError`] if the file cannot be used.
pub fn read(folder: &Path) -> Result<Vec<Line>, LogError> {
    Log::open_lines(&folder.join(RESULTS)).map(|(_, lines)| lines)
}

/// Whether the results in `folder` are those of traced generators.
#[must_use]
pub fn is_trace(folder: &Path) -> bool {
    let Ok(text) = fs::read_to_string(folder.join(RESULTS)) else { return false };
    let first = text.lines().next().unwrap_or_default();
    matches!(serde_json::from_str(first), Ok(Line::Plan(_)))
}
