//! The recordings to examine and those to compare with, found and read: the same for `trace` and for
//! `case recheck`.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::detect::DetectFileError;
use crate::inputs::{Found, Recording, find};
use crate::shown;
use crate::trace::{FailedRecording, TraceReport, TraceRequest, TracedRecording, analyse, report};
use patchveil_veil::Decoys;

use crate::cli::batch::{Batch, NoResult, Totals};
use crate::cli::exit::Failure;

/// Recordings that should carry nothing, with a smaller p-value than this, are called into question.
const SUSPICIOUS_P: f64 = 1e-3;
const UNMARKED_CARRY: &str = "the recordings given with --unmarked seem to carry the echo themselves, which \
                              hides it elsewhere; give recordings from before they were marked";
/// Seeds stay below this, so that every reader of JSON gives them back exactly.
const SEED_BITS: u32 = 53;

/// A random seed for decoys.
pub(in crate::cli) fn decoy_seed() -> Result<u64, Failure> {
    Ok(Decoys::random_seed().map_err(Failure::usage)? >> (u64::BITS - SEED_BITS))
}

/// A file to read.
struct TraceFile {
    path: PathBuf,
    is_unmarked: bool,
}

/// The files to read, those to examine first, and what was found besides.
pub(in crate::cli) struct Files {
    files: Vec<TraceFile>,
    found: [Found; 2],
}

impl Files {
    /// Finds the recordings to examine and the unmarked ones.
    pub(in crate::cli) fn find(inputs: &[PathBuf], unmarked: &[PathBuf]) -> Self {
        let found = [inputs, unmarked].map(|inputs| find(inputs, |_| None).each_once());
        let files = found.iter().zip([false, true]).flat_map(|(found, is_unmarked)| {
            let file = move |own: &Recording| TraceFile { path: own.path.clone(), is_unmarked };
            found.recordings.iter().map(file)
        });
        Self { files: files.collect(), found }
    }

    pub(in crate::cli) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// Reads all files. Those that fail are named, and the others count.
    pub(in crate::cli) fn examine(&self, request: &TraceRequest) -> Examined {
        // One result is printed for all files, those that fail included.
        let batch = Batch::begin(false, self.paths());
        self.found.iter().for_each(|found| batch.report_inputs(&found.notes, &found.failures));
        let missing = self.found.iter().flat_map(|found| &found.failures);
        let missing = missing.map(|failure| FailedRecording {
            input: failure.path().to_owned(),
            error: failure.to_string(),
        });
        let missing: Vec<FailedRecording> = missing.collect();
        let failed_before = missing.len();
        let (failed, stopped) = (Mutex::new(missing), AtomicBool::new(false));
        let totals = batch.run(
            &self.files,
            |file| &file.path,
            |file, watch| {
                let class = request.key.class().filter(|_| !file.is_unmarked);
                let class = class.map(|class| (class, request.seed));
                let read = analyse(&file.path, class, &request.settings, watch);
                read.map(|read| (file.is_unmarked, read)).map_err(|error| {
                    let stop = matches!(error, DetectFileError::Stopped(_));
                    if stop {
                        stopped.store(true, Ordering::Relaxed);
                    } else {
                        let (input, error) = (file.path.clone(), error.to_string());
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.push(FailedRecording { input, error });
                    }
                    NoResult::new(&error, stop)
                })
            },
        );
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        Examined { batch, totals, failed, failed_before, stopped: stopped.into_inner() }
    }
}

/// Recordings that were read.
pub(in crate::cli) struct Examined {
    batch: Batch,
    totals: Totals<(bool, TracedRecording)>,
    failed: Vec<FailedRecording>,
    /// Inputs that failed before anything was read.
    failed_before: usize,
    stopped: bool,
}

impl Examined {
    /// Whether the user stopped it, so that files are missing.
    pub(in crate::cli) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// All of it as one body of evidence; says what of it does not count, or should not be there.
    pub(in crate::cli) fn report(&self, request: &TraceRequest) -> TraceReport {
        let of = |kind: bool| {
            let own = self.totals.done.iter().filter(move |(is_unmarked, _)| *is_unmarked == kind);
            own.map(|(_, read)| read.clone()).collect()
        };
        let result = report(request, of(false), of(true), self.failed.clone());
        for left_out in &result.left_out {
            self.batch.complain(&format!(
                "{}: skipped, it has the same bytes as {} and is no fresh evidence",
                shown(&left_out.input),
                left_out.same_as
            ));
        }
        if result.unmarked.as_ref().is_some_and(|unmarked| unmarked.p_value <= SUSPICIOUS_P) {
            self.batch.complain(&UNMARKED_CARRY);
        }
        result
    }

    /// Prints the result, also where no file could be read, and gives the exit code so far.
    pub(in crate::cli) fn end(&self, text: &str) -> Result<u8, Failure> {
        let code = self.batch.end(&self.totals, self.failed_before, |_| text.to_owned())?;
        if self.totals.done.is_empty() {
            crate::cli::terminal::say(text)?;
        }
        Ok(code)
    }
}
