//! `patchveil case recheck`

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use patchveil::case::{Case, Kind, Outcome, Recheck};
use patchveil::detect::DetectFileError;
use patchveil::inputs::{Names, Recording, find};
use patchveil::trace::{TraceKey, TraceReport, TraceRequest, TracedRecording, analyse, report};
use patchveil_veil::Decoys;

use super::args::RecheckArgs;
use super::class_key;
use crate::cli::args::Cli;
use crate::cli::batch::{Batch, NoResult, Totals};
use crate::cli::exit::{DONE, FAILED, Failure, NOT_FOUND, STOPPED};
use crate::cli::terminal::{complain, say};
use crate::cli::{keys, table};

/// Decoys if neither the arguments nor the case say how many.
const DECOYS: u32 = 9_999;
/// Seeds stay below this, so that every reader of JSON gives them back exactly.
const SEED_BITS: u32 = 53;

/// Looks for the trace of a case in new output, and puts the result on record.
pub(super) fn run(cli: &Cli, args: &RecheckArgs) -> Result<u8, Failure> {
    let case = Case::open(&args.case)?;
    let changed = case.changed();
    if !changed.is_empty() {
        changed.iter().for_each(|error| complain(&error.to_string()));
        return Ok(FAILED);
    }
    let baseline = case.baseline()?;
    let settings = case.record().recipe.mark.clone();
    let seed = Decoys::random_seed().map_err(Failure::usage)? >> (u64::BITS - SEED_BITS);
    let request = TraceRequest {
        class: Some((case.record().class.clone(), case.record().fingerprint)),
        key: TraceKey::Class(class_key(&keys::open(cli)?, &case)?),
        settings: settings.ok_or_else(|| Failure::failed("the case's recipe has no mark"))?,
        decoys: args.decoys.or(baseline.decoys()).unwrap_or(DECOYS),
        seed,
        begun: Instant::now(),
    };
    let batch = Examined::new([&args.inputs, &args.unmarked], &request);
    if batch.stopped {
        complain("stopped; nothing was added to the case");
        return Ok(STOPPED);
    }
    let recheck = case.recheck(&baseline, batch.report(&request))?;
    let text = match &recheck {
        Some(recheck) if args.json => serde_json::to_string(recheck).map_err(Failure::failed)?,
        Some(recheck) => summary(recheck),
        None => "nothing to judge: the new output is silent or too short".to_owned(),
    };
    let code = batch.end(&text)?;
    if let Some(recheck) = &recheck {
        let json = serde_json::to_string(recheck).map_err(Failure::failed)?;
        // Taken only now: the search may have taken minutes.
        let mut case = Case::open_to_add(&args.case)?;
        let entry =
            case.add_result("recheck.json", Kind::Recheck, format!("{json}\n").as_bytes())?;
        if !args.json {
            say(&format!("added      {}", entry.file))?;
        }
    }
    let gone = recheck.is_some_and(|recheck| recheck.outcome == Outcome::Gone);
    Ok(if code == DONE && !gone { NOT_FOUND } else { code })
}

/// A file to read.
struct Input {
    path: PathBuf,
    is_unmarked: bool,
}

/// New output and what it is compared with, read.
struct Examined {
    batch: Batch,
    totals: Totals<(bool, TracedRecording)>,
    /// Inputs that failed before anything was read.
    failures: usize,
    stopped: bool,
}

impl Examined {
    /// Reads new output and unmarked recordings.
    fn new(inputs: [&[PathBuf]; 2], request: &TraceRequest) -> Self {
        let found = inputs.map(|inputs| find(inputs, Names::AnyFormat, |_| None).each_once());
        let files = found.iter().zip([false, true]).flat_map(|(found, is_unmarked)| {
            let input = move |own: &Recording| Input { path: own.path.clone(), is_unmarked };
            found.recordings.iter().map(input)
        });
        let files: Vec<Input> = files.collect();
        // One result is printed for all files.
        let batch = Batch::begin(false, files.iter().map(|file| file.path.as_path()));
        found.iter().for_each(|found| batch.report_inputs(&found.notes, &found.failures));
        let stopped = AtomicBool::new(false);
        let totals = batch.run(
            &files,
            |file| &file.path,
            |file, watch| {
                let class = request.key.class().filter(|_| !file.is_unmarked);
                let read = analyse(&file.path, class, &request.settings, watch);
                read.map(|read| (file.is_unmarked, read)).map_err(|error| {
                    let stop = matches!(error, DetectFileError::Stopped(_));
                    stopped.fetch_or(stop, Ordering::Relaxed);
                    NoResult::new(&error, stop)
                })
            },
        );
        let failures = found.iter().map(|found| found.failures.len()).sum();
        Self { batch, totals, failures, stopped: stopped.into_inner() }
    }

    /// All of it as one body of evidence.
    fn report(&self, request: &TraceRequest) -> TraceReport {
        let of = |kind: bool| {
            let own = self.totals.done.iter().filter(move |(is_unmarked, _)| *is_unmarked == kind);
            own.map(|(_, read)| read.clone()).collect()
        };
        report(request, of(false), of(true), Vec::new())
    }

    /// Prints the result, and gives the exit code so far.
    fn end(&self, text: &str) -> Result<u8, Failure> {
        self.batch.end(&self.totals, self.failures, |_| text.to_owned())
    }
}

fn summary(recheck: &Recheck) -> String {
    let comparison = &recheck.comparison;
    let score = |one: &patchveil::case::Measured| {
        format!(
            "{:.1} σ from {:.1} s, p ≤ {}",
            one.sigmas,
            one.active_s,
            table::probability(one.p_value)
        )
    };
    let percent = |share: f64| format!("{:.0} %", 100.0 * share.max(0.0));
    let more = comparison.more_s.map_or_else(String::new, |more| {
        format!("\nto tell    give about {more:.0} s more, in recordings of up to 30 s")
    });
    format!(
        "{}: {}\nbefore     {}\nnow        {}\nleft       {} of the strength ({} to {}, 95 % confidence){more}",
        recheck.class,
        recheck.outcome.words(),
        score(&comparison.before),
        score(&comparison.after),
        percent(comparison.ratio),
        percent(comparison.ratio_low),
        percent(comparison.ratio_high),
    )
}
