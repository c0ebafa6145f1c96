//! Progress: a bar with the remaining time and a line for each finished run.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use lab::run::Record;

use super::failure::STOPPED;
use super::print::print_error;

/// A progress bar over training runs, removed when dropped.
pub(super) struct Progress {
    bar: ProgressBar,
    visible: bool,
}

impl Progress {
    /// A bar for `left` runs.
    pub(super) fn new(left: usize) -> Self {
        let visible = io::stderr().is_terminal();
        let bar = if visible { ProgressBar::new(left as u64) } else { ProgressBar::hidden() };
        let style = "{bar:28} {pos}/{len} trained  {elapsed} elapsed  {eta} left  {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        if visible {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Self { bar, visible }
    }

    /// Shows what is being prepared.
    pub(super) fn preparing(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// Shows a finished run.
    pub(super) fn finished(&self, record: &Record) {
        let id = &record.id;
        let line = format!(
            "{}, {}, {}, {}, seed {}: {:.1} % ({:.0} s)",
            id.veil,
            id.cut,
            id.attack,
            id.learner,
            id.seed,
            100.0 * record.outcome.accuracy,
            record.outcome.cpu_seconds
        );
        self.finished_task(&line);
    }

    /// Shows a line for a finished task.
    pub(super) fn finished_task(&self, line: &str) {
        self.bar.inc(1);
        if self.visible { self.bar.println(line) } else { print_error(line) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The flags (stop, abort) that Ctrl-C or a termination signal sets: the first time models in
/// training are finished, the second time they are lost, the third time the process ends at once.
pub(super) fn stop_flags() -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let (stop, abort) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let flags = (stop.clone(), abort.clone());
    let handler = move || {
        if !stop.swap(true, Ordering::Relaxed) {
            print_error("finishing the models in training; press Ctrl-C again to discard them");
        } else if abort.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(STOPPED));
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        print_error(&format!("Ctrl-C will end the process at once: {error}"));
    }
    flags
}
