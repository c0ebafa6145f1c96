//! `lab run` and `lab report`

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;

use lab::attack::Attack;
use lab::data::{Dataset, Label};
use lab::learn::{Learner, Settings};
use lab::protect::Patchveil;
use lab::report::{PAGE, TABLE, write};
use lab::run::{
    Basis, FORMAT, Line, Log, Plan, RESULTS, RunControl, execute, fingerprint, open, unique,
};

use super::args::RunArgs;
use super::failure::{DONE, Failure, STOPPED};
use super::print::{print, print_error};
use super::progress::{Progress, stop_flags};

/// Training and test clips of each class and group in a quick run.
pub(super) const QUICK_CLIPS: (usize, usize) = (12, 5);
/// Most epochs of a quick run.
const QUICK_EPOCHS: usize = 12;

/// Runs the plan that the arguments describe and writes its report.
pub(super) fn run(args: &RunArgs) -> Result<u8, Failure> {
    if args.attacks().contains(&Attack::OnePair) && args.cuts().len() > 1 {
        return Err(Failure::usage(
            "one-pair works on whole clips only; leave out --cuts or that attack",
        ));
    }
    let data = Dataset::read(&args.data, args.label)?;
    let data = if args.quick { data.thinned(QUICK_CLIPS.0, QUICK_CLIPS.1) } else { data };
    let veils = unique(args.veils()?)?;
    let patchveil = Patchveil::at_or_find(args.patchveil.as_deref())?;
    let plan = Plan {
        basis: basis(args.into(), &data, &patchveil)?,
        command: command(),
        veils,
        cuts: args.cuts().into_iter().map(|cut| cut.name().to_owned()).collect(),
        attacks: args.attacks().into_iter().map(|attack| attack.name().to_owned()).collect(),
        learners: args.learners(),
        seeds: args.seeds(),
    };
    run_plan(args, &plan, &data, &patchveil)
}

/// Does the runs of the plan that are not finished.
fn run_plan(
    args: &RunArgs,
    plan: &Plan,
    data: &Dataset,
    patchveil: &Patchveil,
) -> Result<u8, Failure> {
    if args.quick {
        print_error(
            "first look: part of the clips, little training; do not draw conclusions from it",
        );
    }
    let (log, stored) = open(&args.output, plan, args.resume)?;
    let finished = stored.finished();
    let runs = plan.runs();
    let left = runs.iter().filter(|run| !finished.contains(run)).count();
    if left < runs.len() {
        print_error(&format!("{} of {} runs are already done", runs.len() - left, runs.len()));
    }
    let (stop, abort) = stop_flags();
    let progress = Progress::new(left);
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let control = RunControl {
        stop: &stop,
        abort: &abort,
        finished: &|record| progress.finished(record),
        preparing: &|what| progress.preparing(what),
        python: args.python.clone(),
        threads: args.threads.unwrap_or_else(cores),
    };
    let lines = execute(plan, data, patchveil, log, stored, &control)?;
    drop(progress);
    if lines.iter().any(|line| matches!(line, Line::Run(_))) {
        show(&args.output, &lines)?;
    }
    if stop.load(Ordering::Relaxed) {
        print_error("stopped; continue with the same command and --resume");
        return Ok(STOPPED);
    }
    Ok(DONE)
}

/// The arguments that results must have in common to be comparable.
#[derive(Debug, Clone, Copy)]
pub(super) struct BasisArgs {
    pub(super) label: Label,
    pub(super) quick: bool,
    pub(super) epochs: Option<u16>,
}

impl From<&RunArgs> for BasisArgs {
    fn from(args: &RunArgs) -> Self {
        Self { label: args.label, quick: args.quick, epochs: args.epochs }
    }
}

pub(super) fn basis(
    args: BasisArgs,
    data: &Dataset,
    patchveil: &Patchveil,
) -> Result<Basis, Failure> {
    Ok(Basis {
        format: FORMAT,
        label: args.label,
        rate: data.rate,
        train: data.train.len(),
        test: data.test.len(),
        data: fingerprint(data),
        seconds: data.seconds(),
        quick: args.quick,
        patchveil: patchveil.version()?,
        lab: env!("CARGO_PKG_VERSION").to_owned(),
        classes: data.classes.clone(),
        settings: Learner::ALL.iter().map(|&l| (l, settings(l, args))).collect(),
    })
}

/// Rewrites the report of an earlier run.
pub(super) fn report(folder: &Path) -> Result<u8, Failure> {
    if !folder.join(RESULTS).is_file() {
        return Err(Failure::usage(format!(
            "{}: no {RESULTS} found; name the folder of an earlier run",
            folder.display()
        )));
    }
    let (_, lines) = Log::open::<Line>(&folder.join(RESULTS)).map_err(Failure::usage)?;
    show(folder, &lines)?;
    Ok(DONE)
}

fn show(folder: &Path, lines: &[Line]) -> Result<(), Failure> {
    write(folder, lines)?;
    print(&lab::report::overview(lines))?;
    print(&format!(
        "\nreport: {}\ntable:  {}",
        folder.join(PAGE).display(),
        folder.join(TABLE).display()
    ))
}

fn settings(learner: Learner, args: BasisArgs) -> Settings {
    let settings = Settings::of(learner);
    let epochs = match args.epochs {
        Some(epochs) => usize::from(epochs),
        None if args.quick => settings.epochs.min(QUICK_EPOCHS),
        None => settings.epochs,
    };
    Settings { epochs, ..settings }
}

/// The command that repeats this run, to be run in the root of the repository.
pub(super) fn command() -> String {
    let quoted = |arg: String| {
        let plain = |c: char| c.is_alphanumeric() || "-_./,=:+".contains(c);
        if !arg.is_empty() && arg.chars().all(plain) {
            arg
        } else {
            format!("'{}'", arg.replace('\'', r"'\''"))
        }
    };
    let args = std::env::args_os().skip(1).map(|arg| quoted(arg.to_string_lossy().into_owned()));
    // `--resume` is not part of what was done.
    let args: Vec<String> = args.filter(|arg| arg != "--resume").collect();
    format!("cargo lab {}", args.join(" "))
}
