//! What is finished stays finished.
#![allow(clippy::unwrap_used, reason = "tests may")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use lab::data::Label;
use lab::learn::{Learner, Settings};
use lab::protect::Veil;
use lab::run::{
    Basis, FORMAT, Line, Plan, RESULTS, Record, RunError, RunId, Watch, fingerprint, open, unique,
    work,
};
use support::{patchveil, tones};

fn plan(seeds: u64) -> Plan {
    let data = tones();
    let settings = Settings { epochs: 1, ..Settings::of(Learner::Probe) };
    Plan {
        basis: Basis {
            format: FORMAT,
            label: Label::Digit,
            classes: data.classes.clone(),
            rate: data.rate,
            train: data.train.len(),
            test: data.test.len(),
            data: fingerprint(&data),
            seconds: data.seconds(),
            quick: false,
            settings: [(Learner::Probe, settings)].into(),
            patchveil: "any".into(),
            lab: "any".into(),
        },
        command: "lab run".into(),
        veils: vec![Veil::None],
        cuts: vec!["whole".into(), "crops".into()],
        attacks: vec!["none".into()],
        learners: vec![Learner::Probe],
        seeds,
    }
}

/// Works on the plan, stopping after `most` runs, and returns what is in the file then.
fn go(folder: &Path, plan: &Plan, most: usize) -> Result<Vec<Record>, RunError> {
    let (log, done) = open(folder, plan, true)?;
    let (stop, abort, count) =
        (AtomicBool::new(false), AtomicBool::new(false), AtomicUsize::new(0));
    let watch = Watch {
        stop: &stop,
        abort: &abort,
        finished: &|_| {
            if count.fetch_add(1, Ordering::Relaxed) + 1 >= most {
                stop.store(true, Ordering::Relaxed);
            }
        },
        preparing: &|_| {},
        python: PathBuf::from("no python"),
        threads: 1,
    };
    let lines = work(plan, &tones(), &patchveil(), log, done, &watch)?;
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
fn what_is_stopped_and_gone_on_with_gives_what_one_go_gives() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let plan = plan(3);
    let whole = go(one.path(), &plan, usize::MAX).unwrap();
    assert_eq!(whole.len(), 6);
    assert_eq!(go(two.path(), &plan, 2).unwrap().len(), 2);
    assert_eq!(go(two.path(), &plan, 1).unwrap().len(), 3);
    let parts = go(two.path(), &plan, usize::MAX).unwrap();
    let sorted = |records: Vec<Record>| {
        let mut records: Vec<Record> = records.into_iter().map(untimed).collect();
        records.sort_by(|a, b| a.id.cmp(&b.id));
        records
    };
    assert_eq!(sorted(parts), sorted(whole));
}

#[test]
fn a_line_torn_by_a_crash_costs_that_run_only() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(2);
    let before: BTreeSet<RunId> =
        go(folder.path(), &plan, 3).unwrap().into_iter().map(|record| record.id).collect();
    assert_eq!(before.len(), 3);
    let file = folder.path().join(RESULTS);
    let mut torn = fs::OpenOptions::new().append(true).open(&file).unwrap();
    torn.write_all(b"{\"line\":\"run\",\"veil\":\"no").unwrap();
    drop(torn);
    let after = go(folder.path(), &plan, usize::MAX).unwrap();
    let ids: BTreeSet<RunId> = after.iter().map(|record| record.id.clone()).collect();
    assert_eq!((after.len(), ids.len()), (4, 4), "none lost, none twice");
    assert!(ids.is_superset(&before));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.lines().all(|line| serde_json::from_str::<Line>(line).is_ok()), "{text}");
}

#[test]
fn more_seeds_can_be_added_to_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(go(folder.path(), &plan(1), usize::MAX).unwrap().len(), 2);
    assert_eq!(go(folder.path(), &plan(2), usize::MAX).unwrap().len(), 4);
}

#[test]
fn results_of_something_else_are_not_added_to() {
    let folder = tempfile::tempdir().unwrap();
    go(folder.path(), &plan(1), usize::MAX).unwrap();
    let said = open(folder.path(), &plan(1), false).unwrap_err().to_string();
    assert!(said.contains("--resume"), "{said}");

    let mut other = plan(1);
    other.basis.data = "other".into();
    let said = open(folder.path(), &other, true).unwrap_err().to_string();
    assert!(said.contains("the data"), "{said}");

    let mut other = plan(1);
    other.basis.patchveil = "other".into();
    let said = open(folder.path(), &other, true).unwrap_err().to_string();
    assert!(said.contains("the patchveil command"), "{said}");
}

#[test]
fn two_runs_do_not_write_to_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let held = open(folder.path(), &plan(1), true).unwrap();
    let said = open(folder.path(), &plan(1), true).unwrap_err().to_string();
    assert!(said.contains("another lab run"), "{said}");
    drop(held);
    open(folder.path(), &plan(1), true).unwrap();
}

#[test]
fn two_recipes_of_one_name_are_told_apart_or_refused() {
    let recipe = |json: &str| Veil::Recipe { name: "deep".into(), json: json.into() };
    assert_eq!(unique(vec![recipe("{}"), recipe("{}")]).unwrap().len(), 1);
    let said = unique(vec![recipe("{}"), recipe("[]")]).unwrap_err().to_string();
    assert!(said.contains("deep"), "{said}");
}
