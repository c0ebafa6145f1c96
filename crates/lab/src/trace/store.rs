//! The results in the output folder.

use std::collections::BTreeSet;
use std::path::Path;

use super::record::{Basis, Line, Plan, RunId};
use crate::run::{Log, LogError, RunError, open_folder, read_folder};

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
/// [`RunError`] if the folder cannot be used or holds results that cannot be continued.
pub fn open(folder: &Path, plan: &Plan, resume: bool) -> Result<(Log, Vec<Line>), RunError> {
    let differs = |line: &Line| match line {
        Line::Plan(old) => difference(&old.basis, &plan.basis).map(str::to_owned),
        Line::Trace(_) => None,
    };
    open_folder(folder, Line::Plan(plan.clone()), resume, differs)
}

/// What differs so that results cannot be compared. Corpora can be added.
pub(crate) fn difference(old: &Basis, new: &Basis) -> Option<&'static str> {
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

/// The lines of the results file in `folder`; none if it holds other results than those of traced generators.
///
/// # Errors
/// [`LogError`] if the file cannot be used.
pub fn read(folder: &Path) -> Result<Option<Vec<Line>>, LogError> {
    read_folder(folder, |line| matches!(line, Line::Plan(_)))
}
