//! Questions to the designer, and what it has to say.

use std::sync::Arc;
use std::time::Duration;

use nice_plug_egui::RepaintNotifier;
use parking_lot::{Condvar, Mutex};
use patchveil_veil::Veil;

use crate::status::Status;

/// A counted question: whoever asked can wait for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RequestId(u64);

/// What the host has activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Activation {
    /// In Hz.
    pub(crate) sample_rate: u32,
    pub(crate) channels: usize,
    /// Counts activations, so that an order made for an earlier one is known as such.
    pub(crate) epoch: u64,
}

/// The veil that the audio thread was sent.
#[derive(Debug, Clone)]
pub(crate) struct AppliedVeil {
    pub(crate) veil: Arc<Veil>,
    /// It is taken off, not applied.
    pub(crate) restores: bool,
}

/// What the designer is woken with.
pub(crate) struct Call {
    pub(crate) request: RequestId,
    pub(crate) activation: Option<Activation>,
    /// Someone asked; it is not just time for another look.
    pub(crate) asked: bool,
}

/// Where the designer sits. Every call but [`DesignRequests::wait`] and [`DesignRequests::next_call`] returns at once.
pub(crate) struct DesignRequests {
    queue: Mutex<Queue>,
    designer_wakes: Condvar,
    waiters: Condvar,
    status: Mutex<Status>,
    veil: Mutex<Option<AppliedVeil>>,
    /// Draws the editor anew.
    news: RepaintNotifier,
}

struct Queue {
    asked: u64,
    answered: u64,
    activation: Option<Activation>,
    /// Whether there is a designer to wait for.
    staffed: bool,
    closing: bool,
}

impl DesignRequests {
    pub(crate) fn new(news: RepaintNotifier) -> Self {
        Self {
            queue: Mutex::new(Queue {
                asked: 0,
                answered: 0,
                activation: None,
                staffed: false,
                closing: false,
            }),
            designer_wakes: Condvar::new(),
            waiters: Condvar::new(),
            status: Mutex::new(Status::default()),
            veil: Mutex::new(None),
            news,
        }
    }

    /// Asks the designer to look at everything anew.
    pub(crate) fn ask(&self) -> RequestId {
        let mut queue = self.queue.lock();
        queue.asked += 1;
        self.designer_wakes.notify_one();
        RequestId(queue.asked)
    }

    /// Waits until the designer has answered, at most `patience`; says whether it has. Without a
    /// designer it returns at once.
    pub(crate) fn wait(&self, request: RequestId, patience: Duration) -> bool {
        let mut queue = self.queue.lock();
        let waiting = |queue: &mut Queue| queue.staffed && queue.answered < request.0;
        self.waiters.wait_while_for(&mut queue, waiting, patience);
        queue.answered >= request.0
    }

    /// Tells the designer what is active now.
    pub(crate) fn engage(&self, activation: Option<Activation>) -> RequestId {
        self.queue.lock().activation = activation;
        self.ask()
    }

    /// Opens the requests: from now on it is worth waiting.
    pub(crate) fn open(&self) {
        self.queue.lock().staffed = true;
    }

    /// Sends the designer home, and everyone who waits.
    pub(crate) fn close(&self) {
        let mut queue = self.queue.lock();
        queue.staffed = false;
        queue.closing = true;
        self.designer_wakes.notify_all();
        self.waiters.notify_all();
    }

    /// For the designer: waits for a question, at most `patience`. `None` when it is time to go.
    pub(crate) fn next_call(&self, patience: Duration) -> Option<Call> {
        let mut queue = self.queue.lock();
        let idle = |queue: &mut Queue| !queue.closing && queue.asked == queue.answered;
        self.designer_wakes.wait_while_for(&mut queue, idle, patience);
        let asked = queue.asked != queue.answered;
        (!queue.closing).then_some(Call {
            request: RequestId(queue.asked),
            activation: queue.activation,
            asked,
        })
    }

    /// For the designer: everything asked up to `request` is done.
    pub(crate) fn answer(&self, request: RequestId) {
        self.queue.lock().answered = request.0;
        self.waiters.notify_all();
    }

    /// What the instance is doing, in words for the user.
    pub(crate) fn status(&self) -> Status {
        self.status.lock().clone()
    }

    /// Puts a new status up; says whether it differs from the one before.
    pub(crate) fn report(&self, status: Status) -> bool {
        let mut board = self.status.lock();
        let news = *board != status;
        *board = status;
        if news {
            self.news.request_repaint();
        }
        news
    }

    /// The veil that was sent to the audio thread last, if it was to protect or to restore.
    pub(crate) fn veil(&self) -> Option<AppliedVeil> {
        self.veil.lock().clone()
    }

    /// For the designer: this veil is about to be sent.
    pub(crate) fn show(&self, veil: Option<AppliedVeil>) {
        *self.veil.lock() = veil;
    }
}
