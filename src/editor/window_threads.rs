//! The threads of windows, until they are gone.
//!
//! On X11 the framework's window has a thread of its own. If that stops just while the host closes the window,
//! the framework does not wait for it (baseview 0.4.2, `run_until_closed`). A host that then unloads the
//! plug-in, or ends, takes code and graphics driver away from a thread that still runs.
//!
//! Threads are followed in `/proc`, because what a thread runs last, the C library's own clearing up, is
//! after all that Rust can wait for. So this is for Linux; elsewhere nothing is waited for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// A closing window takes milliseconds. A host must not hang for one that does not end.
const AT_MOST: Duration = Duration::from_secs(2);
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// Threads that windows run in.
#[derive(Debug, Clone, Default)]
pub(super) struct WindowThreads(Arc<Mutex<Vec<PathBuf>>>);

impl WindowThreads {
    /// Adds the thread that calls this.
    #[cfg(target_os = "linux")]
    pub(super) fn add_this_one(&self) {
        let mut threads = self.0.lock();
        threads.retain(|thread| thread.exists());
        threads.extend(this_one());
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn add_this_one(&self) {}

    /// Returns when all threads but the calling one have ended, or after two seconds.
    pub(super) fn wait_for_end(&self) {
        let started = Instant::now();
        let mut threads = std::mem::take(&mut *self.0.lock());
        if threads.is_empty() {
            return;
        }
        let this = this_one();
        threads.retain(|thread| Some(thread) != this.as_ref());
        loop {
            threads.retain(|thread| thread.exists());
            if threads.is_empty() || started.elapsed() > AT_MOST {
                return;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }
}

/// Where the calling thread is as long as it runs.
fn this_one() -> Option<PathBuf> {
    let this = std::fs::read_link("/proc/thread-self").ok()?;
    Some(PathBuf::from("/proc").join(this))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn waiting_lasts_until_the_thread_has_ended_and_no_longer() {
        let threads = WindowThreads::default();
        let (noted, is_noted) = mpsc::channel();
        let window = thread::spawn({
            let threads = threads.clone();
            move || {
                threads.add_this_one();
                noted.send(()).unwrap();
                thread::sleep(Duration::from_millis(100));
            }
        });
        is_noted.recv().unwrap();
        let begun = Instant::now();
        threads.wait_for_end();
        assert!(window.is_finished());
        assert!(begun.elapsed() < AT_MOST);
    }

    #[test]
    fn a_thread_does_not_wait_for_itself() {
        let threads = WindowThreads::default();
        threads.add_this_one();
        let begun = Instant::now();
        threads.wait_for_end();
        assert!(begun.elapsed() < AT_MOST);
    }
}
