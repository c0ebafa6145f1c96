//! One run over many files, the same for `protect`, `restore`, `detect` and `verify`: progress,
//! Ctrl-C, one line for everything that failed, and the exit code.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Watch;
use crate::inputs::{InputError, Note};
use crate::paths::{json, rough_size};
use indicatif::ProgressBar;
use rayon::prelude::*;
use serde::Serialize;

use super::exit::{DONE, FAILED, Failure, STOPPED};
use super::stop;
use super::terminal::{complain, progress_bar, say, say_json};

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
    /// Adds results that needed no work.
    pub(super) fn add(&mut self, results: impl Iterator<Item = T>) {
        let before = self.done.len();
        self.done.extend(results);
        self.files += self.done.len() - before;
    }
}

/// A run over many files.
pub(super) struct Batch {
    json: bool,
    stop: Arc<AtomicBool>,
    bar: ProgressBar,
    /// Whether a line of JSON could not be written.
    json_lost: AtomicBool,
}

impl Batch {
    /// Begins a run that reads the files `read`, each as often as it is among them.
    pub(super) fn begin<'a>(json: bool, read: impl Iterator<Item = &'a Path>) -> Self {
        Self {
            json,
            stop: stop::on_request(),
            bar: progress_bar(read.map(rough_size).sum()),
            json_lost: AtomicBool::new(false),
        }
    }

    /// Names what was left out of the run, and what failed before it began.
    pub(super) fn report_inputs(&self, notes: &[Note], failures: &[InputError]) {
        for note in notes {
            self.complain(note);
            if note.is_recording() {
                let (input, reason) = (note.path(), note.reason());
                self.print(&LeftOutLine { status: "left_out", input, reason });
            }
        }
        for failure in failures {
            self.complain(failure);
            self.print_failed(failure.path(), failure.to_string());
        }
    }

    /// Does `work` for every item on all cores, and names what fails; `input` is the file that an item
    /// is about.
    pub(super) fn run<I: Sync, T: Send>(
        &self,
        items: &[I],
        input: impl Fn(&I) -> &Path + Sync,
        work: impl Fn(&I, &Watch<'_>) -> Result<T, NoResult> + Sync,
    ) -> Totals<T> {
        let progress = |bytes| self.bar.inc(bytes);
        let watch = Watch { stop: &self.stop, progress: &progress };
        let one = |item| {
            let result = work(item, &watch);
            if let Err(NoResult::Failed(error)) = &result {
                self.complain(error);
                self.print_failed(input(item), error.clone());
            }
            result
        };
        let results: Vec<Result<T, NoResult>> = items.par_iter().map(one).collect();
        self.bar.finish_and_clear();
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
        self.bar.suspend(|| complain(&message.to_string()));
    }

    /// Prints a line of JSON, if `--json` was given.
    pub(super) fn print(&self, line: &impl Serialize) {
        if self.json && self.bar.suspend(|| say_json(line)).is_err() {
            self.json_lost.store(true, Ordering::Relaxed);
        }
    }

    fn print_failed(&self, input: &Path, error: String) {
        self.print(&FailedLine { status: "failed", input, error });
    }

    /// Ends the run: prints the summary, unless nothing was done or `--json` was given, and gives the
    /// exit code. `failed_before` inputs failed before the run began.
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
        if self.stop.load(Ordering::Relaxed) {
            complain(&format!("stopped; {count} of {files} files were done"));
            return Ok(STOPPED);
        }
        if failed > 0 && count + skipped + failed > 1 {
            complain(&format!("{failed} failed, {count} done"));
        }
        if self.json_lost.load(Ordering::Relaxed) {
            return Err(Failure::failed("standard output could not be written"));
        }
        Ok(if failed == 0 { DONE } else { FAILED })
    }
}
