//! Questions to the keeper, and what it has to say.

use std::sync::Arc;
use std::time::Duration;

use nice_plug_egui::RepaintNotifier;
use parking_lot::{Condvar, Mutex};
use patchveil_veil::Veil;

use crate::status::Status;

/// A counted question: whoever asked can wait for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// What the host has activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Engagement {
    /// In Hz.
    pub(crate) sample_rate: u32,
    pub(crate) channels: usize,
    /// Counts activations, so that an order made for an earlier one is known as such.
    pub(crate) epoch: u64,
}

/// The veil that the audio thread was sent.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) veil: Arc<Veil>,
    /// It is taken off, not applied.
    pub(crate) restores: bool,
}

/// What the keeper is woken with.
pub(crate) struct Call {
    pub(crate) ticket: Ticket,
    pub(crate) engagement: Option<Engagement>,
    /// Someone asked; it is not just time for another look.
    pub(crate) asked: bool,
}

/// Where the keeper sits. Every call but [`Desk::wait`] and [`Desk::next_call`] returns at once.
pub(crate) struct Desk {
    book: Mutex<Book>,
    for_keeper: Condvar,
    for_askers: Condvar,
    status: Mutex<Status>,
    veil: Mutex<Option<Shown>>,
    /// Draws the editor anew.
    news: RepaintNotifier,
}

struct Book {
    asked: u64,
    answered: u64,
    engagement: Option<Engagement>,
    /// Whether there is a keeper to wait for.
    staffed: bool,
    closing: bool,
}

impl Desk {
    pub(crate) fn new(news: RepaintNotifier) -> Self {
        Self {
            book: Mutex::new(Book {
                asked: 0,
                answered: 0,
                engagement: None,
                staffed: false,
                closing: false,
            }),
            for_keeper: Condvar::new(),
            for_askers: Condvar::new(),
            status: Mutex::new(Status::default()),
            veil: Mutex::new(None),
            news,
        }
    }

    /// Asks the keeper to look at everything anew.
    pub(crate) fn ask(&self) -> Ticket {
        let mut book = self.book.lock();
        book.asked += 1;
        self.for_keeper.notify_one();
        Ticket(book.asked)
    }

    /// Waits until the keeper has answered, at most `patience`; says whether it has. Without a
    /// keeper it returns at once.
    pub(crate) fn wait(&self, ticket: Ticket, patience: Duration) -> bool {
        let mut book = self.book.lock();
        let waiting = |book: &mut Book| book.staffed && book.answered < ticket.0;
        self.for_askers.wait_while_for(&mut book, waiting, patience);
        book.answered >= ticket.0
    }

    /// Tells the keeper what is active now.
    pub(crate) fn engage(&self, engagement: Option<Engagement>) -> Ticket {
        self.book.lock().engagement = engagement;
        self.ask()
    }

    /// Opens the desk: from now on it is worth waiting.
    pub(crate) fn open(&self) {
        self.book.lock().staffed = true;
    }

    /// Sends the keeper home, and everyone who waits.
    pub(crate) fn close(&self) {
        let mut book = self.book.lock();
        book.staffed = false;
        book.closing = true;
        self.for_keeper.notify_all();
        self.for_askers.notify_all();
    }

    /// For the keeper: waits for a question, at most `patience`. `None` when it is time to go.
    pub(crate) fn next_call(&self, patience: Duration) -> Option<Call> {
        let mut book = self.book.lock();
        let idle = |book: &mut Book| !book.closing && book.asked == book.answered;
        self.for_keeper.wait_while_for(&mut book, idle, patience);
        let asked = book.asked != book.answered;
        (!book.closing).then_some(Call {
            ticket: Ticket(book.asked),
            engagement: book.engagement,
            asked,
        })
    }

    /// For the keeper: everything asked up to `ticket` is done.
    pub(crate) fn answer(&self, ticket: Ticket) {
        self.book.lock().answered = ticket.0;
        self.for_askers.notify_all();
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
    pub(crate) fn veil(&self) -> Option<Shown> {
        self.veil.lock().clone()
    }

    /// For the keeper: this veil is about to be sent.
    pub(crate) fn show(&self, veil: Option<Shown>) {
        *self.veil.lock() = veil;
    }
}
