//! An editor in a window of its host, by the CLAP extension.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap_sys::ext::gui::{
    CLAP_EXT_GUI, CLAP_WINDOW_API_X11, clap_plugin_gui, clap_window, clap_window_handle,
};

use crate::clap::{Instance, Module};
use crate::display::{Picture, display, wait_for};
use crate::keys::{fingerprint, keyring, session};

/// Held by the one test of this process that may use display, keyboard and keyring. `bus` sees to the session's
/// bus, before a plug-in is loaded.
pub fn exclusive(bus: fn()) -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    bus();
    display();
    keyring(true);
    guard
}

/// An active instance that protects, for an editor to be opened.
#[must_use]
pub fn at_work(module: &Module) -> Instance {
    let mut instance = module.instance_with(&session(fingerprint(), ""));
    instance.activate(48_000.0, 256);
    instance
}

/// An open editor. Dropping it closes it as a host would.
pub struct Editor<'a> {
    instance: &'a Instance,
    /// The host's window.
    parent: u32,
}

impl Instance {
    fn gui(&self) -> &clap_plugin_gui {
        self.extension(CLAP_EXT_GUI)
    }

    /// Opens the editor in a new window at `x`, `y` and waits until it has been drawn.
    #[must_use]
    pub fn open_editor(&self, x: i16, y: i16) -> Editor<'_> {
        let (gui, raw) = (self.gui(), self.raw());
        let api = CLAP_WINDOW_API_X11.as_ptr();
        // SAFETY: the order of the calls is the format's, on the thread that made the instance.
        unsafe {
            assert!(gui.is_api_supported.unwrap()(raw, api, false));
            assert!(gui.create.unwrap()(raw, api, false), "the editor does not open");
            let (mut width, mut height) = (0, 0);
            assert!(gui.get_size.unwrap()(raw, &mut width, &mut height));
            let parent = display().window(x, y, width as u16, height as u16);
            let window = clap_window { api, specific: clap_window_handle { x11: parent.into() } };
            assert!(gui.set_parent.unwrap()(raw, &window));
            assert!(gui.show.unwrap()(raw));
            let editor = Editor { instance: self, parent };
            wait_for("editor", || (editor.picture().colours() > 16).then_some(()));
            editor
        }
    }

    /// Answers the plug-in's requests, as a host's main thread does between events.
    pub fn main_thread(&self) {
        if self.requests().callback() {
            // SAFETY: on the thread that made the instance.
            unsafe { (*self.raw()).on_main_thread.unwrap()(self.raw()) }
        }
    }
}

impl Editor<'_> {
    /// The host's window.
    #[must_use]
    pub fn window(&self) -> u32 {
        self.parent
    }

    /// A picture of the window.
    #[must_use]
    pub fn picture(&self) -> Picture {
        self.instance.main_thread();
        display().picture(self.parent)
    }

    /// Resizes the editor, as a host does when the user drags the border of its window.
    pub fn resize(&self, width: u32, height: u32) {
        let (gui, raw) = (self.instance.gui(), self.instance.raw());
        // SAFETY: the editor is open.
        unsafe {
            let (mut width, mut height) = (width, height);
            assert!(gui.can_resize.unwrap()(raw));
            assert!(gui.adjust_size.unwrap()(raw, &mut width, &mut height));
            display().resize(self.parent, width as u16, height as u16);
            assert!(gui.set_size.unwrap()(raw, width, height));
        }
        wait_for("child of that size", || {
            self.instance.main_thread();
            let children = display().children(Some(self.parent));
            let wanted = (width as u16, height as u16);
            children.iter().any(|child| display().size(*child) == wanted).then_some(())
        });
    }

    /// Waits and answers the plug-in's requests meanwhile.
    pub fn idle(&self, time: Duration) {
        let start = Instant::now();
        while start.elapsed() < time {
            self.instance.main_thread();
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Editor<'_> {
    fn drop(&mut self) {
        let (gui, raw) = (self.instance.gui(), self.instance.raw());
        // SAFETY: the editor is open, and this is the thread that opened it.
        unsafe {
            gui.hide.unwrap()(raw);
            gui.destroy.unwrap()(raw);
        }
        display().destroy(self.parent);
    }
}
