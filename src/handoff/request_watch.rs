//! One thread a process that passes on what audio threads request.
//!
//! Waking a thread is a system call, which an audio thread must not make. So it raises a flag, and
//! this thread looks at the flags of all instances, instead of one poll for each of them.

use std::sync::{Arc, Weak};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::design_requests::DesignRequests;

/// How often the flags are looked at.
const TICK: Duration = Duration::from_millis(10);
/// The same while an audio thread waits for a design.
const TICK_URGENT: Duration = Duration::from_millis(1);
/// How long after a request of that kind.
const URGENT_FOR: Duration = Duration::from_millis(500);

/// The watch of this process, while there is an instance.
static WATCH: Mutex<Weak<RequestWatch>> = Mutex::new(Weak::new());

/// The watch. It ends with the last instance that holds it, so the library can be unloaded.
pub(crate) struct RequestWatch {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    watched: Mutex<Watched>,
    changed: Condvar,
}

#[derive(Default)]
struct Watched {
    instances: Vec<Weak<DesignRequests>>,
    closing: bool,
}

impl RequestWatch {
    /// The watch of this process.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn of_process() -> std::io::Result<Arc<Self>> {
        let mut watch = WATCH.lock();
        if let Some(watch) = watch.upgrade() {
            return Ok(watch);
        }
        let shared = Arc::new(Shared { watched: Mutex::default(), changed: Condvar::new() });
        let watching = shared.clone();
        let thread =
            Builder::new().name("patchveil-watch".to_owned()).spawn(move || run(&watching))?;
        let new = Arc::new(Self { shared, thread: Mutex::new(Some(thread)) });
        *watch = Arc::downgrade(&new);
        Ok(new)
    }

    /// Watches `requests` from now on, while they exist.
    pub(crate) fn add(&self, requests: &Arc<DesignRequests>) {
        self.shared.watched.lock().instances.push(Arc::downgrade(requests));
        self.shared.changed.notify_all();
    }

    /// Stops watching `requests`.
    pub(crate) fn remove(&self, requests: &Arc<DesignRequests>) {
        let gone = Arc::as_ptr(requests);
        self.shared.watched.lock().instances.retain(|watched| watched.as_ptr() != gone);
    }
}

impl Drop for RequestWatch {
    fn drop(&mut self) {
        self.shared.watched.lock().closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.lock().take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared) {
    let mut urgent_until = None;
    let mut watched = shared.watched.lock();
    while !watched.closing {
        let mut urgent = false;
        watched.instances.retain(|instance| {
            let Some(requests) = instance.upgrade() else { return false };
            urgent |= requests.pass_on_raised();
            true
        });
        if urgent {
            urgent_until = Some(Instant::now() + URGENT_FOR);
        } else if urgent_until.is_some_and(|until| Instant::now() >= until) {
            urgent_until = None;
        }
        if watched.instances.is_empty() {
            shared.changed.wait(&mut watched);
        } else {
            let tick = if urgent_until.is_some() { TICK_URGENT } else { TICK };
            shared.changed.wait_for(&mut watched, tick);
        }
    }
}
