//! What is the same for every command that works on many files.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;
use patchveil::protect::{Watch, rough_size};
use rayon::prelude::*;
use serde::Serialize;

use super::{DONE, FAILED, Failure, complain, progress_bar, say_json, stop};

/// A run over many files: its progress bar, Ctrl-C, and what is told of each file as it is done.
pub(super) struct Batch {
    json: bool,
    stop: Arc<AtomicBool>,
    bar: ProgressBar,
    /// Whether all lines of JSON could be written.
    told: AtomicBool,
}

impl Batch {
    /// Begins; `read` are the files that will be read, as often as they will.
    pub(super) fn begin<'a>(json: bool, read: impl Iterator<Item = &'a Path>) -> Self {
        let stop = stop::on_request();
        Self {
            json,
            stop,
            bar: progress_bar(read.map(rough_size).sum()),
            told: AtomicBool::new(true),
        }
    }

    /// Does `work` for each item, on all cores; then the bar is gone.
    pub(super) fn each<I: Sync, T: Send>(
        &self,
        items: &[I],
        work: impl Fn(&I, &Watch<'_>) -> T + Sync,
    ) -> Vec<T> {
        let progress = |bytes| self.bar.inc(bytes);
        let watch = Watch { stop: &self.stop, progress: &progress };
        let results = items.par_iter().map(|item| work(item, &watch)).collect();
        self.bar.finish_and_clear();
        results
    }

    /// A line on standard error, beside the bar.
    pub(super) fn complain(&self, of: &impl ToString) {
        self.bar.suspend(|| complain(&of.to_string()));
    }

    /// A line of `--json`, if that was asked for.
    pub(super) fn tell(&self, line: &impl Serialize) {
        if self.json && self.bar.suspend(|| say_json(line)).is_err() {
            self.told.store(false, Ordering::Relaxed);
        }
    }

    /// Whether the user stopped it.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The same, and if so, says how far it came.
    pub(super) fn was_stopped(&self, done: usize, of: usize) -> bool {
        let stopped = self.is_stopped();
        if stopped {
            complain(&format!("stopped; {done} of {of} files were done"));
        }
        stopped
    }

    /// # Errors
    /// If a line of JSON was lost.
    pub(super) fn was_told(&self) -> Result<(), Failure> {
        match self.told.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err(Failure::failed("standard output could not be written")),
        }
    }

    /// The last words and the exit code, where `done` files were done, `skipped` had nothing to be done
    /// and `failed` failed.
    ///
    /// # Errors
    /// As [`was_told`](Self::was_told).
    pub(super) fn end(self, done: usize, skipped: usize, failed: usize) -> Result<u8, Failure> {
        if failed > 0 && done + skipped + failed > 1 {
            complain(&format!("{failed} failed, {done} done"));
        }
        self.was_told()?;
        Ok(if failed == 0 { DONE } else { FAILED })
    }
}
