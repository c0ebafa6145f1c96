//! Without a window: lines on standard error, until the program is interrupted.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use patchveil_words::Language;

use crate::program::Program;
use crate::recorder::Recording;
use crate::words::{Tone, sound};

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// How long the window may take to close after a signal.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether there is a display to open a window on.
pub(crate) fn has_display() -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(named)
}

/// Ends the program at once when it is interrupted or told to terminate, with recordings complete.
pub(crate) fn stop_on_signals(program: &Arc<Program>) {
    let shared = program.clone();
    let handled = ctrlc::set_handler(move || {
        shared.stopping.store(true, Ordering::Relaxed);
        if shared.waker.close() {
            // A window that does not answer keeps nobody.
            std::thread::sleep(PATIENCE);
            shared.shut_down();
            std::process::exit(1);
        }
    });
    if let Err(error) = handled {
        eprintln!("Patchveil: signals are not handled: {error}");
    }
}

/// Runs until it is interrupted.
pub(crate) fn run(program: &Program) -> ExitCode {
    // What is logged is the same everywhere.
    let english = Language::English.words();
    let mut said = None;
    let mut failed = false;
    while !program.is_stopping() {
        let words = program.supervisor.lock().read(|report| sound(&report.state, 0, english));
        if said.as_ref() != Some(&words) {
            let mark = if words.tone == Tone::Good { "" } else { "! " };
            eprintln!("Patchveil: {mark}{} {}", words.title, words.detail);
            said = Some(words);
        }
        failed = failed || says_failure(program);
        std::thread::sleep(LOOK);
    }
    program.shut_down();
    // A recording may also fail when it is completed.
    if failed || says_failure(program) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Prints why the recording has failed, if it has; says whether it has.
fn says_failure(program: &Program) -> bool {
    let Recording::Failed(failure) = program.listener.lock().heard().recording else {
        return false;
    };
    eprintln!("Patchveil: ! {}", failure.text(Language::English.words()));
    true
}
