//! Looks after an open window, so that it is painted only when something has changed and someone may
//! see it.
//!
//! Painting costs much where there is no graphics card, and the framework can only paint the whole
//! window. So nothing in the window runs on a timer. Audio with sound in it, a status, the keyring and
//! the user cause repaints; what nobody reports, that sound or the audio itself has stopped, is noticed
//! here. While nobody sees the window, audio is not recorded for it and so causes no repaints.

mod visibility;

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use self::visibility::Visibility;
pub(super) use self::visibility::WindowId;
use super::screen_reader::Lookout;
use crate::handoff::analyzer_ring::AnalyzerPort;

/// How often it looks.
const INTERVAL: Duration = Duration::from_millis(250);

/// The thread that looks after one window; ended and joined when dropped.
pub(super) struct WindowWatch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    closing: Mutex<bool>,
    changed: Condvar,
}

impl WindowWatch {
    /// Watches `window` and what goes through `port`, and looks out for a screen reader. Without a thread
    /// the window shows later that audio has stopped, is painted unseen, and tells screen readers nothing.
    pub(super) fn start(window: Option<WindowId>, port: AnalyzerPort, lookout: Lookout) -> Self {
        let shared = Arc::new(Shared::default());
        let watching = shared.clone();
        let run = move || run(&watching, &port, Visibility::of(window), lookout);
        let thread = Builder::new().name("patchveil-window".to_owned()).spawn(run).ok();
        Self { shared, thread }
    }
}

impl Drop for WindowWatch {
    fn drop(&mut self) {
        *self.shared.closing.lock() = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and then there is nothing left to save.
            let _ = thread.join();
        }
    }
}

fn run(shared: &Shared, port: &AnalyzerPort, mut visibility: Visibility, mut lookout: Lookout) {
    let mut shown = None;
    let mut closing = shared.closing.lock();
    while !*closing {
        let visible = visibility.is_visible();
        port.set_hidden(!visible);
        let (flow, now) = (port.flow(), Instant::now());
        let new = (visible, flow.is_running(now), flow.has_sound(now));
        if visible && shown.replace(new) != Some(new) {
            port.news().request_repaint();
        } else if !visible {
            shown = None;
        }
        visibility.serve(&mut lookout);
        shared.changed.wait_for(&mut closing, INTERVAL);
    }
}
