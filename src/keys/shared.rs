//! What the thread and the editor's end share.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;

use super::messages::{KeyringView, Outcome, Problem, RequestId};

/// The answer to a request.
pub(super) type Answer = Result<Outcome, Problem>;

/// Written by the thread, read by the editor's end.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) view: Mutex<Arc<KeyringView>>,
    pub(super) answers: Mutex<VecDeque<(RequestId, Answer)>>,
    pub(super) closing: AtomicBool,
}

impl Shared {
    pub(super) fn new(view: KeyringView) -> Arc<Self> {
        Arc::new(Self { view: Mutex::new(Arc::new(view)), ..Self::default() })
    }

    /// Changes the number of pending requests.
    pub(super) fn count_pending(&self, change: impl FnOnce(usize) -> usize) {
        let view = &mut *self.view.lock();
        let view = Arc::make_mut(view);
        view.pending = change(view.pending);
    }

    pub(super) fn answer(&self, id: RequestId, answer: Answer) {
        self.answers.lock().push_back((id, answer));
        self.count_pending(|pending| pending.saturating_sub(1));
    }
}
