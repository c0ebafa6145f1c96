//! Interrupted runs and results that are there already.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/plans.rs"]
mod plans;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use lab::learn::Learner;
use lab::protect::Veil;
use lab::run::{Line, Plan, RESULTS, Record, RunControl, RunError, RunId, execute, open, unique};
use plans::{Impatient, basis};
use support::{patchveil, tones};

fn plan(seeds: u64) -> Plan {
    Plan {
        basis: basis(&tones()),
        command: "lab run".into(),
        veils: vec![Veil::None],
        cuts: vec!["whole".into(), "crops".into()],
        attacks: vec!["none".into()],
        learners: vec![Learner::Probe],
        seeds,
    }
}

/// Executes the plan, stopping after `most` runs, and returns all records.
fn run(folder: &Path, plan: &Plan, most: usize) -> Result<Vec<Record>, RunError> {
    let (log, stored) = open(folder, plan, true)?;
    let user = Impatient::after(most);
    let control = RunControl {
        stop: &user.stop,
        abort: &user.abort,
        finished: &|_| user.sees_one(),
        preparing: &|_| {},
        python: PathBuf::from("no python"),
        threads: 1,
    };
    let lines = execute(plan, &tones(), &patchveil(), log, stored, &control)?;
    Ok(records(lines))
}

fn records(lines: Vec<Line>) -> Vec<Record> {
    lines
        .into_iter()
        .filter_map(|line| if let Line::Run(record) = line { Some(record) } else { None })
        .collect()
}

fn untimed(mut record: Record) -> Record {
    record.outcome.cpu_seconds = 0.0;
    record
}

#[test]
fn a_resumed_run_gives_the_results_of_an_uninterrupted_one() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let plan = plan(3);
    let whole = run(one.path(), &plan, usize::MAX).unwrap();
    assert_eq!(whole.len(), 6);
    assert_eq!(run(two.path(), &plan, 2).unwrap().len(), 2);
    assert_eq!(run(two.path(), &plan, 1).unwrap().len(), 3);
    let parts = run(two.path(), &plan, usize::MAX).unwrap();
    let sorted = |records: Vec<Record>| {
        let mut records: Vec<Record> = records.into_iter().map(untimed).collect();
        records.sort_by(|a, b| a.id.cmp(&b.id));
        records
    };
    assert_eq!(sorted(parts), sorted(whole));
}

#[test]
fn an_incomplete_line_loses_only_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(2);
    let before: BTreeSet<RunId> =
        run(folder.path(), &plan, 3).unwrap().into_iter().map(|record| record.id).collect();
    assert_eq!(before.len(), 3);
    let file = folder.path().join(RESULTS);
    let mut torn = fs::OpenOptions::new().append(true).open(&file).unwrap();
    torn.write_all(b"{\"line\":\"run\",\"veil\":\"no").unwrap();
    drop(torn);
    let after = run(folder.path(), &plan, usize::MAX).unwrap();
    let ids: BTreeSet<RunId> = after.iter().map(|record| record.id.clone()).collect();
    assert_eq!((after.len(), ids.len()), (4, 4), "none lost, none twice");
    assert!(ids.is_superset(&before));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.lines().all(|line| serde_json::from_str::<Line>(line).is_ok()), "{text}");
}

#[test]
fn seeds_can_be_added_to_existing_results() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &plan(1), usize::MAX).unwrap().len(), 2);
    assert_eq!(run(folder.path(), &plan(2), usize::MAX).unwrap().len(), 4);
}

#[test]
fn results_that_cannot_be_compared_are_not_mixed() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &plan(1), usize::MAX).unwrap();
    let message = open(folder.path(), &plan(1), false).unwrap_err().to_string();
    assert!(message.contains("--resume"), "{message}");

    let mut other = plan(1);
    other.basis.data = "other".into();
    let message = open(folder.path(), &other, true).unwrap_err().to_string();
    assert!(message.contains("the data"), "{message}");

    let mut other = plan(1);
    other.basis.patchveil = "other".into();
    let message = open(folder.path(), &other, true).unwrap_err().to_string();
    assert!(message.contains("the patchveil command"), "{message}");
}

#[test]
fn two_runs_cannot_write_to_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let held = open(folder.path(), &plan(1), true).unwrap();
    let message = open(folder.path(), &plan(1), true).unwrap_err().to_string();
    assert!(message.contains("another lab run"), "{message}");
    drop(held);
    open(folder.path(), &plan(1), true).unwrap();
}

#[test]
fn different_recipes_of_one_name_are_rejected() {
    let recipe = |json: &str| Veil::Recipe { name: "deep".into(), json: json.into() };
    assert_eq!(unique(vec![recipe("{}"), recipe("{}")]).unwrap().len(), 1);
    let message = unique(vec![recipe("{}"), recipe("[]")]).unwrap_err().to_string();
    assert!(message.contains("deep"), "{message}");
}
