//! The results in the output folder.

use std::path::Path;

use super::record::{Line, Plan, Task};
use crate::run::{Log, LogError, RunError, open_folder, read_folder};
use crate::trace::difference;

/// Opens the output folder for a plan and returns its lines. With `resume` it continues the results there;
/// without, there must be none.
///
/// # Errors
/// [`RunError`] if the folder cannot be used or holds results that cannot be continued.
pub fn open(folder: &Path, plan: &Plan, resume: bool) -> Result<(Log, Vec<Line>), RunError> {
    let differs = |line: &Line| match line {
        Line::Plan(old) => differs(old, plan).map(str::to_owned),
        Line::Recheck(_) => None,
    };
    open_folder(folder, Line::Plan(plan.clone()), resume, differs)
}

/// What makes results of two plans incomparable, for the user.
fn differs(old: &Plan, new: &Plan) -> Option<&'static str> {
    let settings = |plan: &Plan| (plan.share, plan.level_db, plan.before_s, plan.after_s.clone());
    let other = (settings(old) != settings(new)).then_some("the share, the level or a length");
    difference(&old.basis, &new.basis).or(other)
}

/// The tasks of `plan` that are not finished.
#[must_use]
pub fn left(lines: &[Line], plan: &Plan) -> Vec<Task> {
    let is_done =
        |line: &Line, task: &Task| matches!(line, Line::Recheck(done) if done.task == *task);
    let is_left = |task: &Task| !lines.iter().any(|line| is_done(line, task));
    plan.tasks().into_iter().filter(is_left).collect()
}

/// The lines of the results in `folder`; none if it holds results of another kind.
///
/// # Errors
/// [`LogError`] if the file cannot be used.
pub fn read(folder: &Path) -> Result<Option<Vec<Line>>, LogError> {
    read_folder(folder, |line| matches!(line, Line::Plan(_)))
}
