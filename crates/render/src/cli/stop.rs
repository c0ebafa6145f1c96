//! Ctrl-C: finish nothing, leave nothing.

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
