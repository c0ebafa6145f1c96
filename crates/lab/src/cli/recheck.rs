//! `lab recheck`

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use clap::Args;
use lab::generate::Kind;
use lab::privacy::TABLES;
use lab::recheck::{Control, Line, Plan, Record, execute, left, open, read, tables, write_tables};

use super::failure::{DONE, Failure, STOPPED};
use super::print::{print, print_error};
use super::progress::{Progress, stop_flags};
use super::run::command;
use super::trace::{CommonArgs, rising};

/// Removes an owner's marked recordings from generators in several ways, and rechecks the trace.
#[derive(Debug, Args)]
pub(super) struct RecheckArgs {
    #[command(flatten)]
    common: CommonArgs,
    /// Generators to train, separated by commas
    #[arg(
        long = "generator",
        value_name = "NAME,...",
        value_delimiter = ',',
        default_value = "ddsp"
    )]
    generators: Vec<Kind>,
    /// The owner's share of the recordings, in percent
    #[arg(long, value_name = "PCT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=99))]
    share: u8,
    /// Change of the mark's level in dB
    #[arg(long = "level", value_name = "DB", allow_negative_numbers = true, default_value_t = 0,
        value_parser = clap::value_parser!(i8).range(-24..=12))]
    level_db: i8,
    /// Length of the output in which the trace is found first, in seconds, as far as half of the recordings go that are
    /// held out
    #[arg(long = "seconds", value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=7_200))]
    before_s: u32,
    /// Lengths of the new output, in seconds, as far as the other half goes
    #[arg(long = "after", value_name = "S,...", value_delimiter = ',', default_values_t = [60, 120],
        value_parser = clap::value_parser!(u32).range(1..=7_200))]
    after_s: Vec<u32>,
    /// Repetitions, each with its own keys and initial weights
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
}

/// Does the tasks that the arguments describe and writes the table.
pub(super) fn run(args: &RecheckArgs) -> Result<u8, Failure> {
    let common = &args.common;
    let corpora = common.corpora()?;
    let patchveil = common.patchveil()?;
    let plan = Plan {
        basis: common.basis(&corpora, &patchveil, common.effort())?,
        command: command(),
        generators: args.generators.clone(),
        share: args.share,
        level_db: args.level_db,
        before_s: args.before_s,
        after_s: rising(&args.after_s),
        seeds: args.seeds,
    };
    let (log, lines) = open(&common.output, &plan, common.resume)?;
    let (all, left) = (plan.tasks().len(), left(&lines, &plan).len());
    if left < all {
        print_error(&format!("{} of {all} tasks are already done", all - left));
    }
    let (stop, abort) = stop_flags();
    let progress = Progress::new(left);
    let control = Control {
        stop: &stop,
        abort: &abort,
        finished: &|record| progress.finished_task(&summary(record)),
        doing: &|what| progress.preparing(what),
    };
    let lines = execute(&plan, &corpora, &patchveil, log, lines, &control)?;
    drop(progress);
    show(&common.output, &lines)?;
    if stop.load(Ordering::Relaxed) {
        print_error("stopped; continue with the same command and --resume");
        return Ok(STOPPED);
    }
    Ok(DONE)
}

fn summary(record: &Record) -> String {
    let said = record.removals.iter().filter_map(|removal| {
        let (_, last) = removal.rechecks.last()?;
        Some(format!("{}: {}", removal.method, last.outcome.replace('_', " ")))
    });
    let said: Vec<String> = said.collect();
    let said = if said.is_empty() { "not found before".to_owned() } else { said.join(", ") };
    format!("{}, {:.1} σ: {said}", record.task, record.before.sigmas)
}

/// Rewrites the table of an earlier run; none if the folder holds other results.
pub(super) fn report(folder: &Path) -> Result<Option<u8>, Failure> {
    let Some(lines) = read(folder).map_err(Failure::usage)? else { return Ok(None) };
    show(folder, &lines)?;
    Ok(Some(DONE))
}

fn show(folder: &Path, lines: &[Line]) -> Result<(), Failure> {
    let Some(tables) = tables(lines) else { return Ok(()) };
    write_tables(folder, lines)?;
    let path: PathBuf = folder.join(TABLES);
    print(&tables)?;
    print(&format!("tables: {}", path.display()))
}
