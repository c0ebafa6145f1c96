//! One run over many files, the same for `protect`, `restore`, `detect` and `verify`: progress,
//! Ctrl-C, at the end one line for everything that failed, and the exit code.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Watch;
use crate::inputs::{InputError, Note};
use crate::paths::{json, rough_size};
use rayon::prelude::*;
use serde::Serialize;

use super::exit::{DONE, FAILED, Failure, STOPPED};
use super::progress::Progress;
use super::stop;
use super::terminal::{complain, say, say_json};

/// A line of `--json` about a file that failed.
#[derive(Serialize)]
struct FailedLine<'a> {
    status: &'static str,
    #[serde(flatten, serialize_with = "json::input")]
    input: &'a Path,
    error: String,
}

/// A line of `--json` about a recording that was left out.
#[derive(Serialize)]
struct LeftOutLine<'a> {
    status: &'static str,
    #[serde(flatten, serialize_with = "json::input")]
    input: &'a Path,
    reason: String,
}

/// Why the work on a file ended without a result.
pub(super) enum NoResult {
    /// The user stopped it.
    Stopped,
    /// There was nothing to do.
    Skipped,
    /// It failed, for the reason given.
    Failed(String),
}

impl NoResult {
    /// The work failed, unless it was `stopped`.
    pub(super) fn new(error: &impl Display, stopped: bool) -> Self {
        if stopped { Self::Stopped } else { Self::Failed(error.to_string()) }
    }
}

/// What a run came to.
pub(super) struct Totals<T> {
    /// The results, in the order of the files.
    pub(super) done: Vec<T>,
    skipped: usize,
    failed: usize,
    /// Files the run was about.
    files: usize,
}

impl<T> Totals<T> {
    /// How many needed no work.
    pub(super) fn skipped(&self) -> usize {
        self.skipped
    }

    /// How many failed.
    pub(super) fn failed(&self) -> usize {
        self.failed
    }

    /// Adds results that needed no work.
    pub(super) fn add(&mut self, results: impl Iterator<Item = T>) {
        let before = self.done.len();
        self.done.extend(results);
        self.files += self.done.len() - before;
    }
}

/// An input that failed, and the whole line about it.
struct Failed {
    input: PathBuf,
    error: String,
}

/// A run over many files.
pub(super) struct Batch {
    json: bool,
    stop: Arc<AtomicBool>,
    progress: Progress,
    /// What failed, to be told at the end.
    failures: Mutex<Vec<Failed>>,
    /// Whether a line of JSON could not be written.
    json_lost: AtomicBool,
}

impl Batch {
    /// Begins a run that reads the files `read`, each as often as it is among them.
    pub(super) fn begin<'a>(json: bool, read: impl Iterator<Item = &'a Path>) -> Self {
        let (files, bytes) =
            read.fold((0, 0), |(files, bytes), file| (files + 1, bytes + rough_size(file)));
        Self {
            json,
            stop: stop::on_request(),
            progress: Progress::new(files, bytes),
            failures: Mutex::default(),
            json_lost: AtomicBool::new(false),
        }
    }

    /// Names what was left out of the run; what failed before it began is named at its end.
    pub(super) fn report_inputs(&self, notes: &[Note], failures: &[InputError]) {
        for note in notes {
            self.complain(note);
            if note.is_recording() {
                let (input, reason) = (note.path(), note.reason());
                self.print(&LeftOutLine { status: "left_out", input, reason });
            }
        }
        for failure in failures {
            self.add_failure(failure.path(), failure.to_string());
        }
    }

    /// Does `work` for every item on all cores; `input` is the file that an item is about.
    pub(super) fn run<I: Sync, T: Send>(
        &self,
        items: &[I],
        input: impl Fn(&I) -> &Path + Sync,
        work: impl Fn(&I, &Watch<'_>) -> Result<T, NoResult> + Sync,
    ) -> Totals<T> {
        let one = |item| {
            let rate = self.progress.bytes_per_second(input(item));
            let progress = |bytes| self.progress.add(bytes, rate);
            let result = work(item, &Watch { stop: &self.stop, progress: &progress });
            self.progress.end_file(matches!(result, Err(NoResult::Failed(_))));
            result
        };
        let results: Vec<Result<T, NoResult>> = items.par_iter().map(one).collect();
        self.progress.clear();
        // In the order of the files, whatever the order in which they failed.
        for (item, result) in items.iter().zip(&results) {
            if let Err(NoResult::Failed(error)) = result {
                self.add_failure(input(item), error.clone());
            }
        }
        let count = |which: fn(&NoResult) -> bool| {
            results.iter().filter(|result| result.as_ref().is_err_and(which)).count()
        };
        Totals {
            skipped: count(|none| matches!(none, NoResult::Skipped)),
            failed: count(|none| matches!(none, NoResult::Failed(_))),
            files: items.len(),
            done: results.into_iter().filter_map(Result::ok).collect(),
        }
    }

    /// Writes a line to standard error, above the progress bar.
    pub(super) fn complain(&self, message: &impl ToString) {
        self.progress.suspend(|| complain(&message.to_string()));
    }

    /// Prints a line of JSON, if `--json` was given.
    pub(super) fn print(&self, line: &impl Serialize) {
        if self.json && self.progress.suspend(|| say_json(line)).is_err() {
            self.json_lost.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the user asked to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn add_failure(&self, input: &Path, error: String) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push(Failed { input: input.to_owned(), error });
    }

    /// Names what failed since this was last called.
    pub(super) fn report_failures(&self) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for Failed { input, error } in failures.drain(..) {
            self.complain(&error);
            self.print(&FailedLine { status: "failed", input: &input, error });
        }
    }

    /// # Errors
    /// If a line of JSON could not be written.
    pub(super) fn check_output(&self) -> Result<(), Failure> {
        match self.json_lost.load(Ordering::Relaxed) {
            true => Err(Failure::failed("standard output could not be written")),
            false => Ok(()),
        }
    }

    /// Ends the run: prints the summary, unless nothing was done or `--json` was given, then what failed,
    /// and gives the exit code. `failed_before` inputs failed before the run began.
    ///
    /// # Errors
    /// If standard output could not be written.
    pub(super) fn end<T>(
        &self,
        totals: &Totals<T>,
        failed_before: usize,
        summary: impl FnOnce(&[T]) -> String,
    ) -> Result<u8, Failure> {
        let Totals { done, skipped, failed, files } = totals;
        let (count, failed) = (done.len(), failed + failed_before);
        if !self.json && count > 0 {
            say(&summary(done))?;
        }
        self.report_failures();
        if self.is_stopped() {
            complain(&format!("stopped; {count} of {files} files were done"));
            return Ok(STOPPED);
        }
        if failed > 0 && count + skipped + failed > 1 {
            complain(&format!("{failed} failed, {count} done"));
        }
        self.check_output()?;
        Ok(if failed == 0 { DONE } else { FAILED })
    }
}
