use std::collections::BTreeMap;

use super::*;
use crate::data::Label;
use crate::learn::{Epoch, Learner, Outcome};
use crate::protect::Veil;
use crate::run::{Basis, FORMAT, Figure, Plan, Quality, Record, RunId};

fn plan() -> Plan {
    Plan {
        basis: Basis {
            format: FORMAT,
            label: Label::Digit,
            classes: (0..10).map(|digit| digit.to_string()).collect(),
            rate: 8_000,
            train: 2_700,
            test: 300,
            data: "0123456789abcdef".into(),
            seconds: 0.72,
            quick: false,
            settings: BTreeMap::new(),
            patchveil: "patchveil 0.1.0 (abc)".into(),
            lab: "0.1.0".into(),
        },
        command: "lab run <data> -o out".into(),
        veils: vec![
            Veil::None,
            Veil::Preset("balanced".into()),
            Veil::Recipe { name: "deep".into(), json: "{\"version\": 1}".into() },
        ],
        cuts: vec!["whole".into(), "crops".into()],
        attacks: vec!["none".into()],
        learners: vec![Learner::Cnn, Learner::Transformer, Learner::Probe],
        seeds: 2,
    }
}

/// A different accuracy for every run.
fn accuracy(id: &RunId, index: usize) -> f64 {
    let base = if id.veil == "none" { 0.975 } else { 0.3 };
    base + index as f64 * 1e-3
}

fn lines() -> Vec<Line> {
    let plan = plan();
    let record = |(index, id): (usize, RunId)| {
        let accuracy = accuracy(&id, index);
        let epoch = Epoch { loss: 0.1, accuracy: accuracy as f32 };
        let outcome = Outcome { accuracy, epochs: vec![epoch], weights: 9, cpu_seconds: 1.0 };
        Line::Run(Record { id, trained_on: 2_700, outcome })
    };
    let runs: Vec<Line> = plan.runs().into_iter().enumerate().map(record).collect();
    let pesq = Figure { name: "pesq".into(), about: "PESQ".into(), mean: 3.61, worst: 2.0 };
    let quality =
        Quality { veil: "balanced".into(), seed: 0, clips: 60, figures: vec![pesq], note: None };
    [Line::Plan(plan), Line::Quality(quality)].into_iter().chain(runs).collect()
}

#[test]
fn page_and_table_contain_every_run() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines();
    write(folder.path(), &lines).unwrap();
    let page = fs::read_to_string(folder.path().join(PAGE)).unwrap();
    let table = fs::read_to_string(folder.path().join(TABLE)).unwrap();
    let mut runs = 0;
    for line in &lines {
        let Line::Run(record) = line else { continue };
        runs += 1;
        // Titles of cells list the single values.
        let value = format!("{:.1}", 100.0 * record.outcome.accuracy);
        assert!(page.contains(&value), "{:?}: {value} is not in the page", record.id);
        let id = &record.id;
        let row = format!("{},{},{},{},", id.veil, id.cut, id.attack, id.learner);
        let row = table.lines().find(|line| line.starts_with(&row)).unwrap();
        let value = format!("{:.2}", 100.0 * record.outcome.accuracy);
        assert!(row.contains(&value), "{row}: {value} is missing");
    }
    assert_eq!(runs, 3 * 2 * 3 * 2);
    assert_eq!(table.lines().count(), 1 + runs / 2);
}

#[test]
fn the_panel_is_the_mean_of_the_judges_without_the_probe() {
    let lines = lines();
    let results = Results::new(&lines).unwrap();
    let mean = |learner| results.cell("balanced", "whole", "none", learner).unwrap().mean();
    let panel = results.panel("balanced", "whole", "none").unwrap();
    assert_eq!(panel.judges, 2);
    assert!((panel.mean - (mean(Learner::Cnn) + mean(Learner::Transformer)) / 2.0).abs() < 1e-12);
    assert!((panel.worst - mean(Learner::Transformer)).abs() < 1e-12);
}

#[test]
fn learners_that_do_not_qualify_as_judges_are_named() {
    let mut lines = lines();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &lines).unwrap();
    let page = fs::read_to_string(folder.path().join(PAGE)).unwrap();
    assert!(!page.contains("Not judges"), "all judges reach 97 %");
    for line in &mut lines {
        let Line::Run(record) = line else { continue };
        if record.id.veil == "none" && record.id.learner == Learner::Cnn {
            record.outcome.accuracy = 0.95;
        }
    }
    write(folder.path(), &lines).unwrap();
    let page = fs::read_to_string(folder.path().join(PAGE)).unwrap();
    assert!(page.contains("Not judges: </span>cnn (95.0 %)"));
    assert!(overview(&lines).contains("not a judge: cnn reaches 95.0 %"));
}

#[test]
fn the_page_states_its_basis_and_is_self_contained() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &lines()).unwrap();
    let page = fs::read_to_string(folder.path().join(PAGE)).unwrap();
    for wanted in [
        "Threat model",
        "Guessing gives 10.0 %",
        "lab run &lt;data&gt; -o out",
        "patchveil 0.1.0 (abc)",
        "{&quot;version&quot;: 1}",
        "seeds (0 to 1)",
    ] {
        assert!(page.contains(wanted), "{wanted:?} is missing");
    }
    for outside in ["http://", "https://", "src=", "href="] {
        assert!(!page.contains(outside), "{outside:?} leads outside");
    }
}

#[test]
fn a_quick_run_carries_a_warning() {
    let mut lines = lines();
    let Some(Line::Plan(plan)) = lines.first_mut() else { panic!("no plan") };
    plan.basis.quick = true;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &lines).unwrap();
    let page = fs::read_to_string(folder.path().join(PAGE)).unwrap();
    assert!(page.contains("This is a first look"));
}

#[test]
fn no_report_is_written_before_a_run_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let error = write(folder.path(), &[Line::Plan(plan())]).unwrap_err();
    assert!(error.to_string().contains("nothing to report"));
    assert!(!folder.path().join(PAGE).exists());
}
