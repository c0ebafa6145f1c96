//! What classifiers give away: interrupted runs, tables, and the command line.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/plans.rs"]
mod plans;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::data::{Dataset, write_wav};
use lab::learn::Learner;
use lab::privacy::{
    Part, PrivacyControl, PrivacyError, PrivacyLine, PrivacyPlan, PrivacyRecord, PrivacyResults,
    TABLES, Training, execute, tables,
};
use lab::protect::Veil;
use lab::run::RESULTS;
use plans::{Impatient, basis};
use support::{patchveil, tones};

/// The two tones, by two speakers.
fn data() -> Dataset {
    let mut data = tones();
    for (n, clip) in data.train.iter_mut().chain(&mut data.test).enumerate() {
        clip.group = ["ann", "bob"][n / 2 % 2].into();
    }
    data
}

fn plan(seeds: u64) -> PrivacyPlan {
    PrivacyPlan {
        basis: basis(&data()),
        command: "lab privacy".into(),
        parts: vec![Part::Probe, Part::Curve, Part::Erasure],
        veils: vec![Veil::None],
        learners: vec![Learner::Probe],
        seeds,
        // ε needs Python.
        epsilons: Vec::new(),
        models: 3,
        decoys: 3,
        training: Training { steps: 5, sampling: 0.5, rate: 0.1, momentum: 0.9, privacy: None },
        clip: 1.0,
    }
}

/// Executes the plan, stopping after `most` tasks, and returns all lines.
fn run(folder: &Path, plan: &PrivacyPlan, most: usize) -> Vec<PrivacyLine> {
    let results = PrivacyResults::open(folder, plan, true).unwrap();
    let user = Impatient::after(most);
    let control = PrivacyControl {
        stop: &user.stop,
        abort: &user.abort,
        finished: &|_| user.sees_one(),
        preparing: &|_| {},
        python: PathBuf::from("no-such-python"),
    };
    execute(plan, &data(), &patchveil(), results, &control).unwrap()
}

/// The records without times, as text: a number read from disk may differ in its last bit.
fn untimed(lines: &[PrivacyLine]) -> Vec<String> {
    let record = |line: &PrivacyLine| match line {
        PrivacyLine::Done(record) => {
            Some(format!("{:.6?}", PrivacyRecord { cpu_seconds: 0.0, ..record.clone() }))
        }
        _ => None,
    };
    lines.iter().filter_map(record).collect()
}

#[test]
fn a_resumed_run_gives_the_results_of_an_uninterrupted_one() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let plan = plan(2);
    let whole = run(one.path(), &plan, usize::MAX);
    // For each seed: a probe with all and with half protected, one point of the curve, one erasure.
    assert_eq!(untimed(&whole).len(), 8);
    assert_eq!(untimed(&run(two.path(), &plan, 3)).len(), 3);
    let parts = run(two.path(), &plan, usize::MAX);
    assert_eq!(untimed(&parts), untimed(&whole));
    let text = tables(&whole);
    for wanted in ["gradient ascent", "Privacy against utility", "| none   | probe |"] {
        assert!(text.contains(wanted), "{wanted:?} is missing:\n{text}");
    }
}

#[test]
fn results_that_cannot_be_compared_are_not_mixed() {
    let folder = tempfile::tempdir().unwrap();
    drop(PrivacyResults::open(folder.path(), &plan(1), false).unwrap());
    let message = PrivacyResults::open(folder.path(), &plan(1), false).unwrap_err().to_string();
    assert!(message.contains("--resume"), "{message}");
    let other = PrivacyPlan { decoys: 4, ..plan(1) };
    let message = PrivacyResults::open(folder.path(), &other, true).unwrap_err().to_string();
    assert!(message.contains("decoys"), "{message}");
}

#[test]
fn without_the_accountant_nothing_is_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let plan = PrivacyPlan { epsilons: vec![3.0], ..plan(1) };
    let results = PrivacyResults::open(folder.path(), &plan, false).unwrap();
    let user = Impatient::after(usize::MAX);
    let control = PrivacyControl {
        stop: &user.stop,
        abort: &user.abort,
        finished: &|_| user.sees_one(),
        preparing: &|_| {},
        python: PathBuf::from("no-such-python"),
    };
    let error = execute(&plan, &data(), &patchveil(), results, &control).unwrap_err();
    assert!(matches!(error, PrivacyError::Accounting(_)), "{error}");
    assert!(error.to_string().contains("dp-accounting"), "{error}");
}

#[test]
fn the_command_writes_results_and_tables_and_can_be_resumed() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let tones = data();
    for (from, clips) in [(5, &tones.train), (0, &tones.test)] {
        for (n, clip) in clips.iter().enumerate() {
            let name = format!("{}_{}_{}.wav", tones.classes[clip.label], clip.group, from + n / 4);
            write_wav(&folder.path().join(name), &clip.samples, clip.rate).unwrap();
        }
    }
    let lab = |extra: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.arg("privacy").arg(folder.path()).args(["--parts", "probe", "--quick"]);
        command.arg("--patchveil").arg(patchveil().binary()).arg("-o").arg(out.path());
        command.args(extra).output().unwrap()
    };
    let messages =
        |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let output = lab(&[]);
    assert!(output.status.success(), "{}", messages(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("balanced"));
    assert!(out.path().join(TABLES).is_file() && out.path().join(RESULTS).is_file());
    assert_eq!(lab(&[]).status.code(), Some(2), "results are there already");
    fs::remove_file(out.path().join(TABLES)).unwrap();
    let resumed = lab(&["--resume"]);
    assert!(messages(&resumed).contains("2 of 2 tasks are already done"), "{}", messages(&resumed));
    assert!(out.path().join(TABLES).is_file());
    fs::remove_file(out.path().join(TABLES)).unwrap();
    let report = Command::new(env!("CARGO_BIN_EXE_lab")).arg("report").arg(out.path()).output();
    assert!(report.unwrap().status.success());
    assert!(out.path().join(TABLES).is_file());
}
