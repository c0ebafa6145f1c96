//! What an open window holds.

use std::sync::Arc;
use std::time::Instant;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::Param;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{Frame, NiceEguiApp};
use parking_lot::Mutex;

use super::analyzer_panel::FftSizes;
use super::layout::{self, Panels, Scene, UserRequests};
use super::param_gesture::ParamGesture;
use super::watch::{WindowId, WindowWatch};
use super::{presets, renderer, theme};
use crate::analyzer::{Analyzer, FFT_SIZES};
use crate::keys::Keys;
use crate::remote::Remote;
use crate::route::Route;

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
    analyzer: Analyzer,
    keys: Keys,
    /// The host, once the window is built.
    host: Option<GuiContext>,
    panels: Panels,
    size: SharedSize,
    /// Once the window is built.
    watch: Option<WindowWatch>,
}

impl App {
    /// The app of a window that is about to open.
    pub(super) fn new(remote: Remote, size: SharedSize) -> Self {
        let repaint = remote.news();
        Self {
            analyzer: remote.analyzer(),
            keys: Keys::new(move || repaint.request_repaint()),
            remote,
            host: None,
            panels: Panels::default(),
            size,
            watch: None,
        }
    }

    /// Does what the user asked for in the panels.
    fn handle(&mut self, requests: UserRequests, gesture: &impl ParamGesture) {
        let Self { remote, analyzer, keys, panels, .. } = self;
        panels.keys.handle(requests.keys, keys, |class| {
            presets::follow_former_preset(remote.params(), gesture);
            remote.choose_class(class);
            // Hosts notice only changes of parameters, and save only after one.
            let amount = &remote.params().veil.amount;
            gesture.touch(amount, amount.unmodulated_normalized_value());
        });
        if let Some(size) = requests.analyzer.fft_size {
            analyzer.set_fft_size(size);
        }
        analyzer.listen(panels.keys.listening);
        if requests.analyzer.clear_peaks {
            analyzer.clear_peaks();
        }
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        context: egui::Context,
        host: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::apply(&context);
        context.set_theme(self.remote.params().editor.get().theme());
        // The scale is chosen from a list of what the layout supports.
        context.options_mut(|options| options.zoom_with_keyboard = false);
        self.analyzer.set_repaint_interval(renderer::frame_interval(frame));
        self.host = Some(host);
        self.watch = Some(WindowWatch::start(window_id(frame), self.remote.port().clone()));
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let Some(host) = self.host.clone() else { return };
        let gesture = host.param_setter();
        let params = self.remote.params().clone();
        frame.set_clear_color(theme::background(ui));
        self.analyzer.poll(Instant::now());
        let (status, keyring) = (self.remote.status(), self.keys.view());
        let route = Route::now();
        let scene = Scene {
            status: &status,
            route: &route,
            view: self.analyzer.view(),
            keyring: &keyring,
            params: &params,
            gesture: &gesture,
            fft_sizes: FftSizes { current: self.analyzer.fft_size(), all: &FFT_SIZES },
        };
        let requests = layout::draw(ui, &scene, &mut self.panels);
        self.handle(requests, &gesture);
    }

    fn resized(&mut self, size: WindowSize) {
        let (width, height) = (size.logical.width as f32, size.logical.height as f32);
        self.remote.params().editor.set_size(width, height);
        self.size.set(Some(size));
    }
}

#[cfg(feature = "standalone")]
impl Drop for App {
    fn drop(&mut self) {
        if crate::standalone::is_running() {
            crate::standalone::remember(&self.remote.params().editor.get());
            crate::standalone::end_soon();
        }
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
