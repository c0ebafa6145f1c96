//! What an open window of a host holds.

use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{Frame, NiceEguiApp};
use parking_lot::Mutex;

use super::history::History;
use super::screen_reader::ScreenReader;
use super::view::EditorView;
use super::watch::{WindowId, WindowWatch};
use super::window_threads::WindowThreads;
use super::{renderer, theme, typing};
use crate::remote::Remote;

/// The size of the open window, shared with what the host asks.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedSize(Arc<Mutex<Option<WindowSize>>>);

impl SharedSize {
    /// `None` before the window has a size. Its scale factor includes the scale that the user chose.
    pub(super) fn get(&self) -> Option<WindowSize> {
        *self.0.lock()
    }

    pub(super) fn set(&self, size: Option<WindowSize>) {
        *self.0.lock() = size;
    }
}

/// What an open window holds. It is dropped when the window closes, which ends all work for it.
pub(super) struct App {
    remote: Remote,
    view: EditorView,
    /// The host, once the window is built.
    host: Option<GuiContext>,
    size: SharedSize,
    /// Once the window is built.
    watch: Option<WindowWatch>,
    /// Dropped after the watch, whose thread makes its adapter.
    reader: ScreenReader,
    threads: WindowThreads,
}

impl App {
    /// The app of a window that is about to open.
    pub(super) fn new(
        remote: Remote,
        size: SharedSize,
        history: History,
        threads: WindowThreads,
    ) -> Self {
        let repaint = remote.news();
        let changed = move || repaint.request_repaint();
        let view = EditorView::with_history(remote.clone(), history, changed);
        let reader = ScreenReader::new(remote.news());
        Self { remote, view, host: None, size, watch: None, reader, threads }
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        context: egui::Context,
        host: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        self.threads.add_this_one();
        self.view.set_up(&context, renderer::name(frame).as_deref());
        self.host = Some(host);
        let window = window_id(frame);
        typing::start(&context, window);
        self.reader.join(&context);
        let port = self.remote.port().clone();
        self.watch = Some(WindowWatch::start(window, port, self.reader.lookout()));
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let Some(host) = self.host.clone() else { return };
        frame.set_clear_color(theme::background(ui));
        self.view.ui(ui, &host.param_setter());
    }

    fn resized(&mut self, size: WindowSize) {
        let (width, height) = (size.logical.width as f32, size.logical.height as f32);
        self.remote.params().editor.set_size(width, height);
        self.size.set(Some(size));
    }
}

/// The window of `frame`, where its visibility can be asked for.
#[cfg(target_os = "linux")]
fn window_id(frame: &Frame) -> Option<WindowId> {
    use raw_window_handle::{HasWindowHandle as _, RawWindowHandle};
    match frame.baseview_window().window_handle().ok()?.as_raw() {
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok(),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn window_id(_: &Frame) -> Option<WindowId> {
    None
}
