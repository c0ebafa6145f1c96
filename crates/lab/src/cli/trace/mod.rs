//! `lab trace`

mod args;
mod common;

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use lab::data::write_wav;
use lab::generate::{Audio, RATE, Source};
use lab::protect::Patchveil;
use lab::report::{PAGE, ReportError, TABLE};
use lab::trace::report::{curve, overview, write};
use lab::trace::{Control, Corpus, Line, Plan, RunId, TraceError, execute, finished, open, read};

use super::failure::{DONE, Failure, STOPPED};
use super::print::{print, print_error};
use super::progress::{Progress, stop_flags};
use super::run::command;
pub(super) use args::TraceArgs;
pub(super) use common::{CommonArgs, rising};

/// Folder of the outputs that are kept.
const MADE: &str = "made";

/// Runs the plan that the arguments describe and writes its report.
pub(super) fn run(args: &TraceArgs) -> Result<u8, Failure> {
    let generators = args.generators().map_err(Failure::usage)?;
    let corpora = args.common.corpora()?;
    let patchveil = args.common.patchveil()?;
    let plan = Plan {
        basis: args.common.basis(&corpora, &patchveil, args.effort())?,
        command: command(),
        generators,
        conditions: args.conditions(),
        seconds: args.seconds(),
        null: args.null,
        seeds: args.seeds(),
    };
    run_plan(args, &plan, &corpora, &patchveil)
}

/// Does the runs of the plan that are not finished.
fn run_plan(
    args: &TraceArgs,
    plan: &Plan,
    corpora: &[Corpus],
    patchveil: &Patchveil,
) -> Result<u8, Failure> {
    if plan.basis.effort < 1.0 {
        print_error("little training; do not draw conclusions from it");
    }
    let output = &args.common.output;
    let (log, lines) = open(output, plan, args.common.resume)?;
    let done = finished(&lines);
    let runs = plan.runs();
    let left = runs.iter().filter(|run| !done.contains(run)).count();
    if left < runs.len() {
        print_error(&format!("{} of {} runs are already done", runs.len() - left, runs.len()));
    }
    let (stop, abort) = stop_flags();
    let progress = Progress::new(left);
    let control = Control {
        stop: &stop,
        abort: &abort,
        finished: &|record| {
            let best = record.traces.last();
            let found = best.map_or(String::new(), |trace| {
                let found = &trace.found;
                format!("{:.1} σ in {:.0} s, p {:.1e}", found.sigmas, found.seconds, found.p_value)
            });
            let RunId { generator, corpus, condition, seed } = &record.id;
            progress.finished_task(&format!(
                "{generator}, {corpus}, {condition}, seed {seed}: {found}"
            ));
        },
        doing: &|what| progress.preparing(what),
        made: &|run, source, outputs| {
            if args.keep
                && let Err(error) = keep(output, run, source, outputs)
            {
                print_error(&error.message);
            }
        },
        threads: args.threads,
    };
    let lines = execute(plan, corpora, patchveil, log, lines, &control)?;
    drop(progress);
    if lines.iter().any(|line| matches!(line, Line::Trace(_))) {
        show(output, &lines, args.demo)?;
    }
    if stop.load(Ordering::Relaxed) {
        print_error("stopped; continue with the same command and --resume");
        return Ok(STOPPED);
    }
    Ok(DONE)
}

/// Writes outputs into a folder named after their run.
fn keep(folder: &Path, run: &RunId, source: Source, outputs: &[Audio]) -> Result<(), Failure> {
    let RunId { generator, corpus, condition, seed } = run;
    let name = format!("{generator}, {corpus}, {condition}, seed {seed}, {source}");
    let folder = folder.join(MADE).join(name.replace(" %", "pct").replace(", ", "_"));
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
    for (n, audio) in outputs.iter().enumerate() {
        write_wav(&folder.join(format!("{n:04}.wav")), audio, RATE)?;
    }
    Ok(())
}

/// Rewrites the report of an earlier run; none if the folder holds other results.
pub(super) fn report(folder: &Path) -> Result<Option<u8>, Failure> {
    let Some(lines) = read(folder).map_err(Failure::usage)? else { return Ok(None) };
    show(folder, &lines, false)?;
    Ok(Some(DONE))
}

fn show(folder: &Path, lines: &[Line], demo: bool) -> Result<(), Failure> {
    write(folder, lines).map_err(|error: ReportError| Failure::failed(error))?;
    print(&overview(lines))?;
    let last = lines.iter().rev().find_map(|line| match line {
        Line::Trace(record) => Some(record),
        Line::Plan(_) => None,
    });
    if let (true, Some(record)) = (demo, last) {
        print(&format!("\n{}", curve(record)))?;
    }
    print(&format!(
        "\nreport: {}\ntable:  {}",
        folder.join(PAGE).display(),
        folder.join(TABLE).display()
    ))
}

impl From<TraceError> for Failure {
    fn from(error: TraceError) -> Self {
        match error {
            TraceError::Results(error) => error.into(),
            TraceError::Log(_) | TraceError::Corpus(_) | TraceError::DuplicateName(_) => {
                Self::usage(error)
            }
            _ => Self::failed(error),
        }
    }
}
