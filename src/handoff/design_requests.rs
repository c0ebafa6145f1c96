//! Requests to the design thread, and what it reports.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use nice_plug_egui::RepaintNotifier;
use parking_lot::{Condvar, Mutex};
use patchveil_veil::Veil;

use crate::status::Status;

/// How long activation, the load of a session and a render wait for a design. It takes milliseconds;
/// only a keyring on a disk that does not answer takes longer, and then the output is muted meanwhile.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// A counted request: whoever made it can wait until it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RequestId(u64);

/// What the host has activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Activation {
    /// In Hz.
    pub(crate) sample_rate: u32,
    pub(crate) channels: usize,
    /// Counts activations, so that a command made for an earlier one is recognised.
    pub(crate) epoch: u64,
}

/// The veil that the audio thread was sent.
#[derive(Debug, Clone)]
pub(crate) struct AppliedVeil {
    pub(crate) veil: Arc<Veil>,
    /// Whether it is taken off, not applied.
    pub(crate) restores: bool,
}

/// What the design thread wakes up with.
pub(crate) struct Wake {
    pub(crate) request: RequestId,
    pub(crate) activation: Option<Activation>,
    /// There was a request; it is not just time to look again.
    pub(crate) requested: bool,
}

/// Where requests to the design thread of one instance meet. Every call but
/// [`wait`](DesignRequests::wait) and [`next`](DesignRequests::next) returns at once.
pub(crate) struct DesignRequests {
    queue: Mutex<Queue>,
    designer_wakes: Condvar,
    waiters: Condvar,
    /// Raised by the audio thread, which cannot wake a thread itself.
    raised: AtomicBool,
    /// Whether a class was chosen, and so nothing may pass unprotected.
    has_class: AtomicBool,
    /// Whether there is a design thread.
    has_designer: AtomicBool,
    /// The audio thread waits, so every millisecond counts.
    urgent: AtomicBool,
    /// Samples that the audio thread has processed.
    processed: AtomicU64,
    status: Mutex<Status>,
    veil: Mutex<Option<AppliedVeil>>,
    repaint: RepaintNotifier,
}

struct Queue {
    made: u64,
    served: u64,
    activation: Option<Activation>,
    /// Whether there is a design thread to wait for.
    running: bool,
    closing: bool,
}

impl DesignRequests {
    /// Nothing requested and nothing activated. A new status requests a repaint.
    pub(crate) fn new(repaint: RepaintNotifier) -> Self {
        let queue = Queue { made: 0, served: 0, activation: None, running: false, closing: false };
        Self {
            queue: Mutex::new(queue),
            designer_wakes: Condvar::new(),
            waiters: Condvar::new(),
            raised: AtomicBool::new(false),
            has_class: AtomicBool::new(false),
            has_designer: AtomicBool::new(false),
            urgent: AtomicBool::new(false),
            processed: AtomicU64::new(0),
            status: Mutex::new(Status::default()),
            veil: Mutex::new(None),
            repaint,
        }
    }

    /// Requests that everything be looked at again.
    pub(crate) fn request(&self) -> RequestId {
        let mut queue = self.queue.lock();
        queue.made += 1;
        self.designer_wakes.notify_one();
        RequestId(queue.made)
    }

    /// Waits until `request` is served, at most `patience`; returns whether it is. Without a
    /// design thread it returns at once.
    pub(crate) fn wait(&self, request: RequestId, patience: Duration) -> bool {
        let mut queue = self.queue.lock();
        let waiting = |queue: &mut Queue| queue.running && queue.served < request.0;
        self.waiters.wait_while_for(&mut queue, waiting, patience);
        queue.served >= request.0
    }

    /// States what is active now.
    pub(crate) fn activate(&self, activation: Option<Activation>) -> RequestId {
        self.queue.lock().activation = activation;
        self.request()
    }

    /// There is a design thread from now on, so it is worth waiting.
    pub(crate) fn open(&self) {
        self.has_designer.store(true, Ordering::Release);
        self.queue.lock().running = true;
    }

    /// Ends the design thread and everyone's waiting.
    pub(crate) fn close(&self) {
        self.has_designer.store(false, Ordering::Release);
        let mut queue = self.queue.lock();
        queue.running = false;
        queue.closing = true;
        self.designer_wakes.notify_all();
        self.waiters.notify_all();
    }

    /// A class was chosen, or there is none any more.
    pub(crate) fn set_has_class(&self, chosen: bool) {
        self.has_class.store(chosen, Ordering::Release);
    }

    /// Whether a class was chosen. One atomic load.
    pub(crate) fn has_class(&self) -> bool {
        self.has_class.load(Ordering::Acquire)
    }

    /// Whether there is a design thread. One atomic load.
    pub(crate) fn has_designer(&self) -> bool {
        self.has_designer.load(Ordering::Acquire)
    }

    /// For the audio thread: there is a request in the link. `urgent` while it waits for the
    /// answer. Two atomic stores.
    pub(crate) fn raise(&self, urgent: bool) {
        self.urgent.store(urgent, Ordering::Relaxed);
        self.raised.store(true, Ordering::Release);
    }

    /// For the audio thread: so many samples were processed in all. One atomic store.
    pub(crate) fn set_processed(&self, samples: u64) {
        self.processed.store(samples, Ordering::Relaxed);
    }

    /// Samples that the audio thread has processed in all.
    pub(crate) fn processed(&self) -> u64 {
        self.processed.load(Ordering::Relaxed)
    }

    /// For the watch: passes a raised flag on as a request; returns whether it was urgent.
    pub(crate) fn pass_on_raised(&self) -> bool {
        // A load costs a tenth of a swap, and the flag is seldom raised.
        if !self.raised.load(Ordering::Relaxed) || !self.raised.swap(false, Ordering::Acquire) {
            return false;
        }
        self.request();
        self.urgent.load(Ordering::Relaxed)
    }

    /// For the design thread: waits for a request, at most `patience`. `None` when it has to end.
    pub(crate) fn next(&self, patience: Duration) -> Option<Wake> {
        let mut queue = self.queue.lock();
        let idle = |queue: &mut Queue| !queue.closing && queue.made == queue.served;
        self.designer_wakes.wait_while_for(&mut queue, idle, patience);
        let requested = queue.made != queue.served;
        (!queue.closing).then_some(Wake {
            request: RequestId(queue.made),
            activation: queue.activation,
            requested,
        })
    }

    /// For the design thread: everything requested up to `request` is done.
    pub(crate) fn serve(&self, request: RequestId) {
        self.queue.lock().served = request.0;
        self.waiters.notify_all();
    }

    /// What the instance is doing, in words for the user.
    pub(crate) fn status(&self) -> Status {
        self.status.lock().clone()
    }

    /// Reports a status; returns whether it differs from the one before.
    pub(crate) fn report(&self, status: Status) -> bool {
        let mut reported = self.status.lock();
        let changed = *reported != status;
        *reported = status;
        if changed {
            self.repaint.request_repaint();
        }
        changed
    }

    /// The veil that was sent to the audio thread last, if it was to protect or to restore.
    pub(crate) fn veil(&self) -> Option<AppliedVeil> {
        self.veil.lock().clone()
    }

    /// For the design thread: this veil is about to be sent.
    pub(crate) fn set_veil(&self, veil: Option<AppliedVeil>) {
        *self.veil.lock() = veil;
    }
}
