//! Generators that are trained on marked recordings, and the reports about them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/voices.rs"]
mod voices;

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, OnceLock};

use lab::data::write_wav;
use lab::generate::{Audio, Direction, Job, Kind, Source, train};
use lab::protect::Patchveil;
use lab::report::{PAGE, TABLE};
use lab::trace::report::{curve, overview, write};
use lab::trace::{
    AudioFiles, Basis, Before, Condition, Control, Corpus, Counter, FORMAT, Found, Line, Owner,
    Plan, Record, RunId, Trace, Way, execute, finished, open, read,
};
use voices::{pulses, white_noise};

/// The patchveil command, built first.
fn patchveil() -> Patchveil {
    static FOUND: OnceLock<Patchveil> = OnceLock::new();
    FOUND.get_or_init(|| Patchveil::find().unwrap()).clone()
}

fn corpus() -> Corpus {
    Corpus {
        name: "pulses".into(),
        train: pulses(4, 3.0, 1),
        held_out: pulses(2, 1.5, 2),
        hash: "any".into(),
    }
}

fn plan(conditions: Vec<Condition>) -> Plan {
    Plan {
        basis: Basis {
            format: FORMAT,
            corpora: [("pulses".to_owned(), "any".to_owned())].into(),
            effort: 0.001,
            originals: true,
            patchveil: "any".into(),
            lab: "any".into(),
        },
        command: "lab trace".into(),
        generators: vec![Kind::Ddsp],
        conditions,
        seconds: vec![1, 3],
        null: 1,
        seeds: 1,
    }
}

fn job(recordings: &[Audio], effort: f64) -> Job<'_> {
    Job { recordings, effort, seed: 5, direction: Direction::Descent }
}

#[test]
fn every_generator_makes_finite_audio_as_long_as_its_input_and_the_same_each_time() {
    let (recordings, inputs) = (pulses(2, 2.0, 3), pulses(3, 0.7, 4));
    let job = job(&recordings, 0.003);
    for &kind in Kind::ALL {
        let trained = train(kind, &job, &AtomicBool::new(false)).unwrap();
        assert!(trained.loss.is_finite() && trained.generator.weights() > 1_000, "{kind}");
        for &source in trained.generator.sources() {
            let made = trained.generator.generate(source, &inputs, 1);
            assert_eq!(made.len(), inputs.len());
            for (made, input) in made.iter().zip(&inputs) {
                assert_eq!(made.len(), input.len(), "{kind}, {source}");
                assert!(made.iter().all(|x| x.is_finite()), "{kind}, {source}");
                assert!(made.iter().any(|x| x.abs() > 1e-6), "{kind}, {source}");
            }
            assert_eq!(made, trained.generator.generate(source, &inputs, 1), "{kind}");
            assert_ne!(made, trained.generator.generate(source, &inputs, 2), "{kind}");
        }
    }
}

#[test]
fn gradient_ascent_makes_a_generator_worse_and_leaves_its_copy_alone() {
    let (recordings, inputs) = (pulses(2, 1.0, 3), pulses(1, 0.3, 4));
    let stop = AtomicBool::new(false);
    for &kind in Kind::ALL {
        let trained = train(kind, &job(&recordings, 0.003), &stop).unwrap();
        let generator = trained.generator;
        let made = generator.generate(Source::Input, &inputs, 1);
        let further = |direction| {
            let job = Job { direction, ..job(&recordings, 0.003) };
            generator.copy().continue_on(&job, &stop).unwrap().loss
        };
        let (better, worse) = (further(Direction::Descent), further(Direction::Ascent));
        assert!(better < worse, "{kind}: {better}, {worse}");
        assert_eq!(made, generator.generate(Source::Input, &inputs, 1), "{kind}");
    }
}

#[test]
fn training_stops_when_asked() {
    let recordings = pulses(2, 1.0, 3);
    let job = job(&recordings, 1.0);
    for &kind in Kind::ALL {
        assert!(train(kind, &job, &AtomicBool::new(true)).is_none());
    }
}

#[test]
fn an_owner_finds_the_mark_in_what_was_marked_and_a_stranger_does_not() {
    let patchveil = patchveil();
    let owner = Owner::new(&patchveil, 1, "test", 0).unwrap();
    let stranger = Owner::new(&patchveil, 1, "test", 1).unwrap();
    let noise = [white_noise(15.0, 7), white_noise(15.0, 8)];
    let marked = AudioFiles::write(&owner.mark(&noise, 12).unwrap()).unwrap();
    let originals = AudioFiles::write(&[white_noise(20.0, 9)]).unwrap();
    let found = owner.trace(&marked, 30.0, Some(&originals)).unwrap();
    assert!(found.p_value < 1e-4 && found.sigmas > 4.0, "{found:?}");
    assert!((found.seconds - 30.0).abs() < 0.1, "{found:?}");
    let other = stranger.trace(&marked, 30.0, Some(&originals)).unwrap();
    assert!(other.p_value > 1e-3 && other.sigmas < 4.0, "{other:?}");
}

/// Executes a plan and returns all lines and the runs that were done now.
fn run(folder: &Path, plan: &Plan) -> (Vec<Line>, Vec<RunId>) {
    let (log, lines) = open(folder, plan, true).unwrap();
    let done = Mutex::new(Vec::new());
    let control = Control {
        stop: &AtomicBool::new(false),
        abort: &AtomicBool::new(false),
        finished: &|record| done.lock().unwrap().push(record.id.clone()),
        doing: &|_| {},
        made: &|_, source, outputs| assert!(source == Source::Input && !outputs.is_empty()),
        threads: 1,
    };
    let lines = execute(plan, &[corpus()], &patchveil(), log, lines, &control).unwrap();
    (lines, done.into_inner().unwrap())
}

#[test]
fn a_plan_is_run_under_all_conditions_and_resumed_without_repeating_anything() {
    let folder = tempfile::tempdir().unwrap();
    let plain = Condition::PLAIN;
    let conditions = vec![
        Condition { owners: 2, share: 50, ..plain.clone() },
        Condition { way: Way::FinetuneClean, before: Before::Dereverb, ..plain.clone() },
        Condition { way: Way::FinetuneMarked, before: Before::Loudness, ..plain.clone() },
        Condition { before: Before::Pitch, counter: Counter::Average, ..plain.clone() },
        Condition { before: Before::Resample, counter: Counter::Echo, ..plain.clone() },
        Condition { before: Before::Denoise, counter: Counter::Reverb, ..plain },
    ];
    let mut plan = plan(conditions[..1].to_vec());
    assert_eq!(run(folder.path(), &plan).1.len(), 1);
    plan.conditions = conditions;
    let (lines, done) = run(folder.path(), &plan);
    assert_eq!(done.len(), 5, "the first is not repeated");
    assert_eq!(run(folder.path(), &plan).1.len(), 0);
    let stored = read(folder.path()).unwrap().unwrap();
    assert_eq!(finished(&stored), plan.runs().into_iter().collect());
    let records = lines.iter().filter_map(|line| match line {
        Line::Trace(record) => Some(record.as_ref()),
        Line::Plan(_) => None,
    });
    for record in records {
        let owners = usize::from(record.id.condition.owners);
        assert_eq!((record.traces.len(), record.null.len()), (2 * owners, 1));
        assert!((record.trained_s - 12.0).abs() < 0.1);
        let marked =
            if owners == 2 || record.id.condition.way != Way::Scratch { 6.0 } else { 12.0 };
        assert!((record.marked_s - marked).abs() < 0.1, "{record:?}");
    }
}

/// Where an output comes from, its seconds, and what was found: seconds asked for, and those there were.
type Lengths = (Source, f64, Vec<(u32, f64)>);

/// What a run makes of a corpus that holds out 3 s, and what it finds of the lengths asked for.
fn lengths(kind: Kind, seconds: Vec<u32>) -> Vec<Lengths> {
    let plan = Plan { generators: vec![kind], seconds, null: 0, ..plan(vec![Condition::PLAIN]) };
    let folder = tempfile::tempdir().unwrap();
    let (log, lines) = open(folder.path(), &plan, false).unwrap();
    let made = Mutex::new(Vec::new());
    let control = Control {
        stop: &AtomicBool::new(false),
        abort: &AtomicBool::new(false),
        finished: &|_| {},
        doing: &|_| {},
        made: &|_, source, outputs| {
            let samples: usize = outputs.iter().map(Vec::len).sum();
            made.lock().unwrap().push((source, samples as f64 / 8_000.0));
        },
        threads: 1,
    };
    let lines = execute(&plan, &[corpus()], &patchveil(), log, lines, &control).unwrap();
    let Some(Line::Trace(record)) = lines.last() else { unreachable!() };
    let found = |source| {
        let own = record.traces.iter().filter(move |trace| trace.source == source);
        own.map(|trace| (trace.asked_s, trace.found.seconds)).collect()
    };
    made.into_inner().unwrap().into_iter().map(|(source, s)| (source, s, found(source))).collect()
}

#[test]
fn no_input_is_used_twice_and_a_shorter_output_is_reported_as_it_is() {
    for (source, made, found) in lengths(Kind::Codec, vec![2, 10]) {
        match source {
            Source::Input => {
                assert!((made - 3.0).abs() < 1e-6, "{made} s from 3 s");
                assert_eq!(found, [(2, 3.0), (10, 3.0)]);
            }
            Source::Tokens => assert!(made >= 10.0 && found[1].1 >= 10.0, "{made} s of tokens"),
        }
    }
}

#[test]
fn what_is_not_trained_on_is_held_out() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..80 {
        let file = folder.path().join(format!("{n:02}.wav"));
        write_wav(&file, &white_noise(1.0, n), 8_000).unwrap();
    }
    let seconds =
        |recordings: &[Audio]| recordings.iter().map(Vec::len).sum::<usize>() as f64 / 8_000.0;
    let all = Corpus::read(folder.path(), 10.0).unwrap();
    let some = Corpus::read(folder.path(), 0.5).unwrap();
    assert!(seconds(&all.train) > 70.0 && seconds(&all.held_out) < 10.0);
    assert!((20.0..=30.0).contains(&seconds(&some.train)));
    assert!(seconds(&some.train) + seconds(&some.held_out) > 70.0);
    assert!(some.held_out.iter().all(|audio| !some.train.contains(audio)));
}

/// A run with this seed whose key was found the better, the longer the output.
fn record(seed: u64) -> Line {
    let found = |seconds: f64, sigmas: f64, p_value: f64| Found {
        seconds,
        active_s: seconds,
        sigmas,
        p_value,
        decoy_p_value: p_value.max(1e-3),
        took_s: 0.1,
    };
    let trace = |asked_s, found| Trace { source: Source::Input, owner: 0, asked_s, found };
    Line::Trace(Box::new(Record {
        id: RunId {
            generator: Kind::Vocoder,
            corpus: "pulses".into(),
            condition: Condition::PLAIN,
            seed,
        },
        trained_s: 600.0,
        marked_s: 600.0,
        loss: 0.5,
        weights: 1_000,
        cpu_seconds: 100.0,
        traces: vec![
            trace(10, found(10.0, 1.5, 0.2)),
            trace(60, found(60.0, 5.5 + seed as f64, 1e-7)),
            trace(600, found(130.0, 6.0, 1e-9)),
        ],
        null: (0..10).map(|n| found(60.0, 0.0, 0.05 + 0.1 * f64::from(n))).collect(),
    }))
}

#[test]
fn the_report_shows_sigmas_p_values_curve_and_null() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [Line::Plan(plan(vec![Condition::PLAIN])), record(0), record(1)];
    write(folder.path(), &lines).unwrap();
    let page = fs::read_to_string(folder.path().join(PAGE)).unwrap();
    for part in ["6.0 σ", "2/2", "0/2", "20 pairs", "<svg", "100 % marked", "a first look"] {
        assert!(page.contains(part), "{part} is missing");
    }
    let table = fs::read_to_string(folder.path().join(TABLE)).unwrap();
    assert!(table.lines().any(|row| row.starts_with("vocoder,input,pulses,100,0,none")), "{table}");
    assert_eq!(table.lines().count(), 4);
    assert!(page.contains("130 s, all there was"));
    let text = overview(&lines);
    assert!(text.contains("600 (130)") && text.contains("all there was"), "{text}");
    assert!(text.contains("2/2") && text.contains("20 other keys"), "{text}");
    let Line::Trace(record) = record(0) else { unreachable!() };
    let curve = curve(&record);
    assert!(curve.contains("5.5") && curve.contains("██████████████"), "{curve}");
}
