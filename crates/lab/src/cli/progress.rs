//! How far it is: a bar with the time that is left, and a line for each finished run where nobody
//! sees a bar.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use lab::run::Record;

use super::{STOPPED, complain};

/// A bar over training runs, which clears itself away when it is dropped.
pub(super) struct Progress {
    bar: ProgressBar,
    seen: bool,
}

impl Progress {
    /// For `left` runs to be done.
    pub(super) fn new(left: usize) -> Self {
        let seen = io::stderr().is_terminal();
        let bar = if seen { ProgressBar::new(left as u64) } else { ProgressBar::hidden() };
        let style = "{bar:28} {pos}/{len} trained  {elapsed} gone  {eta} left  {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        if seen {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Self { bar, seen }
    }

    /// What is being prepared.
    pub(super) fn preparing(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// A run is finished.
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
        self.bar.inc(1);
        if self.seen { self.bar.println(line) } else { complain(&line) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The flags that Ctrl-C (or a polite kill) raises: the first time what is being trained is finished,
/// the second time it is given up, the third time the process ends at once.
pub(super) fn on_request() -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let (stop, abort) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let flags = (stop.clone(), abort.clone());
    let handler = move || {
        if !stop.swap(true, Ordering::Relaxed) {
            complain("finishing what is being trained; Ctrl-C again gives it up");
        } else if abort.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(STOPPED));
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        complain(&format!("Ctrl-C will end the process at once: {error}"));
    }
    flags
}
