//! The editor's end.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Sender};
use std::thread::{Builder, JoinHandle};

use patchveil_keyring::resolve_path;

use super::messages::{KeyringView, Outcome, Problem, Remedy, Request, RequestId};
use super::shared::Shared;
use super::worker::Worker;
use crate::trouble::KeyringTrouble;

/// The keyring, watched and changed by a thread of its own. When dropped, it finishes the current
/// request, which may take a second, and leaves the others undone.
pub struct Keys {
    shared: Arc<Shared>,
    requests: Option<Sender<(RequestId, Request)>>,
    thread: Option<JoinHandle<()>>,
    next_id: u64,
}

impl Keys {
    /// Watches the user's keyring. `changed` is called from another thread whenever there is
    /// something new to see.
    #[must_use]
    pub fn new(changed: impl Fn() + Send + 'static) -> Self {
        match resolve_path(None) {
            Ok(path) => Self::at(path, changed),
            Err(error) => Self::unavailable(None, (&error).into()),
        }
    }

    /// Watches the keyring at `path`.
    #[must_use]
    pub fn at(path: PathBuf, changed: impl Fn() + Send + 'static) -> Self {
        let (sender, requests) = mpsc::channel();
        let view = KeyringView { path: Some(path.clone()), ..KeyringView::default() };
        let shared = Shared::new(view);
        let worker = Worker::new(path.clone(), shared.clone(), Box::new(changed));
        let builder = Builder::new().name("patchveil-keys".to_owned());
        match builder.spawn(move || worker.run(&requests)) {
            Ok(thread) => Self { shared, requests: Some(sender), thread: Some(thread), next_id: 0 },
            Err(error) => {
                let said = format!("the system gave no thread to read it: {error}");
                Self::unavailable(Some(path), KeyringTrouble::Other(said))
            }
        }
    }

    /// Shows and answers nothing but `trouble`.
    fn unavailable(path: Option<PathBuf>, trouble: KeyringTrouble) -> Self {
        let problem = Some(Problem { remedy: Remedy::Outside, trouble });
        let view = KeyringView { path, loaded: true, problem, ..KeyringView::default() };
        Self { shared: Shared::new(view), requests: None, thread: None, next_id: 0 }
    }

    /// The keyring as last read. Returns at once.
    #[must_use]
    pub fn view(&self) -> Arc<KeyringView> {
        self.shared.view.lock().clone()
    }

    /// Sends a request; [`Keys::next_answer`] returns the answer. Returns at once.
    pub fn ask(&mut self, request: Request) -> RequestId {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        self.shared.count_pending(|pending| pending + 1);
        let sent =
            self.requests.as_ref().is_some_and(|requests| requests.send((id, request)).is_ok());
        if !sent {
            let trouble = match &self.view().problem {
                Some(problem) => problem.trouble.clone(),
                None => KeyringTrouble::NotWatched,
            };
            self.shared.answer(id, Err(Problem { remedy: Remedy::Outside, trouble }));
        }
        id
    }

    /// The next answer, in the order of the requests.
    #[must_use]
    pub fn next_answer(&mut self) -> Option<(RequestId, Result<Outcome, Problem>)> {
        self.shared.answers.lock().pop_front()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        // Closing the channel wakes the thread.
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}
