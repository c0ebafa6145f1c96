//! Traces in generators from which recordings were removed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/voices.rs"]
mod voices;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use lab::generate::{Audio, Kind};
use lab::privacy::Method;
use lab::protect::Patchveil;
use lab::recheck::{Control, Line, Plan, Record, execute, left, open, read, tables};
use lab::trace::{AudioFiles, Basis, Case, Corpus, FORMAT, Owner};
use voices::{pulses, white_noise};

/// Tenths of a second in another order.
fn scrambled(audio: &[f32]) -> Audio {
    let pieces: Vec<&[f32]> = audio.chunks_exact(800).collect();
    (0..pieces.len()).flat_map(|n| pieces[n * 67 % pieces.len()]).copied().collect()
}

#[test]
fn a_case_tells_output_with_the_mark_from_output_without() {
    let patchveil = Patchveil::find().unwrap();
    let owner = Owner::new(&patchveil, 1, "test", 0).unwrap();
    let noise =
        |from: u32| -> Vec<Audio> { (from..from + 4).map(|n| white_noise(15.0, n)).collect() };
    // What models make has the echo, and the pattern's patches in no order.
    let marked = |from| {
        let marked = owner.mark(&noise(from), 12).unwrap();
        let made: Vec<Audio> = marked.iter().map(|audio| scrambled(audio)).collect();
        AudioFiles::write(&made).unwrap()
    };
    let (found, case) = Case::open(&owner, &marked(10), 60.0, None).unwrap();
    let case = case.unwrap();
    assert!(found.p_value < 1e-6, "{found:?}");
    let clean = AudioFiles::write(&noise(20)).unwrap();
    let says = |files| case.recheck(files, 60.0, None).unwrap().outcome;
    assert_eq!(says(&clean), "gone");
    assert_eq!(says(&marked(30)), "still_there");
    let other = Owner::new(&patchveil, 1, "test", 1).unwrap();
    assert!(Case::open(&other, &clean, 60.0, None).unwrap().1.is_none(), "nothing to recheck");
}

fn plan(seeds: u64) -> Plan {
    Plan {
        basis: Basis {
            format: FORMAT,
            corpora: [("pulses".into(), "any".into())].into(),
            effort: 0.003,
            originals: true,
            patchveil: "any".into(),
            lab: "any".into(),
        },
        command: "cargo lab recheck".into(),
        generators: vec![Kind::Ddsp],
        share: 50,
        level_db: 0,
        before_s: 3,
        after_s: vec![2, 3],
        seeds,
    }
}

fn run(folder: &Path, plan: &Plan) -> (Vec<Line>, usize) {
    let corpus = Corpus {
        name: "pulses".into(),
        train: pulses(4, 3.0, 1),
        held_out: pulses(2, 1.5, 2),
        hash: "any".into(),
    };
    let (log, lines) = open(folder, plan, true).unwrap();
    let done = Mutex::new(0);
    let control = Control {
        stop: &AtomicBool::new(false),
        abort: &AtomicBool::new(false),
        finished: &|_| *done.lock().unwrap() += 1,
        doing: &|_| {},
    };
    let patchveil = Patchveil::find().unwrap();
    let lines = execute(plan, &[corpus], &patchveil, log, lines, &control).unwrap();
    (lines, done.into_inner().unwrap())
}

#[test]
fn what_was_not_found_before_is_not_rechecked_and_a_run_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    // Seconds of training and of output teach and show nothing.
    assert_eq!(run(folder.path(), &plan(1)).1, 1);
    let (lines, done) = run(folder.path(), &plan(2));
    assert_eq!((done, left(&lines, &plan(2)).len()), (1, 0));
    assert_eq!(read(folder.path()).unwrap().unwrap(), lines);
    let text = tables(&lines).unwrap();
    assert_eq!(text.matches("not found before").count(), 2, "{text}");
    let message = open(folder.path(), &Plan { share: 40, ..plan(2) }, true).unwrap_err();
    assert!(message.to_string().contains("the share"), "{message}");
}

#[test]
fn the_table_has_a_row_for_each_removal_and_length() {
    let trace = r#"{"seconds":60,"sigmas":5.5,"p_value":1e-7,"decoy_p_value":0.001}"#;
    let comparison = r#"{"expected_sigmas":6.1,"ratio":0.07,"ratio_low":-0.1,"ratio_high":0.3}"#;
    let recheck = format!(r#"{{"outcome":"gone","comparison":{comparison},"trace":{trace}}}"#);
    // 120 s were asked for, and there were 97.
    let short = recheck.replace(r#""seconds":60"#, r#""seconds":97.2"#);
    let record = format!(
        r#"{{"generator":"ddsp","corpus":"pulses","seed":0,"seconds":[300,290],"before":{trace},"lsd_db":9.0,
        "removals":[{{"method":"retraining","cpu_seconds":30,"lsd_db":9.5,"rechecks":[[60,{recheck}],[120,{short}]]}}]}}"#
    );
    let record: Record = serde_json::from_str(&record).unwrap();
    assert_eq!(record.removals[0].method, Method::Retraining);
    let text = tables(&[Line::Plan(plan(1)), Line::Recheck(Box::new(record))]).unwrap();
    let rows: Vec<&str> = text.lines().filter(|line| line.contains("retraining")).collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows[1].contains(" 97 |") && rows[1].contains("0.07 (-0.10 to 0.30)"), "{text}");
    assert!(rows[1].contains("gone") && text.starts_with("Little training"), "{text}");
}
