//! `patchveil trace`

mod args;

pub(super) use args::TraceArgs;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use patchveil::detect::DetectFileError;
use patchveil::inputs::{Found, Names, Recording, find};
use patchveil::output;
use patchveil::paths::shown;
use patchveil::trace::{
    FOUND_P, FailedRecording, TraceKey, TraceReport, TraceRequest, analyse, draw_trace, report,
};
use patchveil_veil::{Decoys, EchoKey, MarkSettings, Preset};
use zeroize::Zeroizing;

use super::args::Cli;
use super::batch::{Batch, NoResult};
use super::exit::{DONE, Failure, NOT_FOUND, STOPPED};
use super::terminal::say;
use super::{keys, table};

/// Longest echo key in bytes, so that a wrong file is noticed instead of read whole.
const LONGEST: u64 = 4_096;
/// Recordings that should carry nothing, with a smaller p-value than this, are called into question.
const SUSPICIOUS_P: f64 = 1e-3;
const UNMARKED_CARRY: &str = "the recordings given with --unmarked seem to carry the echo themselves, which \
                              hides it elsewhere; give recordings from before they were marked";
/// Seeds stay below this, so that every reader of JSON gives them back exactly.
const SEED_BITS: u32 = 53;

const COPY_NOTE: &str = "\na file that contains your own marked audio, a copy and not a model's work, carries \
                         the echo too; where the pattern is found as well, it is such a copy";

/// Looks for the echo of a class in what a model made.
pub(super) fn run(cli: &Cli, args: &TraceArgs) -> Result<u8, Failure> {
    let mut request = request(cli, args)?;
    let (files, found) = files(args);
    if let Some(png) = &args.png {
        let inputs: Vec<&Path> = files.iter().map(|file| file.path.as_path()).collect();
        output::check(png, &inputs, args.force)?;
    }
    request.begun = Instant::now();
    // One object is printed for all files, those that fail included.
    let batch = Batch::begin(false, files.iter().map(|file| file.path.as_path()));
    found.iter().for_each(|found| batch.report_inputs(&found.notes, &found.failures));
    let failures = found.iter().flat_map(|found| &found.failures);
    let failed_before = failures.clone().count();
    let failures = failures.map(|failure| FailedRecording {
        input: failure.path().to_owned(),
        error: failure.to_string(),
    });
    let failed = Mutex::new(failures.collect::<Vec<_>>());
    let totals = batch.run(
        &files,
        |file| &file.path,
        |file, watch| {
            let class = request.key.class().filter(|_| !file.is_unmarked);
            let read = analyse(&file.path, class, &request.settings, watch);
            read.map(|read| (file.is_unmarked, read)).map_err(|error| {
                let stopped = matches!(error, DetectFileError::Stopped(_));
                if !stopped {
                    let (input, error) = (file.path.clone(), error.to_string());
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    failed.push(FailedRecording { input, error });
                }
                NoResult::new(&error, stopped)
            })
        },
    );
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let of = |kind: bool| {
        let own = totals.done.iter().filter(move |(is_unmarked, _)| *is_unmarked == kind);
        own.map(|(_, read)| read.clone()).collect()
    };
    let result = report(&request, of(false), of(true), failed);
    for left_out in &result.left_out {
        batch.complain(&format!(
            "{}: skipped, it has the same bytes as {} and is no fresh evidence",
            shown(&left_out.input),
            left_out.same_as
        ));
    }
    if result.unmarked.as_ref().is_some_and(|unmarked| unmarked.p_value <= SUSPICIOUS_P) {
        batch.complain(&UNMARKED_CARRY);
    }
    let text = match args.json {
        true => serde_json::to_string(&result).map_err(Failure::failed)?,
        false => summary(&result),
    };
    let code = batch.end(&totals, failed_before, |_| text.clone())?;
    if code == STOPPED {
        return Ok(code);
    }
    if totals.done.is_empty() {
        say(&text)?;
    }
    if let Some(png) = &args.png {
        draw_trace(&result, png, args.force).map_err(Failure::failed)?;
        if !args.json {
            say(&format!("picture  {}", shown(png)))?;
        }
    }
    Ok(if code == DONE && !result.found { NOT_FOUND } else { code })
}

/// A file to read.
struct TraceFile {
    path: PathBuf,
    is_unmarked: bool,
}

/// The files that the arguments name, the suspect's first, and what was found besides.
fn files(args: &TraceArgs) -> (Vec<TraceFile>, [Found; 2]) {
    let found = [&args.inputs, &args.unmarked]
        .map(|inputs| find(inputs, Names::AnyFormat, |_| None).each_once());
    let files = found.iter().zip([false, true]).flat_map(|(found, is_unmarked)| {
        let file = move |own: &Recording| TraceFile { path: own.path.clone(), is_unmarked };
        found.recordings.iter().map(file)
    });
    (files.collect(), found)
}

fn request(cli: &Cli, args: &TraceArgs) -> Result<TraceRequest, Failure> {
    let recipe = args.recipe.chosen()?.unwrap_or_else(|| Preset::DEFAULT.recipe());
    let settings = recipe.mark.filter(|mark| mark.echo.is_some());
    let settings: MarkSettings = settings.ok_or_else(|| {
        Failure::usage(format!("the recipe {} has no echo to trace", args.recipe.name()))
    })?;
    let (class, key) = match &args.echo_key {
        Some(path) => (None, TraceKey::Echo(echo_key(path)?)),
        None => {
            let keyring = keys::open(cli)?;
            let entry = match &args.key {
                Some(name) => keyring.get(name)?,
                None => keyring.default_entry().ok_or_else(|| Failure::usage(keys::WHICH_CLASS))?,
            };
            let class = (entry.name().to_owned(), entry.fingerprint());
            (Some(class), TraceKey::Class(entry.key().clone()))
        }
    };
    let seed = match args.decoy_seed {
        Some(seed) => seed,
        None => Decoys::random_seed().map_err(Failure::usage)? >> (u64::BITS - SEED_BITS),
    };
    Ok(TraceRequest { class, key, settings, decoys: args.decoys, seed, begun: Instant::now() })
}

/// The echo key in the first line of a file.
fn echo_key(path: &Path) -> Result<EchoKey, Failure> {
    if path.to_string_lossy().to_ascii_lowercase().contains("pvecho1") && !path.exists() {
        return Err(Failure::usage(
            "do not give the echo key itself as an argument, because others can see those; give the \
             file it is in",
        ));
    }
    let unreadable =
        |error| Failure::usage(format!("echo key {}: cannot be read: {error}", shown(path)));
    let file = File::open(path).map_err(unreadable)?;
    let mut line = Zeroizing::new(String::with_capacity(LONGEST as usize));
    BufReader::new(file.take(LONGEST)).read_line(&mut line).map_err(unreadable)?;
    line.parse().map_err(|error| Failure::usage(format!("echo key {}: {error}", shown(path))))
}

/// A line a recording, and what all of them come to.
fn summary(result: &TraceReport) -> String {
    let mut rows = table::new(&["recording", "seconds", "σ", "pattern"]);
    for recording in &result.recordings {
        let pattern = match recording.copy {
            Some(true) => "found: a copy",
            Some(false) => "not found",
            None => "unknown",
        };
        rows.add_row([
            shown(&recording.input).to_string(),
            table::number(Some(recording.seconds), 1),
            table::number(Some(recording.sigmas), 1),
            pattern.to_owned(),
        ]);
    }
    for column in [1, 2] {
        table::right(&mut rows, column);
    }
    let class = result.class.as_deref().unwrap_or("echo key");
    if result.status != "done" {
        return format!("{rows}\n{class}: nothing to judge, silent or too short");
    }
    let rank = result.decoy_p_value.map_or_else(String::new, |p| {
        let place = (p * f64::from(result.decoys + 1)).round();
        format!(", rank {place:.0} of {} with {} decoys", result.decoys + 1, result.decoys)
    });
    let compared = result.unmarked.as_ref().map_or_else(String::new, |unmarked| {
        format!(", compared with {:.1} s unmarked", unmarked.seconds)
    });
    let found = if result.found { "trace found" } else { "no trace found" };
    format!(
        "{rows}\n{class}: {found} in {:.1} s{compared}, {:.1} σ, p ≤ {}{rank}\n{}{COPY_NOTE}",
        result.seconds,
        result.sigmas,
        table::probability(result.p_value),
        needed(result),
    )
}

fn needed(result: &TraceReport) -> String {
    match (result.needed_s, result.found) {
        (Some(seconds), true) => format!("p ≤ {FOUND_P:.0e} took some {seconds:.0} s"),
        (Some(seconds), false) => {
            format!("p ≤ {FOUND_P:.0e} would take some {seconds:.0} s, if it goes on like this")
        }
        (None, _) => format!(
            "seconds needed for p ≤ {FOUND_P:.0e}: unknown, nothing stands out that could be extrapolated"
        ),
    }
}
