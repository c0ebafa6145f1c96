//! What an open window holds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::Param;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{Frame, NiceEguiApp};
use parking_lot::Mutex;

use super::analyzer_panel::FftSizes;
use super::controls;
use super::layout::{self, Panels, Scene, UserRequests};
use super::param_gesture::ParamGesture;
use super::{renderer, theme};
use crate::analyzer::{Analyzer, FFT_SIZES};
use crate::keys::Keys;
use crate::remote::Remote;

/// While audio runs, the window is redrawn at multiples of this to notice that it has stopped.
const STOP_CHECK: Duration = Duration::from_millis(250);

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
    opened: Instant,
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
            opened: Instant::now(),
        }
    }

    /// Does what the user asked for in the panels.
    fn handle(&mut self, requests: UserRequests, gesture: &impl ParamGesture) {
        let Self { remote, analyzer, keys, panels, .. } = self;
        panels.keys.handle(requests.keys, keys, |class| {
            controls::follow_former_preset(remote.params(), gesture);
            remote.choose_class(class);
            // Hosts notice only changes of parameters, and save only after one.
            let amount = &remote.params().veil.amount;
            gesture.touch(amount, amount.unmodulated_normalized_value());
        });
        if let Some(size) = requests.analyzer.fft_size {
            analyzer.set_fft_size(size);
        }
        if requests.analyzer.clear_peaks {
            analyzer.clear_peaks();
        }
    }

    /// Time until the next check whether audio still runs. All frames until then wait for the same
    /// moment, so they cause one more frame together, not one each.
    fn next_stop_check(&self) -> Duration {
        let since = self.opened.elapsed().as_millis() as u64;
        let interval = STOP_CHECK.as_millis() as u64;
        Duration::from_millis(2 * interval - since % interval)
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
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let Some(host) = self.host.clone() else { return };
        let gesture = host.param_setter();
        let params = self.remote.params().clone();
        frame.set_clear_color(theme::background(ui));
        self.analyzer.poll(Instant::now());
        if self.analyzer.view().running {
            ui.ctx().request_repaint_after(self.next_stop_check());
        }
        let (status, keyring) = (self.remote.status(), self.keys.view());
        let scene = Scene {
            status: &status,
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
