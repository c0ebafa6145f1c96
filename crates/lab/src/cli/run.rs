//! `lab run` and `lab report`

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;

use lab::attack::Attack;
use lab::cut::Cut;
use lab::data::Dataset;
use lab::learn::{Learner, Settings};
use lab::protect::Patchveil;
use lab::report::{PAGE, TABLE, write};
use lab::run::{Basis, FORMAT, Line, Log, Plan, RESULTS, Watch, fingerprint, open, unique, work};

use super::args::RunArgs;
use super::progress::{Progress, on_request};
use super::{DONE, Failure, STOPPED, complain, say};

/// Clips that a first look takes of each class and group: to publish, and to test with.
const QUICK_CLIPS: (usize, usize) = (12, 5);
/// Passes over the training clips in a first look.
const QUICK_EPOCHS: usize = 12;

/// Does what the arguments say.
pub(super) fn run(args: &RunArgs) -> Result<u8, Failure> {
    if args.attacks().contains(&Attack::OnePair) && args.cuts().len() > 1 {
        return Err(Failure::usage(
            "one-pair knows where whole clips begin and nothing of pieces; leave out --cuts or that attack",
        ));
    }
    let data = Dataset::read(&args.data, args.label)?;
    let data = if args.quick { data.thinned(QUICK_CLIPS.0, QUICK_CLIPS.1) } else { data };
    let veils = unique(args.veils()?)?;
    let patchveil = match &args.patchveil {
        Some(binary) => Patchveil::at(binary)?,
        None => Patchveil::find()?,
    };
    let plan = Plan {
        basis: Basis {
            format: FORMAT,
            label: args.label,
            rate: data.rate,
            train: data.train.len(),
            test: data.test.len(),
            data: fingerprint(&data),
            seconds: data.seconds(),
            quick: args.quick,
            patchveil: patchveil.version()?,
            lab: env!("CARGO_PKG_VERSION").to_owned(),
            classes: data.classes.clone(),
            settings: Learner::ALL.iter().map(|&l| (l, settings(l, args))).collect(),
        },
        command: command(),
        veils,
        cuts: args.cuts().into_iter().map(|cut: Cut| cut.name().to_owned()).collect(),
        attacks: args.attacks().into_iter().map(|a: Attack| a.name().to_owned()).collect(),
        learners: args.learners(),
        seeds: args.seeds(),
    };
    if args.quick {
        complain("a first look: part of the clips, little training; claim nothing from it");
    }
    let (log, done) = open(&args.output, &plan, args.resume)?;
    let finished = done.runs();
    let runs = plan.runs();
    let left = runs.iter().filter(|run| !finished.contains(run)).count();
    if left < runs.len() {
        complain(&format!("{} of {} runs are done already", runs.len() - left, runs.len()));
    }
    let (stop, abort) = on_request();
    let progress = Progress::new(left);
    let watch = Watch {
        stop: &stop,
        abort: &abort,
        finished: &|record| progress.finished(record),
        preparing: &|what| progress.preparing(what),
        python: args.python.clone(),
        threads: args
            .threads
            .unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get)),
    };
    let lines = work(&plan, &data, &patchveil, log, done, &watch)?;
    drop(progress);
    let trained = lines.iter().any(|line| matches!(line, Line::Run(_)));
    if trained {
        show(&args.output, &lines)?;
    }
    if stop.load(Ordering::Relaxed) {
        complain("stopped; go on with the same command and --resume");
        return Ok(STOPPED);
    }
    Ok(DONE)
}

/// Writes the report of an earlier run anew.
pub(super) fn report(folder: &Path) -> Result<u8, Failure> {
    if !folder.join(RESULTS).is_file() {
        return Err(Failure::usage(format!(
            "{}: holds no {RESULTS}; give the folder of an earlier run",
            folder.display()
        )));
    }
    let (_, lines) = Log::open(&folder.join(RESULTS)).map_err(Failure::usage)?;
    show(folder, &lines)?;
    Ok(DONE)
}

fn show(folder: &Path, lines: &[Line]) -> Result<(), Failure> {
    write(folder, lines)?;
    say(&lab::report::overview(lines))?;
    say(&format!(
        "\nreport: {}\ntable:  {}",
        folder.join(PAGE).display(),
        folder.join(TABLE).display()
    ))
}

fn settings(learner: Learner, args: &RunArgs) -> Settings {
    let settings = Settings::of(learner);
    let epochs = match args.epochs {
        Some(epochs) => usize::from(epochs),
        None if args.quick => settings.epochs.min(QUICK_EPOCHS),
        None => settings.epochs,
    };
    Settings { epochs, ..settings }
}

/// What to type to do the same again.
fn command() -> String {
    let quoted = |arg: String| {
        let plain = |c: char| c.is_alphanumeric() || "-_./,=:+".contains(c);
        if !arg.is_empty() && arg.chars().all(plain) {
            arg
        } else {
            format!("'{}'", arg.replace('\'', r"'\''"))
        }
    };
    let args = std::env::args_os().skip(1).map(|arg| quoted(arg.to_string_lossy().into_owned()));
    // Going on is no part of what was done.
    let args: Vec<String> = args.filter(|arg| arg != "--resume").collect();
    format!("cargo run --release --package lab -- {}", args.join(" "))
}
