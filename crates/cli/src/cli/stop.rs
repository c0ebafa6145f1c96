//! Ctrl-C and other signals.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::STOPPED;
use super::terminal::complain;

/// A flag that Ctrl-C or SIGTERM sets. The second time, the process ends at once, and unfinished output,
/// named `.patchveil-…`, stays behind.
pub(super) fn on_request() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    let handler = move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(STOPPED));
        }
    };
    // Without a handler, Ctrl-C still ends the process but leaves unfinished output behind.
    if let Err(error) = ctrlc::set_handler(handler) {
        complain(&format!("Ctrl-C will leave unfinished output behind: {error}"));
    }
    stop
}

/// Whether to continue.
pub(super) fn unless(stop: &AtomicBool) -> ControlFlow<()> {
    if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Makes exceeding `ulimit -f` an error like a full disk, instead of the end of the process.
pub(super) fn survive_size_limits() {
    #[cfg(unix)]
    // SAFETY: the signal is ignored; no handler runs, and nothing else here uses it.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
