//! Signals: what is stopped finishes nothing and leaves nothing.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::STOPPED;

/// A flag that Ctrl-C (or a polite kill) raises. The second time the process ends at once, for
/// whoever cannot wait; its unfinished output, named `.patchveil-…`, then stays behind.
pub(super) fn on_request() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    let handler = move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(STOPPED));
        }
    };
    // Without a handler Ctrl-C still ends the process; only the tidying up is lost.
    if let Err(error) = ctrlc::set_handler(handler) {
        super::complain(&format!("Ctrl-C will not tidy up after itself: {error}"));
    }
    stop
}

/// Whether to go on.
pub(super) fn unless(stop: &AtomicBool) -> ControlFlow<()> {
    if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Makes a file that outgrows `ulimit -f` an error like a full disk, so that it is told and tidied
/// up, instead of the end of the process.
pub(super) fn survive_size_limits() {
    #[cfg(unix)]
    #[allow(unsafe_code)]
    // SAFETY: the signal is ignored; no handler runs, and nothing else here uses it.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
